using System.Globalization;
using Router.Forwarding.Rules;

namespace Router.Configuration.Comparing;

/// <summary>Links and zones, key by key.</summary>
internal static class LinkPortrait
{
    public static IReadOnlyList<(string, string)> Of(ZoneSettings zone) => new Keys
    {
        { "interfaces", zone.Interfaces },
        { "licensed", zone.Licensed },
        { "welcome.text", zone.Welcome?.Text },
        // Told to every guest, and still not for the journal or a terminal's scrollback.
        { "welcome.password", zone.Welcome?.Password is { } password ? Hidden(password) : null },
        { "welcome.pass", zone.Welcome?.Pass },
    }.Said;

    public static IReadOnlyList<(string, string)> Of(LinkSettings link) => new Keys
    {
        { "interface", link.Interface },
        { "enabled", link.Enabled },
        { "weight", link.Weight },
        { "speed", link.Speed is { } speed ? Of(speed) : null },
        { "metered", link.Metered },
        { "cap", link.Cap is { } cap ? string.Create(CultureInfo.InvariantCulture, $"{cap.Octets} octets from day {cap.ResetDay}, {(cap.Stops ? "stop" : "steer")}") : null },
        { "gateway", string.Join(", ", new[] { link.Gateway4?.ToString(), link.Gateway6?.ToString() }.OfType<string>()) },
        { "refuse_private", link.RefusesPrivate },
        { "ipv6.nat", link.Ipv6 },
        { "ipv6.prefix", link.Prefixes?.Outside },
        { "ipv6.inside", link.Prefixes?.Inside },
        { "resolvers", link.Resolvers },
        { "health.targets", link.Health.Targets.Select(Of) },
        { "health.resolvers", link.Health.Resolvers },
        { "health.quorum", link.Health.Quorum },
        { "health.interval", link.Health.Interval },
        { "health.timeout", link.Health.Timeout },
        { "health.down_after", link.Health.DownAfter },
        { "health.up_after", link.Health.UpAfter },
        { "health.hold_down", link.Health.HoldDown },
        { "health.degraded.loss", link.Health.DegradedLoss.ToString("0.####%", CultureInfo.InvariantCulture) },
        { "health.degraded.latency", link.Health.DegradedLatency },
    }.Said;

    /// <summary>A secret, so that a change of it can be seen and it cannot.</summary>
    public static string Hidden(string secret) => $"(hidden, {Rule.MarkOf(secret):x8})";

    private static string Of(LinkSpeed speed) => string.Create(CultureInfo.InvariantCulture, $"{speed.Down / 1e6}/{speed.Up / 1e6} Mbit/s");

    private static string Of(ProbeTarget target)
    {
        string status = target.Web?.Status is { } code ? string.Create(CultureInfo.InvariantCulture, $" status {code}") : "";
        string text = target.Web?.Text is { } wanted ? $" text {wanted}" : "";
        return $"{target}{status}{text}{(target.Family == RuleFamily.Any ? "" : $" {target.Family}")}";
    }
}
