using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>ICMP errors find the flow of what they quote and are translated with it, either way (RFC 5508 4 to 7, RFC 4787 10).</summary>
public class IcmpErrorTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Us = "198.51.100.2", Hop = "192.0.2.254";

    [Theory]
    [InlineData(Icmp4.DestinationUnreachable, Icmp4.PortUnreachable, 0u)]
    [InlineData(Icmp4.DestinationUnreachable, Icmp4.FragmentationNeeded, 1280u)]
    [InlineData(Icmp4.TimeExceeded, Icmp4.TimeToLiveExceeded, 0u)]
    [InlineData(Icmp4.ParameterProblem, 0, 0x14000000u)]
    public void U9_T7_I2_An_inside_host_is_told_in_its_own_words(byte type, byte code, uint rest)
    {
        using var bed = new PathBed();
        foreach (byte[] packet in Samples())
        {
            Sent sent = bed.Pass(PathBed.Trusted, packet);
            // By a router on the way, which stays to be seen; all of the packet is quoted.
            Sent told = bed.Pass(PathBed.One, Make.Error(Hop, Us, type, code, sent.Octets, rest));
            Assert.Equal((PathBed.Trusted, Address.Parse(Hop), Address.Parse("192.168.10.5")), (told.Port, told.Read.Source, told.Read.Destination));
            Assert.Equal((type, code, rest), (told.IcmpType, told.IcmpCode, told.IcmpRest));
            Assert.Equal(packet, told.Quoted);
            // By the server itself.
            Assert.Equal(Address.Parse("192.0.2.1"), bed.Pass(PathBed.One, Make.Error("192.0.2.1", Us, type, code, sent.Octets, rest)).Read.Source);
        }
    }

    private static byte[][] Samples() =>
    [
        Make.Udp(Pc, Web), Make.Tcp(Pc, Web, TcpFlags.Syn, data: 3), Make.Echo("192.168.10.5", "192.0.2.1", 5000),
        Make.Ip(Protocol.Gre, Address.Parse("192.168.10.5"), Address.Parse("192.0.2.1"), new byte[30]),
        Make.Udp(Pc, Web).WithOptions("94040000"),
    ];

    [Theory]
    [InlineData(28)]
    [InlineData(30)]
    [InlineData(36)]
    [InlineData(40)]
    public void I2_A_quotation_may_end_anywhere_behind_the_ports(int length)
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.99:5000", "192.0.2.77:80", TcpFlags.Syn));
        byte[] packet = Make.Tcp(Pc, Web, TcpFlags.Syn, data: 100);
        Sent sent = bed.Pass(PathBed.Trusted, packet);
        Assert.NotEqual(5000, sent.From.Port);
        Sent told = bed.Pass(PathBed.One, Make.Error(Hop, Us, Icmp4.TimeExceeded, 0, sent.Octets.AsSpan(0, length)));
        Assert.Equal(packet[..length], told.Quoted);
    }

    [Fact]
    public void I2_What_follows_the_quotation_is_kept()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp(Pc, Web, 100), extension = [0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 2, 3];
        Sent sent = bed.Pass(PathBed.Trusted, packet);
        Sent told = bed.Pass(PathBed.One, Make.Error(Hop, Us, Icmp4.TimeExceeded, 0, [.. sent.Octets, .. extension], 0x00200000));
        Assert.Equal([.. packet, .. extension], told.Quoted);
        Assert.Equal(0x00200000u, told.IcmpRest);
    }

    [Fact]
    public void I2_A_quoted_checksum_that_was_wrong_stays_wrong_and_the_outer_one_must_be_right()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp(Pc, Web);
        Sent sent = bed.Pass(PathBed.Trusted, packet);
        byte[] harmed = [.. sent.Octets];
        harmed[40] ^= 0xff;
        Sent told = bed.Pass(PathBed.One, Make.Error(Hop, Us, Icmp4.TimeExceeded, 0, harmed));
        packet[40] ^= 0xff;
        Assert.Equal(packet, told.Quoted);

        byte[] wrong = Make.Error(Hop, Us, Icmp4.TimeExceeded, 0, sent.Octets);
        wrong[60] ^= 1;
        bed.Refuse(PathBed.One, wrong, DropReason.BadIcmpChecksum);
    }

    [Fact]
    public void I3_What_no_flow_explains_does_not_pass()
    {
        using var bed = new PathBed();
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        byte[] right = sent.Octets;
        foreach (byte[] quoted in new byte[][]
        {
            Make.Udp(sent.From, Make.End("192.0.2.1:81")), Make.Udp(sent.From, Make.End("192.0.2.2:80")), Make.Udp("198.51.100.2:5001", Web),
            Make.Tcp("198.51.100.2:5000", Web, TcpFlags.Syn), right[..24].With(9, Protocol.Tcp), right[..21], [.. right[..6], 0x20, 1, .. right[8..]],
            Make.Error(Us, "192.0.2.1", Icmp4.TimeExceeded, 0, right),
        })
        {
            Assert.Empty(bed.Refuse(PathBed.One, Make.Error(Hop, Us, Icmp4.TimeExceeded, 0, quoted), DropReason.IcmpUnexplained));
        }
        // The right quotation by another link is about somebody else's flow.
        bed.Refuse(PathBed.Two, Make.Error(Hop, Us, Icmp4.TimeExceeded, 0, right), DropReason.IcmpUnexplained);
    }

    [Fact]
    public void I4_What_an_inside_host_says_about_an_answer_goes_out_with_our_address()
    {
        using var bed = new PathBed();
        Sent query = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        byte[] answer = Make.Udp(query.To, query.From);
        Sent inside = bed.Pass(PathBed.One, answer);
        // The host itself, and a router between it and us.
        foreach (string from in new[] { "192.168.10.5", "192.168.10.77" })
        {
            Sent told = bed.Pass(PathBed.Trusted, Make.Error(from, "192.0.2.1", Icmp4.DestinationUnreachable, Icmp4.PortUnreachable, inside.Octets));
            Assert.Equal((PathBed.One, Address.Parse(Us), Address.Parse("192.0.2.1")), (told.Port, told.Read.Source, told.Read.Destination));
            Assert.Equal(answer, told.Quoted);
        }
    }

    [Fact]
    public void I4_A_router_in_front_of_a_mapped_server_is_not_seen_outside_and_one_outside_is_seen_inside()
    {
        using var bed = new PathBed(draft => draft.First(Mapped()));
        byte[] query = Make.Udp("192.0.2.9:7000", "198.51.100.2:53");
        Sent inside = bed.Pass(PathBed.One, query);
        foreach (string from in new[] { "192.168.10.80", "192.168.10.77" })
        {
            Sent told = bed.Pass(PathBed.Trusted, Make.Error(from, "192.0.2.9", Icmp4.TimeExceeded, 0, inside.Octets));
            Assert.Equal((PathBed.One, Address.Parse(Us), Address.Parse("192.0.2.9")), (told.Port, told.Read.Source, told.Read.Destination));
            Assert.Equal(query, told.Quoted);
        }
        byte[] answer = Make.Udp("192.168.10.80:53", "192.0.2.9:7000");
        Sent outside = bed.Pass(PathBed.Trusted, answer);
        Sent back = bed.Pass(PathBed.One, Make.Error(Hop, Us, Icmp4.TimeExceeded, 0, outside.Octets));
        Assert.Equal((PathBed.Trusted, Address.Parse(Hop), Address.Parse("192.168.10.80")), (back.Port, back.Read.Source, back.Read.Destination));
        Assert.Equal(answer, back.Quoted);
    }

    [Fact]
    public void I5_An_error_about_a_hairpinned_packet_turns_round_with_it()
    {
        using var bed = new PathBed(draft => draft.First(Mapped()));
        byte[] query = Make.Udp("192.168.20.6:7000", "198.51.100.2:53").WithTtl(30);
        Sent inside = bed.Pass(PathBed.Guest, query);
        Sent told = bed.Pass(PathBed.Trusted,
            Make.Error("192.168.10.80", Us, Icmp4.DestinationUnreachable, Icmp4.PortUnreachable, inside.Octets).WithTtl(60));
        Assert.Equal((PathBed.Guest, Address.Parse(Us), Address.Parse("192.168.20.6")), (told.Port, told.Read.Source, told.Read.Destination));
        Assert.Equal(query.WithTtl(31), told.Quoted);
        // R1: the kernel counts a hairpin twice, an error's too.
        Assert.Equal(61, told.TimeToLive);
    }

    [Theory]
    [InlineData(Icmp6.DestinationUnreachable, Icmp6.PortUnreachable, 0u)]
    [InlineData(Icmp6.PacketTooBig, 0, 1280u)]
    [InlineData(Icmp6.TimeExceeded, 0, 0u)]
    [InlineData(Icmp6.ParameterProblem, 1, 40u)]
    public void I8_IPv6_errors_pass_for_live_flows_as_they_are(byte type, byte code, uint rest)
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80");
        byte[] error = Make.Error("2001:db8:8::1", "fd00:10::5", type, code, packet, rest);
        bed.Refuse(PathBed.One, error, DropReason.IcmpUnexplained);
        bed.Pass(PathBed.Trusted, packet);
        Assert.Equal(error, bed.Pass(PathBed.One, error).Octets);
        byte[] shorter = Make.Error("2001:db8:8::1", "fd00:10::5", type, code, packet.AsSpan(0, 52), rest);
        Assert.Equal(shorter, bed.Pass(PathBed.One, shorter).Octets);
        bed.Refuse(PathBed.One, Make.Error("2001:db8:8::1", "fd00:10::5", type, code, packet.AsSpan(0, 41), rest), DropReason.IcmpUnexplained);
    }

    [Fact]
    public void I7_I8_Redirects_quench_and_neighbour_discovery_never_pass()
    {
        using var bed = new PathBed();
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Refuse(PathBed.One, Make.Error(Hop, Us, Icmp4.Redirect, 1, sent.Octets), DropReason.IcmpRefused);
        bed.Refuse(PathBed.One, Make.Error(Hop, Us, Icmp4.SourceQuench, 0, sent.Octets), DropReason.IcmpRefused);
        foreach (byte type in new[] { Icmp6.RouterSolicitation, Icmp6.RouterAdvertisement, Icmp6.NeighborSolicitation, Icmp6.NeighborAdvertisement, Icmp6.Redirect })
        {
            bed.Refuse(PathBed.One, Make.Error("2001:db8:8::1", "fd00:10::5", type, 0, new byte[24]), DropReason.IcmpRefused);
        }
    }

    [Fact]
    public void X3_An_error_neither_keeps_a_flow_alive_nor_ends_it()
    {
        using var bed = new PathBed();
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        byte[] error = Make.Error("192.0.2.1", Us, Icmp4.DestinationUnreachable, Icmp4.PortUnreachable, sent.Octets);
        bed.Wait(200 * PathBed.Second);
        bed.Pass(PathBed.One, error);
        bed.Pass(PathBed.One, Make.Udp(sent.To, sent.From));
        bed.Wait(95 * PathBed.Second);
        bed.Pass(PathBed.One, error);
        bed.Wait(10 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Theory]
    [InlineData("192.168.10.9")]
    [InlineData("127.0.0.1")]
    [InlineData("198.51.100.2")]
    public void R3_An_error_from_outside_does_not_come_from_one_of_us(string from)
    {
        using var bed = new PathBed();
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Empty(bed.Send(PathBed.One, Make.Error(from, Us, Icmp4.TimeExceeded, 0, sent.Octets)));
        Assert.Contains(bed.Refused, new[] { DropReason.SpoofedSource, DropReason.MartianSource });
    }

    private static Rule Mapped() => new()
    {
        Name = "mapped", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 53),
        Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit), Services = [new ServiceMatch(Protocol.Udp, 53, 53)],
    };
}
