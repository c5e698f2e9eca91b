using System.Globalization;

namespace Router.Lab.Wires;

/// <summary>
/// How bad a wire is, for both directions alike. The command reader replaces the whole record, the carrying thread
/// reads it once per round, so a command is in force for the next frame.
/// </summary>
/// <param name="BlackHole">Nothing passes.</param>
/// <param name="DelayNanoseconds">One way.</param>
/// <param name="JitterNanoseconds">Up to so much is added, evenly spread; order is kept.</param>
/// <param name="Loss">Share of the frames that vanish, 0 to 1.</param>
/// <param name="Toll">Of each <paramref name="Of"/> IPv4 packets towards the provider so many vanish, evenly spread: a loss that is the same
/// wherever it is measured.</param>
/// <param name="Of">See <paramref name="Toll"/>.</param>
/// <param name="Duplicate">Share that is sent twice.</param>
/// <param name="Reorder">Share that is held back for 5 ms, so that others overtake it.</param>
/// <param name="BitsPerSecond">The line's rate, counted on whole frames; 0 is no limit.</param>
internal sealed record Impairments(
    bool BlackHole, long DelayNanoseconds, long JitterNanoseconds, double Loss, double Duplicate, double Reorder, long BitsPerSecond,
    int Toll = 0, int Of = 1)
{
    public static readonly Impairments None = new(false, 0, 0, 0, 0, 0, 0);

    /// <summary>Whether a frame may ever have to wait.</summary>
    public bool Holds => DelayNanoseconds > 0 || JitterNanoseconds > 0 || Reorder > 0 || BitsPerSecond > 0;

    /// <summary>What a command makes of this; null for one that is not understood.</summary>
    public Impairments? After(string command) => command.Split(' ') switch
    {
        ["clear"] => None,
        ["blackhole", "on"] => this with { BlackHole = true },
        ["blackhole", "off"] => this with { BlackHole = false },
        ["delay", string delay] when Microseconds(delay, out long time) => this with { DelayNanoseconds = time, JitterNanoseconds = 0 },
        ["delay", string delay, string jitter] when Microseconds(delay, out long time) && Microseconds(jitter, out long more) =>
            this with { DelayNanoseconds = time, JitterNanoseconds = more },
        ["loss", string share] when Share(share, out double part) => this with { Loss = part },
        ["toll", string lost, string of] when int.TryParse(lost, CultureInfo.InvariantCulture, out int toll)
            && int.TryParse(of, CultureInfo.InvariantCulture, out int all) && toll >= 0 && toll <= all => this with { Toll = toll, Of = all },
        ["duplicate", string share] when Share(share, out double part) => this with { Duplicate = part },
        ["reorder", string share] when Share(share, out double part) => this with { Reorder = part },
        ["rate", string rate] when long.TryParse(rate, CultureInfo.InvariantCulture, out long bits) && bits >= 0 => this with { BitsPerSecond = bits },
        _ => null,
    };

    private static bool Microseconds(string text, out long nanoseconds)
    {
        bool read = long.TryParse(text, CultureInfo.InvariantCulture, out long microseconds) && microseconds >= 0;
        nanoseconds = microseconds * 1000;
        return read;
    }

    private static bool Share(string text, out double share) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out share) && share is >= 0 and <= 1;
}
