using Router.Forwarding;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>Pieces follow the flow of their first piece, in any order, within bounds (RFC 4787 14, RFC 5722, RFC 6864, RFC 8900).</summary>
public class FragmentTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Us = "198.51.100.2:5000";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void U10_60_KB_in_pieces_of_any_order_arrive_both_ways(bool v4)
    {
        using var bed = new PathBed();
        Random random = Dice.Roll();
        byte[] query = v4 ? Make.Udp(Pc, Web, 60_000) : Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80", 60_000);
        byte[] answer = v4 ? Make.Udp(Web, Us, 60_000) : Make.Udp("[2001:db8:9::1]:80", "[fd00:10::5]:5000", 60_000);
        for (uint round = 0; round < 20; round++)
        {
            byte[][] pieces = Pieces.Break(query, 1448, 1000 + round);
            if (round == 1) Array.Reverse(pieces);
            if (round > 1) random.Shuffle(pieces);
            byte[] whole = Assert.Single(Pieces.Join(bed.Send(PathBed.Trusted, pieces).Select(sent => sent.Octets)));
            Assert.Equal(DropReason.None, bed.Refused);
            var outside = new Sent(PathBed.One, whole, default);
            outside.CheckSums();
            Assert.Equal(v4 ? Make.End(Us) : Make.End("[fd00:10::5]:5000"), outside.From);
            Assert.Equal(query[^60_000..], whole[^60_000..]);

            pieces = Pieces.Break(answer, 1448, 2000 + round);
            if (round > 0) random.Shuffle(pieces);
            var inside = new Sent(PathBed.Trusted, Assert.Single(Pieces.Join(bed.Send(PathBed.One, pieces).Select(sent => sent.Octets))), default);
            inside.CheckSums();
            Assert.Equal(v4 ? Make.End(Pc) : Make.End("[fd00:10::5]:5000"), inside.To);
            // The flow, and those before it are forgotten in time.
            bed.Now += PathBed.Second;
        }
        Assert.Equal(1, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void Pieces_of_TCP_segments_arrive_however_short_they_are()
    {
        using var bed = new PathBed();
        var connection = new Connection(bed, PathBed.Trusted, "192.168.10.5:5000", "192.0.2.1:80");
        byte[] segment = connection.FromNear(30);
        foreach (bool backwards in new[] { false, true })
        {
            byte[][] pieces = Pieces.Break(segment, 24, backwards ? 1u : 2u);
            if (backwards) Array.Reverse(pieces);
            var whole = new Sent(PathBed.One, Assert.Single(Pieces.Join(bed.Send(PathBed.Trusted, pieces).Select(sent => sent.Octets))), default);
            whole.CheckSums();
            Assert.Equal(connection.Outside, whole.From);
            Assert.Equal(segment[40..], whole.Octets[40..]);
        }
    }

    [Fact]
    public void X6_Two_hosts_with_one_id_are_not_spliced()
    {
        using var bed = new PathBed();
        byte[][] first = Pieces.Break(Make.Udp("192.168.10.5:5000", Web, 3000), 1000, 77);
        byte[][] second = Pieces.Break(Make.Udp("192.168.10.6:6000", Web, 3000).With(40, 99), 1000, 77);
        var octets = new List<byte[]>();
        for (int i = 0; i < first.Length; i++) octets.AddRange(bed.Send(PathBed.Trusted, first[i], second[i]).Select(sent => sent.Octets));
        byte[][] whole = Pieces.Join(octets);
        Assert.Equal(2, whole.Length);
        Assert.Equal([5000, 6000], whole.Select(packet => (int)new Sent(default, packet, default).From.Port).Order());
        Assert.Equal(2, whole.Select(packet => packet[4] << 8 | packet[5]).Distinct().Count());
    }

    [Fact]
    public void X6_Datagrams_of_a_mapped_server_and_of_a_host_that_meet_behind_our_address_have_ids_of_their_own()
    {
        using var bed = new PathBed(draft => draft.First(new Router.Forwarding.Rules.Rule
        {
            Name = "server", Action = Router.Forwarding.Rules.RuleAction.Allow, Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
            ForwardTo = new Router.Forwarding.Rules.ForwardTarget(Address.Parse("192.168.10.80"), 53),
        }));
        bed.Pass(PathBed.One, Make.Udp(Web, "198.51.100.2:53"));
        byte[][] server = Pieces.Break(Make.Udp("192.168.10.80:53", Web, 3000), 1000, 1);
        byte[][] host = Pieces.Break(Make.Udp(Pc, Web, 3000), 1000, 1);
        var octets = new List<byte[]>();
        for (int i = 0; i < host.Length; i++) octets.AddRange(bed.Send(PathBed.Trusted, host[i], server[i]).Select(sent => sent.Octets));
        Assert.Equal(2, Pieces.Join(octets).Length);
    }

    [Fact]
    public void X10_Pieces_that_overlap_condemn_their_datagram()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp(Pc, Web, 72);
        Assert.Single(bed.Send(PathBed.Trusted, Pieces.Piece4(packet, packet[20..60], 0, true, 9)));
        bed.Refuse(PathBed.Trusted, Pieces.Piece4(packet, packet[52..84], 32, true, 9), DropReason.FragmentOverlap);
        bed.Refuse(PathBed.Trusted, Pieces.Piece4(packet, packet[60..100], 40, false, 9), DropReason.FragmentOverlap);
        // Another datagram of the same host is none the worse.
        Assert.Equal(2, bed.Send(PathBed.Trusted, Pieces.Break(packet, 40, 10)).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void X10_An_exact_copy_of_a_piece_harms_nothing_and_goes_no_further(bool v4)
    {
        using var bed = new PathBed();
        byte[] packet = v4 ? Make.Udp(Pc, Web, 3000) : Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80", 3000);
        foreach (bool backwards in new[] { false, true })
        {
            byte[][] pieces = Pieces.Break(packet, 1000, backwards ? 1u : 2u);
            if (backwards) Array.Reverse(pieces);
            var sent = new List<byte[]>();
            foreach (byte[] piece in pieces)
            {
                sent.AddRange(bed.Send(PathBed.Trusted, piece).Select(one => one.Octets));
                Assert.Empty(bed.Refuse(PathBed.Trusted, piece, DropReason.FragmentDuplicate));
            }
            Assert.Equal(pieces.Length, sent.Count);
            Assert.Single(Pieces.Join(sent));
        }
    }

    [Fact]
    public void U10_A_datagram_may_come_in_as_many_pieces_as_it_has_room_for()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp(Pc, Web, 2000);
        // Every other piece first, so that no two of the first half touch.
        byte[][] pieces = Pieces.Break(packet, 8, 5);
        var octets = new List<byte[]>();
        foreach (byte[] piece in pieces.Where((_, i) => i % 2 == 0).Concat(pieces.Where((_, i) => i % 2 == 1)))
        {
            octets.AddRange(bed.Send(PathBed.Trusted, piece).Select(one => one.Octets));
            Assert.Equal(DropReason.None, bed.Refused);
        }
        Assert.Equal(packet[28..], Assert.Single(Pieces.Join(octets))[28..]);
    }

    [Fact]
    public void X10_Ports_and_flags_are_in_the_first_piece_or_nothing_is()
    {
        using var bed = new PathBed();
        byte[] tcp = Make.Tcp(Pc, Web, TcpFlags.Syn, data: 40);
        bed.Refuse(PathBed.Trusted, Pieces.Piece4(tcp, tcp[20..36], 0, true, 1), DropReason.FragmentTiny);
        bed.Refuse(PathBed.Trusted, Pieces.Piece4(tcp, tcp[28..40], 8, false, 1), DropReason.FragmentOverlap);
        bed.Refuse(PathBed.Trusted, Pieces.Piece4(tcp, tcp[20..41], 0, true, 1), DropReason.FragmentTiny);
        bed.Refuse(PathBed.Trusted, Pieces.Piece4(tcp, new byte[40], 65_500, false, 1), DropReason.FragmentTooLong);
        byte[] v6 = Make.Tcp("[fd00:10::5]:5000", "[2001:db8:9::1]:80", TcpFlags.Syn, data: 40);
        bed.Refuse(PathBed.Trusted, Pieces.Piece6(v6, v6[40..56], 0, true, 1), DropReason.FragmentTiny);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void R6_An_atomic_fragment_is_a_whole_packet()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80");
        byte[] atomic = Pieces.Piece6(packet, packet[40..], 0, false, 5);
        Assert.Equal(atomic, bed.Pass(PathBed.Trusted, atomic).Octets);
        Assert.Equal(atomic, bed.Pass(PathBed.Trusted, atomic).Octets);
    }

    [Fact]
    public void U10_Pieces_whose_first_never_comes_are_forgotten_after_two_seconds()
    {
        using var bed = new PathBed();
        byte[][] pieces = Pieces.Break(Make.Udp(Pc, Web, 3000), 1000, 5);
        Assert.Empty(bed.Send(PathBed.Trusted, pieces[1..]));
        Assert.Equal(DropReason.None, bed.Refused);
        bed.Now += 2 * PathBed.Second;
        Assert.Single(bed.Send(PathBed.Trusted, pieces[0]));
    }

    [Fact]
    public void U10_X10_A_flood_of_one_sender_leaves_room_for_others_and_ends_with_it()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp("192.168.10.66:5000", Web, 3000);
        for (uint id = 0; id < 2000; id++) bed.Send(PathBed.Trusted, Pieces.Break(packet, 1000, id)[1]);
        Assert.Equal(DropReason.FragmentTableFull, bed.Refused);
        byte[][] others = Pieces.Break(Make.Udp(Pc, Web, 3000), 1000, 5);
        Assert.Equal(others.Length, bed.Send(PathBed.Trusted, others).Length);
        bed.Wait(3 * PathBed.Second);
        Assert.Equal(4, bed.Send(PathBed.Trusted, Pieces.Break(packet, 1000, 7)).Length);
    }

    [Fact]
    public void U10_X10_A_flood_of_one_sender_leaves_room_for_others_that_come_in_the_wrong_order()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp("192.168.10.66:5000", Web, 3000);
        for (uint id = 0; id < 2000; id++) bed.Send(PathBed.Trusted, Pieces.Break(packet, 1000, id)[1]);
        byte[][] others = Pieces.Break(Make.Udp(Pc, Web, 3000), 1000, 5);
        Array.Reverse(others);
        Assert.Equal(others.Length, bed.Send(PathBed.Trusted, others).Length);
    }

    [Fact]
    public void Pieces_of_what_no_rule_allows_do_not_pass()
    {
        using var bed = new PathBed(draft => draft.Rules.Clear());
        byte[][] pieces = Pieces.Break(Make.Udp(Pc, Web, 3000), 1000, 5);
        Assert.Empty(bed.Send(PathBed.Trusted, pieces));
        Array.Reverse(pieces);
        Assert.Empty(bed.Send(PathBed.Trusted, pieces));
    }
}
