using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Reviewing;

/// <summary>What becomes of live flows when links change (product.md 2). Rules that change are in <see cref="ReloadTests"/>.</summary>
public class ReviewTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80";

    private static void OneDown(Draft draft) => draft.LinkOne = draft.LinkOne with { Usable = false, Health = LinkHealth.Down };

    private static void OneUp(Draft draft) => draft.LinkOne = draft.LinkOne with { Usable = true, Health = LinkHealth.Up };

    private static void Plans(Draft draft, FlowPlans down, FlowPlans back) => draft.Rules[0] = new Rule
    {
        Name = "out", Action = RuleAction.Allow, Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit),
        OnLinkDown = down, OnLinkReturn = back,
    };

    private static FlowPlans All(FlowPlan plan) => new(plan, plan, plan, plan);

    [Fact]
    public void Of_links_that_are_short_of_volume_others_go_first_and_flows_stay()
    {
        using var bed = new PathBed(draft => draft.Mode = InternetMode.Failover);
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Volume = LinkVolume.Scarce });
        Assert.Empty(bed.Review());
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5001", Web)).Port);
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false, Health = LinkHealth.Down });
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5002", Web)).Port);
    }

    [Fact]
    public void A_link_whose_volume_is_spent_keeps_no_flow_and_takes_none_but_probes()
    {
        using var bed = new PathBed(draft =>
        {
            draft.Mode = InternetMode.Single;
            draft.Probed.Add(Address.Parse("198.51.100.1"));
        });
        Sent sent = bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn));
        bed.Pass(PathBed.One, Make.Tcp(sent.To, sent.From, TcpFlags.Syn | TcpFlags.Ack));
        bed.Pass(PathBed.Host, Make.Echo("198.51.100.2", "198.51.100.1", 9));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Volume = LinkVolume.Spent });
        Sent reset = Assert.Single(bed.Review());
        Assert.Equal((PathBed.Trusted, Make.End(Pc)), (reset.Port, reset.To));
        Assert.Equal(1, bed.Forwarder.FlowCount);
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc, Web), DropReason.NoUsableLink);
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Host, Make.Echo("198.51.100.2", "198.51.100.1", 10)).Port);
        Explanation told = bed.Forwarder.Explain(PathBed.Host, Address.Parse("198.51.100.2"), Protocol.Udp, Address.Parse("192.0.2.1"), 53);
        Assert.Equal(DropReason.VolumeSpent, told.Refusal);
    }

    [Theory]
    [InlineData(InternetMode.Failover)]
    [InlineData(InternetMode.Balance)]
    public void UDP_moves_with_its_next_packet_and_answers_come_by_the_new_link(InternetMode mode)
    {
        using var bed = new PathBed(draft => draft.Mode = mode);
        Sent before = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal(PathBed.One, before.Port);
        bed.Change(OneDown);
        Sent after = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal((PathBed.Two, Make.End("203.0.113.2:5000"), 0x020000000201UL), (after.Port, after.From, after.Meta.NextHop));
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.Two, Make.Udp(after.To, after.From)).To);
        Assert.Equal((1, (1L, 0L, 0L)), (bed.Forwarder.FlowCount, bed.Forwarder.Ends));
        bed.Refuse(PathBed.One, Make.Udp(before.To, before.From), DropReason.RuleDropped);
        Assert.Empty(bed.Review());
        bed.Change(OneUp);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
    }

    [Fact]
    public void UDP_moves_without_a_packet_of_its_own_too()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Pass(PathBed.Trusted, Make.Echo("192.168.10.5", "192.0.2.1", 9));
        bed.Change(OneDown);
        Assert.Empty(bed.Review());
        Assert.Equal(2, bed.Forwarder.Ends.Moved);
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.Two, Make.Udp(Web, "203.0.113.2:5000")).Port);
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.Two, Make.Echo("192.0.2.1", "203.0.113.2", 9, isReply: true)).Port);
    }

    [Fact]
    public void TCP_is_reset_towards_the_inside_with_the_number_that_it_expects_and_reconnects_by_the_other_link_at_once()
    {
        using var bed = new PathBed();
        var old = new Connection(bed, PathBed.Trusted, Pc, Web);
        old.Talk();
        bed.Pass(PathBed.One, old.FromFar(500));
        bed.Pass(PathBed.Trusted, old.FromNear());
        bed.Change(OneDown);
        // The first packet under the new plan is the reconnect, before any review of the old flow.
        var next = new Connection(bed, PathBed.Trusted, "192.168.10.5:5001", Web);
        Assert.Equal((PathBed.Two, Make.End("203.0.113.2:5001")), (next.Egress, next.Outside));
        Sent reset = Assert.Single(bed.Review());
        Assert.Equal((PathBed.Trusted, Make.End(Web), Make.End(Pc)), (reset.Port, reset.From, reset.To));
        Assert.Equal((TcpFlags.Rst | TcpFlags.Ack, old.NextToNear), (reset.Flags, reset.Sequence));
        Assert.Equal((1, 1L), (bed.Forwarder.FlowCount, bed.Forwarder.Ends.Reset));
        next.Talk();
        bed.Refuse(PathBed.Trusted, old.FromNear(10), DropReason.NoFlow);
    }

    [Fact]
    public void TCP_is_reset_by_its_own_next_packet_which_does_not_pass()
    {
        using var bed = new PathBed();
        var old = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Change(OneDown);
        Sent reset = Assert.Single(bed.Refuse(PathBed.Trusted, old.FromNear(10), DropReason.FlowClosed));
        Assert.Equal((PathBed.Trusted, TcpFlags.Rst | TcpFlags.Ack, old.NextToNear), (reset.Port, reset.Flags, reset.Sequence));
    }

    [Fact]
    public void A_client_that_reconnects_from_the_same_port_is_not_held_up_by_its_old_connection()
    {
        using var bed = new PathBed();
        _ = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Change(OneDown);
        Sent[] sent = bed.Send(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn, 900_000));
        Assert.Equal(DropReason.None, bed.Refused);
        Assert.Equal([(PathBed.Trusted, TcpFlags.Rst | TcpFlags.Ack), (PathBed.Two, TcpFlags.Syn)], sent.Select(one => (one.Port, one.Flags)));
        Assert.Equal((1, 1L), (bed.Forwarder.FlowCount, bed.Forwarder.Ends.Reset));
        bed.Change(draft => draft.Rules.Clear(), newPolicy: true);
        Assert.All(bed.Refuse(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn, 900_000), DropReason.RuleDropped), one => Assert.Equal(TcpFlags.Rst | TcpFlags.Ack, one.Flags));
    }

    [Fact]
    public void A_connection_that_has_not_been_answered_is_not_told_to_give_up_and_opens_by_the_other_link()
    {
        using var bed = new PathBed();
        byte[] syn = Make.Tcp(Pc, Web, TcpFlags.Syn);
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, syn).Port);
        bed.Change(OneDown);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, syn).Port);
        bed.Change(draft => (draft.LinkOne, draft.LinkTwo) = (draft.LinkOne with { Usable = true }, draft.LinkTwo with { Usable = false }));
        Assert.Empty(bed.Review());
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, syn).Port);
    }

    [Fact]
    public void Without_another_link_everything_waits_for_the_first()
    {
        using var bed = new PathBed(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false });
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Change(OneDown);
        Assert.Empty(bed.Review());
        connection.Talk();
        bed.Change(OneUp);
        Assert.Empty(bed.Review());
        connection.Talk();
        Assert.Equal((2, (0L, 0L, 0L)), (bed.Forwarder.FlowCount, bed.Forwarder.Ends));
    }

    [Theory]
    [InlineData(FlowPlan.Keep)]
    [InlineData(FlowPlan.Drain)]
    public void A_rule_may_keep_flows_on_a_dead_link(FlowPlan plan)
    {
        using var bed = new PathBed(draft => Plans(draft, All(plan), All(plan)));
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Change(OneDown);
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5001", Web)).Port);
    }

    [Fact]
    public void When_a_better_link_returns_the_rule_decides()
    {
        foreach (FlowPlan plan in Enum.GetValues<FlowPlan>())
        {
            using var bed = new PathBed(draft =>
            {
                Plans(draft, FlowPlans.DownDefault, All(plan));
                OneDown(draft);
            });
            var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
            Assert.Equal(PathBed.Two, connection.Egress);
            bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
            bed.Change(OneUp);
            Sent[] said = bed.Review();
            (int resets, long moved, int flows) = plan switch
            {
                FlowPlan.Move => (2, 1L, 1),
                FlowPlan.Reset => (2, 0L, 0),
                _ => (0, 0L, 2),
            };
            Assert.Equal((plan, resets, moved, flows), (plan, said.Length, bed.Forwarder.Ends.Moved, bed.Forwarder.FlowCount));
            if (flows == 2) connection.Talk();
            PortId now = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port;
            Assert.Equal(plan is FlowPlan.Move or FlowPlan.Reset ? PathBed.One : PathBed.Two, now);
        }
    }

    [Fact]
    public void A_flow_on_a_fallback_link_stays_while_the_named_one_is_down_and_moves_when_it_returns()
    {
        using var bed = new PathBed(draft =>
        {
            (draft.Mode, draft.Rules[0]) = (InternetMode.Balance, new Rule
            {
                Name = "tunnel", Action = RuleAction.Allow, Links = [PathBed.One], Fallback = true, Pin = PinMode.Connection, OnLinkReturn = All(FlowPlan.Move),
            });
            draft.WeightOne = 1;
            draft.LinkOne = draft.LinkOne with { Usable = false };
        });
        for (int i = 0; i < 5; i++)
        {
            bed.Change(draft => draft.TrustedZone = draft.TrustedZone with { Mtu = 1500 - i });
            Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
        }
        Assert.Equal(0, bed.Forwarder.Ends.Moved);
        bed.Change(OneUp);
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
        Assert.Equal(1, bed.Forwarder.Ends.Moved);
    }

    [Fact]
    public void A_new_address_moves_UDP_and_resets_TCP_and_a_new_MAC_is_just_used()
    {
        using var bed = new PathBed();
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { GatewayMac4 = 0x020000009999 });
        Assert.Empty(bed.Review());
        Assert.Equal(0x020000009999UL, bed.Pass(PathBed.Trusted, connection.FromNear(9)).Meta.NextHop);
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Addresses = [Address.Parse("198.51.100.9")] });
        Sent reset = Assert.Single(bed.Review());
        Assert.Equal((PathBed.Trusted, connection.NextToNear), (reset.Port, reset.Sequence));
        Sent moved = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal((PathBed.One, Make.End("198.51.100.9:5000")), (moved.Port, moved.From));
    }

    [Fact]
    public void A_flow_with_a_written_address_is_none_the_worse_for_a_new_plan()
    {
        using var bed = new PathBed(draft => draft.Rules[0] = new Rule
        {
            Name = "out", Action = RuleAction.Allow, Nat = SourceNat.Fixed, NatAddress = Address.Parse("198.51.100.77"),
        });
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Mtu = 1480 });
        Assert.Empty(bed.Review());
        connection.Talk();
    }

    [Fact]
    public void What_came_in_by_a_link_and_what_is_bound_to_its_address_stay_there()
    {
        using var bed = new PathBed(draft => draft.First(new Rule
        {
            Name = "ssh", Action = RuleAction.Allow, Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
        }));
        var inbound = new Connection(bed, PathBed.One, "192.0.2.9:7000", "198.51.100.2:22");
        var bound = new Connection(bed, PathBed.Host, "198.51.100.2:6000", Web);
        var local = new Connection(bed, PathBed.Host, "192.168.10.1:6001", Web);
        bed.Change(OneDown);
        Sent reset = Assert.Single(bed.Review());
        Assert.Equal(local.Near, reset.To);
        inbound.Talk();
        bound.Talk();
    }

    [Fact]
    public void What_a_flow_carried_is_counted_once_by_its_rule_though_it_moved()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Change(OneDown);
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Wait(305 * PathBed.Second);
        RuleCounters counters = bed.Plan.Policy.Rules[0].Counters;
        Assert.Equal((0, 2L, 120L), (bed.Forwarder.FlowCount, counters.Packets, counters.Octets));
    }

    [Fact]
    public void A_flow_that_is_ended_on_request_is_told_on_both_sides_and_no_other_is_touched()
    {
        using var bed = new PathBed();
        var killed = new Connection(bed, PathBed.Trusted, "192.168.10.5:5000", "192.0.2.1:80");
        var other = new Connection(bed, PathBed.Trusted, "192.168.10.6:5000", "192.0.2.1:80");
        var key = new Router.Forwarding.Flows.FlowKey(killed.Near.Address, killed.Far.Address, 5000, 80, Protocol.Tcp, PathBed.Trusted);
        Router.Forwarding.Flows.FlowId id = bed.Forwarder.Flows.Find(key, out _);
        long created = bed.Forwarder.Flows[id].Created;

        Assert.False(bed.Forwarder.Review.Kill(bed.Plan, id, created + 1, bed.Now));
        killed.Talk();
        Assert.True(bed.Forwarder.Review.Kill(bed.Plan, id, created, bed.Now));
        bed.Forwarder.Outbox.Flush(bed.Batch);

        Sent[] told = bed.Collect();
        Assert.Equal([PathBed.Trusted, PathBed.One], told.Select(sent => sent.Port));
        Assert.All(told, sent => Assert.True((sent.Flags & TcpFlags.Rst) != 0));
        Assert.False(bed.Forwarder.Review.Kill(bed.Plan, id, created, bed.Now));
        Assert.Equal(1, bed.Forwarder.FlowCount);
        other.Talk();
    }
}
