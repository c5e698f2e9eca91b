using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Reviewing;

/// <summary>What becomes of live flows when rules change (product.md 3).</summary>
public class ReloadTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80";

    private static Rule Web443(string host) => new()
    {
        Name = "web", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse(host), 0),
        Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit), Services = [new ServiceMatch(Protocol.Tcp, 443, 443)],
    };

    [Fact]
    public void A_probe_is_looked_at_like_any_flow_and_counts_for_no_rule()
    {
        ForwardingTables tables = ForwardingTables.Anonymous(new TableSizes(64, 64, 64));
        using var bed = new PathBed(draft =>
        {
            draft.Probed.Add(Address.Parse("198.51.100.1"));
            (draft.Last, draft.Rules[0]) = (new Rule { Name = "last", Action = RuleAction.Drop, Log = RuleLog.Connections }, Web443("192.168.10.80"));
        }, tables: tables);
        bed.Pass(PathBed.Host, Make.Echo("198.51.100.2", "198.51.100.1", 9));
        bed.Change(draft => draft.Rules.Clear(), newPolicy: true);
        Assert.Empty(bed.Review());
        LiveFlow probe = Assert.Single(new LiveTables(tables).Flows());
        Assert.Equal((true, bed.Draft.Generation), (probe.Probe, probe.PolicyGeneration));
        var sums = new (long, long)[1];
        new LiveTables(tables).SumByRule(bed.Draft.Generation, sums);
        Assert.Equal((0, 0), sums[0]);

        bed.Change(draft => draft.Probed.Clear(), newPolicy: true);
        bed.Review();
        Assert.Equal(0, bed.Forwarder.FlowCount);
        Assert.True(bed.Forwarder.Events.IsEmpty);
    }

    [Fact]
    public void A_flow_that_no_rule_allows_any_more_is_closed_on_both_sides()
    {
        using var bed = new PathBed();
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        connection.Talk();
        bed.Pass(PathBed.Trusted, connection.FromNear());
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Change(draft => draft.First(new Rule { Name = "no", Action = RuleAction.Drop, Source = Draft.From("192.168.10.5/32") }), newPolicy: true);
        Sent[] resets = bed.Review();
        Assert.Equal([PathBed.Trusted, PathBed.One], resets.Select(reset => reset.Port));
        Assert.Equal((connection.Far, connection.Near, connection.NextToNear), (resets[0].From, resets[0].To, resets[0].Sequence));
        Assert.Equal((connection.Outside, connection.Server, connection.NextToFar), (resets[1].From, resets[1].To, resets[1].Sequence));
        Assert.Equal(0x020000000101UL, resets[1].Meta.NextHop);
        Assert.Equal((0, 2L), (bed.Forwarder.FlowCount, bed.Forwarder.FlowsClosedByRules));
    }

    [Fact]
    public void Flows_that_are_still_allowed_lose_no_packet()
    {
        using var bed = new PathBed(draft => draft.First(Web443("192.168.10.80")));
        var outbound = new Connection(bed, PathBed.Trusted, Pc, Web);
        var outbound6 = new Connection(bed, PathBed.Trusted, "[fd00:10::5]:5000", "[2001:db8:9::1]:80");
        var inbound = new Connection(bed, PathBed.Two, "192.0.2.9:7000", "203.0.113.2:443");
        var hairpin = new Connection(bed, PathBed.Guest, "192.168.20.6:7000", "198.51.100.2:443");
        var bound = new Connection(bed, PathBed.Host, "203.0.113.2:6000", Web);
        for (int round = 0; round < 3; round++)
        {
            bed.Change(draft => draft.First(new Rule { Name = "other", Action = RuleAction.Deny, Source = Draft.From("192.168.10.66/32") }), newPolicy: true);
            if (round == 1) Assert.Empty(bed.Review());
            foreach (Connection connection in new[] { outbound, outbound6, inbound, hairpin, bound }) connection.Talk();
        }
        Assert.Equal((5, 0L), (bed.Forwarder.FlowCount, bed.Forwarder.FlowsClosedByRules));
    }

    [Fact]
    public void Flows_between_zones_follow_their_rule()
    {
        using var bed = new PathBed(draft => draft.First(new Rule
        {
            Name = "print", Action = RuleAction.Allow, Source = Draft.From(Draft.Guest.Bit), Destination = Draft.From(Draft.Trusted.Bit),
        }));
        var connection = new Connection(bed, PathBed.Guest, "192.168.20.6:7000", "192.168.10.9:631");
        Assert.Equal((PathBed.Trusted, connection.Near), (connection.Egress, connection.Outside));
        connection.Talk();
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        connection.Talk();
        bed.Change(draft => draft.Rules.RemoveAt(0), newPolicy: true);
        Assert.Equal(2, bed.Review().Length);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void A_mapped_port_that_leads_elsewhere_takes_no_old_flow_along()
    {
        using var bed = new PathBed(draft => draft.First(Web443("192.168.10.80")));
        var old = new Connection(bed, PathBed.One, "192.0.2.9:7000", "198.51.100.2:443");
        bed.Change(draft => draft.Rules[0] = Web443("192.168.10.81"), newPolicy: true);
        Assert.Equal(2, bed.Refuse(PathBed.One, old.FromNear(5), DropReason.FlowClosed).Length);
        var next = new Connection(bed, PathBed.One, "192.0.2.9:7001", "198.51.100.2:443");
        Assert.Equal(Make.End("192.168.10.81:443"), next.Server);
    }

    [Fact]
    public void Translation_switched_on_lets_no_untranslated_flow_go_on()
    {
        using var bed = new PathBed(draft => draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Nat = SourceNat.Off });
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, "198.51.100.1:53"));
        bed.Change(draft => draft.Rules[0] = Draft.Out(), newPolicy: true);
        bed.Review();
        Assert.Equal(0, bed.Forwarder.FlowCount);
        Assert.Equal(Make.End("198.51.100.2:5000"), bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).From);
        Assert.Equal(Make.End("198.51.100.2:5000"), bed.Pass(PathBed.Trusted, Make.Udp(Pc, "198.51.100.1:53")).From);
    }

    [Fact]
    public void A_rule_that_now_names_another_link_without_fallback_ends_what_is_on_the_wrong_one()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Change(draft => draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Links = [PathBed.Two] }, newPolicy: true);
        bed.Review();
        Assert.Equal(0, bed.Forwarder.FlowCount);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
    }

    [Fact]
    public void A_flow_knows_the_rule_that_allows_it_now()
    {
        using var bed = new PathBed();
        var bound = new Connection(bed, PathBed.Host, "203.0.113.2:6000", Web);
        var plain = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Change(draft => draft.First(new Rule { Name = "none", Action = RuleAction.Drop, Source = Draft.From("10.0.0.0/8") }), newPolicy: true);
        bed.Review();
        for (var id = bed.Forwarder.Flows.NextLive(Router.Forwarding.Flows.FlowId.None); id.Exists; id = bed.Forwarder.Flows.NextLive(id))
        {
            Assert.Equal((1, bed.Plan.Policy.Generation), (bed.Forwarder.Flows[id].Rule, bed.Forwarder.Flows[id].PolicyGeneration));
        }
        Assert.Equal(2, bed.Forwarder.FlowCount);
        Assert.NotEqual(bound.Near, plain.Near);
    }

    [Fact]
    public void An_inbound_flow_waits_while_its_links_address_is_away()
    {
        using var bed = new PathBed(draft => draft.First(Web443("192.168.10.80")));
        var connection = new Connection(bed, PathBed.One, "192.0.2.9:7000", "198.51.100.2:443");
        Address[] addresses = bed.Draft.LinkOne.Addresses;
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Addresses = [] }, newPolicy: true);
        Assert.Empty(bed.Review());
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Addresses = addresses });
        connection.Talk();
    }
}
