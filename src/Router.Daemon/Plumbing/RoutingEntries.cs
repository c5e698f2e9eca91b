using Router.Daemon.Kernel;
using Router.Ports.Linux.Netlink;
using Router.Wire;
using static Router.Ports.Linux.Netlink.LinuxFibRules;
using static Router.Ports.Linux.Netlink.LinuxNetlink;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;

namespace Router.Daemon.Plumbing;

// Rules and routes as values: what the kernel has is read into the same records as what we want, and the difference of two sets
// is what there is to do. A record therefore holds everything that we ever set, and nothing else.

/// <summary>A policy routing rule.</summary>
/// <param name="Family">AF_INET or AF_INET6.</param>
/// <param name="Action">FR_ACT_*.</param>
/// <param name="To">A destination address, or null for all.</param>
/// <param name="Iif">Interface it came in by; "lo" means the box itself. Empty for all.</param>
/// <param name="NotIif">The rule is for everything but <paramref name="Iif"/>.</param>
/// <param name="Oif">Interface that the sender is bound to, empty for all.</param>
/// <param name="LocalNetworksOnly">Ignores default routes, and routes out of interfaces in <see cref="Numbers.LinkGroup"/>.</param>
internal readonly record struct PolicyRule(byte Family, uint Preference, byte Action, uint Table)
{
    public Address? To { get; init; }
    public string Iif { get; init; } = "";
    public bool NotIif { get; init; }
    public string Oif { get; init; } = "";
    public bool LocalNetworksOnly { get; init; }

    /// <summary>Mark that the sender's socket has, or 0 for all.</summary>
    public uint Mark { get; init; }
    public byte Protocol { get; init; } = Numbers.Protocol;

    /// <summary>The rule that every kernel begins with.</summary>
    public static PolicyRule KernelLocal(byte family) => new(family, 0, FR_ACT_TO_TBL, RT_TABLE_LOCAL) { Protocol = RTPROT_KERNEL };

    public static bool TryRead(in NetlinkMessage message, out PolicyRule rule)
    {
        rule = default;
        if (message.Type != RTM_NEWRULE || !message.TryBody(out fib_rule_hdr body, out NetlinkAttributes attributes)) return false;
        uint preference = 0, table = body.table, mark = 0;
        Address? to = null;
        string iif = "", oif = "";
        bool suppress = false;
        byte protocol = 0;
        foreach (NetlinkAttribute attribute in attributes)
        {
            switch (attribute.Type)
            {
                case FRA_PRIORITY: preference = attribute.Number; break;
                case FRA_FWMARK: mark = attribute.Number; break;
                case FRA_TABLE: table = attribute.Number; break;
                case FRA_IIFNAME: iif = attribute.Text; break;
                case FRA_OIFNAME: oif = attribute.Text; break;
                case FRA_DST when attribute.Value.Length == 4: to = Address.ReadV4(attribute.Value); break;
                case FRA_DST when attribute.Value.Length == 16: to = Address.ReadV6(attribute.Value); break;
                case FRA_SUPPRESS_IFGROUP: suppress |= attribute.Number == Numbers.LinkGroup; break;
                case FRA_PROTOCOL when attribute.Value.Length > 0: protocol = attribute.Value[0]; break;
            }
        }
        rule = new PolicyRule(body.family, preference, body.action, table)
        {
            To = to, Iif = iif, Oif = oif, NotIif = (body.flags & FIB_RULE_INVERT) != 0, LocalNetworksOnly = suppress, Protocol = protocol, Mark = mark,
        };
        return true;
    }

    public NetlinkRequest Request(bool add)
    {
        var request = new NetlinkRequest(add ? RTM_NEWRULE : RTM_DELRULE, (ushort)(NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0)));
        request.Body(new fib_rule_hdr
        {
            family = Family, action = Action, flags = NotIif ? FIB_RULE_INVERT : 0,
            dst_len = (byte)(To is null ? 0 : Family == KernelMessages.AF_INET ? 32 : 128),
        });
        request.Attribute(FRA_PRIORITY, Preference).Attribute(FRA_PROTOCOL, Protocol);
        if (Action == FR_ACT_TO_TBL) request.Attribute(FRA_TABLE, Table);
        if (To is Address to) request.Attribute(FRA_DST, to);
        if (Iif.Length > 0) request.Attribute(FRA_IIFNAME, Iif);
        if (Mark != 0) request.Attribute(FRA_FWMARK, Mark);
        if (Oif.Length > 0) request.Attribute(FRA_OIFNAME, Oif);
        if (LocalNetworksOnly) request.Attribute(FRA_SUPPRESS_PREFIXLEN, 0u).Attribute(FRA_SUPPRESS_IFGROUP, Numbers.LinkGroup);
        return request;
    }
}

/// <summary>The default route of one of our tables.</summary>
/// <param name="Family">AF_INET or AF_INET6.</param>
/// <param name="Type">RTN_UNICAST out of an interface, or RTN_UNREACHABLE behind it.</param>
/// <param name="Interface">Index; 0 for an unreachable route.</param>
/// <param name="Source">Address that unbound senders get, or null.</param>
internal readonly record struct TableRoute(byte Family, uint Table, byte Type, int Interface, uint Metric, Address? Source)
{
    /// <summary>Behind every other route of the table.</summary>
    public const uint LastMetric = uint.MaxValue;

    public static bool TryRead(in NetlinkMessage message, out TableRoute route)
    {
        route = default;
        if (message.Type != RTM_NEWROUTE || !message.TryBody(out rtmsg body, out NetlinkAttributes attributes)) return false;
        if (body.rtm_protocol != Numbers.Protocol || body.rtm_dst_len != 0) return false;
        uint table = body.rtm_table, metric = 0;
        int index = 0;
        Address? source = null;
        foreach (NetlinkAttribute attribute in attributes)
        {
            switch (attribute.Type)
            {
                case RTA_TABLE: table = attribute.Number; break;
                case RTA_PRIORITY: metric = attribute.Number; break;
                // IPv6 reports unreachable routes as leaving by lo.
                case RTA_OIF when body.rtm_type == RTN_UNICAST: index = (int)attribute.Number; break;
                case RTA_PREFSRC when attribute.Value.Length == 4: source = Address.ReadV4(attribute.Value); break;
                case RTA_PREFSRC when attribute.Value.Length == 16: source = Address.ReadV6(attribute.Value); break;
            }
        }
        route = new TableRoute(body.rtm_family, table, body.rtm_type, index, metric, source);
        return true;
    }

    public NetlinkRequest Request(bool add)
    {
        var request = new NetlinkRequest(add ? RTM_NEWROUTE : RTM_DELROUTE, (ushort)(NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0)));
        request.Body(new rtmsg
        {
            rtm_family = Family, rtm_type = Type, rtm_protocol = Numbers.Protocol,
            rtm_scope = Type == RTN_UNICAST && Family == KernelMessages.AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
        });
        request.Attribute(RTA_TABLE, Table).Attribute(RTA_PRIORITY, Metric);
        if (Interface != 0) request.Attribute(RTA_OIF, (uint)Interface);
        if (Source is Address source) request.Attribute(RTA_PREFSRC, source);
        return request;
    }
}

/// <summary>Lets requests carry addresses.</summary>
internal static class AddressAttribute
{
    /// <summary>Appends 4 or 16 octets, as the address is.</summary>
    public static NetlinkRequest Attribute(this NetlinkRequest request, ushort type, Address address)
    {
        Span<byte> octets = stackalloc byte[16];
        if (!address.IsV4)
        {
            address.WriteV6(octets);
            return request.Attribute(type, octets);
        }
        address.WriteV4(octets);
        return request.Attribute(type, octets[..4]);
    }
}
