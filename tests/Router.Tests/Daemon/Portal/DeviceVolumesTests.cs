using Router.Daemon.Portal;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Daemon.Portal;

/// <summary>What devices have carried, as their users are told: from one reading of the flows for all who look within a second.</summary>
public class DeviceVolumesTests
{
    private const long Began = 5_000_000;

    private static readonly Address s_tony = Address.Parse("192.168.10.11"), s_sam = Address.Parse("192.168.10.12"), s_ann = Address.Parse("192.168.10.13");

    private readonly ForwardingTables _tables = ForwardingTables.Anonymous(new TableSizes(64, 64, 64));
    private readonly List<Address> _people = [s_tony, s_sam];
    private int _readings;

    private PathBed Bed(out DeviceVolumes volumes)
    {
        volumes = new DeviceVolumes(new LiveTables(_tables), () => { _readings++; return _people; });
        return new PathBed(_ => { }, tables: _tables);
    }

    private static void Send(PathBed bed, Address host, int packets = 1)
    {
        for (int packet = 0; packet < packets; packet++) bed.Pass(PathBed.Trusted, Make.Udp($"{host}:5000", "192.0.2.1:80"));
    }

    [Fact]
    public void All_who_look_within_a_second_are_told_of_one_reading()
    {
        using PathBed bed = Bed(out DeviceVolumes volumes);
        Send(bed, s_tony, 3);
        Send(bed, s_sam);
        (long In, long Out) first = volumes.Of([s_tony], Began), other = volumes.Of([s_sam], Began);
        Assert.Equal((0, 3 * other.Out), first);
        Assert.True(other.Out > 0);

        Send(bed, s_tony, 3);
        Assert.Equal(first, volumes.Of([s_tony], Began + DeviceVolumes.Good - 1));
        Assert.Equal(1, _readings);
        Assert.Equal(2 * first.Out, volumes.Of([s_tony], Began + DeviceVolumes.Good).Out);
        Assert.Equal(7 * other.Out, volumes.Of([s_tony, s_sam], Began + DeviceVolumes.Good).Out);
        Assert.Equal(2, _readings);
    }

    [Fact]
    public void Somebody_who_logged_in_since_is_read_for_soon_and_not_for_each_of_many()
    {
        using PathBed bed = Bed(out DeviceVolumes volumes);
        Send(bed, s_ann);
        volumes.Of([s_tony], Began);
        _people.Add(s_ann);

        Assert.Equal(0, volumes.Of([s_ann], Began + DeviceVolumes.GoodWithout - 1).Out);
        Assert.Equal(1, _readings);
        Assert.True(volumes.Of([s_ann], Began + DeviceVolumes.GoodWithout).Out > 0);
        Assert.Equal(2, _readings);
    }
}
