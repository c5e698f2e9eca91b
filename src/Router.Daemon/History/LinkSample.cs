using System.Globalization;

namespace Router.Daemon.History;

/// <summary>What one target of a link's probes did between two samples.</summary>
/// <param name="Target">As it is written in the configuration.</param>
/// <param name="Asked">Probes that have ended.</param>
/// <param name="Answered">Those of them that were answered in time.</param>
/// <param name="Latency">Mean of the answers, microseconds; 0 if there were none.</param>
internal readonly record struct TargetSample(string Target, int Asked, int Answered, long Latency);

/// <summary>
/// How a link was at a time, and what it did since the sample before:
///
///     MILLISECONDS LINK STATE IN OUT ADDRESS GATEWAY TARGET=ASKED/ANSWERED/LATENCY ...
/// </summary>
/// <param name="Time">Milliseconds since 1970, UTC.</param>
/// <param name="Link">By name.</param>
/// <param name="State">As `routerctl links` names it.</param>
/// <param name="In">Octets a second from the Internet.</param>
/// <param name="Out">Octets a second to it.</param>
/// <param name="Address">The link's first address, or nothing.</param>
/// <param name="Gateway">Its gateway, or nothing.</param>
/// <param name="Targets">Each that is probed.</param>
internal sealed record LinkSample(long Time, string Link, string State, long In, long Out, string Address, string Gateway, TargetSample[] Targets)
{
    private const int Head = 7;

    public DateTimeOffset When => DateTimeOffset.FromUnixTimeMilliseconds(Time);

    public override string ToString()
    {
        IEnumerable<string> targets = Targets.Select(t => string.Create(CultureInfo.InvariantCulture, $" {HistoryEvent.Word(t.Target)}={t.Asked}/{t.Answered}/{t.Latency}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"{Time} {HistoryEvent.Word(Link)} {HistoryEvent.Word(State)} {In} {Out} {HistoryEvent.Word(Address)} {HistoryEvent.Word(Gateway)}{string.Concat(targets)}");
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; null if it makes no sense.</summary>
    public static LinkSample? Parse(string text)
    {
        string[] words = text.Split(' ');
        if (words.Length < Head || !TryNumber(words[0], out long time) || time > HistoryEvent.LastTime) return null;
        if (!TryNumber(words[3], out long received) || !TryNumber(words[4], out long sent)) return null;
        var targets = new TargetSample[words.Length - Head];
        for (int i = 0; i < targets.Length; i++)
        {
            if (!TryTarget(words[Head + i], out targets[i])) return null;
        }
        return new LinkSample(time, HistoryEvent.Unword(words[1]), HistoryEvent.Unword(words[2]), received, sent, HistoryEvent.Unword(words[5]), HistoryEvent.Unword(words[6]), targets);
    }

    // The name may have an equals sign of its own, as web addresses do.
    private static bool TryTarget(string word, out TargetSample target)
    {
        target = default;
        int equals = word.LastIndexOf('=');
        string[] numbers = word[(equals + 1)..].Split('/');
        if (equals < 1 || numbers.Length != 3 || !TryNumber(numbers[0], out long asked) || !TryNumber(numbers[1], out long answered) || !TryNumber(numbers[2], out long latency)) return false;
        if (asked > int.MaxValue || answered > asked) return false;
        target = new TargetSample(word[..equals], (int)asked, (int)answered, latency);
        return true;
    }

    // Bounded, so that sums of them are.
    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < 1L << 48;
}
