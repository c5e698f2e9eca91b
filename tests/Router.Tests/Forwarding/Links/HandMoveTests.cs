using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Links;

/// <summary>A pin that is moved by hand: what follows it at once, what only if it is told to, and what stays.</summary>
[Collection(nameof(Alone))]
public class HandMoveTests
{
    private static readonly Address Host = Address.Parse("192.168.10.5");

    private static void Balance(Draft draft) => draft.Mode = InternetMode.Balance;

    [Fact]
    public void What_the_host_begins_leaves_by_the_new_link_and_what_lives_stays()
    {
        using var bed = new PathBed(Balance);
        Sent before = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80"));
        Assert.Equal(PathBed.One, before.Port);
        Move(bed, PathBed.Two);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5001", "192.0.2.1:80")).Port);
        Sent after = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80"));
        Assert.Equal((before.Port, before.From), (after.Port, after.From));
        // Neither a new plan nor the review of one changes that.
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Mtu = 1400 });
        bed.Review();
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80")).Port);
    }

    [Fact]
    public void Flows_that_are_taken_along_are_moved_or_reset_as_their_rule_says()
    {
        ForwardingTables tables = ForwardingTables.Anonymous(new TableSizes(64, 64, 64));
        using var bed = new PathBed(Balance, tables: tables);
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80"));
        _ = new Connection(bed, PathBed.Trusted, "192.168.10.5:6000", "192.0.2.1:80");
        int pin = Move(bed, PathBed.Two);
        Assert.Equal((0, 1, 1), Follow(bed, tables, pin, out Sent[] told));
        // Both ends of the connection are told, as both can be reached.
        Assert.Equal([PathBed.Trusted, PathBed.One], told.Select(sent => sent.Port).OrderBy(port => port.Value));
        Assert.All(told, sent => Assert.True((sent.Flags & TcpFlags.Rst) != 0));
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80")).Port);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.5:6001", "192.0.2.1:80", TcpFlags.Syn)).Port);
        LiveFlow moved = new LiveTables(tables).Flows().Single(flow => flow.Inside.Port == 5000);
        Assert.Equal((LinkMove.ByHand, PathBed.One, LinkCause.PinnedAsMoved), (moved.Moved.Why, moved.Moved.From, moved.Cause));
        Assert.Equal((0, 0, 0), Follow(bed, tables, pin, out _));
        Assert.Equal((uint)new LiveTables(tables).Flows().Count(), bed.Forwarder.Pins[pin].Flows);
    }

    [Fact]
    public void A_rule_that_keeps_its_flows_keeps_them()
    {
        ForwardingTables tables = ForwardingTables.Anonymous(new TableSizes(64, 64, 64));
        var keep = new FlowPlans(FlowPlan.Keep, FlowPlan.Drain, FlowPlan.Keep, FlowPlan.Keep);
        using var bed = new PathBed(draft =>
        {
            Balance(draft);
            draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, OnLinkDown = keep };
        }, tables: tables);
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80"));
        _ = new Connection(bed, PathBed.Trusted, "192.168.10.5:6000", "192.0.2.1:80");
        int pin = Move(bed, PathBed.Two);
        Assert.Equal((2, 0, 0), Follow(bed, tables, pin, out Sent[] told));
        Assert.Empty(told);
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80")).Port);
    }

    [Fact]
    public void A_flow_that_is_gone_or_is_another_by_now_is_left_alone()
    {
        using var bed = new PathBed(Balance);
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80"));
        Move(bed, PathBed.Two);
        FlowId id = bed.Forwarder.Flows.NextLive(FlowId.None);
        Assert.Null(bed.Forwarder.Review.Follow(bed.Plan, id, bed.Now + 1, bed.Now));
        Assert.Null(bed.Forwarder.Review.Follow(bed.Plan, new FlowId(60), bed.Now, bed.Now));
        Assert.Equal(FlowPlan.Move, bed.Forwarder.Review.Follow(bed.Plan, id, bed.Forwarder.Flows[id].Created, bed.Now));
    }

    [Fact]
    public void A_moved_pin_outlives_a_restart_with_its_reason_and_leaves_a_link_that_is_lost()
    {
        string directory = Directory.CreateTempSubdirectory("pins-").FullName;
        try
        {
            var sizes = new TableSizes(64, 64, 64);
            using (var before = new PathBed(Balance, tables: ForwardingTables.Open(directory, sizes)))
            {
                before.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80"));
                Move(before, PathBed.Two);
            }
            ForwardingTables tables = ForwardingTables.Open(directory, sizes);
            using var after = new PathBed(Balance, tables: tables);
            Assert.Equal(PathBed.Two, after.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5001", "192.0.2.1:80")).Port);
            LivePin pin = Assert.Single(new LiveTables(tables).Pins());
            Assert.Equal(("Moved", PathBed.Two, PathBed.One), (pin.Reason, pin.Link, pin.From));
            after.Change(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false });
            Assert.Equal(PathBed.One, after.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5002", "192.0.2.1:80")).Port);
            Assert.Equal("LinkDown", Assert.Single(new LiveTables(tables).Pins()).Reason);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Only_a_link_that_is_usable_and_has_an_address_for_the_host_may_carry_it()
    {
        using var bed = new PathBed(Balance);
        Address v6 = Address.Parse("fd00:10::5");
        Assert.True(bed.Plan.MayCarry(Host, PathBed.Two));
        Assert.False(bed.Plan.MayCarry(v6, PathBed.Two));
        bed.Change(draft => draft.Napt = true, newPolicy: true);
        Assert.True(bed.Plan.MayCarry(v6, PathBed.Two));
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false });
        Assert.False(bed.Plan.MayCarry(Host, PathBed.Two));
    }

    private static int Move(PathBed bed, PortId link)
    {
        int pin = bed.Forwarder.Pins.Find(Host, Site.Any);
        bed.Forwarder.Pins.Move(pin, link, PinReason.Moved, bed.Now);
        return pin;
    }

    private static (int Kept, int Moved, int Reset) Follow(PathBed bed, ForwardingTables tables, int pin, out Sent[] told)
    {
        LiveFlow[] flows = [.. new LiveTables(tables).Flows().Where(flow => flow.Pin == pin)];
        FlowPlan?[] became = [.. flows.Select(flow => bed.Forwarder.Review.Follow(bed.Plan, new FlowId(flow.Id), flow.Created, bed.Now))];
        bed.Forwarder.Outbox.Flush(bed.Batch);
        told = bed.Collect();
        return (became.Count(what => what == FlowPlan.Keep), became.Count(what => what == FlowPlan.Move), became.Count(what => what == FlowPlan.Reset));
    }
}
