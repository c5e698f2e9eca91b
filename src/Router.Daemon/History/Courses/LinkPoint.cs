using System.Globalization;

namespace Router.Daemon.History.Courses;

/// <summary>
/// How a link was over one step of a course, as it is kept:
///
///     MILLISECONDS LINK STATE IN OUT ASKED ANSWERED LATENCY SAMPLES
/// </summary>
/// <param name="Time">When the step began, milliseconds since 1970; a multiple of the step.</param>
/// <param name="State">The worst in it; see <see cref="States"/>.</param>
/// <param name="In">Octets a second from the Internet, the mean.</param>
/// <param name="Out">Octets a second to it, the mean.</param>
/// <param name="Asked">Probes that have ended.</param>
/// <param name="Answered">Those of them that were answered.</param>
/// <param name="Latency">Mean of the answers, microseconds; 0 if there were none.</param>
/// <param name="Samples">How many samples it was made of; 0: nothing is known of this step.</param>
internal readonly record struct LinkPoint(long Time, byte State, float In, float Out, int Asked, int Answered, float Latency, int Samples)
{
    /// <summary>Names of states, the worst first.</summary>
    public static readonly string[] States = ["down", "degraded", "disabled", "standby", "up"];

    private const int Words = 9;

    public static LinkPoint Of(LinkSample sample)
    {
        int asked = sample.Targets.Sum(target => target.Asked), answered = sample.Targets.Sum(target => target.Answered);
        double latency = answered == 0 ? 0 : sample.Targets.Sum(target => (double)target.Latency * target.Answered) / answered;
        return new LinkPoint(sample.Time, Rank(sample.State), sample.In, sample.Out, asked, answered, (float)latency, 1);
    }

    /// <summary>Both as one: of rates the mean by samples, of latency by answers, of states the worse.</summary>
    public LinkPoint With(in LinkPoint other)
    {
        if (Samples == 0) return other with { Time = Time };
        float samples = Samples + other.Samples, answered = Math.Max(1, Answered + other.Answered);
        return new LinkPoint(
            Time, Math.Min(State, other.State), ((In * Samples) + (other.In * other.Samples)) / samples, ((Out * Samples) + (other.Out * other.Samples)) / samples,
            Asked + other.Asked, Answered + other.Answered, ((Latency * Answered) + (other.Latency * other.Answered)) / answered, Samples + other.Samples);
    }

    /// <summary>As a line, for the link of this name.</summary>
    public string ToLine(string link) => string.Create(CultureInfo.InvariantCulture,
        $"{Time} {HistoryEvent.Word(link)} {States[State]} {In:0} {Out:0} {Asked} {Answered} {Latency:0} {Samples}");

    /// <summary>Reads what <see cref="ToLine"/> wrote.</summary>
    public static bool TryParse(string text, out string link, out LinkPoint point)
    {
        (link, point) = ("", default);
        string[] words = text.Split(' ');
        if (words.Length != Words || Array.IndexOf(States, words[2]) is not (>= 0 and int state)) return false;
        if (!TryNumber(words[0], HistoryEvent.LastTime, out long time) || !TryNumber(words[3], 1L << 48, out long received) || !TryNumber(words[4], 1L << 48, out long sent)) return false;
        if (!TryNumber(words[5], int.MaxValue / 2, out long asked) || !TryNumber(words[6], asked, out long answered)) return false;
        if (!TryNumber(words[7], 1L << 48, out long latency) || !TryNumber(words[8], 1 << 20, out long samples) || samples == 0) return false;
        link = HistoryEvent.Unword(words[1]);
        point = new LinkPoint(time, (byte)state, received, sent, (int)asked, (int)answered, latency, (int)samples);
        return link.Length > 0;
    }

    private static byte Rank(string state) => Array.IndexOf(States, state) is >= 0 and var rank ? (byte)rank : (byte)(States.Length - 1);

    private static bool TryNumber(string text, long most, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
}
