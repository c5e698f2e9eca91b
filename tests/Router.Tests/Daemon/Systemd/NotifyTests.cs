using System.Diagnostics;
using System.Globalization;
using System.Text;
using Router.Daemon.Systemd;

namespace Router.Tests.Daemon.Systemd;

public class NotifyTests
{
    [Fact]
    public void SaysWhatSystemdExpects()
    {
        using var systemd = new DatagramSocket();
        using var notify = new Notify(systemd.Name);

        notify.Ready("3 links,\n2 usable");
        Assert.Equal("READY=1\nSTATUS=3 links, 2 usable", Text(systemd));
        notify.Status("1 of 3 links down");
        Assert.Equal("STATUS=1 of 3 links down", Text(systemd));
        notify.Watchdog();
        Assert.Equal("WATCHDOG=1", Text(systemd));
        notify.Stopping("asked to stop");
        Assert.Equal("STOPPING=1\nSTATUS=asked to stop", Text(systemd));
        Assert.False(systemd.HasMore);
    }

    [Fact]
    public void AReloadCarriesTheMonotonicTimeInMicroseconds()
    {
        using var systemd = new DatagramSocket();
        using var notify = new Notify(systemd.Name);

        notify.Reloading();

        string[] lines = Text(systemd).Split('\n');
        Assert.Equal("RELOADING=1", lines[0]);
        long sent = long.Parse(lines[1]["MONOTONIC_USEC=".Length..], CultureInfo.InvariantCulture);
        // /proc/uptime counts from the same start (CLOCK_BOOTTIME, equal but for time asleep), in seconds.
        double uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(sent / 1e6, uptime - 3600 * 24, uptime + 1);
        Assert.InRange(sent, 1, Stopwatch.GetTimestamp() / 1000);
    }

    [Fact]
    public void AnAbstractSocketIsReachedToo()
    {
        using var systemd = new DatagramSocket($"routerd-test-{Environment.ProcessId}");
        using var notify = new Notify(systemd.Name);

        notify.Watchdog();

        Assert.Equal("WATCHDOG=1", Text(systemd));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/nowhere/notify")]
    public void WithoutSystemdNothingHappens(string? socket)
    {
        using var notify = new Notify(socket);
        notify.Ready("alone");
        notify.Reloading();
        notify.Stopping("alone");
    }

    [Theory]
    [InlineData("20000000", null, 20)]
    [InlineData("20000000", "7", 20)]
    [InlineData("20000000", "8", null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void TheWatchdogIsForTheProcessThatItNames(string? microseconds, string? pid, int? seconds) =>
        Assert.Equal(seconds is { } value ? TimeSpan.FromSeconds(value) : null, Notify.ReadWatchdog(microseconds, pid, ownPid: 7));

    private static string Text(DatagramSocket systemd) => Encoding.UTF8.GetString(systemd.Receive());
}
