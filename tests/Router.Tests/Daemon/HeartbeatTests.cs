using Router.Daemon;
using Router.Daemon.Systemd;
using Router.Tests.Daemon.Systemd;
using Router.Tests.Tables;

namespace Router.Tests.Daemon;

public class HeartbeatTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void ItBeatsFourTimesAsOftenAsItMust()
    {
        using var systemd = new DatagramSocket();
        using var notify = new Notify(systemd.Name) { WatchdogInterval = TimeSpan.FromSeconds(2) };
        var heart = new Heartbeat(notify);
        int beats = 0;
        for (long now = 0; now < 10 * Second; now += Second / 100)
        {
            heart.Beat(now);
            beats += Count(systemd);
        }
        Assert.Equal(20, beats);
    }

    [Fact]
    public void ItStopsWithTheControlThread()
    {
        using var systemd = new DatagramSocket();
        using var notify = new Notify(systemd.Name) { WatchdogInterval = TimeSpan.FromSeconds(2) };
        var heart = new Heartbeat(notify);
        heart.NoteControl(0);
        heart.Beat(Heartbeat.Patience);
        Assert.Equal(1, Count(systemd));
        heart.Beat(Heartbeat.Patience + Second);
        Assert.Equal(0, Count(systemd));
        heart.NoteControl(Heartbeat.Patience + Second);
        heart.Beat(Heartbeat.Patience + Second);
        Assert.Equal(1, Count(systemd));
    }

    /// <summary>It is on the path of packets; nobody reads here, so that the socket soon is full.</summary>
    [Fact]
    public void ItAllocatesNothing()
    {
        using var systemd = new DatagramSocket();
        using var notify = new Notify(systemd.Name) { WatchdogInterval = TimeSpan.FromSeconds(2) };
        var heart = new Heartbeat(notify);
        heart.Beat(0);
        long now = 0;
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int beat = 0; beat < 100; beat++) heart.Beat(now += Second);
        }));
    }

    private static int Count(DatagramSocket systemd)
    {
        int count = 0;
        for (; systemd.HasMore; count++) Assert.Equal("WATCHDOG=1"u8, systemd.Receive());
        return count;
    }
}
