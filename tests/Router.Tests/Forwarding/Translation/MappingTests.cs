using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>Which outside endpoint an inside endpoint has (RFC 4787 4, RFC 5382 4, RFC 5508 3).</summary>
public class MappingTests
{
    private const string Us = "198.51.100.2";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void U1_T1_One_inside_endpoint_has_one_outside_endpoint_for_everybody(bool isUdp)
    {
        using var bed = new PathBed();
        End first = Open(bed, isUdp, "192.168.10.5:5000", "192.0.2.1:1000");
        Assert.Equal(Make.End(Us + ":5000"), first);
        Assert.Equal(first, Open(bed, isUdp, "192.168.10.5:5000", "192.0.2.1:1001"));
        Assert.Equal(first, Open(bed, isUdp, "192.168.10.5:5000", "192.0.2.2:1000"));
        Assert.Equal(1, bed.Forwarder.Mappings.Count);
        Assert.Equal(3, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void Addresses_that_a_link_had_once_are_forgotten_when_their_last_mapping_has_ended()
    {
        using var bed = new PathBed();
        long first = bed.Forwarder.Mappings.Octets;
        for (int night = 10; night < 40; night++)
        {
            bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000"));
            string address = $"198.51.100.{night}";
            bed.Change(draft => draft.LinkOne = draft.LinkOne with { Addresses = [Address.Parse(address)] });
            bed.Review();
            bed.Wait(600 * PathBed.Second);
        }
        bed.Change(_ => { });
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000"));
        // What is there, and at the most the address of last night.
        Assert.InRange(bed.Forwarder.Mappings.Octets, first, 2 * first);
        Assert.Equal(Make.End("198.51.100.39:5000"), bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000")).From);
    }

    [Fact]
    public void What_goes_out_comes_back_with_nothing_but_the_addresses_changed()
    {
        using var bed = new PathBed();
        byte[] query = Make.Udp("192.168.10.5:5000", "192.0.2.1:1000").WithOptions("94040000");
        Sent outside = bed.Pass(PathBed.Trusted, query);
        Assert.Equal((PathBed.One, 0x020000000101UL), (outside.Port, outside.Meta.NextHop));
        Assert.Equal(query[1..10], outside.Octets[1..10]);
        Assert.Equal(query[32..], outside.Octets[32..]);
        byte[] answer = Make.Udp(outside.To, outside.From, 99).WithTtl(50);
        Sent inside = bed.Pass(PathBed.One, answer);
        Assert.Equal((PathBed.Trusted, Make.End("192.0.2.1:1000"), Make.End("192.168.10.5:5000")), (inside.Port, inside.From, inside.To));
        Assert.Equal(50, inside.TimeToLive);
        Assert.Equal(answer[28..], inside.Octets[28..]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void U3_T9_Two_inside_endpoints_never_share_an_outside_endpoint(bool isUdp)
    {
        using var bed = new PathBed();
        var seen = new HashSet<End>();
        for (int host = 2; host < 100; host++)
        {
            Assert.True(seen.Add(Open(bed, isUdp, $"192.168.10.{host}:5000", "192.0.2.1:1000")));
        }
        Assert.All(seen, end => Assert.Equal(Address.Parse(Us), end.Address));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(81)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(50001)]
    [InlineData(65535)]
    public void U4_A_port_is_kept_if_free_and_else_stays_in_its_range_and_parity(int port)
    {
        using var bed = new PathBed();
        Assert.Equal(port, Open(bed, true, $"192.168.10.2:{port}", "192.0.2.1:1000").Port);
        var given = new HashSet<int>();
        for (int host = 3; host < 40; host++)
        {
            int other = Open(bed, true, $"192.168.10.{host}:{port}", "192.0.2.1:1000").Port;
            Assert.Equal(port < 1024, other < 1024);
            Assert.Equal(port & 1, other & 1);
            given.Add(other);
        }
        // X5: what has to change is spread over the range, and not the next number each time.
        Assert.True(given.Max() - given.Min() > given.Count * 4);
    }

    [Fact]
    public void X4_The_same_port_of_TCP_and_of_UDP_are_strangers()
    {
        using var bed = new PathBed();
        Assert.Equal(5000, Open(bed, true, "192.168.10.5:5000", "192.0.2.1:1000").Port);
        Assert.Equal(5000, Open(bed, false, "192.168.10.6:5000", "192.0.2.1:1000").Port);
        Sent udp = bed.Pass(PathBed.One, Make.Udp("192.0.2.1:1000", Us + ":5000"));
        Sent tcp = bed.Pass(PathBed.One, Make.Tcp("192.0.2.1:1000", Us + ":5000", TcpFlags.Syn | TcpFlags.Ack, 5000, 1001));
        Assert.Equal(Make.End("192.168.10.5:5000"), udp.To);
        Assert.Equal(Make.End("192.168.10.6:5000"), tcp.To);
    }

    [Fact]
    public void I1_Echo_ids_are_mapped_like_ports_and_do_not_clash()
    {
        using var bed = new PathBed();
        Sent first = bed.Pass(PathBed.Trusted, Make.Echo("192.168.10.5", "192.0.2.1", 77));
        Sent again = bed.Pass(PathBed.Trusted, Make.Echo("192.168.10.5", "192.0.2.2", 77));
        Sent other = bed.Pass(PathBed.Trusted, Make.Echo("192.168.10.6", "192.0.2.1", 77));
        Assert.Equal((77, 77), (first.From.Port, again.From.Port));
        Assert.NotEqual(77, other.From.Port);
        Sent toFirst = bed.Pass(PathBed.One, Make.Echo("192.0.2.1", Us, 77, isReply: true));
        Sent toOther = bed.Pass(PathBed.One, Make.Echo("192.0.2.1", Us, other.From.Port, isReply: true));
        Assert.Equal((Address.Parse("192.168.10.5"), 77), (toFirst.Read.Destination, toFirst.Read.DestinationPort));
        Assert.Equal((Address.Parse("192.168.10.6"), 77), (toOther.Read.Destination, toOther.Read.DestinationPort));
        Assert.Equal(7, toOther.Transport[7]);
    }

    [Fact]
    public void R7_Protocols_without_ports_have_one_flow_for_each_pair_of_hosts()
    {
        using var bed = new PathBed();
        foreach (byte protocol in new[] { Protocol.Gre, Protocol.Esp })
        {
            byte[] data = [9, 8, 7, 6, 5, 4, 3, 2, 1];
            Sent sent = bed.Pass(PathBed.Trusted, Make.Ip(protocol, Address.Parse("192.168.10.5"), Address.Parse("192.0.2.1"), data));
            Assert.Equal(Address.Parse(Us), sent.Read.Source);
            Assert.Equal(data, sent.Transport);
            Sent back = bed.Pass(PathBed.One, Make.Ip(protocol, Address.Parse("192.0.2.1"), Address.Parse(Us), data));
            Assert.Equal((PathBed.Trusted, Address.Parse("192.168.10.5")), (back.Port, back.Read.Destination));
            // Another host to the same server could not be told from the first; to another server it can.
            bed.Refuse(PathBed.Trusted, Make.Ip(protocol, Address.Parse("192.168.10.6"), Address.Parse("192.0.2.1"), data), DropReason.MappingCollision);
            bed.Pass(PathBed.Trusted, Make.Ip(protocol, Address.Parse("192.168.10.6"), Address.Parse("192.0.2.2"), data));
        }
    }

    [Fact]
    public void A_guest_may_have_the_port_that_a_trusted_host_wanted_and_both_work()
    {
        using var bed = new PathBed();
        End trusted = Open(bed, true, "192.168.10.5:5000", "192.0.2.1:1000");
        Sent guest = bed.Pass(PathBed.Guest, Make.Udp("192.168.20.5:5000", "192.0.2.1:1000"));
        Assert.NotEqual(trusted, guest.From);
        Assert.Equal(PathBed.Guest, bed.Pass(PathBed.One, Make.Udp(guest.To, guest.From)).Port);
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.One, Make.Udp(guest.To, trusted)).Port);
    }

    [Fact]
    public void A_rule_may_say_which_address_or_none()
    {
        using var bed = new PathBed(draft => draft
            .First(new Rule { Name = "fixed", Action = RuleAction.Allow, Destination = Draft.From("192.0.2.1/32"), Nat = SourceNat.Fixed, NatAddress = Address.Parse("198.51.100.7") })
            .First(new Rule { Name = "off", Action = RuleAction.Allow, Destination = Draft.From("192.0.2.2/32"), Nat = SourceNat.Off }));
        Assert.Equal(Make.End("198.51.100.7:5000"), bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000")).From);
        Assert.Equal(Make.End("192.168.10.5:5000"), bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.2:1000")).From);
        Sent back = bed.Pass(PathBed.One, Make.Udp("192.0.2.1:1000", "198.51.100.7:5000"));
        Assert.Equal(Make.End("192.168.10.5:5000"), back.To);
    }

    [Fact]
    public void IPv6_passes_as_it_is_and_back()
    {
        using var bed = new PathBed();
        byte[] query = Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:1000");
        Sent sent = bed.Pass(PathBed.Trusted, query);
        Assert.Equal((PathBed.One, 0x020000000102UL), (sent.Port, sent.Meta.NextHop));
        Assert.Equal(query, sent.Octets);
        Sent back = bed.Pass(PathBed.One, Make.Udp(sent.To, sent.From));
        Assert.Equal((PathBed.Trusted, sent.From), (back.Port, back.To));
    }

    private static End Open(PathBed bed, bool isUdp, string from, string to) =>
        bed.Pass(PathBed.Trusted, isUdp ? Make.Udp(from, to) : Make.Tcp(from, to, TcpFlags.Syn)).From;
}
