using System.Globalization;
using Router.Configuration.Web;
using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;

namespace Router.Configuration.Comparing;

/// <summary>Traffic rules and web rules, key by key.</summary>
internal static class RulePortrait
{
    private static readonly Gateway[] s_gateways = [Gateway.Ftp, Gateway.Tftp, Gateway.Sip, Gateway.Pptp];

    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static IReadOnlyList<(string, string)> Of(RuleSettings rule) => new Keys
    {
        { "enabled", rule.Enabled },
        { "source", Of(rule.Source) },
        { "destination", Of(rule.Destination) },
        { "service", rule.Services.Length == 0 ? "any" : string.Join(", ", rule.Services.Select(Of)) },
        { "family", rule.Family },
        { "action", rule.Action },
        { "log", rule.Log },
        { "dscp", rule.Dscp < 0 ? null : rule.Dscp },
        { "time", Of(rule.Time) },
        { "link", rule.Links },
        { "fallback", rule.Links.Length == 0 ? null : rule.Fallback },
        { "pin", rule.Pin },
        { "nat", rule.Nat == SourceNat.Fixed ? rule.NatAddress.ToString() : rule.Nat },
        { "nat.full_cone", rule.FullCone },
        { "forward_to", rule.ForwardTo is { } target ? Of(target) : null },
        { "on_link_down", Of(rule.OnLinkDown) },
        { "on_link_degrade", Of(rule.OnLinkDegrade) },
        { "on_link_return", Of(rule.OnLinkReturn) },
        { "helpers", Of(rule.Gateways) },
    }.Said;

    public static IReadOnlyList<(string, string)> Of(WebRuleSettings rule) => new Keys
    {
        { "enabled", rule.Enabled },
        { "url", rule.Patterns },
        { "list", rule.Lists.Select(list => string.Create(CultureInfo.InvariantCulture, $"{list.Count} names ({list.Digest:x8})")) },
        { "users", rule.Users },
        { "zones", rule.Zones },
        { "time", Of(rule.Time) },
        { "action", rule.Action },
        { "text", rule.Text },
        { "to", rule.Target },
    }.Said;

    /// <summary>The items of a source or destination; addresses as they were written.</summary>
    public static string Of(EndTerm[] terms) => string.Join(", ", terms.Select(term => term.Name));

    private static string Of(ServiceMatch service)
    {
        string protocol = service.Protocol switch { 1 => "icmp", 6 => "tcp", 17 => "udp", 58 => "icmpv6", _ => string.Create(CultureInfo.InvariantCulture, $"ip/{service.Protocol}") };
        return (service.First, service.Last) switch
        {
            (0, ushort.MaxValue) => protocol,
            (var first, var last) when first == last => string.Create(CultureInfo.InvariantCulture, $"{protocol}/{first}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{protocol}/{service.First}-{service.Last}"),
        };
    }

    private static string? Of(TimeRange? time) => time is null ? null
        : $"{time.Name} ({string.Join(' ', Enumerable.Range(0, 7).Where(day => (time.Days >> day & 1) != 0).Select(day => s_days[day]))} {time.From:hh\\:mm} to {Math.Floor(time.To.TotalHours):00}:{time.To.Minutes:00})";

    private static string Of(ForwardTarget target) => target.Port == 0 ? target.Host.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{(target.Host.IsV4 ? target.Host.ToString() : $"[{target.Host}]")}:{target.Port}");

    private static string Of(FlowPlans plans) => plans.Tcp == plans.Udp && plans.Tcp == plans.Icmp && plans.Tcp == plans.Other
        ? plans.Tcp.ToString().ToLowerInvariant()
        : $"tcp {plans.Tcp}, udp {plans.Udp}, icmp {plans.Icmp}, other {plans.Other}".ToLowerInvariant();

    private static string Of(Gateway gateways) => gateways == Gateway.None ? "none"
        : string.Join(", ", s_gateways.Where(one => (gateways & one) != 0).Select(one => one.ToString().ToLowerInvariant()));
}
