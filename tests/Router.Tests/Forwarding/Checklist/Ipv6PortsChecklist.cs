using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Checklist;

/// <summary>NAPT66, a link that gives IPv6 hosts its own address and ports: the same questions as are asked of IPv4, by their ids.</summary>
public class Ipv6PortsChecklist
{
    private const string Pc = "[fd00:10::5]:5000", Web = "[2001:db8:9::1]:80", Us = "2001:db8:1::2";

    private static PathBed Bed(Action<Draft>? more = null) => new(draft =>
    {
        draft.Napt = true;
        more?.Invoke(draft);
    });

    [Fact]
    public void U1_One_inside_endpoint_has_one_outside_endpoint_for_everybody()
    {
        using PathBed bed = Bed();
        foreach (string far in (string[])[Web, "[2001:db8:9::1]:81", "[2001:db8:9::2]:80"])
        {
            Assert.Equal(Make.End($"[{Us}]:5000"), bed.Pass(PathBed.Trusted, Make.Udp(Pc, far)).From);
        }
        Assert.Equal((1, 3), (bed.Forwarder.Mappings.Count, bed.Forwarder.FlowCount));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void U3_U4_Two_inside_endpoints_never_share_one_and_ports_keep_range_and_parity(bool isUdp)
    {
        using PathBed bed = Bed();
        var seen = new HashSet<End>();
        for (int host = 2; host < 60; host++)
        {
            End from = Make.End($"[fd00:10::{host:x}]:5001");
            Sent sent = bed.Pass(PathBed.Trusted, isUdp ? Make.Udp(from, Make.End(Web)) : Make.Tcp(from, Make.End(Web), TcpFlags.Syn));
            Assert.True(seen.Add(sent.From) && sent.From.Address == Address.Parse(Us) && sent.From.Port >= 1024 && (sent.From.Port & 1) == 1);
        }
        Assert.Contains(Make.End($"[{Us}]:5001"), seen);
    }

    [Fact]
    public void U7_Only_who_was_spoken_to_may_answer_and_with_full_cone_everybody()
    {
        using PathBed bed = Bed(draft => draft.First(new Rule { Name = "cone", Action = RuleAction.Allow, Source = Draft.From("fd00:10::9/128"), FullCone = true }));
        Sent query = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.One, Make.Udp(query.To, query.From)).To);
        bed.Refuse(PathBed.One, Make.Udp("[2001:db8:9::2]:80", $"[{Us}]:5000"), DropReason.RuleDropped);
        bed.Pass(PathBed.Trusted, Make.Udp("[fd00:10::9]:6000", Web));
        Assert.Equal(Make.End("[fd00:10::9]:6000"), bed.Pass(PathBed.One, Make.Udp("[2001:db8:9::2]:80", $"[{Us}]:6000")).To);
    }

    [Fact]
    public void U8_Two_inside_hosts_reach_each_other_by_their_outside_endpoints()
    {
        using PathBed bed = Bed();
        End first = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).From, second = bed.Pass(PathBed.Guest, Make.Udp("[fd00:20::6]:6000", Web)).From;
        Sent there = bed.Pass(PathBed.Trusted, Make.Udp(Make.End(Pc), second));
        Assert.Equal((PathBed.Guest, first, Make.End("[fd00:20::6]:6000")), (there.Port, there.From, there.To));
        Sent back = bed.Pass(PathBed.Guest, Make.Udp(there.To, there.From));
        Assert.Equal((PathBed.Trusted, second, Make.End(Pc)), (back.Port, back.From, back.To));
    }

    [Fact]
    public void U11_T12_Checksums_follow_addresses_and_ports_finished_or_not()
    {
        using PathBed bed = Bed();
        bed.Pass(PathBed.Trusted, Make.Udp("[fd00:10::4]:5000", Web));
        // The bed looks at the sums: here the port has to change too.
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web, 77));
        byte[] large = Make.Tcp("[fd00:10::5]:5000", Web, TcpFlags.Syn);
        bed.Pass(PathBed.Trusted, large, Make.Unfinish(large));
        new Connection(bed, PathBed.Trusted, "[fd00:10::6]:5000", Web).Talk();
    }

    [Fact]
    public void I1_Echo_ids_are_mapped_like_ports_and_do_not_clash()
    {
        using PathBed bed = Bed();
        Sent first = bed.Pass(PathBed.Trusted, Make.Echo("fd00:10::5", "2001:db8:9::1", 77));
        Sent other = bed.Pass(PathBed.Trusted, Make.Echo("fd00:10::6", "2001:db8:9::1", 77));
        Assert.Equal((Us, Us, 77), ($"{first.From.Address}", $"{other.From.Address}", first.From.Port));
        Assert.NotEqual(77, other.From.Port);
        Sent answer = bed.Pass(PathBed.One, Make.Echo("2001:db8:9::1", Us, other.From.Port, isReply: true));
        Assert.Equal((PathBed.Trusted, Make.End("[fd00:10::6]:77")), (answer.Port, answer.To));
    }

    [Fact]
    public void I2_I4_Errors_speak_to_each_side_in_its_own_words()
    {
        using PathBed bed = Bed();
        bed.Pass(PathBed.Trusted, Make.Udp("[fd00:10::4]:5000", Web));
        byte[] query = Make.Udp(Pc, Web);
        Sent outside = bed.Pass(PathBed.Trusted, query);
        Assert.NotEqual(5000, outside.From.Port);
        Sent told = bed.Pass(PathBed.One, Make.Error("2001:db8:7::1", Us, Icmp6.PacketTooBig, 0, outside.Octets, 1280));
        Assert.Equal(("2001:db8:7::1", "fd00:10::5"), ($"{told.Read.Source}", $"{told.Read.Destination}"));
        Assert.Equal(query, told.Quoted);
        byte[] answer = Make.Udp(outside.To, outside.From);
        Sent inside = bed.Pass(PathBed.One, answer);
        told = bed.Pass(PathBed.Trusted, Make.Error("fd00:10::5", "2001:db8:9::1", Icmp6.DestinationUnreachable, Icmp6.PortUnreachable, inside.Octets));
        Assert.Equal((Us, "2001:db8:9::1"), ($"{told.Read.Source}", $"{told.Read.Destination}"));
        Assert.Equal(answer, told.Quoted);
    }

    [Fact]
    public void I2_An_error_about_an_echo_names_the_hosts_own_identifier()
    {
        using PathBed bed = Bed();
        bed.Pass(PathBed.Trusted, Make.Echo("fd00:10::4", "2001:db8:9::1", 77));
        byte[] query = Make.Echo("fd00:10::5", "2001:db8:9::1", 77);
        Sent outside = bed.Pass(PathBed.Trusted, query);
        Sent told = bed.Pass(PathBed.One, Make.Error("2001:db8:7::1", Us, Icmp6.TimeExceeded, 0, outside.Octets));
        Assert.Equal(query, told.Quoted);
    }

    [Fact]
    public void R7_Protocols_without_ports_have_one_flow_for_a_pair_of_hosts()
    {
        using PathBed bed = Bed();
        Address far = Address.Parse("2001:db8:9::1");
        Sent sent = bed.Pass(PathBed.Trusted, Make.Ip(Protocol.Esp, Address.Parse("fd00:10::5"), far, new byte[24]));
        Assert.Equal(Us, $"{sent.Read.Source}");
        Assert.Equal("fd00:10::5", $"{bed.Pass(PathBed.One, Make.Ip(Protocol.Esp, far, Address.Parse(Us), new byte[24])).Read.Destination}");
        bed.Refuse(PathBed.Trusted, Make.Ip(Protocol.Esp, Address.Parse("fd00:10::6"), far, new byte[24]), DropReason.MappingCollision);
    }

    [Fact]
    public void X8_Nobody_comes_straight_to_an_inside_address_whatever_the_rules_say()
    {
        using PathBed bed = Bed(draft => draft.First(new Rule { Name = "all", Action = RuleAction.Allow }));
        bed.Refuse(PathBed.One, Make.Udp(Web, Pc), DropReason.NotOurAddress);
        bed.Refuse(PathBed.Two, Make.Udp(Web, $"[{Us}]:5000"), DropReason.WrongLink);
    }

    [Fact]
    public void X5_The_boxs_own_ports_are_nobody_elses()
    {
        using PathBed bed = Bed();
        Assert.Equal(Make.End($"[{Us}]:5000"), bed.Pass(PathBed.Host, Make.Udp($"[{Us}]:5000", Web)).From);
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal(Us, $"{sent.From.Address}");
        Assert.NotEqual(5000, sent.From.Port);
    }
}
