using System.Text;
using Router.Configuration;
using Router.Daemon.Systemd;
using Router.Daemon.Volume;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Tests.Daemon.Systemd;

namespace Router.Tests.Daemon.Volume;

/// <summary>What a link has used of its month, by the path's counters and a clock that is moved by hand.</summary>
public sealed class VolumeMeterTests : IDisposable
{
    private const long Second = 1_000_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("volume-").FullName;
    private readonly HandClock _clock = new();
    private readonly PortRegistry _ports = new();
    private readonly PortTraffic[] _traffic = new PortTraffic[PortId.Most + 1];
    private readonly MemoryStream _said = new();
    private readonly Journal _journal;
    private VolumeMeter _meter;
    private long _now;

    public VolumeMeterTests()
    {
        _journal = new Journal(null, _said, TimeProvider.System);
        _meter = Meter();
    }

    private string Said => Encoding.UTF8.GetString(_said.ToArray());

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private VolumeMeter Meter() => new(_directory, id => _traffic[id.Value], _ports, _journal, _clock);

    private static LinkSettings Lte(LinkCap? cap) => new("lte", "wan2") { Cap = cap };

    // One second later, with so much more carried.
    private bool Carry(LinkSettings link, long octetsIn, long octetsOut = 0)
    {
        ref PortTraffic traffic = ref _traffic[_ports.Claim(link.Name).Value];
        traffic.OctetsIn += octetsIn;
        traffic.OctetsOut += octetsOut;
        return _meter.Tick([link], _now += Second);
    }

    [Fact]
    public void Both_ways_are_counted_and_a_day_later_today_is_empty()
    {
        LinkSettings lte = Lte(null);
        Assert.False(Carry(lte, 600, 400));
        Assert.Equal((600L, 400L, 1000L), (_meter.Read(lte).Today.In, _meter.Read(lte).Today.Out, _meter.Read(lte).Month.Octets));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((0L, 1000L), (_meter.Read(lte).Today.Octets, _meter.Read(lte).Month.Octets));
    }

    [Fact]
    public void From_nine_tenths_on_others_go_first_and_a_new_month_ends_that()
    {
        LinkSettings lte = Lte(new LinkCap(1000, 15, Stops: false));
        Assert.False(Carry(lte, 899));
        Assert.True(Carry(lte, 1));
        Assert.Equal(LinkVolume.Scarce, _meter.Read(lte).State);
        Assert.Contains("link lte: 90 % of its volume", Said, StringComparison.Ordinal);
        Assert.Contains("other links go first until 2026-03-15", Said, StringComparison.Ordinal);
        Assert.False(Carry(lte, 5000));
        Assert.Equal(LinkVolume.Scarce, _meter.Read(lte).State);
        _clock.Advance(TimeSpan.FromDays(14));
        Assert.True(Carry(lte, 0));
        Assert.Equal(LinkVolume.Ample, _meter.Read(lte).State);
        Assert.EndsWith("link lte: it has volume again\n", Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_link_that_is_to_stop_is_spent()
    {
        LinkSettings lte = Lte(new LinkCap(1000, 1, Stops: true));
        Assert.True(Carry(lte, 950));
        Assert.Equal(LinkVolume.Scarce, _meter.Read(lte).State);
        Assert.True(Carry(lte, 50));
        Assert.Equal(LinkVolume.Spent, _meter.Read(lte).State);
        Assert.Contains("nothing passes by it until 2026-04-01", Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_cap_is_seen_with_the_next_count()
    {
        Carry(Lte(null), 2000);
        Assert.True(Carry(Lte(new LinkCap(2000, 1, Stops: true)), 0));
        Assert.True(Carry(Lte(new LinkCap(1_000_000, 1, Stops: true)), 0));
    }

    [Fact]
    public void What_was_carried_outlives_the_process()
    {
        LinkSettings lte = Lte(new LinkCap(1000, 1, Stops: false));
        Carry(lte, 950);
        _meter.Save();
        _traffic.AsSpan().Clear();
        _meter = Meter();
        Assert.True(_meter.Count([lte]));
        Assert.Equal((950L, LinkVolume.Scarce), (_meter.Read(lte).Month.Octets, _meter.Read(lte).State));
    }

    [Fact]
    public void It_is_written_down_every_ten_seconds()
    {
        LinkSettings lte = Lte(null);
        for (int i = 0; i < 12; i++) Carry(lte, 10);
        Assert.InRange(Meter().Read(lte).Month.Octets, 100, 120);
    }

    [Fact]
    public void A_number_that_begins_again_is_no_loss()
    {
        LinkSettings lte = Lte(null);
        Carry(lte, 500);
        _traffic[_ports.Claim("lte").Value] = default;
        Carry(lte, 20);
        Assert.Equal(520, _meter.Read(lte).Month.Octets);
    }

    [Fact]
    public void A_disk_that_refuses_is_told_of_once()
    {
        string file = Path.Combine(_directory, "in-the-way");
        File.WriteAllText(file, "");
        _meter = new VolumeMeter(Path.Combine(file, "below"), id => _traffic[id.Value], _ports, _journal, _clock);
        for (int i = 0; i < 30; i++) Carry(Lte(null), 10);
        Assert.Single(Said.Split('\n'), line => line.Contains("cannot be written down", StringComparison.Ordinal));
    }
}
