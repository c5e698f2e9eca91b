using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Tables;
using Router.Wire;

namespace Router.Tests.Forwarding.Links;

/// <summary>`pin: site`: what a host has with one site leaves by one link, and from one address (product.md 1; decision 018).</summary>
[Collection(nameof(Alone))]
public class SitePinTests
{
    private static readonly Address Host = Address.Parse("192.168.10.5");

    private static void BySite(Draft draft)
    {
        draft.Mode = InternetMode.Balance;
        draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Pin = PinMode.Site };
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.0/24")]
    [InlineData("255.255.255.255", "255.255.255.0/24")]
    [InlineData("0.0.0.1", "0.0.0.0/24")]
    [InlineData("2001:db8:1:ffff::9", "2001:db8:1::/48")]
    [InlineData("::1", "::/48")]
    public void A_site_is_a_24_or_a_48(string address, string site)
    {
        Assert.Equal(site, Site.Of(Address.Parse(address)).ToString());
        Assert.False(Site.Of(Address.Parse(address)).IsAny);
        Assert.True(Site.Of(Address.Parse(address)).Prefix.Contains(Address.Parse(address)));
    }

    [Fact]
    public void Two_addresses_are_of_one_site_if_and_only_if_their_prefix_is_one()
    {
        Random random = Seeded.New();
        for (int i = 0; i < 10_000; i++)
        {
            Address one = random.Next(2) == 0 ? Address.FromV4((uint)random.NextInt64(1L << 32)) : new Address((ulong)random.NextInt64(), (ulong)random.NextInt64());
            int bit = random.Next(128);
            var two = new Address(one.High ^ (bit < 64 ? 1UL << bit : 0), one.Low ^ (bit >= 64 ? 1UL << (bit - 64) : 0));
            bool isOne = one.IsV4 == two.IsV4 && new Prefix(one, one.IsV4 ? 24 : 48).Contains(two);
            Assert.Equal(isOne, Site.Of(one) == Site.Of(two));
        }
    }

    [Fact]
    public void One_host_has_one_link_for_each_site_and_all_links_for_all_sites()
    {
        using var bed = new PathBed(BySite);
        var links = new Dictionary<int, PortId>();
        for (int site = 0; site < 100; site++) links[site] = LinkOf(bed, $"192.168.10.5:{5000 + site}", $"192.1.{site}.1:80");
        Assert.Equal(50, links.Values.Count(link => link == PathBed.One));
        for (int again = 0; again < 300; again++)
        {
            Assert.Equal(links[again % 100], LinkOf(bed, $"192.168.10.5:{6000 + again}", $"192.1.{again % 100}.{again % 7 + 2}:443"));
        }
        Assert.Equal(100, bed.Forwarder.PinCount);
        // Another host's placement at a site is its own.
        Assert.NotEqual(LinkOf(bed, "192.168.10.6:5000", "192.1.0.1:80"), LinkOf(bed, "192.168.10.7:5000", "192.1.0.1:80"));
    }

    [Fact]
    public void It_ends_with_the_idle_time_and_not_before()
    {
        using var bed = new PathBed(BySite);
        LinkOf(bed, "192.168.10.5:5000", "192.1.1.1:80");
        bed.Wait(305 * PathBed.Second);
        Assert.Equal((0, 1), (bed.Forwarder.FlowCount, bed.Forwarder.PinCount));
        bed.Wait(590 * PathBed.Second);
        Assert.Equal(1, bed.Forwarder.PinCount);
        bed.Wait(15 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.PinCount);
    }

    [Fact]
    public void It_moves_with_the_loss_of_its_link_and_stays_when_that_returns()
    {
        ForwardingTables tables = ForwardingTables.Anonymous(new TableSizes(64, 64, 64));
        using var bed = new PathBed(BySite, tables: tables);
        PortId first = LinkOf(bed, "192.168.10.5:5000", "192.1.1.1:80"), other = first == PathBed.One ? PathBed.Two : PathBed.One;
        Assert.Equal(other, LinkOf(bed, "192.168.10.5:5001", "192.1.2.1:80"));
        bed.Change(draft => Usable(draft, first, false));
        bed.Review();
        Assert.Equal(other, LinkOf(bed, "192.168.10.5:5002", "192.1.1.9:80"));
        bed.Change(draft => Usable(draft, first, true));
        Assert.Equal(other, LinkOf(bed, "192.168.10.5:5003", "192.1.1.9:80"));
        LivePin moved = new LiveTables(tables).Pins().Single(pin => pin.Reason == nameof(PinReason.LinkDown));
        Assert.Equal(("192.1.1.0/24", other, first), (moved.Site.ToString(), moved.Link, moved.From));
        LiveFlow[] flows = [.. new LiveTables(tables).Flows().OrderBy(flow => flow.Inside.Port)];
        Assert.Equal([LinkCause.SiteByWeight, LinkCause.SiteByWeight, LinkCause.SitePinnedAsLinkDown, LinkCause.SitePinnedAsLinkDown], flows.Select(flow => flow.Cause));
        Assert.All(flows, flow => Assert.True(flow is { Pinned: true, PinnedForSite: true }));
    }

    [Fact]
    public void It_outlives_a_restart_with_its_flows()
    {
        string directory = Directory.CreateTempSubdirectory("pins-").FullName;
        try
        {
            var sizes = new TableSizes(256, 256, 64);
            var links = new Dictionary<int, PortId>();
            using (var before = new PathBed(BySite, tables: ForwardingTables.Open(directory, sizes)))
            {
                for (int site = 0; site < 20; site++) links[site] = LinkOf(before, $"192.168.10.5:{5000 + site}", $"192.1.{site}.1:80");
            }
            using var after = new PathBed(BySite, tables: ForwardingTables.Open(directory, sizes));
            for (int site = 0; site < 20; site++) Assert.Equal(links[site], LinkOf(after, $"192.168.10.5:{6000 + site}", $"192.1.{site}.2:80"));
            Assert.Equal(20, after.Forwarder.PinCount);
            Assert.Equal(2u, after.Forwarder.Pins[after.Forwarder.Pins.Find(Host, Site.Of(Address.Parse("192.1.3.0")))].Flows);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_host_that_scans_leaves_a_quarter_of_the_table_to_hosts_and_is_then_held_as_one()
    {
        using var bed = new PathBed(BySite, new TableSizes(4096, 4096, 256));
        for (int site = 0; site < 192; site++) LinkOf(bed, $"192.168.10.5:{5000 + site}", $"192.1.{site}.1:80");
        Assert.Equal(192, bed.Forwarder.PinCount);
        PortId held = LinkOf(bed, "192.168.10.5:6000", "192.2.0.1:80");
        for (int site = 1; site < 60; site++) Assert.Equal(held, LinkOf(bed, $"192.168.10.5:{6000 + site}", $"192.2.{site}.1:80"));
        Assert.Equal(193, bed.Forwarder.PinCount);
        // Hosts find room, and a site that was pinned before stays where it is.
        bed.Change(draft => draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow }, newPolicy: true);
        for (int host = 6; host < 60; host++) LinkOf(bed, $"192.168.10.{host}:5000", "192.3.0.1:80");
        Assert.Equal(193 + 54, bed.Forwarder.PinCount);
        Assert.Equal(0, bed.Forwarder.Pins.Refused);
    }

    [Fact]
    public void Sites_hosts_and_connections_are_shared_by_weight_each_for_itself()
    {
        using var bed = new PathBed(draft =>
        {
            (draft.Mode, draft.WeightOne, draft.WeightTwo) = (InternetMode.Balance, 4, 8);
            draft.Rules.Clear();
            foreach ((PinMode pin, ushort port) in new[] { (PinMode.Host, (ushort)81), (PinMode.Connection, (ushort)82), (PinMode.Site, (ushort)83) })
            {
                draft.Rules.Add(new Rule { Name = $"{pin}", Action = RuleAction.Allow, Pin = pin, Services = [new ServiceMatch(Protocol.Udp, port, port)] });
            }
        });
        int[] onOne = new int[3];
        for (int i = 0; i < 120; i++)
        {
            for (int kind = 0; kind < 3; kind++)
            {
                onOne[kind] += LinkOf(bed, $"192.168.10.{20 + i}:{5000 + kind}", $"192.1.{i}.1:{81 + kind}") == PathBed.One ? 1 : 0;
            }
        }
        Assert.Equal([40, 40, 40], onOne);
    }

    [Fact]
    public void Explain_foresees_the_placement_and_the_pin()
    {
        using var bed = new PathBed(BySite);
        Address far = Address.Parse("192.1.1.1");
        PortId foreseen = bed.Forwarder.Explain(PathBed.Trusted, Host, Protocol.Udp, far, 80).Link!.Value;
        Assert.Equal(foreseen, LinkOf(bed, "192.168.10.5:5000", "192.1.1.1:80"));
        Explanation pinned = bed.Forwarder.Explain(PathBed.Trusted, Host, Protocol.Udp, Address.Parse("192.1.1.200"), 80);
        Assert.EndsWith("the host is pinned to it for this site", pinned.Verdict, StringComparison.Ordinal);
        Assert.Equal((foreseen, "Placed"), (pinned.Link, pinned.PinReason));
        Explanation elsewhere = bed.Forwarder.Explain(PathBed.Trusted, Host, Protocol.Udp, Address.Parse("192.1.2.1"), 80);
        Assert.NotEqual(foreseen, elsewhere.Link);
        Assert.Null(elsewhere.PinReason);
    }

    private static void Usable(Draft draft, PortId link, bool usable)
    {
        if (link == PathBed.One) draft.LinkOne = draft.LinkOne with { Usable = usable };
        else draft.LinkTwo = draft.LinkTwo with { Usable = usable };
    }

    private static PortId LinkOf(PathBed bed, string from, string to) => bed.Pass(PathBed.Trusted, Make.Udp(from, to)).Port;
}
