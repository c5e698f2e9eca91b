using Router.Forwarding;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding;

/// <summary>Packets that do not fit, and packets whose time is over (RFC 1191, RFC 1812 5.3.1, RFC 4459, RFC 8201).</summary>
public class SizeTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80";

    private static void Narrow(Draft draft) => draft.LinkOne = draft.LinkOne with { Mtu = 1400 };

    [Fact]
    public void U13_With_DF_the_sender_is_told_what_fits_and_hears_its_own_packet()
    {
        using var bed = new PathBed(Narrow);
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web, 1372).WithDontFragment());
        byte[] packet = Make.Udp(Pc, Web, 1373).WithDontFragment();
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, packet, DropReason.TooBig));
        Assert.Equal((PathBed.Trusted, Address.Parse("192.168.10.1"), Address.Parse("192.168.10.5")), (told.Port, told.Read.Source, told.Read.Destination));
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.FragmentationNeeded, 1400u), (told.IcmpType, told.IcmpCode, told.IcmpRest));
        Assert.Equal(packet[..told.Quoted.Length], told.Quoted);
        Assert.True(told.Quoted.Length >= 28);
    }

    [Fact]
    public void R5_A_flow_that_has_moved_to_a_narrower_link_is_told()
    {
        using var bed = new PathBed(draft => draft.LinkTwo = draft.LinkTwo with { Mtu = 1400 });
        byte[] packet = Make.Udp(Pc, Web, 1472).WithDontFragment();
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, packet).Port);
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, packet, DropReason.TooBig));
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.FragmentationNeeded, 1400u), (told.IcmpType, told.IcmpCode, told.IcmpRest));
        Assert.Equal(1, bed.Forwarder.Ends.Moved);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web, 1372).WithDontFragment()).Port);
    }

    [Fact]
    public void R5_IPv6_is_always_told()
    {
        using var bed = new PathBed(Narrow);
        byte[] packet = Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80", 1400);
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, packet, DropReason.TooBig));
        Assert.Equal((Icmp6.PacketTooBig, 0, 1400u), (told.IcmpType, told.IcmpCode, told.IcmpRest));
        Assert.Equal((Address.Parse("fd00:10::1"), 1280), (told.Read.Source, told.Octets.Length));
        Assert.Equal(packet[..told.Quoted.Length], told.Quoted);
    }

    [Fact]
    public void A_stranger_is_told_by_the_links_address()
    {
        using var bed = new PathBed(draft => draft.TrustedZone = draft.TrustedZone with { Mtu = 1300 });
        Sent query = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Sent told = Assert.Single(bed.Refuse(PathBed.One, Make.Udp(query.To, query.From, 1400).WithDontFragment(), DropReason.TooBig));
        Assert.Equal((PathBed.One, 0x020000000101UL, Address.Parse("198.51.100.2"), 1300u), (told.Port, told.Meta.NextHop, told.Read.Source, told.IcmpRest));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void R5_Without_DF_it_is_broken_into_pieces_that_make_the_whole_again(bool unfinished)
    {
        using var bed = new PathBed(Narrow);
        byte[] packet = Make.Udp(Pc, Web, 4000);
        Sent[] pieces = bed.Send(PathBed.Trusted, packet, unfinished ? Make.Unfinish(packet) : default);
        Assert.Equal(DropReason.None, bed.Refused);
        Assert.All(pieces, piece => Assert.True(piece.Octets.Length <= 1400 && !piece.Meta.Offload.ChecksumUnfinished && piece.Meta.NextHop != 0));
        var whole = new Sent(PathBed.One, Assert.Single(Pieces.Join(pieces.Select(piece => piece.Octets))), default);
        whole.CheckSums();
        Assert.Equal(Make.End("198.51.100.2:5000"), whole.From);
        Assert.Equal(packet[28..], whole.Octets[28..]);
    }

    [Fact]
    public void X6_What_we_break_gets_an_id_of_its_own()
    {
        using var bed = new PathBed(Narrow);
        byte[] first = Make.Udp("192.168.10.5:5000", Web, 2000).WithId(7), second = Make.Udp("192.168.10.6:6000", Web, 2000).WithId(7);
        Sent[] pieces = bed.Send(PathBed.Trusted, first, second);
        Assert.Equal(4, pieces.Length);
        Assert.Equal(2, Pieces.Join([pieces[0].Octets, pieces[2].Octets, pieces[1].Octets, pieces[3].Octets]).Length);
        Assert.Equal(2, pieces.Select(piece => piece.Read.FragmentId).Distinct().Count());
    }

    [Fact]
    public void A_piece_that_does_not_fit_is_broken_again()
    {
        using var bed = new PathBed(Narrow);
        byte[] packet = Make.Udp(Pc, Web, 4000);
        Sent[] pieces = bed.Send(PathBed.Trusted, Pieces.Break(packet, 1480, 3));
        Assert.All(pieces, piece => Assert.True(piece.Octets.Length <= 1400));
        var whole = new Sent(PathBed.One, Assert.Single(Pieces.Join(pieces.Select(piece => piece.Octets))), default);
        whole.CheckSums();
        Assert.Equal(packet[28..], whole.Octets[28..]);
    }

    [Fact]
    public void R1_I6_A_stranger_whose_packet_has_no_time_left_is_told_and_an_inside_hosts_was_counted_by_the_kernel()
    {
        using var bed = new PathBed();
        Sent query = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web).WithTtl(1));
        Assert.Equal(1, query.TimeToLive);
        byte[] answer = Make.Udp(query.To, query.From).WithTtl(1);
        Sent told = Assert.Single(bed.Refuse(PathBed.One, answer, DropReason.TtlExpired));
        Assert.Equal((PathBed.One, Icmp4.TimeExceeded, 0, Address.Parse("198.51.100.2")), (told.Port, told.IcmpType, told.IcmpCode, told.Read.Source));
        Assert.Equal(answer, told.Quoted);
        Assert.Equal(2, bed.Pass(PathBed.One, answer.WithTtl(2)).TimeToLive);
    }

    [Fact]
    public void R1_What_is_for_the_box_may_have_no_time_left()
    {
        using var bed = new PathBed(draft => draft.First(new Router.Forwarding.Rules.Rule
        {
            Name = "ping", Action = Router.Forwarding.Rules.RuleAction.Allow, Destination = Draft.From(PortId.Host.Bit),
        }));
        Assert.Equal(PathBed.Host, bed.Pass(PathBed.One, Make.Echo("192.0.2.1", "198.51.100.2", 7).WithTtl(1)).Port);
    }

    [Fact]
    public void X17_A_storm_of_expired_packets_is_not_answered_in_full()
    {
        using var bed = new PathBed();
        Sent query = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        int told = 0;
        for (int i = 0; i < 3000; i++) told += bed.Send(PathBed.One, Make.Udp(query.To, query.From).WithTtl(1)).Length;
        Assert.InRange(told, 10, 300);
    }

    [Fact]
    public void R5_The_segment_size_of_both_SYNs_is_lowered_to_the_smaller_side()
    {
        using var bed = new PathBed(Narrow);
        Sent syn = bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn, options: "020405b4"));
        Assert.Equal("02040550", Convert.ToHexStringLower(syn.Transport[20..]));
        byte[] answer = Make.Tcp(syn.To, syn.From, TcpFlags.Syn | TcpFlags.Ack, 5000, 1001, options: "01020405b4010101");
        Assert.Equal("0102040550010101", Convert.ToHexStringLower(bed.Pass(PathBed.One, answer).Transport[20..]));
        Sent small = bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.5:5001", Web, TcpFlags.Syn, options: "02040200"));
        Assert.Equal("02040200", Convert.ToHexStringLower(small.Transport[20..]));
        Sent syn6 = bed.Pass(PathBed.Trusted, Make.Tcp("[fd00:10::5]:5000", "[2001:db8:9::1]:80", TcpFlags.Syn, options: "020405b4"));
        Assert.Equal("0204053c", Convert.ToHexStringLower(syn6.Transport[20..]));
    }
}
