using Router.Daemon.Kernel;
using Router.Wire;
using static Router.Daemon.Kernel.KernelMessages;
using static Router.Ports.Linux.Netlink.LinuxFibRules;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;

namespace Router.Daemon.Plumbing;

/// <summary>
/// The rules and routes that a plan asks for. In the order of preference, which is the order in which a packet meets them:
///
///     10     iif ZONE-IF to LINK-ADDRESS   zone's table    a local host calls a link's address: ours, not the kernel's
///     20     all                           local           the box's own addresses
///     30     oif LINK                      main            a socket bound to the link itself (DHCP client)
///     40     iif ZONE-IF                   zone's table    everything else from local hosts
///     30000  all                           main            local networks only: no default route, nothing out of a link
///     30005  fwmark LINK                   link's table    programs that `routerctl use` sends out by a link
///     30010  iif lo                        host's table    the box's own traffic
///     30020  not iif lo                    blackhole       nothing is forwarded by the kernel from anywhere to a link
///
/// A link's table is `default dev rt-host src LINK-ADDRESS`: the source is what tells us the link. A zone's table is `default dev rt-ZONE`, and behind it `unreachable`: without the TUN device nothing falls through to table
/// main. What we write into a TUN device comes in by rt-*, so it meets 20 and 30000, and ends at 30020 if it fits neither.
/// </summary>
internal static class DesiredRouting
{
    public static HashSet<PolicyRule> Rules(PlumbingPlan plan, byte family)
    {
        bool v4 = family == AF_INET;
        var rules = new HashSet<PolicyRule>
        {
            Local(family),
            new(family, Numbers.LocalNetworksPreference, FR_ACT_TO_TBL, RT_TABLE_MAIN) { LocalNetworksOnly = true },
            new(family, Numbers.HostPreference, FR_ACT_TO_TBL, Numbers.HostTable) { Iif = "lo" },
            new(family, Numbers.ClosedPreference, FR_ACT_BLACKHOLE, 0) { Iif = "lo", NotIif = true },
        };
        foreach (LinkPlan link in plan.Links)
        {
            rules.Add(new(family, Numbers.BoundPreference, FR_ACT_TO_TBL, RT_TABLE_MAIN) { Oif = link.Interface });
            if (link.Id is { } id) rules.Add(new(family, Numbers.UsePreference, FR_ACT_TO_TBL, Numbers.LinkTable + id.Value) { Mark = Numbers.LinkMark + id.Value });
        }
        foreach (ZonePlan zone in plan.Zones)
        {
            foreach (string name in zone.Interfaces)
            {
                rules.Add(new(family, Numbers.ZonePreference, FR_ACT_TO_TBL, zone.Table) { Iif = name });
                foreach (Address address in plan.Links.SelectMany(l => l.Addresses))
                {
                    // Link-local addresses mean something else on each interface: they stay the kernel's.
                    if (address.IsV4 != v4 || address.IsLinkLocal) continue;
                    rules.Add(new(family, Numbers.HairpinPreference, FR_ACT_TO_TBL, zone.Table) { Iif = name, To = address });
                }
            }
        }
        return rules;
    }

    /// <summary>Table local in its new place.</summary>
    public static PolicyRule Local(byte family) => new(family, Numbers.LocalPreference, FR_ACT_TO_TBL, RT_TABLE_LOCAL);

    /// <param name="tuns">The TUN devices that exist and are up, by name.</param>
    public static HashSet<TableRoute> Routes(PlumbingPlan plan, byte family, IReadOnlyDictionary<string, KernelInterface> tuns)
    {
        bool v4 = family == AF_INET;
        var routes = new HashSet<TableRoute>();
        Add(Numbers.HostTable, Numbers.HostTun, v4 ? Address.Parse(Numbers.HostAddress) : null);
        foreach (ZonePlan zone in plan.Zones) Add(zone.Table, zone.Tun, null);
        foreach (LinkPlan link in plan.Links)
        {
            if (link.Id is not { } id) continue;
            // Without an address there is no way out, rather than one with somebody else's.
            if (link.Source(v4) is { } source) Add(Numbers.LinkTable + id.Value, Numbers.HostTun, source);
            else routes.Add(new(family, Numbers.LinkTable + id.Value, RTN_UNREACHABLE, 0, TableRoute.LastMetric, null));
        }
        return routes;

        void Add(uint table, string tun, Address? source)
        {
            routes.Add(new(family, table, RTN_UNREACHABLE, 0, TableRoute.LastMetric, null));
            // IPv6 takes metric 0 to mean 1024; said outright, what is read back compares equal.
            if (tuns.TryGetValue(tun, out KernelInterface? found)) routes.Add(new(family, table, RTN_UNICAST, found.Index, 1024, source));
        }
    }
}
