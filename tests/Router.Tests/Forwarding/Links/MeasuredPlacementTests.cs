using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;

namespace Router.Tests.Forwarding.Links;

/// <summary>What the path makes of capacities and queues (`placement: measured`, decision 019): the next hosts, and nobody else.</summary>
public class MeasuredPlacementTests
{
    private int _hosts;

    private static void Balance(Draft draft) => (draft.Mode, draft.WeightOne, draft.WeightTwo) = (InternetMode.Balance, 4, 8);

    [Fact]
    public void A_capacity_takes_the_place_of_the_weight()
    {
        using var bed = new PathBed(Balance);
        bed.Change(draft => (draft.LinkOne, draft.LinkTwo) = (draft.LinkOne with { Capacity = 30_000 }, draft.LinkTwo with { Capacity = 10_000 }));
        Assert.Equal(75, OnOne(bed, 100));
        // One that nothing is known of is as written.
        bed.Change(draft => (draft.LinkOne, draft.LinkTwo) = (draft.LinkOne with { Capacity = 0 }, draft.LinkTwo with { Capacity = 4 }));
        Assert.Equal(50, OnOne(bed, 100));
    }

    [Fact]
    public void A_reserved_link_is_not_weighed()
    {
        using var bed = new PathBed(draft => (draft.Mode, draft.WeightOne) = (InternetMode.Balance, 0));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Capacity = 30_000 });
        Assert.Equal(0, OnOne(bed, 20));
    }

    [Fact]
    public void New_hosts_avoid_a_link_that_queues_and_pinned_ones_stay()
    {
        using var bed = new PathBed(Balance);
        Assert.Equal(4, OnOne(bed, 12));
        PortId[] before = [.. Enumerable.Range(1, 12).Select(host => LinkOf(bed, host, 6000))];
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Queues = true });
        Assert.Equal(30, OnOne(bed, 30));
        Assert.Equal(before, Enumerable.Range(1, 12).Select(host => LinkOf(bed, host, 7000)));
        bed.Review();
        Assert.Equal(0, bed.Forwarder.Ends.Moved + bed.Forwarder.Ends.Reset);
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Queues = false });
        Assert.Equal(20, OnOne(bed, 60));
    }

    [Fact]
    public void Where_all_queue_or_no_other_is_to_be_had_a_queue_means_nothing()
    {
        using var bed = new PathBed(Balance);
        bed.Change(draft => (draft.LinkOne, draft.LinkTwo) = (draft.LinkOne with { Queues = true }, draft.LinkTwo with { Queues = true }));
        Assert.Equal(4, OnOne(bed, 12));
        bed.Change(draft => (draft.LinkOne, draft.LinkTwo) = (draft.LinkOne with { Usable = false, Queues = false }, draft.LinkTwo));
        Assert.Equal(0, OnOne(bed, 12));
        // A sound link with a queue goes before a degraded one without.
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = true, Health = LinkHealth.Degraded });
        Assert.Equal(0, OnOne(bed, 12));
    }

    [Fact]
    public void A_reserved_link_without_a_queue_takes_nobody_from_one_with()
    {
        using var bed = new PathBed(draft => (draft.Mode, draft.WeightOne) = (InternetMode.Balance, 0));
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Queues = true });
        Assert.Equal(0, OnOne(bed, 12));
    }

    [Fact]
    public void Connections_and_other_modes()
    {
        using var bed = new PathBed(draft =>
        {
            Balance(draft);
            draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Pin = PinMode.Connection };
        });
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Queues = true });
        for (int flow = 0; flow < 12; flow++) Assert.Equal(PathBed.One, LinkOf(bed, 1, 5000 + flow));
        using var failover = new PathBed();
        failover.Change(draft => draft.LinkOne = draft.LinkOne with { Queues = true });
        Assert.Equal(PathBed.One, LinkOf(failover, 1, 5000));
    }

    private int OnOne(PathBed bed, int hosts)
    {
        int count = 0;
        for (int host = 0; host < hosts; host++) count += LinkOf(bed, ++_hosts, 5000) == PathBed.One ? 1 : 0;
        return count;
    }

    private static PortId LinkOf(PathBed bed, int host, int port) => bed.Pass(PathBed.Trusted, Make.Udp($"192.168.10.{host + 1}:{port}", "192.0.2.1:80")).Port;
}
