using Router.Daemon.Kernel;
using Router.Daemon.Plumbing;
using Router.Ports.Linux.Netlink;
using Router.Wire;
using static Router.Ports.Linux.Netlink.LinuxIfAddr;
using static Router.Ports.Linux.Netlink.LinuxIfLink;
using static Router.Ports.Linux.Netlink.LinuxNeighbour;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;
using static Router.Tests.Daemon.Kernel.RecordedMessages;

namespace Router.Tests.Daemon.Kernel;

public class KernelMessagesTests
{
    private const byte Inet = KernelMessages.AF_INET, Inet6 = KernelMessages.AF_INET6;

    [Fact]
    public void An_address_is_read()
    {
        Assert.True(KernelMessages.TryAddress(Single(Octets(Address4)), out KernelAddress found));
        Assert.Equal(new KernelAddress(3, Address.Parse("192.0.2.2"), Address.Parse("192.0.2.2"), 24, 0, 0x80), found);
        Assert.False(found.Tentative || found.Deprecated || found.Secondary);
    }

    [Fact]
    public void A_point_to_point_address_is_ours_and_its_network_the_peers()
    {
        byte[] message = New(RTM_NEWADDR, new ifaddrmsg { ifa_family = Inet, ifa_prefixlen = 32, ifa_index = 7 },
            r => r.Attribute(IFA_LOCAL, [192, 0, 2, 9]).Attribute(IFA_ADDRESS, [198, 51, 100, 1]));
        Assert.True(KernelMessages.TryAddress(Single(message), out KernelAddress found));
        Assert.Equal(Address.Parse("192.0.2.9"), found.Address);
        Assert.Equal(new Prefix(Address.Parse("198.51.100.1"), 32), found.Network);
    }

    [Theory]
    [InlineData(IFA_F_TENTATIVE, true)]
    [InlineData(IFA_F_DADFAILED, true)]
    [InlineData(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC, false)]
    [InlineData(IFA_F_DEPRECATED, false)]
    public void Flags_beyond_eight_bits_come_from_the_attribute(uint flags, bool tentative)
    {
        byte[] message = New(RTM_NEWADDR, new ifaddrmsg { ifa_family = Inet6, ifa_prefixlen = 64, ifa_index = 7 },
            r => r.Attribute(IFA_ADDRESS, Address6("2001:db8::1")).Attribute(IFA_FLAGS, flags));
        Assert.True(KernelMessages.TryAddress(Single(message), out KernelAddress found));
        Assert.Equal((tentative, flags), (found.Tentative, found.Flags));
    }

    [Fact]
    public void Routes_of_both_families_are_read()
    {
        Assert.Equal([new KernelRoute(new Prefix(Address.Parse("0.0.0.0"), 0), Address.Parse("192.0.2.1"), 3, 0, RTPROT_BOOT)], Routes(Octets(DefaultRoute4)));
        Assert.Equal([new KernelRoute(new Prefix(Address.Parse("::"), 0), Address.Parse("2001:db8:1::1"), 3, 1024, RTPROT_BOOT)], Routes(Octets(DefaultRoute6)));
    }

    [Fact]
    public void A_multipath_route_is_one_route_for_each_next_hop()
    {
        byte[] hops =
        [
            16, 0, 0, 0, 3, 0, 0, 0, /* rtnexthop: length 16, interface 3 */ 8, 0, 5, 0, 192, 0, 2, 1,    // RTA_GATEWAY
            16, 0, 0, 0, 4, 0, 0, 0, /* rtnexthop: length 16, interface 4 */ 8, 0, 5, 0, 203, 0, 113, 1,  // RTA_GATEWAY
        ];
        byte[] message = New(RTM_NEWROUTE, new rtmsg { rtm_family = Inet, rtm_table = 254, rtm_type = 1 }, r => r.Attribute(RTA_MULTIPATH, hops));
        Assert.Equal([(3, "192.0.2.1"), (4, "203.0.113.1")], Routes(message).Select(r => (r.Interface, r.Gateway.ToString())));
    }

    [Fact]
    public void An_ipv4_route_may_have_an_ipv6_gateway()
    {
        byte[] message = New(RTM_NEWROUTE, new rtmsg { rtm_family = Inet, rtm_table = 254, rtm_type = 1 },
            r => r.Attribute(RTA_VIA, [Inet6, 0, .. Address6("fe80::1")]).Attribute(RTA_OIF, 3u));
        Assert.Equal(Address.Parse("fe80::1"), Assert.Single(Routes(message)).Gateway);
    }

    [Fact]
    public void Routes_that_are_not_ours_to_know_are_refused()
    {
        Assert.Empty(Routes(New(RTM_NEWROUTE, new rtmsg { rtm_family = Inet, rtm_table = 255, rtm_type = 1 }, r => r.Attribute(RTA_OIF, 3u))));
        Assert.Empty(Routes(New(RTM_NEWROUTE, new rtmsg { rtm_family = Inet, rtm_table = 254, rtm_type = RTN_BLACKHOLE }, r => r.Attribute(RTA_OIF, 3u))));
        Assert.Empty(Routes(New(RTM_NEWROUTE, new rtmsg { rtm_family = Inet6, rtm_table = 254, rtm_type = 1, rtm_flags = RTM_F_CLONED }, r => r.Attribute(RTA_OIF, 3u))));
        Assert.Empty(Routes(New(RTM_NEWROUTE, new rtmsg { rtm_family = 7, rtm_table = 254, rtm_type = 1 }, r => r.Attribute(RTA_OIF, 3u))));
        // ::ffff:0:0/96 would turn into IPv4 in our addresses.
        Assert.Empty(Routes(New(RTM_NEWROUTE, new rtmsg { rtm_family = Inet6, rtm_dst_len = 96, rtm_table = 254, rtm_type = 1 },
            r => r.Attribute(RTA_DST, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0]).Attribute(RTA_OIF, 3u))));
    }

    [Theory]
    [InlineData(NUD_REACHABLE, 0x020000000001UL, NeighbourState.Resolved)]
    [InlineData(NUD_STALE, 0x020000000001UL, NeighbourState.Resolved)]
    [InlineData(NUD_PERMANENT, 0x020000000001UL, NeighbourState.Resolved)]
    [InlineData(NUD_INCOMPLETE, 0UL, NeighbourState.Incomplete)]
    [InlineData(NUD_FAILED, 0UL, NeighbourState.Failed)]
    public void A_neighbour_has_a_mac_while_it_is_resolved(ushort nud, ulong mac, NeighbourState state)
    {
        byte[] message = New(RTM_NEWNEIGH, new ndmsg { ndm_family = Inet, ndm_ifindex = 3, ndm_state = nud },
            r => r.Attribute(NDA_DST, [192, 0, 2, 1]).Attribute(NDA_LLADDR, [2, 0, 0, 0, 0, 1]).Attribute(NDA_FLAGS_EXT, NTF_EXT_MANAGED));
        Assert.True(KernelMessages.TryNeighbour(Single(message), out Neighbour found));
        Assert.Equal(new Neighbour(3, Address.Parse("192.0.2.1"), mac, state, true), found);
    }

    [Fact]
    public void Multicast_and_proxy_neighbours_are_refused()
    {
        Assert.False(KernelMessages.TryNeighbour(Single(New(RTM_NEWNEIGH, new ndmsg { ndm_family = Inet, ndm_state = NUD_NOARP }, r => r.Attribute(NDA_DST, [224, 0, 0, 22]))), out _));
        Assert.False(KernelMessages.TryNeighbour(Single(New(RTM_NEWNEIGH, new ndmsg { ndm_family = Inet, ndm_flags = NTF_PROXY }, r => r.Attribute(NDA_DST, [192, 0, 2, 1]))), out _));
    }

    [Fact]
    public void An_interface_is_read_and_a_bridge_port_is_not_one()
    {
        byte[] Message(byte family) => New(RTM_NEWLINK, new ifinfomsg { ifi_family = family, ifi_type = ARPHRD_ETHER, ifi_index = 3, ifi_flags = IFF_UP | IFF_LOWER_UP },
            r => r.Attribute(IFLA_IFNAME, "wan0").Attribute(IFLA_MTU, 1492u).Attribute(IFLA_GROUP, 7u).Attribute(IFLA_ADDRESS, [2, 0, 0, 0, 0, 0xfe])
                .Nest(IFLA_LINKINFO, n => n.Attribute(IFLA_INFO_KIND, "veth")));
        Assert.True(KernelMessages.TryInterface(Single(Message(0)), out KernelInterface found));
        Assert.Equal(new KernelInterface(3, "wan0", 0x0200000000fe, 1492, true, true, true, 7, "veth"), found);
        const byte AF_BRIDGE = 7;
        Assert.False(KernelMessages.TryInterface(Single(Message(AF_BRIDGE)), out _));
    }

    [Fact]
    public void What_is_cut_short_anywhere_says_less_and_breaks_nothing()
    {
        var routes = new List<KernelRoute>();
        foreach (byte[] whole in RecordedMessages.All.Select(Octets))
        {
            for (int length = 0; length < whole.Length; length++)
            {
                byte[] cut = whole[..length];
                Assert.False(new NetlinkMessages(cut).MoveNext());
                if (length < 16) continue;
                // The header that promises no more than there is: the walk goes into what is left.
                BitConverter.TryWriteBytes(cut, length);
                NetlinkMessage message = Single(cut);
                KernelMessages.TryAddress(message, out _);
                KernelMessages.TryInterface(message, out _);
                KernelMessages.TryNeighbour(message, out _);
                KernelMessages.TryRoutes(message, routes);
                PolicyRule.TryRead(message, out _);
                TableRoute.TryRead(message, out _);
            }
        }
    }

    [Fact]
    public void Any_octet_may_be_anything()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        try
        {
            for (int i = 0; i < 20_000; i++)
            {
                byte[] message = Octets(RecordedMessages.All[i % RecordedMessages.All.Length]);
                for (int n = random.Next(1, 6); n > 0; n--) message[random.Next(4, message.Length)] = (byte)random.Next(256);
                var tables = new KernelTables();
                foreach (NetlinkMessage one in new NetlinkMessages(message)) tables.Take(one);
                tables.ToView();
            }
        }
        catch (Exception broken)
        {
            throw new InvalidOperationException($"seed {seed}", broken);
        }
    }

    private static List<KernelRoute> Routes(byte[] message)
    {
        var found = new List<KernelRoute>();
        KernelMessages.TryRoutes(Single(message), found);
        return found;
    }

    private static byte[] New<T>(ushort type, T body, Action<NetlinkRequest> attributes) where T : unmanaged
    {
        var request = new NetlinkRequest(type, 0);
        request.Body(body);
        attributes(request);
        return request.Finish(1).ToArray();
    }

    private static byte[] Address6(string text)
    {
        byte[] octets = new byte[16];
        Address.Parse(text).WriteV6(octets);
        return octets;
    }
}
