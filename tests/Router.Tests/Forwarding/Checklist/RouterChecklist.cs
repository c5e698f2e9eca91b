using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Checklist;

/// <summary>What RFC 1812, 7084, 8200 and their kin ask of a router, where no other test has it yet.</summary>
public class RouterChecklist
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Us = "198.51.100.2:5000";
    private const string Pc6 = "[fd00:10::5]:5000", Web6 = "[2001:db8:9::1]:80";

    [Theory]
    [InlineData("0707040000000000")]         // record route
    [InlineData("4408050000000000")]         // timestamps
    [InlineData("9404000001010101")]         // router alert
    public void R2_Options_that_harm_nobody_pass(string options)
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp(Pc, Web).WithOptions(options);
        Sent sent = bed.Pass(PathBed.Trusted, packet);
        Assert.Equal(packet[20..28], sent.Octets[20..28]);
        Assert.Equal(Make.End(Us), sent.From);
    }

    [Theory]
    [InlineData("8307040000000000", DropReason.SourceRoute)]
    [InlineData("8907040000000000", DropReason.SourceRoute)]
    [InlineData("0727040000000000", DropReason.BadOption)]
    public void R2_Source_routes_and_broken_options_do_not(string options, DropReason reason)
    {
        using var bed = new PathBed();
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc, Web).WithOptions(options), reason);
        bed.Refuse(PathBed.One, Make.Udp(Web, Us).WithOptions(options), reason);
    }

    [Theory]
    [InlineData("0.1.2.3"), InlineData("127.0.0.1"), InlineData("169.254.7.7"), InlineData("224.0.0.9"), InlineData("240.0.0.1"), InlineData("255.255.255.255")]
    [InlineData("198.51.100.2"), InlineData("203.0.113.2"), InlineData("192.168.10.1"), InlineData("192.168.10.77"), InlineData("192.168.20.5")]
    [InlineData("::"), InlineData("::1"), InlineData("fe80::7"), InlineData("ff02::1"), InlineData("fd00:10::77"), InlineData("2001:db8:1::2")]
    public void R3_X8_Martians_our_own_and_our_hosts_addresses_come_in_by_no_link(string source)
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "all", Action = RuleAction.Allow }));
        Address from = Address.Parse(source);
        string to = from.IsV4 ? Us : "[2001:db8:1::2]:5000";
        Assert.Empty(bed.Send(PathBed.One, Make.Udp(new(from, 80), Make.End(to))));
        Assert.Contains(bed.Refused, new[] { DropReason.MartianSource, DropReason.SpoofedSource, DropReason.WrongLink });
    }

    [Theory]
    [InlineData("10.1.2.3"), InlineData("172.16.0.9"), InlineData("192.168.77.1"), InlineData("100.64.0.1")]
    public void R3_Private_space_comes_in_by_a_public_link_only_if_nobody_forbids_it(string source)
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "all", Action = RuleAction.Allow }));
        bed.Pass(PathBed.One, Make.Udp(source + ":80", Us));
        bed.Change(draft => draft.RefusesPrivate = true, newPolicy: true);
        bed.Refuse(PathBed.One, Make.Udp(source + ":81", Us), DropReason.MartianSource);
        bed.Pass(PathBed.Two, Make.Udp(source + ":81", "203.0.113.2:5000"));
    }

    [Theory]
    [InlineData("192.168.20.5"), InlineData("198.51.100.2"), InlineData("203.0.113.77"), InlineData("192.0.2.1")]
    public void R3_A_zones_host_speaks_with_an_address_of_its_zone_or_not_at_all(string source)
    {
        using var bed = new PathBed();
        Assert.Empty(bed.Send(PathBed.Trusted, Make.Udp(source + ":5000", Web)));
        Assert.Contains(bed.Refused, new[] { DropReason.MartianSource, DropReason.SpoofedSource });
    }

    [Theory]
    [InlineData(Pc, "255.255.255.255:67"), InlineData(Pc, "224.0.0.251:5353"), InlineData(Pc, "239.1.2.3:9"), InlineData(Pc, "169.254.1.1:9")]
    [InlineData(Pc, "192.168.20.255:137"), InlineData(Pc, "203.0.113.255:9"), InlineData(Pc6, "[ff02::fb]:5353"), InlineData(Pc6, "[ff05::2]:9"), InlineData(Pc6, "[fe80::9]:9")]
    public void R4_Broadcast_multicast_and_link_local_are_never_forwarded(string from, string to)
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "all", Action = RuleAction.Allow }));
        Assert.Empty(bed.Refuse(PathBed.Trusted, Make.Udp(from, to), DropReason.BadDestination));
    }

    [Fact]
    public void R6_X12_Pieces_of_IPv6_that_overlap_condemn_their_datagram_also_the_first_ones()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp(Pc6, Web6, 72);
        Assert.Single(bed.Send(PathBed.Trusted, Pieces.Piece6(packet, packet[40..80], 0, true, 9)));
        bed.Refuse(PathBed.Trusted, Pieces.Piece6(packet, packet[72..104], 32, true, 9), DropReason.FragmentOverlap);
        bed.Refuse(PathBed.Trusted, Pieces.Piece6(packet, packet[80..], 40, false, 9), DropReason.FragmentOverlap);
        // A first piece whose upper header is not all there (RFC 7112).
        byte[] tcp = Make.Tcp(Pc6, Web6, TcpFlags.Syn, data: 40);
        bed.Refuse(PathBed.Trusted, Pieces.Piece6(tcp, tcp[40..56], 0, true, 10), DropReason.FragmentTiny);
        bed.Refuse(PathBed.Trusted, Pieces.Piece6(tcp, tcp[48..], 8, false, 10), DropReason.FragmentOverlap);
    }

    [Fact]
    public void R7_Extension_headers_are_walked_and_unknown_protocols_follow_their_rule()
    {
        using var bed = new PathBed();
        byte[] options = [Protocol.Udp, 0, 1, 4, 0, 0, 0, 0, .. Make.Udp(Pc6, Web6)[40..]];
        byte[] packet = Make.Ip(Protocol.DestinationOptions, Make.End(Pc6).Address, Make.End(Web6).Address, options);
        Assert.Equal(packet, bed.Pass(PathBed.Trusted, packet).Octets);
        Assert.Equal(Make.End(Pc6), bed.Pass(PathBed.One, Make.Udp(Web6, Pc6)).To);
        byte[] unknown = Make.Ip(253, Make.End(Pc6).Address, Make.End(Web6).Address, new byte[16]);
        Assert.Equal(unknown, bed.Pass(PathBed.Trusted, unknown).Octets);
        bed.Change(draft => draft.First(new Rule { Name = "no 253", Action = RuleAction.Deny, Services = [new ServiceMatch(253, 0, 65535)] }), newPolicy: true);
        Assert.Single(bed.Refuse(PathBed.Trusted, Make.Ip(253, Make.End(Pc6).Address, Address.Parse("2001:db8:9::2"), new byte[16]), DropReason.RuleDenied));
        byte[] routed = [Protocol.Udp, 2, 0, 1, .. new byte[20], .. Make.Udp(Pc6, Web6)[40..]];
        bed.Refuse(PathBed.Trusted, Make.Ip(Protocol.Routing, Make.End(Pc6).Address, Make.End(Web6).Address, routed), DropReason.RoutingHeader);
    }

    [Fact]
    public void R10_Code_point_ECN_and_flow_label_are_kept()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp(Pc6, Web6);
        (packet[0], packet[1], packet[2], packet[3]) = (0x6b, 0x9a, 0xbc, 0xde);
        Assert.Equal(packet, bed.Pass(PathBed.Trusted, packet).Octets);
        Assert.Equal(0xbb, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web).With(1, 0xbb)).Octets[1]);
    }

    [Fact]
    public void R11_Router_advertisements_and_link_local_talk_reach_no_zone()
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "all", Action = RuleAction.Allow }));
        foreach (string to in new[] { "ff02::1", "fd00:10::5", "2001:db8:1::2" })
        {
            Assert.Empty(bed.Send(PathBed.One, Make.Error("fe80::1", to, Icmp6.RouterAdvertisement, 0, new byte[24]).WithTtl(255)));
            Assert.NotEqual(DropReason.None, bed.Refused);
        }
        Assert.Empty(bed.Send(PathBed.One, Make.Udp("[fe80::1]:546", "[fd00:10::5]:547")));
    }

    [Fact]
    public void X8_What_is_sent_straight_to_a_private_address_is_not_delivered()
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "all", Action = RuleAction.Allow }));
        bed.Refuse(PathBed.One, Make.Udp(Web, "192.168.10.5:5000"), DropReason.NotOurAddress);
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Refuse(PathBed.One, Make.Udp(Web, Pc), DropReason.NotOurAddress);
        bed.Refuse(PathBed.Two, Make.Udp(Web, Us), DropReason.WrongLink);
    }

    [Fact]
    public void X11_Pieces_and_errors_of_a_flow_use_its_link()
    {
        using var bed = new PathBed(draft => draft.Mode = InternetMode.Balance);
        var used = new HashSet<PortId>();
        for (int host = 20; host < 40; host++)
        {
            byte[][] pieces = Pieces.Break(Make.Udp($"192.168.10.{host}:5000", Web, 3000), 1000, (uint)host);
            if (host % 2 == 0) Array.Reverse(pieces);
            Sent[] sent = bed.Send(PathBed.Trusted, pieces);
            PortId link = Assert.Single(sent.Select(piece => piece.Port).Distinct());
            used.Add(link);
            Sent first = sent.First(piece => piece.Read.FragmentOffset == 0);
            Sent told = Assert.Single(bed.Refuse(link, Make.Udp(first.To, first.From).WithTtl(1), DropReason.TtlExpired));
            Assert.Equal(link, told.Port);
            Sent query = bed.Pass(PathBed.Trusted, Make.Udp($"192.168.10.{host}:6000", Web));
            Sent answer = bed.Pass(link, Make.Udp(query.To, query.From));
            Sent error = bed.Pass(PathBed.Trusted, Make.Error($"192.168.10.{host}", "192.0.2.1", Icmp4.DestinationUnreachable, Icmp4.PortUnreachable, answer.Octets));
            Assert.Equal(link, error.Port);
        }
        Assert.Equal(2, used.Count);
    }

    [Fact]
    public void X13_Strangers_reach_no_IPv6_host_unasked_and_IKE_and_ESP_go_out_and_are_answered()
    {
        using var bed = new PathBed();
        foreach (byte[] packet in new[] { Make.Udp(Web6, Pc6), Make.Tcp(Web6, Pc6, TcpFlags.Syn), Esp(Web6, Pc6) })
        {
            Assert.Empty(bed.Refuse(PathBed.One, packet, DropReason.RuleDropped));
        }
        bed.Pass(PathBed.Trusted, Make.Udp("[fd00:10::5]:500", "[2001:db8:9::1]:500"));
        bed.Pass(PathBed.One, Make.Udp("[2001:db8:9::1]:500", "[fd00:10::5]:500"));
        Assert.Equal(Esp(Pc6, Web6), bed.Pass(PathBed.Trusted, Esp(Pc6, Web6)).Octets);
        Assert.Equal(Esp(Web6, Pc6), bed.Pass(PathBed.One, Esp(Web6, Pc6)).Octets);
        // As for IPv4: five minutes for UDP, ten for protocols that have no beginning.
        bed.Wait(305 * PathBed.Second);
        Assert.Equal(1, bed.Forwarder.FlowCount);
        bed.Wait(305 * PathBed.Second);
        bed.Refuse(PathBed.One, Esp(Web6, Pc6), DropReason.RuleDropped);
    }

    private static byte[] Esp(string from, string to) => Make.Ip(Protocol.Esp, Make.End(from).Address, Make.End(to).Address, [1, 2, 3, 4, 0, 0, 0, 1, 9, 9, 9, 9]);
}
