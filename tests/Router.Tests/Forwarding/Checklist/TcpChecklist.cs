using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Checklist;

/// <summary>What RFC 5382, RFC 5961 and RFC 7857 ask of TCP, seen through the whole path.</summary>
public class TcpChecklist
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Us = "198.51.100.2:5000";

    [Fact]
    public void T2_Two_SYNs_that_cross_open_a_connection()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn, 1000));
        Sent crossing = bed.Pass(PathBed.One, Make.Tcp(Web, Us, TcpFlags.Syn, 9000));
        Assert.Equal((PathBed.Trusted, Make.End(Pc), TcpFlags.Syn), (crossing.Port, crossing.To, crossing.Flags));
        bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn | TcpFlags.Ack, 1000, 9001));
        bed.Pass(PathBed.One, Make.Tcp(Web, Us, TcpFlags.Syn | TcpFlags.Ack, 9000, 1001));
        // It lives as an open connection does, not as one that opens.
        bed.Wait(3600 * PathBed.Second);
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.One, Make.Tcp(Web, Us, TcpFlags.Ack, 9001, 1001, 50)).To);
    }

    [Fact]
    public void T3_A_SYN_that_came_too_early_is_kept_six_seconds_and_then_answered()
    {
        using var bed = new PathBed(Deny);
        bed.Pass(PathBed.Trusted, Make.Tcp(Pc, "192.0.2.99:80", TcpFlags.Syn));
        byte[] early = Make.Tcp(Web, Us, TcpFlags.Syn, 9000);
        Assert.Empty(bed.Refuse(PathBed.One, early, DropReason.RuleDenied));
        Assert.Empty(After(bed, 4));
        Sent told = Assert.Single(After(bed, 2));
        Assert.Equal((PathBed.One, Icmp4.DestinationUnreachable, Icmp4.PortUnreachable, Address.Parse("192.0.2.1")),
            (told.Port, told.IcmpType, told.IcmpCode, told.Read.Destination));
        Assert.Equal(early, told.Quoted);
        Assert.Empty(After(bed, 20));
    }

    [Fact]
    public void T3_A_SYN_that_the_inside_host_meets_within_six_seconds_is_never_answered()
    {
        using var bed = new PathBed(Deny);
        bed.Pass(PathBed.Trusted, Make.Tcp(Pc, "192.0.2.99:80", TcpFlags.Syn));
        byte[] early = Make.Tcp(Web, Us, TcpFlags.Syn, 9000);
        Assert.Empty(bed.Refuse(PathBed.One, early, DropReason.RuleDenied));
        Assert.Empty(After(bed, 3));
        Assert.Equal(Make.End(Us), bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn, 1000)).From);
        Assert.Empty(After(bed, 10));
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.One, early).To);
    }

    [Fact]
    public void T3_More_SYNs_than_are_kept_are_met_with_silence()
    {
        using var bed = new PathBed(Deny);
        bed.Pass(PathBed.Trusted, Make.Tcp(Pc, "192.0.2.99:80", TcpFlags.Syn));
        for (int port = 1; port <= 1000; port++) Assert.Empty(bed.Refuse(PathBed.One, Make.Tcp($"192.0.2.1:{port}", Us, TcpFlags.Syn), DropReason.RuleDenied));
        Assert.Equal(64, After(bed, 7).Length);
        // Where nobody inside has the port, the box answers for itself, at once.
        Assert.Equal(TcpFlags.Rst | TcpFlags.Ack, Assert.Single(bed.Refuse(PathBed.One, Make.Tcp(Web, "198.51.100.2:7", TcpFlags.Syn), DropReason.RuleDenied)).Flags);
    }

    [Fact]
    public void T5_A_reset_outside_the_window_ends_nothing_and_one_inside_leaves_four_minutes()
    {
        using var bed = new PathBed();
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        connection.Talk();
        bed.Pass(PathBed.One, Make.Tcp(connection.Server, connection.Outside, TcpFlags.Rst, connection.NextToNear + 0x40000000));
        bed.Wait(600 * PathBed.Second);
        connection.Talk();
        bed.Pass(PathBed.One, Make.Tcp(connection.Server, connection.Outside, TcpFlags.Rst, connection.NextToNear));
        bed.Wait(230 * PathBed.Second);
        Assert.Equal(1, bed.Forwarder.FlowCount);
        bed.Wait(15 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void T8_What_one_side_has_closed_the_other_goes_on_with_for_an_hour()
    {
        using var bed = new PathBed();
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Pass(PathBed.Trusted, connection.FromNear(10, TcpFlags.Fin | TcpFlags.Ack));
        for (int minute = 0; minute < 60; minute += 10)
        {
            Assert.Equal(connection.Near, bed.Pass(PathBed.One, connection.FromFar(500)).To);
            Assert.Equal(connection.Outside, bed.Pass(PathBed.Trusted, connection.FromNear()).From);
            bed.Wait(600 * PathBed.Second);
        }
        bed.Pass(PathBed.One, connection.FromFar(0, TcpFlags.Fin | TcpFlags.Ack));
        bed.Pass(PathBed.Trusted, connection.FromNear());
        bed.Wait(125 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void T10_A_port_is_used_again_while_the_old_connection_is_in_TIME_WAIT_and_counts_as_a_new_flow()
    {
        using var bed = new PathBed();
        var old = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Pass(PathBed.Trusted, old.FromNear(0, TcpFlags.Fin | TcpFlags.Ack));
        bed.Pass(PathBed.One, old.FromFar(0, TcpFlags.Fin | TcpFlags.Ack));
        bed.Pass(PathBed.Trusted, old.FromNear());
        RuleCounters counters = bed.Plan.Policy.Rules[0].Counters;
        Assert.Equal(1, counters.Flows);
        // An old SYN begins nothing.
        bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn, 900));
        Assert.Equal(1, counters.Flows);
        Sent syn = bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn, 500_000));
        Assert.Equal((Make.End(Us), 2L, 1), (syn.From, counters.Flows, bed.Forwarder.FlowCount));
        bed.Pass(PathBed.One, Make.Tcp(Web, Us, TcpFlags.Syn | TcpFlags.Ack, 7_000_000, 500_001));
        bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Ack, 500_001, 7_000_001));
        bed.Wait(600 * PathBed.Second);
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.One, Make.Tcp(Web, Us, TcpFlags.Ack, 7_000_001, 500_001, 9)).To);
    }

    [Fact]
    public void T10_What_begins_anew_asks_the_rules_anew()
    {
        using var bed = new PathBed(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false });
        var old = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Pass(PathBed.One, old.FromFar(0, TcpFlags.Rst | TcpFlags.Ack));
        bed.Change(draft =>
        {
            draft.Order = [PathBed.Two, PathBed.One];
            draft.LinkTwo = draft.LinkTwo with { Usable = true };
        }, newPolicy: true);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn, 500_000)).Port);
    }

    [Fact]
    public void T11_A_connection_from_its_middle_is_reset_or_where_the_policy_says_so_picked_up()
    {
        byte[] middle = Make.Tcp(Pc, Web, TcpFlags.Ack, 1000, 9000, 10);
        using var strict = new PathBed();
        Sent reset = Assert.Single(strict.Refuse(PathBed.Trusted, middle, DropReason.NoFlow));
        Assert.Equal((TcpFlags.Rst, 9000u), (reset.Flags, reset.Sequence));

        using var lenient = new PathBed(draft => draft.PicksUpTcp = true);
        Assert.Equal(Make.End(Us), lenient.Pass(PathBed.Trusted, middle).From);
        Assert.Equal(Make.End(Pc), lenient.Pass(PathBed.One, Make.Tcp(Web, Us, TcpFlags.Ack, 9000, 1010, 10)).To);
        lenient.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Ack, 1010, 9010));
        lenient.Wait(3600 * PathBed.Second);
        Assert.Equal(1, lenient.Forwarder.FlowCount);
        // Nobody outside may begin so, and no end is taken for a beginning.
        lenient.Refuse(PathBed.One, Make.Tcp("192.0.2.7:80", Us, TcpFlags.Ack, 1, 1), DropReason.RuleDropped);
        lenient.Refuse(PathBed.Trusted, Make.Tcp("192.168.10.9:5000", Web, TcpFlags.Fin | TcpFlags.Ack, 1, 1), DropReason.NoFlow);
    }

    [Fact]
    public void T12_Options_but_the_segment_size_and_ECN_and_urgent_pass_unchanged()
    {
        using var bed = new PathBed();
        // MSS 1460, SACK permitted, timestamps, NOP, window scale 7, Fast Open, an experiment, end of options.
        const string options = "020405b4" + "0402" + "080a0102030400000000" + "01" + "030307" + "22060a0b0c0d" + "fd04f989" + "0000";
        byte[] syn = Make.Tcp(Pc, Web, TcpFlags.Syn | (TcpFlags)0xc0, 1000, options: options);
        syn[1] = 0x03;
        syn[38] = 0x12;
        syn = Make.Ip(Protocol.Tcp, Address.Parse("192.168.10.5"), Address.Parse("192.0.2.1"), syn[20..]);
        Sent sent = bed.Pass(PathBed.Trusted, syn.With(1, 0x03));
        Assert.Equal(0x03, sent.Octets[1]);
        Assert.Equal(syn[24..36], sent.Octets[24..36]);
        Assert.Equal(syn[38..], sent.Octets[38..]);
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Mtu = 1400 });
        Sent clamped = bed.Pass(PathBed.Trusted, syn);
        Assert.Equal("02040550", Convert.ToHexStringLower(clamped.Octets[40..44]));
        Assert.Equal(syn[44..], clamped.Octets[44..]);
    }

    [Fact]
    public void X3_Resets_in_answer_to_noise_keep_no_connection_alive()
    {
        using var bed = new PathBed();
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        byte[] reset = connection.FromNear(0, TcpFlags.Rst | TcpFlags.Ack);
        bed.Pass(PathBed.Trusted, reset);
        for (int minute = 0; minute < 4; minute++)
        {
            bed.Wait(58 * PathBed.Second);
            bed.Pass(PathBed.One, Make.Tcp(connection.Server, connection.Outside, TcpFlags.Ack, 77_000_000, 66_000_000));
            bed.Pass(PathBed.Trusted, reset);
        }
        bed.Wait(15 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void One_stranger_reaches_a_mapped_server_by_two_links_from_one_port()
    {
        using var bed = new PathBed(draft => draft.First(new Rule
        {
            Name = "web", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 8443),
            Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
        }));
        var first = new Connection(bed, PathBed.One, "192.0.2.9:7000", "198.51.100.2:443");
        var second = new Connection(bed, PathBed.Two, "192.0.2.9:7000", "203.0.113.2:443");
        Assert.Equal(first.Server, second.Server);
        Assert.Equal((7000, first.Outside.Address), (first.Outside.Port, second.Outside.Address));
        Assert.NotEqual(first.Outside, second.Outside);
        first.Talk();
        second.Talk();
        first.Talk();
        Sent datagram = bed.Pass(PathBed.One, Make.Udp("192.0.2.9:7000", "198.51.100.2:443"));
        Sent twin = bed.Pass(PathBed.Two, Make.Udp("192.0.2.9:7000", "203.0.113.2:443"));
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp(datagram.To, datagram.From)).Port);
        Sent answer = bed.Pass(PathBed.Trusted, Make.Udp(twin.To, twin.From));
        Assert.Equal((PathBed.Two, Make.End("203.0.113.2:443"), Make.End("192.0.2.9:7000")), (answer.Port, answer.From, answer.To));
    }

    private static void Deny(Draft draft) => draft.Last = new Rule { Name = "last", Action = RuleAction.Deny };

    private static Sent[] After(PathBed bed, int seconds)
    {
        bed.Wait(seconds * PathBed.Second);
        bed.Forwarder.Outbox.Flush(bed.Batch);
        return bed.Collect();
    }
}
