using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Forwarding.Web;

namespace Router.Configuration.Web;

/// <summary>Turns web rules as written into those that the path asks. A rule's counters go on in the rule of the same name.</summary>
internal static class WebCompiler
{
    public static WebPolicy Compile(WebSettings web, Dictionary<string, PortId> ports, RuleClock clock, Policy? previous)
    {
        var counters = new Dictionary<string, WebCounters>(StringComparer.OrdinalIgnoreCase);
        foreach (WebRule rule in previous?.Web.Rules ?? []) counters[rule.Name] = rule.Counters;
        return new WebPolicy
        {
            DeniesUnreadable = web.DeniesUnreadable,
            Ports = web.Ports,
            Rules = [.. web.Rules.Select(rule => new WebRule
            {
                Name = rule.Name, Active = rule.Enabled && clock.Holds(rule.Time), Patterns = rule.Patterns, Lists = rule.Lists, Users = rule.Users,
                Zones = rule.Zones.Length == 0 ? ulong.MaxValue : rule.Zones.Aggregate(0UL, (bits, zone) => bits | ports[zone].Bit),
                Action = rule.Action, Text = rule.Text, Target = rule.Target, Counters = counters.GetValueOrDefault(rule.Name) ?? new WebCounters(),
            })],
        };
    }
}
