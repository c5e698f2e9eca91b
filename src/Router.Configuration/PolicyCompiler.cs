using Router.Configuration.Web;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Configuration;

/// <summary>A policy, and until when it holds.</summary>
/// <param name="Policy">To be published.</param>
/// <param name="NextChange">When a rule's time begins or ends next, so that it must be compiled again; null for never.</param>
/// <param name="Warnings">Host names that are not resolved, each once, as sentences.</param>
public sealed record CompiledPolicy(Policy Policy, DateTimeOffset? NextChange, IReadOnlyList<string> Warnings);

/// <summary>
/// Turns settings into the policy that the path reads: names of zones and links become bits, names of hosts the addresses they have
/// now, time ranges a yes or no for this instant. Run at load, when a time range begins or ends, and when a host name's addresses
/// change. Pure but for the registry, which may hand out new numbers. A rule's counters go on in the rule of the same name.
/// </summary>
public static class PolicyCompiler
{
    /// <param name="settings">What was loaded.</param>
    /// <param name="registry">Gives zones and links their numbers.</param>
    /// <param name="now">For which instant.</param>
    /// <param name="resolved">Addresses of <see cref="Settings.HostNames"/>. A name that is missing or has none matches nothing.</param>
    /// <param name="previous">The policy in force, or null.</param>
    /// <param name="zone">The time zone of `times`; null for the machine's.</param>
    /// <exception cref="Ports.PortException">The registry is full, with names of zones and links that are gone.</exception>
    public static CompiledPolicy Compile(
        Settings settings, PortRegistry registry, DateTimeOffset now, IReadOnlyDictionary<string, Address[]>? resolved = null,
        Policy? previous = null, TimeZoneInfo? zone = null)
    {
        var ports = new Dictionary<string, PortId>(StringComparer.OrdinalIgnoreCase) { ["firewall"] = PortId.Host };
        foreach (ZoneSettings local in settings.Zones) ports[local.Name] = registry.Claim(local.Name);
        foreach (LinkSettings link in settings.Links) ports[link.Name] = registry.Claim(link.Name);
        var selectors = new SelectorCompiler(ports, resolved);
        var clock = new RuleClock(now, zone ?? TimeZoneInfo.Local);
        var counters = new Dictionary<string, RuleCounters>(StringComparer.OrdinalIgnoreCase);
        foreach (Rule rule in previous?.Rules ?? []) counters[rule.Name] = rule.Counters;

        var rules = new Rule[settings.Rules.Count + 1];
        for (int i = 0; i < settings.Rules.Count; i++) rules[i] = Compile(settings.Rules[i], ports, selectors, clock, counters);
        rules[^1] = new Rule
        {
            Name = DefaultRuleSettings.Name,
            Action = settings.DefaultRule.Action,
            Log = settings.DefaultRule.Log,
            Counters = counters.GetValueOrDefault(DefaultRuleSettings.Name) ?? new RuleCounters(),
        };
        var policy = new Policy
        {
            Generation = Policy.Following(previous),
            Rules = rules,
            Mode = settings.Internet.Mode,
            Order = Order(settings, ports),
            Links = [.. settings.Links.Select(l => new LinkPolicy(ports[l.Name], l.Name, l.Interface, l.Weight, l.Metered, l.RefusesPrivate) { Ipv6 = l.Ipv6, Prefixes = l.Prefixes })],
            Zones = [.. settings.Zones.Select(z => new ZonePolicy(ports[z.Name], z.Name, [.. z.Interfaces], z.Licensed))],
            PinIdle = settings.Internet.PinIdle.Ticks / TimeSpan.TicksPerMicrosecond,
            DrainTime = settings.Internet.DrainTime.Ticks / TimeSpan.TicksPerMicrosecond,
            Timeouts = settings.Timeouts,
            Limits = new HostLimits(
                settings.Limits.Common, [.. settings.Limits.Exceptions.Select(e => new HostException(selectors.Compile(e.Source), e.Limit))]),
            PicksUpTcp = settings.Internet.PicksUpTcp,
            Web = WebCompiler.Compile(settings.Web, ports, clock, previous),
            PortalPort = (ushort)settings.Portal.Http,
            Gate = GateOf(settings, ports, selectors),
        };
        return new CompiledPolicy(policy, clock.NextChange, selectors.Warnings);
    }

    private static Rule Compile(
        RuleSettings rule, Dictionary<string, PortId> ports, SelectorCompiler selectors, RuleClock clock, Dictionary<string, RuleCounters> counters) => new()
        {
            Name = rule.Name,
            Active = rule.Enabled && clock.Holds(rule.Time),
            Source = selectors.Compile(rule.Source),
            Destination = selectors.Compile(rule.Destination),
            Services = rule.Services,
            Family = rule.Family,
            Action = rule.Action,
            Log = rule.Log,
            Dscp = rule.Dscp,
            Links = rule.Links.Length == 0 ? [] : Array.ConvertAll(rule.Links, l => ports[l]),
            Fallback = rule.Fallback,
            Pin = rule.Pin,
            Nat = rule.Nat,
            NatAddress = rule.NatAddress,
            FullCone = rule.FullCone,
            ForwardTo = rule.ForwardTo,
            Gateways = rule.Gateways,
            OnLinkDown = rule.OnLinkDown,
            OnLinkDegrade = rule.OnLinkDegrade,
            OnLinkReturn = rule.OnLinkReturn,
            Counters = counters.GetValueOrDefault(rule.Name) ?? new RuleCounters(),
        };

    private static Gate GateOf(Settings settings, Dictionary<string, PortId> ports, SelectorCompiler selectors) => new(
        settings.Users.LoginZones.Aggregate(0UL, (bits, zone) => bits | ports[zone].Bit),
        settings.Zones.Where(zone => zone.Welcome is not null).Aggregate(0UL, (bits, zone) => bits | ports[zone.Name].Bit),
        selectors.Compile(settings.Users.Exempt), selectors.Compile(settings.Users.BeforeLogin))
    {
        KnowsSome = settings.Users.Automatic.Count > 0,
    };

    // A reserved link serves only whoever names it: a rule, or the written order itself.
    private static PortId[] Order(Settings settings, Dictionary<string, PortId> ports)
    {
        IEnumerable<string> rest = settings.Links.Where(l => l.Weight > 0).Select(l => l.Name).Where(n => !settings.Internet.Order.Contains(n));
        return [.. settings.Internet.Order.Concat(rest).Select(n => ports[n])];
    }
}
