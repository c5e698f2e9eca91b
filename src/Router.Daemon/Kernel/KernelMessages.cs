using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Router.Ports.Linux.Netlink;
using Router.Wire;
using static Router.Ports.Linux.Netlink.LinuxIfAddr;
using static Router.Ports.Linux.Netlink.LinuxIfLink;
using static Router.Ports.Linux.Netlink.LinuxNeighbour;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;

namespace Router.Daemon.Kernel;

/// <summary>
/// rtnetlink's messages to our records. Each method answers false for what is cut short, and for what we have no use for (other
/// families, other tables, multicast neighbours); nothing throws.
/// </summary>
internal static class KernelMessages
{
    public const byte AF_INET = 2, AF_INET6 = 10;

    /// <summary>ifinfomsg; bridge ports repeat themselves with family AF_BRIDGE, those are refused.</summary>
    public static bool TryInterface(in NetlinkMessage message, out KernelInterface found)
    {
        found = null!;
        if (!message.TryBody(out ifinfomsg body, out NetlinkAttributes attributes) || body.ifi_family != 0) return false;
        string name = "", kind = "";
        ulong mac = 0;
        uint mtu = 0, group = 0;
        foreach (NetlinkAttribute attribute in attributes)
        {
            switch (attribute.Type)
            {
                case IFLA_IFNAME: name = attribute.Text; break;
                case IFLA_ADDRESS: mac = Mac(attribute.Value); break;
                case IFLA_MTU: mtu = attribute.Number; break;
                case IFLA_GROUP: group = attribute.Number; break;
                case IFLA_LINKINFO: kind = Kind(attribute.Value); break;
            }
        }
        found = new KernelInterface(body.ifi_index, name, mac, (int)mtu, body.ifi_type == ARPHRD_ETHER,
            (body.ifi_flags & IFF_UP) != 0, (body.ifi_flags & IFF_LOWER_UP) != 0, group, kind);
        return name.Length > 0;
    }

    /// <summary>ifaddrmsg. Point-to-point, IFA_LOCAL is ours and IFA_ADDRESS the far end; elsewhere IPv6 omits IFA_LOCAL.</summary>
    public static bool TryAddress(in NetlinkMessage message, out KernelAddress found)
    {
        found = default;
        if (!message.TryBody(out ifaddrmsg body, out NetlinkAttributes attributes)) return false;
        Address local = default, peer = default;
        bool hasLocal = false, hasPeer = false;
        uint flags = body.ifa_flags;
        foreach (NetlinkAttribute attribute in attributes)
        {
            switch (attribute.Type)
            {
                case IFA_LOCAL: hasLocal = TryRead(body.ifa_family, attribute.Value, out local); break;
                case IFA_ADDRESS: hasPeer = TryRead(body.ifa_family, attribute.Value, out peer); break;
                case IFA_FLAGS: flags = attribute.Number; break;
            }
        }
        if (!hasLocal) local = peer;
        if (!hasPeer) peer = local;
        found = new KernelAddress((int)body.ifa_index, local, peer, body.ifa_prefixlen, body.ifa_scope, flags);
        return (hasLocal || hasPeer) && body.ifa_prefixlen <= Bits(body.ifa_family);
    }

    /// <summary>rtmsg of table main, unicast, without those that a lookup has cloned. Adds one route for each next hop.</summary>
    public static bool TryRoutes(in NetlinkMessage message, List<KernelRoute> found)
    {
        if (!message.TryBody(out rtmsg body, out NetlinkAttributes attributes)) return false;
        if (body.rtm_type != RTN_UNICAST || (body.rtm_flags & RTM_F_CLONED) != 0 || body.rtm_dst_len > Bits(body.rtm_family)) return false;
        uint table = body.rtm_table, metric = 0;
        int interfaceIndex = 0;
        Address destination = body.rtm_family == AF_INET ? Address.FromV4(0) : default, gateway = default;
        ReadOnlySpan<byte> hops = [];
        foreach (NetlinkAttribute attribute in attributes)
        {
            switch (attribute.Type)
            {
                case RTA_TABLE: table = attribute.Number; break;
                case RTA_DST when !TryRead(body.rtm_family, attribute.Value, out destination): return false;
                case RTA_OIF: interfaceIndex = (int)attribute.Number; break;
                case RTA_PRIORITY: metric = attribute.Number; break;
                case RTA_GATEWAY or RTA_VIA: gateway = Gateway(body.rtm_family, attribute); break;
                case RTA_MULTIPATH: hops = attribute.Value; break;
            }
        }
        if (table != RT_TABLE_MAIN) return false;
        var route = new KernelRoute(new Prefix(destination, body.rtm_dst_len), gateway, interfaceIndex, metric, body.rtm_protocol);
        if (interfaceIndex > 0) found.Add(route);
        AddHops(body.rtm_family, hops, route, found);
        return true;
    }

    /// <summary>ndmsg of one host; multicast and proxy entries are refused, and those that were made but never asked for.</summary>
    public static bool TryNeighbour(in NetlinkMessage message, out Neighbour found)
    {
        found = default;
        if (!message.TryBody(out ndmsg body, out NetlinkAttributes attributes) || (body.ndm_flags & NTF_PROXY) != 0) return false;
        Address address = default;
        bool hasAddress = false;
        ulong mac = 0;
        uint extended = 0;
        foreach (NetlinkAttribute attribute in attributes)
        {
            switch (attribute.Type)
            {
                case NDA_DST: hasAddress = TryRead(body.ndm_family, attribute.Value, out address); break;
                case NDA_LLADDR: mac = Mac(attribute.Value); break;
                case NDA_FLAGS_EXT: extended = attribute.Number; break;
            }
        }
        if (!hasAddress || address.IsMulticast || address.IsLimitedBroadcast) return false;
        NeighbourState state = StateOf(body.ndm_state);
        if (state != NeighbourState.Resolved) mac = 0;
        found = new Neighbour(body.ndm_ifindex, address, mac, state, (extended & NTF_EXT_MANAGED) != 0);
        return true;
    }

    private static NeighbourState StateOf(ushort nud) => nud switch
    {
        NUD_FAILED => NeighbourState.Failed,
        NUD_REACHABLE or NUD_STALE or NUD_DELAY or NUD_PROBE or NUD_NOARP or NUD_PERMANENT => NeighbourState.Resolved,
        _ => NeighbourState.Incomplete,
    };

    /// <summary>rtnexthop structs, each with its attributes inside rtnh_len.</summary>
    private static void AddHops(byte family, ReadOnlySpan<byte> hops, KernelRoute route, List<KernelRoute> found)
    {
        const int HopHeader = 8;
        while (MemoryMarshal.TryRead(hops, out rtnexthop hop) && hop.rtnh_len >= HopHeader && hop.rtnh_len <= hops.Length)
        {
            Address gateway = default;
            foreach (NetlinkAttribute attribute in new NetlinkAttributes(hops[HopHeader..hop.rtnh_len]))
            {
                if (attribute.Type is RTA_GATEWAY or RTA_VIA) gateway = Gateway(family, attribute);
            }
            found.Add(route with { Gateway = gateway, Interface = hop.rtnh_ifindex });
            hops = hops[Math.Min(LinuxNetlink.Align(hop.rtnh_len), hops.Length)..];
        }
    }

    /// <summary>RTA_GATEWAY is of the route's own family; RTA_VIA (struct rtvia) begins with a family of its own.</summary>
    private static Address Gateway(byte family, NetlinkAttribute attribute)
    {
        ReadOnlySpan<byte> octets = attribute.Value;
        if (attribute.Type == RTA_VIA)
        {
            if (octets.Length < 2) return default;
            family = octets[0];
            octets = octets[2..];
        }
        return TryRead(family, octets, out Address gateway) ? gateway : default;
    }

    private static string Kind(ReadOnlySpan<byte> nested)
    {
        foreach (NetlinkAttribute attribute in new NetlinkAttributes(nested))
        {
            if (attribute.Type == IFLA_INFO_KIND) return attribute.Text;
        }
        return "";
    }

    private static ulong Mac(ReadOnlySpan<byte> octets) => octets.Length == 6
        ? (ulong)BinaryPrimitives.ReadUInt16BigEndian(octets) << 32 | BinaryPrimitives.ReadUInt32BigEndian(octets[2..])
        : 0;

    private static int Bits(byte family) => family switch { AF_INET => 32, AF_INET6 => 128, _ => -1 };

    /// <summary>Refuses IPv4-mapped IPv6, which here would turn into IPv4.</summary>
    private static bool TryRead(byte family, ReadOnlySpan<byte> octets, out Address address)
    {
        address = default;
        if (family == AF_INET && octets.Length >= 4) address = Address.ReadV4(octets);
        else if (family == AF_INET6 && octets.Length >= 16) address = Address.ReadV6(octets);
        else return false;
        return address.IsV4 == (family == AF_INET);
    }
}
