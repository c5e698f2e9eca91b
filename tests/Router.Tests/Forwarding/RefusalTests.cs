using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding;

/// <summary>What a sender is told when its packet goes no further (product.md 3, RFC 1812 5.2.7, RFC 9293 3.10.7.1).</summary>
public class RefusalTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Us = "198.51.100.2:80";

    private static void Deny(Draft draft) => draft.First(new Rule { Name = "deny", Action = RuleAction.Deny });

    [Theory]
    [InlineData("192.168.10.5:5000", "192.0.2.1:80")]
    [InlineData("[fd00:10::5]:5000", "[2001:db8:9::1]:80")]
    public void Deny_answers_a_SYN_with_a_reset_that_its_sender_believes(string from, string to)
    {
        using var bed = new PathBed(Deny);
        Sent reset = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Tcp(from, to, TcpFlags.Syn, 777), DropReason.RuleDenied));
        Assert.Equal((PathBed.Trusted, Make.End(to), Make.End(from)), (reset.Port, reset.From, reset.To));
        Assert.Equal((TcpFlags.Rst | TcpFlags.Ack, 0u, 778u), (reset.Flags, reset.Sequence, Tcp.Over(reset.Transport).Acknowledgment));
    }

    [Theory]
    [InlineData("192.168.10.5:5000", "192.0.2.1:80", "192.168.10.1", Icmp4.DestinationUnreachable, Icmp4.AdministrativelyProhibited)]
    [InlineData("[fd00:10::5]:5000", "[2001:db8:9::1]:80", "fd00:10::1", Icmp6.DestinationUnreachable, Icmp6.AdministrativelyProhibited)]
    public void X2_Deny_answers_all_else_by_ICMP(string from, string to, string us, byte type, byte code)
    {
        using var bed = new PathBed(Deny);
        byte[] packet = Make.Udp(from, to);
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, packet, DropReason.RuleDenied));
        Assert.Equal((PathBed.Trusted, Address.Parse(us), Make.End(from).Address), (told.Port, told.Read.Source, told.Read.Destination));
        Assert.Equal((type, code), (told.IcmpType, told.IcmpCode));
        Assert.Equal(packet, told.Quoted);
    }

    [Fact]
    public void A_denied_stranger_is_answered_by_the_link_and_the_gateway_that_it_came_by()
    {
        using var bed = new PathBed(Deny);
        foreach (byte[] packet in new[] { Make.Tcp(Web, Us, TcpFlags.Syn), Make.Udp(Web, Us) })
        {
            Sent told = Assert.Single(bed.Refuse(PathBed.One, packet, DropReason.RuleDenied));
            Assert.Equal((PathBed.One, 0x020000000101UL, Address.Parse("198.51.100.2")), (told.Port, told.Meta.NextHop, told.Read.Source));
        }
    }

    [Theory]
    [InlineData("::ffff:192.168.10.5", "2001:db8:9::1", DropReason.MartianSource)]
    [InlineData("fd00:10::5", "::ffff:192.0.2.1", DropReason.BadDestination)]
    public void An_IPv4_address_in_an_IPv6_header_is_no_address(string source, string destination, DropReason reason)
    {
        using var bed = new PathBed(Deny);
        // Made as IPv6 and changed then, as nobody here builds such a packet.
        byte[] packet = Make.Tcp("[fd00:10::5]:5000", "[2001:db8:9::1]:80", TcpFlags.Syn);
        Address.Parse(source).WriteV6(packet.AsSpan(8));
        Address.Parse(destination).WriteV6(packet.AsSpan(24));
        Assert.Empty(bed.Refuse(PathBed.Trusted, packet, reason));
    }

    [Fact]
    public void Drop_is_silent_and_strangers_learn_nothing()
    {
        using var bed = new PathBed(draft => draft.Rules.Clear());
        Assert.Empty(bed.Refuse(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn), DropReason.RuleDropped));
        Assert.Empty(bed.Refuse(PathBed.Trusted, Make.Udp(Pc, Web), DropReason.RuleDropped));
        Assert.Empty(bed.Refuse(PathBed.One, Make.Tcp(Web, Us, TcpFlags.Syn), DropReason.RuleDropped));
        Assert.Empty(bed.Refuse(PathBed.One, Make.Udp(Web, "203.0.113.2:80"), DropReason.WrongLink));
    }

    [Fact]
    public void T11_An_unknown_connection_is_reset_inside_and_ignored_outside()
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "in", Action = RuleAction.Allow }));
        Sent reset = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Ack, 1000, 9000, 10), DropReason.NoFlow));
        Assert.Equal((TcpFlags.Rst, 9000u), (reset.Flags, reset.Sequence));
        Assert.Empty(bed.Refuse(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Rst, 1000), DropReason.NoFlow));
        Assert.Empty(bed.Refuse(PathBed.One, Make.Tcp(Web, Us, TcpFlags.Ack, 1000, 9000), DropReason.NoFlow));
        foreach (TcpFlags flags in new[] { TcpFlags.None, TcpFlags.Fin, TcpFlags.Syn | TcpFlags.Fin, TcpFlags.Syn | TcpFlags.Rst, TcpFlags.Syn | TcpFlags.Ack })
        {
            bed.Refuse(PathBed.Trusted, Make.Tcp(Pc, Web, flags), DropReason.NoFlow);
        }
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void I6_Nothing_is_said_about_errors_about_later_pieces_and_to_nobody()
    {
        using var bed = new PathBed(Deny);
        Assert.Empty(bed.Send(PathBed.Trusted, Pieces.Break(Make.Udp(Pc, Web, 2000), 1000, 1)[1]));
        Assert.Empty(bed.Send(PathBed.Trusted, Make.Error("192.168.10.5", "192.0.2.1", Icmp4.TimeExceeded, 0, Make.Udp(Web, Pc))));
        Assert.Empty(bed.Refuse(PathBed.Trusted, Make.Udp("0.0.0.0:68", "255.255.255.255:67"), DropReason.BadDestination));
        Assert.Empty(bed.Refuse(PathBed.Trusted, Make.Udp("[fe80::5]:1", "[ff02::1]:1"), DropReason.BadDestination));
        Assert.Empty(bed.Refuse(PathBed.Trusted, Make.Udp("224.0.0.9:1", Web), DropReason.MartianSource));
    }
}
