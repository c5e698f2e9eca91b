using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Wire;

namespace Router.Daemon.Health;

/// <summary>What the kernel tells of a link. Unspecified addresses are those that it has not.</summary>
/// <param name="Present">The interface exists.</param>
/// <param name="Carrier">It is up and has carrier (IFF_LOWER_UP).</param>
/// <param name="InterfaceIndex">For a link-local gateway, which means nothing without its interface; 0 if unknown.</param>
/// <param name="GatewayNeighbourOk">False once the kernel gave up resolving the gateway (NUD_FAILED), true while it is resolved,
/// null where there is nothing to resolve or no answer yet.</param>
/// <param name="Disabled">The configuration says that it is not to be used, nor probed.</param>
/// <param name="Carries">The path would take a probe out by this link: it goes by a plan that knows the link's address and its gateway's MAC.</param>
public readonly record struct LinkFacts(
    bool Present, bool Carrier, int InterfaceIndex, Address Source4, Address Source6, Address Gateway4, Address Gateway6, bool? GatewayNeighbourOk,
    bool Carries = true, bool Disabled = false);

/// <summary>What is to be thought of a link.</summary>
/// <param name="Health">In the words of product.md 2.</param>
/// <param name="Usable">Whether new flows may be placed on it. A degraded link is usable; prefer one that is not.</param>
/// <param name="Cause">Why, in words; never empty.</param>
/// <param name="Since">Since when <paramref name="Health"/> holds, monotonic microseconds.</param>
public readonly record struct LinkVerdict(LinkHealth Health, bool Usable, string Cause, long Since);

/// <summary>One change of health or usability: one line in the journal.</summary>
public readonly record struct LinkVerdictChange(PortId Link, string Name, LinkVerdict Before, LinkVerdict After)
{
    /// <summary>"link dsl is down: no carrier (was up for 3 h 12 min)", and without the past where it was no other.</summary>
    public override string ToString() => $"link {Name} is {Word(After.Health)}: {After.Cause}{Past}";

    private string Past => After.Health == Before.Health ? "" : $" (was {Word(Before.Health)} for {Age(After.Since - Before.Since)})";

    private static string Word(LinkHealth health) => health.ToString().ToLowerInvariant();

    private static string Age(long microseconds)
    {
        TimeSpan age = TimeSpan.FromMicroseconds(Math.Max(0, microseconds));
        if (age.TotalDays >= 1) return $"{age.Days} d {age.Hours} h";
        if (age.TotalHours >= 1) return $"{age.Hours} h {age.Minutes} min";
        return age.TotalMinutes >= 1 ? $"{age.Minutes} min {age.Seconds} s" : $"{age.TotalSeconds:0.0} s";
    }
}

/// <summary>A link as `routerctl links` shows it.</summary>
/// <param name="Loss">Share of probes lost over the last rounds, 0 to 1.</param>
/// <param name="Latency">Mean over the last rounds, seconds; 0 if none was good.</param>
/// <param name="Rounds">How many rounds these two rest on; 0 if the link is judged by carrier and address only.</param>
/// <param name="HoldEnds">When a link that answers again will be used, monotonic microseconds; 0 if it is not held down.</param>
public sealed record LinkReport(PortId Link, string Name, LinkVerdict Verdict, double Loss, double Latency, int Rounds, long HoldEnds)
{
    /// <summary>Mean over the last few rounds, seconds; 0 if none was good.</summary>
    public double RecentLatency { get; init; }
}
