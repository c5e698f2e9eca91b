using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Links;

/// <summary>Which link a new flow leaves by, seen by where its first packet comes out (product.md 1).</summary>
public class PlacementTests
{
    private static void Balance(Draft draft) => (draft.Mode, draft.WeightOne, draft.WeightTwo) = (InternetMode.Balance, 4, 8);

    [Fact]
    public void Single_uses_its_link_and_no_other()
    {
        using var bed = new PathBed(draft => (draft.Mode, draft.Order) = (InternetMode.Single, [PathBed.Two]));
        Assert.Equal(PathBed.Two, LinkOf(bed, "192.168.10.5:5000"));
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false });
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.5:5001", "192.0.2.1:80"), DropReason.NoUsableLink));
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.HostUnreachable), (told.IcmpType, told.IcmpCode));
    }

    [Fact]
    public void Failover_uses_the_first_usable_and_goes_back()
    {
        using var bed = new PathBed();
        Assert.Equal(PathBed.One, LinkOf(bed, "192.168.10.5:5000"));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false, Health = LinkHealth.Down });
        Assert.Equal(PathBed.Two, LinkOf(bed, "192.168.10.5:5001"));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = true, Health = LinkHealth.Up });
        Assert.Equal(PathBed.One, LinkOf(bed, "192.168.10.5:5002"));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Health = LinkHealth.Degraded });
        Assert.Equal(PathBed.Two, LinkOf(bed, "192.168.10.5:5003"));
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Health = LinkHealth.Degraded });
        Assert.Equal(PathBed.One, LinkOf(bed, "192.168.10.5:5004"));
    }

    [Theory]
    [InlineData(PinMode.Host)]
    [InlineData(PinMode.Connection)]
    public void Balance_shares_a_thousand_by_weight_after_whatever_went_before(PinMode pin)
    {
        using var bed = new PathBed(draft =>
        {
            Balance(draft);
            draft.TrustedZone = draft.TrustedZone with { Networks = [new Prefix(Address.Parse("10.0.0.0"), 8)] };
            draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Pin = pin };
        });
        int next = 1;
        string Next() => pin == PinMode.Host ? $"10.1.{next / 250}.{next++ % 250 + 1}:5000" : $"10.1.0.1:{1024 + next++}";
        for (int round = 0; round < 3; round++)
        {
            bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
            for (int i = 0; i < 17 * round; i++) Assert.Equal(PathBed.Two, LinkOf(bed, Next()));
            bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = true });
        }
        int onOne = 0;
        for (int i = 0; i < 1000; i++) onOne += LinkOf(bed, Next()) == PathBed.One ? 1 : 0;
        Assert.InRange(onOne, 333 - 30, 333 + 30);
    }

    [Fact]
    public void A_pinned_host_stays_on_its_link_and_on_its_address_until_it_has_been_idle()
    {
        using var bed = new PathBed(Balance);
        PortId first = LinkOf(bed, "192.168.10.5:5000");
        for (int i = 0; i < 20; i++)
        {
            LinkOf(bed, $"192.168.10.{50 + i}:5000");
            Assert.Equal(first, LinkOf(bed, $"192.168.10.5:{6000 + i}", $"192.0.2.{i + 1}:80"));
        }
        Assert.Equal(21, bed.Forwarder.PinCount);
        bed.Wait(305 * PathBed.Second);
        Assert.Equal((0, 21), (bed.Forwarder.FlowCount, bed.Forwarder.PinCount));
        bed.Wait(590 * PathBed.Second);
        Assert.Equal(21, bed.Forwarder.PinCount);
        bed.Wait(15 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.PinCount);
    }

    [Fact]
    public void Connections_that_are_not_pinned_use_all_links()
    {
        using var bed = new PathBed(draft =>
        {
            Balance(draft);
            draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Pin = PinMode.Connection };
        });
        PortId[] links = [.. Enumerable.Range(0, 12).Select(i => LinkOf(bed, $"192.168.10.5:{5000 + i}"))];
        Assert.Equal(4, links.Count(link => link == PathBed.One));
        Assert.Equal(0, bed.Forwarder.PinCount);
    }

    [Fact]
    public void A_pin_moves_when_its_link_is_gone_and_stays_when_it_comes_back()
    {
        ForwardingTables tables = ForwardingTables.Anonymous(new TableSizes(64, 64, 64));
        using var bed = new PathBed(draft => draft.Mode = InternetMode.Balance, tables: tables);
        Assert.Equal(PathBed.One, LinkOf(bed, "192.168.10.5:5000"));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        Assert.Equal(PathBed.Two, LinkOf(bed, "192.168.10.5:5001"));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = true });
        Assert.Equal(PathBed.Two, LinkOf(bed, "192.168.10.5:5002"));
        ref readonly Pin pin = ref bed.Forwarder.Pins[bed.Forwarder.Pins.Find(Address.Parse("192.168.10.5"), Site.Any)];
        Assert.Equal((PathBed.Two, PathBed.One, PinReason.LinkDown, (byte)1), (pin.Link, pin.Before, pin.Reason, pin.Moves));
        LinkCause[] causes = [.. new LiveTables(tables).Flows().OrderBy(flow => flow.Inside.Port).Select(flow => flow.Cause)];
        Assert.Equal([LinkCause.HostByWeight, LinkCause.HostByWeight, LinkCause.PinnedAsLinkDown], causes);
        // New hosts use both again.
        Assert.Equal([PathBed.One, PathBed.Two], new[] { LinkOf(bed, "192.168.10.6:5000"), LinkOf(bed, "192.168.10.7:5000") }.OrderBy(link => link.Value));
    }

    [Fact]
    public void A_reserved_link_carries_only_what_a_rule_sends_there()
    {
        using var bed = new PathBed(draft =>
        {
            (draft.Mode, draft.WeightOne, draft.WeightTwo) = (InternetMode.Balance, 1, 0);
            draft.First(new Rule { Name = "mail", Action = RuleAction.Allow, Links = [PathBed.Two], Services = [new ServiceMatch(Protocol.Udp, 25, 25)] });
        });
        for (int i = 2; i < 40; i++) Assert.Equal(PathBed.One, LinkOf(bed, $"192.168.10.{i}:5000"));
        Assert.Equal(PathBed.Two, LinkOf(bed, "192.168.10.5:5001", "192.0.2.1:25"));
        // With nothing else up, the reserved one still is not used, and degraded is better than nothing.
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Health = LinkHealth.Degraded });
        Assert.Equal(PathBed.One, LinkOf(bed, "192.168.10.50:5000"));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.51:5000", "192.0.2.1:80"), DropReason.NoUsableLink);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rule_that_names_a_link_uses_another_only_with_fallback(bool fallback)
    {
        using var bed = new PathBed(draft => draft.First(new Rule
        {
            Name = "mail", Action = RuleAction.Allow, Links = [PathBed.Two], Fallback = fallback, Services = [new ServiceMatch(Protocol.Udp, 25, 25)],
        }));
        Assert.Equal(PathBed.Two, LinkOf(bed, "192.168.10.5:5000", "192.0.2.1:25"));
        Assert.Equal(PathBed.One, LinkOf(bed, "192.168.10.5:5000", "192.0.2.1:26"));
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false });
        if (fallback) Assert.Equal(PathBed.One, LinkOf(bed, "192.168.10.5:5001", "192.0.2.1:25"));
        else bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.5:5001", "192.0.2.1:25"), DropReason.NoUsableLink);
    }

    [Fact]
    public void A_program_of_the_box_that_binds_to_a_links_address_leaves_by_that_link()
    {
        using var bed = new PathBed();
        Sent sent = bed.Pass(PathBed.Host, Make.Udp("203.0.113.2:5000", "192.0.2.1:80"));
        Assert.Equal((PathBed.Two, Make.End("203.0.113.2:5000")), (sent.Port, sent.From));
        Assert.Equal(PathBed.Host, bed.Pass(PathBed.Two, Make.Udp(sent.To, sent.From)).Port);
        Sent unbound = bed.Pass(PathBed.Host, Make.Udp("192.168.10.1:5000", "192.0.2.1:80"));
        Assert.Equal((PathBed.One, Make.End("198.51.100.2:5000")), (unbound.Port, unbound.From));
        Sent v6 = bed.Pass(PathBed.Host, Make.Udp("[2001:db8:2::2]:5000", "[2001:db8:9::1]:80"));
        Assert.Equal(PathBed.Two, v6.Port);
    }

    [Fact]
    public void What_is_on_a_links_own_network_is_reached_by_that_link_and_its_own_MAC()
    {
        using var bed = new PathBed(draft => draft.Neighbours[(PathBed.Two, Address.Parse("203.0.113.77"))] = 0x020000007777);
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "203.0.113.77:80"));
        Assert.Equal((PathBed.Two, 0x020000007777UL), (sent.Port, sent.Meta.NextHop));
        Assert.Equal(0x020000000201UL, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "203.0.113.1:80")).Meta.NextHop);
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "203.0.113.78:80"), DropReason.NoNextHop);
        Assert.True(bed.Forwarder.Events.TryRead(out PathEvent wanted));
        Assert.Equal((PathEventKind.NeighbourWanted, PathBed.Two, Address.Parse("203.0.113.78")), (wanted.Kind, wanted.Egress, wanted.Destination));
        bed.Change(draft => draft.Neighbours[(PathBed.Two, Address.Parse("203.0.113.78"))] = 0x020000007878);
        Assert.Equal(0x020000007878UL, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "203.0.113.78:80")).Meta.NextHop);
    }

    [Fact]
    public void R4_The_broadcast_address_of_a_zone_or_link_is_nobodys()
    {
        using var bed = new PathBed();
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "203.0.113.255:80"), DropReason.BadDestination);
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.168.20.255:80"), DropReason.BadDestination);
    }

    [Fact]
    public void IPv6_goes_by_the_first_usable_link_that_has_it_also_when_balancing()
    {
        using var bed = new PathBed(Balance);
        for (int i = 2; i < 9; i++) Assert.Equal(PathBed.One, LinkOf(bed, $"[fd00:10::{i}]:5000", "[2001:db8:9::1]:80"));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Addresses = [Address.Parse("198.51.100.2")] });
        Assert.Equal(PathBed.Two, LinkOf(bed, "[fd00:10::55]:5000", "[2001:db8:9::1]:80"));
    }

    private static PortId LinkOf(PathBed bed, string from, string to = "192.0.2.1:80") => bed.Pass(PathBed.Trusted, Make.Udp(from, to)).Port;
}
