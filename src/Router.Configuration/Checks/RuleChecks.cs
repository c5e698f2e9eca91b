using Router.Configuration.Layers;
using Router.Configuration.Reading;
using Router.Forwarding.Rules;

namespace Router.Configuration.Checks;

/// <summary>
/// What is wrong with a rule although each of its fields is right: errors where it could not work, warnings where it does something
/// other than its author will expect.
/// </summary>
internal static class RuleChecks
{
    /// <summary>Ports that one open mapping may reasonably have; more is a range that invites the whole Internet.</summary>
    private const int MostConePorts = 16;

    /// <summary>Rules that are named where several together hide one.</summary>
    private const int MostNamed = 4;

    public static void Check(List<RuleReader.Read> rules, Names names, InternetMode mode)
    {
        foreach (RuleReader.Read read in rules)
        {
            Forwarding(read, names);
            Link(read);
            Return(read, mode);
            Cone(read);
            Idle(read);
        }
        foreach ((int rule, int[] by) in Cover.Find([.. rules.Select(r => r.Rule)]))
        {
            string above = by.Length == 1 ? $"`{rules[by[0]].Rule.Name}` above it takes"
                : $"{string.Join(" and ", by.Take(MostNamed).Select(one => $"`{rules[one].Rule.Name}`"))}{(by.Length > MostNamed ? " and others" : "")} above it together take";
            At(rules[rule], "name").Warn($"rule `{rules[rule].Rule.Name}` can never match: {above} all of it",
                by.Length == 1 ? "move it up, narrow the one above, or remove it" : "move it up, narrow those above, or remove it");
        }
    }

    private static Setting At(RuleReader.Read read, string key) => read.Setting.At(key);

    private static void Forwarding(RuleReader.Read read, Names names)
    {
        RuleSettings rule = read.Rule;
        if (rule.ForwardTo is not { } target) return;
        if (rule.Action != RuleAction.Allow) At(read, "forward_to").Error("`forward_to` needs `action: allow`", "change the action, or remove it");
        if (!Array.TrueForAll(rule.Destination, t => t.Kind == EndKind.Port && (t.Name == "firewall" || names.FindLink(t.Name) is not null)))
        {
            At(read, "forward_to").Error("`forward_to` needs a destination that is the box itself", "write `destination: [firewall]`, or name a link for its address only");
        }
        bool ported = rule.Services.Length > 0 && Array.TrueForAll(rule.Services, s => s.Protocol is 6 or 17 or 33 or 132 or 136);
        if (target.Port != 0 && !ported)
        {
            At(read, "forward_to").Error($"forwarding to port {target.Port} needs a service with ports", "write `service`, such as `[tcp/443]`, or leave the port out");
        }
        if ((rule.Family == RuleFamily.IPv4 && !target.Host.IsV4) || (rule.Family == RuleFamily.IPv6 && target.Host.IsV4))
        {
            At(read, "forward_to").Error($"{target.Host} is not of the rule's family", "change `family` or the address");
        }
    }

    private static void Link(RuleReader.Read read)
    {
        RuleSettings rule = read.Rule;
        if (rule.Links.Length == 0)
        {
            if (rule.Fallback) At(read, "fallback").Warn("`fallback` without `link` has no effect", "remove it, or name a link");
            return;
        }
        if (rule.Action != RuleAction.Allow)
        {
            At(read, "link").Warn($"`link` has no effect on a rule that does not allow", "remove it");
        }
        else if (!read.SaysFallback)
        {
            string links = string.Join(" and ", rule.Links);
            At(read, "link").Warn($"while {links} {(rule.Links.Length == 1 ? "is" : "are")} down, what rule `{rule.Name}` matches is refused",
                "write `fallback: true` to let it use another link, or `fallback: false` if it must not");
        }
    }

    private static void Return(RuleReader.Read read, InternetMode mode)
    {
        if (read.Rule.OnLinkReturn == FlowPlans.ReturnDefault || read.Rule.Links.Length > 0 || mode == InternetMode.Failover) return;
        string word = mode.ToString().ToLowerInvariant();
        At(read, "on_link_return").Warn($"`on_link_return` has no effect here: by `mode: {word}` no link is better than another", "name the `link` to return to, or remove it");
    }

    private static void Cone(RuleReader.Read read)
    {
        RuleSettings rule = read.Rule;
        if (!rule.FullCone) return;
        if (rule.Source is not [{ Kind: EndKind.Range } host] || host.Range.First != host.Range.Last)
        {
            At(read, "nat").Warn($"`full_cone` for more than one inside host lets anybody reach all of rule `{rule.Name}`'s sources", "name one address as `source`");
        }
        if (rule.Services.Length == 0 || rule.Services.Sum(s => s.Last - s.First + 1) > MostConePorts)
        {
            At(read, "nat").Warn($"`full_cone` for so many ports opens more than one application", "name the port, such as `service: [udp/3074]`");
        }
    }

    private static void Idle(RuleReader.Read read)
    {
        RuleSettings rule = read.Rule;
        if (rule.Action != RuleAction.Allow && (rule.Nat != SourceNat.Auto || rule.FullCone || rule.Dscp >= 0))
        {
            At(read, rule.Dscp >= 0 ? "dscp" : "nat").Warn("this has no effect on a rule that does not allow", "remove it");
        }
        if (rule.Family == RuleFamily.Any) return;
        bool v4 = rule.Family == RuleFamily.IPv4;
        if (Array.TrueForAll(rule.Source, t => OtherFamily(t, v4)) || Array.TrueForAll(rule.Destination, t => OtherFamily(t, v4)))
        {
            At(read, "family").Warn($"rule `{rule.Name}` can never match: its addresses are not of its family", "change `family` or the addresses");
        }
    }

    private static bool OtherFamily(EndTerm term, bool v4) => term.Kind == EndKind.Range && term.Range.First.IsV4 != v4;
}
