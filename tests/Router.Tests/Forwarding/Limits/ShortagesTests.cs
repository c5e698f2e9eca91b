using Router.Forwarding;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Limits;

/// <summary>What has run out is told once a minute, with the number of those who did without.</summary>
public class ShortagesTests
{
    [Fact]
    public void A_full_table_is_told_once_a_minute_and_the_refusals_are_counted()
    {
        using var bed = new PathBed(sizes: new TableSizes(16, 4096, 100));
        while (bed.Forwarder.FlowCount < bed.Forwarder.Flows.Capacity) bed.Send(PathBed.Trusted, Make.Udp($"192.168.10.5:{2000 + bed.Forwarder.FlowCount}", "192.0.2.1:1000"));
        Assert.Empty(Told(bed));

        for (int i = 0; i < 5; i++) bed.Refuse(PathBed.Trusted, Make.Udp($"192.168.10.6:{3000 + i}", "192.0.2.1:1000"), DropReason.FlowsFull);

        PathEvent first = Assert.Single(Told(bed));
        Assert.Equal((DropReason.FlowsFull, 1u, Address.Parse("192.168.10.6"), 3000), (first.Reason, first.Refused, first.Source, first.SourcePort));
        bed.Now += 61 * PathBed.Second;
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.7:4000", "192.0.2.1:1000"), DropReason.FlowsFull);
        PathEvent second = Assert.Single(Told(bed));
        Assert.Equal((5u, Address.Parse("192.168.10.7")), (second.Refused, second.Source));
    }

    [Fact]
    public void A_collision_without_ports_is_told_apart_from_a_full_table()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Ip(Protocol.Gre, Address.Parse("192.168.10.5"), Address.Parse("192.0.2.1"), new byte[16]));
        bed.Refuse(PathBed.Trusted, Make.Ip(Protocol.Gre, Address.Parse("192.168.10.6"), Address.Parse("192.0.2.1"), new byte[16]), DropReason.MappingCollision);
        Assert.Equal(DropReason.MappingCollision, Assert.Single(Told(bed)).Reason);
    }

    private static List<PathEvent> Told(PathBed bed)
    {
        var told = new List<PathEvent>();
        while (bed.Forwarder.Events.TryRead(out PathEvent happened))
        {
            if (happened.Kind == PathEventKind.NoRoom) told.Add(happened);
        }
        return told;
    }
}
