using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Reviewing;

/// <summary>What has happened to a flow's link, in words of a test.</summary>
public enum LinkTurn { Down, Degrade, Return }

/// <summary>Each plan for live flows, by protocol and by what happens to the link; then what all of them have in common.</summary>
public class LinkPlanTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80";

    private static readonly byte[] s_protocols = [Protocol.Tcp, Protocol.Udp, Protocol.Icmp, Protocol.Gre];

    public static TheoryData<FlowPlan, byte, LinkTurn> Table()
    {
        var table = new TheoryData<FlowPlan, byte, LinkTurn>();
        foreach (FlowPlan plan in Enum.GetValues<FlowPlan>())
        {
            foreach (byte protocol in s_protocols)
            {
                foreach (LinkTurn turn in Enum.GetValues<LinkTurn>()) table.Add(plan, protocol, turn);
            }
        }
        return table;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_plan_holds_for_its_protocol_and_its_event_and_for_no_other(FlowPlan plan, byte protocol, LinkTurn turn)
    {
        using var bed = new PathBed(draft =>
        {
            draft.Rules[0] = Out(Only(plan, protocol), turn);
            if (turn == LinkTurn.Return) Take(draft, LinkTurn.Down);
        });
        (PortId before, PortId after) = turn == LinkTurn.Return ? (PathBed.Two, PathBed.One) : (PathBed.One, PathBed.Two);
        Connection? connection = protocol == Protocol.Tcp ? new Connection(bed, PathBed.Trusted, Pc, Web) : null;
        if (connection is null) Assert.Equal(before, bed.Pass(PathBed.Trusted, Packet(protocol)).Port);
        foreach (byte other in s_protocols.Where(p => p != protocol)) bed.Pass(PathBed.Trusted, Packet(other, "192.168.10.9"));
        int others = bed.Forwarder.FlowCount - 1;

        bed.Change(draft => Take(draft, turn));
        Sent[] said = bed.Review();

        bool isEnded = plan == FlowPlan.Reset || (plan == FlowPlan.Move && connection is not null);
        Assert.Equal(Told(isEnded && connection is not null, turn, before), said.Select(sent => (sent.Port, sent.Flags & TcpFlags.Rst)));
        Assert.Equal(isEnded ? others : others + 1, bed.Forwarder.FlowCount);
        bool isMoved = plan == FlowPlan.Move && connection is null;
        Assert.Equal((isMoved ? 1L : 0, isEnded ? 1L : 0), (bed.Forwarder.Ends.Moved, bed.Forwarder.Ends.Reset));
        Assert.Equal(plan == FlowPlan.Drain ? 1 : 0, bed.Forwarder.FlowsDrained);
        foreach (byte other in s_protocols.Where(p => p != protocol && p != Protocol.Tcp))
        {
            Assert.Equal(before, bed.Pass(PathBed.Trusted, Packet(other, "192.168.10.9")).Port);
        }
        if (connection is null) Assert.Equal(isMoved || isEnded ? after : before, bed.Pass(PathBed.Trusted, Packet(protocol)).Port);
        else if (!isEnded) connection.Talk();
    }

    [Theory]
    [InlineData(Protocol.Tcp, LinkTurn.Down)]
    [InlineData(Protocol.Tcp, LinkTurn.Degrade)]
    [InlineData(Protocol.Tcp, LinkTurn.Return)]
    [InlineData(Protocol.Udp, LinkTurn.Down)]
    [InlineData(Protocol.Udp, LinkTurn.Return)]
    public void What_is_drained_ends_when_its_time_is_over_and_not_before(byte protocol, LinkTurn turn)
    {
        using var bed = new PathBed(draft =>
        {
            draft.Rules[0] = Out(All(FlowPlan.Drain), turn);
            draft.DrainTime = 60 * PathBed.Second;
            if (turn == LinkTurn.Return) Take(draft, LinkTurn.Down);
        });
        (PortId before, PortId after) = turn == LinkTurn.Return ? (PathBed.Two, PathBed.One) : (PathBed.One, PathBed.Two);
        Connection? connection = protocol == Protocol.Tcp ? new Connection(bed, PathBed.Trusted, Pc, Web) : null;
        if (connection is null) bed.Pass(PathBed.Trusted, Packet(protocol));
        bed.Change(draft => Take(draft, turn));
        Assert.Empty(bed.Review());

        bed.Wait(56 * PathBed.Second);
        bed.Change(draft => draft.TrustedZone = draft.TrustedZone with { Mtu = 1480 }); // another plan does not give it more time
        Assert.Empty(bed.Review());
        connection?.Talk();
        Assert.Equal((1, after), (bed.Forwarder.FlowCount, bed.Pass(PathBed.Trusted, Packet(Protocol.Udp, "192.168.10.5", 5009)).Port));
        if (connection is null) Assert.Equal(before, bed.Pass(PathBed.Trusted, Packet(protocol)).Port);

        bed.Wait(4 * PathBed.Second);
        bed.Forwarder.Outbox.Flush(bed.Batch);
        Assert.Equal(Told(connection is not null, turn, before), bed.Collect().Select(sent => (sent.Port, sent.Flags & TcpFlags.Rst)));
        Assert.Equal((1, 1L, 1L), (bed.Forwarder.FlowCount, bed.Forwarder.FlowsDrained, bed.Forwarder.Ends.Reset));
        if (connection is null) Assert.Equal(after, bed.Pass(PathBed.Trusted, Packet(protocol)).Port);
    }

    [Fact]
    public void What_was_to_be_drained_goes_on_when_its_link_is_right_again()
    {
        using var bed = new PathBed(draft => (draft.Rules[0], draft.DrainTime) = (Out(All(FlowPlan.Drain), LinkTurn.Down), 10 * PathBed.Second));
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Change(draft => Take(draft, LinkTurn.Down));
        Assert.Empty(bed.Review());
        bed.Change(draft => Take(draft, LinkTurn.Return));
        Assert.Empty(bed.Review());
        bed.Wait(60 * PathBed.Second);
        connection.Talk();

        bed.Change(draft => Take(draft, LinkTurn.Down));
        Assert.Empty(bed.Review());
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false, Health = LinkHealth.Down });
        Assert.Empty(bed.Review());
        bed.Wait(60 * PathBed.Second);
        connection.Talk(); // there is no better link to end it for
    }

    [Fact]
    public void A_place_in_the_table_does_not_hand_on_the_time_of_a_flow_that_ended()
    {
        using var bed = new PathBed(draft => (draft.Rules[0], draft.DrainTime) = (Out(All(FlowPlan.Drain), LinkTurn.Down), 10 * PathBed.Second));
        var old = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Change(draft => Take(draft, LinkTurn.Down));
        Assert.Empty(bed.Review());
        Router.Forwarding.Flows.FlowId id = bed.Forwarder.Flows.NextLive(Router.Forwarding.Flows.FlowId.None);
        Assert.True(bed.Forwarder.Review.Kill(bed.Plan, id, bed.Forwarder.Flows[id].Created, bed.Now));
        bed.Forwarder.Outbox.Flush(bed.Batch);
        bed.Collect();
        var next = new Connection(bed, PathBed.Trusted, "192.168.10.5:5001", Web);
        Assert.Equal(id, bed.Forwarder.Flows.NextLive(Router.Forwarding.Flows.FlowId.None));
        bed.Wait(60 * PathBed.Second);
        next.Talk();
        bed.Refuse(PathBed.Trusted, old.FromNear(1), DropReason.NoFlow);
    }

    [Theory]
    [InlineData(FlowPlan.Keep, 1)]
    [InlineData(FlowPlan.Drain, 2)]
    [InlineData(FlowPlan.Move, 2)]
    [InlineData(FlowPlan.Reset, 2)]
    public void In_balance_a_host_leaves_a_degraded_link_with_all_that_it_begins_if_the_rule_says_so(FlowPlan plan, int link)
    {
        using var bed = new PathBed(draft => (draft.Mode, draft.Rules[0]) = (InternetMode.Balance, Out(All(plan), LinkTurn.Degrade)));
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Packet(Protocol.Udp)).Port);
        bed.Change(draft => Take(draft, LinkTurn.Degrade));
        Assert.Empty(bed.Review());
        PortId expected = link == 1 ? PathBed.One : PathBed.Two;
        Assert.Equal(expected, bed.Pass(PathBed.Trusted, Packet(Protocol.Udp, "192.168.10.5", 5009)).Port);
        Assert.Equal(plan == FlowPlan.Drain ? PathBed.One : expected, bed.Pass(PathBed.Trusted, Packet(Protocol.Udp)).Port);
        // Mended, it calls nobody back: balancing disturbs no host that has its place.
        bed.Change(draft => Take(draft, LinkTurn.Return));
        Assert.Empty(bed.Review());
        Assert.Equal(expected, bed.Pass(PathBed.Trusted, Packet(Protocol.Udp, "192.168.10.5", 5009)).Port);
    }

    [Theory]
    [InlineData(InternetMode.Failover)]
    [InlineData(InternetMode.Balance)]
    public void Nothing_leaves_a_degraded_link_for_one_that_is_degraded_too(InternetMode mode)
    {
        using var bed = new PathBed(draft => (draft.Mode, draft.Rules[0]) = (mode, Out(All(FlowPlan.Reset), LinkTurn.Degrade)));
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Change(draft =>
        {
            Take(draft, LinkTurn.Degrade);
            draft.LinkTwo = draft.LinkTwo with { Health = LinkHealth.Degraded };
        });
        Assert.Empty(bed.Review());
        connection.Talk();
    }

    [Fact]
    public void A_rule_that_names_the_degraded_link_holds_its_flows_there()
    {
        using var bed = new PathBed(draft => draft.Rules[0] = new Rule
        {
            Name = "by one", Action = RuleAction.Allow, Links = [PathBed.One], Fallback = true, OnLinkDegrade = All(FlowPlan.Move), OnLinkReturn = All(FlowPlan.Move),
        });
        bed.Pass(PathBed.Trusted, Packet(Protocol.Udp));
        bed.Change(draft => Take(draft, LinkTurn.Degrade));
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Packet(Protocol.Udp)).Port);
    }

    [Fact]
    public void The_far_end_is_told_by_the_other_link_where_that_shows_it_the_same_address()
    {
        using var bed = new PathBed(draft => draft.Rules[0] = new Rule
        {
            Name = "own addresses", Action = RuleAction.Allow, Nat = SourceNat.Fixed, NatAddress = Address.Parse("192.0.2.77"), OnLinkDown = All(FlowPlan.Reset),
        });
        var connection = new Connection(bed, PathBed.Trusted, Pc, "192.0.2.1:80");
        bed.Change(draft => Take(draft, LinkTurn.Down));
        Sent[] told = bed.Review();
        Assert.Equal([PathBed.Trusted, PathBed.Two], told.Select(sent => sent.Port));
        Assert.Equal((connection.Outside, connection.Server, connection.NextToFar), (told[1].From, told[1].To, told[1].Sequence));
        Assert.Equal(0x020000000201UL, told[1].Meta.NextHop);
    }

    [Theory]
    [InlineData(FlowPlan.Move)]
    [InlineData(FlowPlan.Reset)]
    [InlineData(FlowPlan.Drain)]
    public void Local_flows_and_flows_on_the_other_link_are_not_touched(FlowPlan plan)
    {
        using var bed = new PathBed(draft =>
        {
            draft.Rules[0] = Out(All(plan), LinkTurn.Down);
            draft.First(new Rule { Name = "by two", Action = RuleAction.Allow, Source = Draft.From("192.168.10.9/32"), Destination = Draft.From(PortId.InternetBit), Links = [PathBed.Two] });
            draft.First(new Rule { Name = "to guests", Action = RuleAction.Allow, Source = Draft.From(PathBed.Trusted.Bit), Destination = Draft.From(PathBed.Guest.Bit) });
        });
        _ = new Connection(bed, PathBed.Trusted, Pc, Web);
        var other = new Connection(bed, PathBed.Trusted, "192.168.10.9:5000", Web);
        var local = new Connection(bed, PathBed.Trusted, "192.168.10.9:5001", "192.168.20.5:80");
        foreach (LinkTurn turn in new[] { LinkTurn.Down, LinkTurn.Return, LinkTurn.Degrade, LinkTurn.Return })
        {
            bed.Change(draft => Take(draft, turn));
            Assert.DoesNotContain(bed.Review(), sent => sent.To == other.Near || sent.To == local.Near || sent.From == other.Outside);
            other.Talk();
            local.Talk();
        }
    }

    private static Rule Out(FlowPlans plans, LinkTurn turn)
    {
        FlowPlans keep = All(FlowPlan.Keep);
        return new Rule
        {
            Name = "out", Action = RuleAction.Allow, Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit),
            OnLinkDown = turn == LinkTurn.Down ? plans : keep, OnLinkDegrade = turn == LinkTurn.Degrade ? plans : keep, OnLinkReturn = turn == LinkTurn.Return ? plans : keep,
        };
    }

    private static void Take(Draft draft, LinkTurn turn) => draft.LinkOne = turn switch
    {
        LinkTurn.Down => draft.LinkOne with { Usable = false, Health = LinkHealth.Down },
        LinkTurn.Degrade => draft.LinkOne with { Health = LinkHealth.Degraded },
        LinkTurn.Return => draft.LinkOne with { Usable = true, Health = LinkHealth.Up },
    };

    private static FlowPlans All(FlowPlan plan) => new(plan, plan, plan, plan);

    private static FlowPlans Only(FlowPlan plan, byte protocol) => All(FlowPlan.Keep) with
    {
        Tcp = protocol == Protocol.Tcp ? plan : FlowPlan.Keep,
        Udp = protocol == Protocol.Udp ? plan : FlowPlan.Keep,
        Icmp = protocol == Protocol.Icmp ? plan : FlowPlan.Keep,
        Other = protocol == Protocol.Gre ? plan : FlowPlan.Keep,
    };

    private static byte[] Packet(byte protocol, string host = "192.168.10.5", ushort port = 5000) => protocol switch
    {
        Protocol.Tcp => Make.Tcp($"{host}:{port}", Web, TcpFlags.Syn),
        Protocol.Udp => Make.Udp($"{host}:{port}", Web),
        Protocol.Icmp => Make.Echo(host, "192.0.2.1", 9),
        _ => Make.Ip(protocol, Address.Parse(host), Address.Parse(host == "192.168.10.5" ? "192.0.2.1" : "192.0.2.2"), new byte[24]),
    };

    // The inside always, if it is told at all; the far end by the flow's own link while that serves.
    private static IEnumerable<(PortId, TcpFlags)> Told(bool isTold, LinkTurn turn, PortId link) =>
        !isTold ? [] : turn == LinkTurn.Down ? [(PathBed.Trusted, TcpFlags.Rst)] : [(PathBed.Trusted, TcpFlags.Rst), (link, TcpFlags.Rst)];
}
