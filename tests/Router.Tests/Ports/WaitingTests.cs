using Router.Ports;

namespace Router.Tests.Ports;

public class WaitingTests
{
    [Fact]
    public void ARungBellWakesUntilItIsQuiet()
    {
        using Poller poller = new();
        using Doorbell first = new();
        using Doorbell second = new();
        poller.Add(first.Descriptor, 7);
        poller.Add(second.Descriptor, -3);
        int[] tags = new int[4];
        Assert.Equal(0, poller.Wait(tags, 0));
        second.Ring();
        Assert.Equal(1, poller.Wait(tags, 1000));
        Assert.Equal(-3, tags[0]);
        Assert.Equal(1, poller.Wait(tags, 0));
        first.Ring();
        Assert.Equal(2, poller.Wait(tags, 0));
        first.Quiet();
        second.Quiet();
        Assert.Equal(0, poller.Wait(tags, 0));
        second.Ring();
        poller.Remove(second.Descriptor);
        poller.Remove(second.Descriptor);
        Assert.Equal(0, poller.Wait(tags, 0));
    }

    /// <summary>The consumer sleeps only if there is nothing to do, so one lost ring would leave it asleep with work waiting.</summary>
    [Fact]
    public void NoRingIsLost()
    {
        const long Rings = 200_000;
        using Poller poller = new();
        using Doorbell bell = new();
        poller.Add(bell.Descriptor, 0);
        long posted = 0;
        Thread ringer = new(() =>
        {
            for (long i = 1; i <= Rings; i++)
            {
                Volatile.Write(ref posted, i);
                bell.Ring();
            }
        });
        ringer.Start();
        Span<int> tags = stackalloc int[1];
        for (long seen = 0; seen < Rings; seen = Volatile.Read(ref posted))
        {
            Assert.Equal(1, poller.Wait(tags, 5000));
            bell.Quiet();
        }
        ringer.Join();
    }

    [Fact]
    public void TheClockIsTheKernelsMonotonicOne()
    {
        string uptime = File.ReadAllText("/proc/uptime");
        double boot = double.Parse(uptime.AsSpan(0, uptime.IndexOf(' ')), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(Monotonic.Microseconds() / 1e6 - boot, -0.1, 5);
        long before = Monotonic.Microseconds();
        SpinWait.SpinUntil(() => Monotonic.Microseconds() >= before + 2000, 1000);
        Assert.InRange(Monotonic.Microseconds() - before, 2000, 1_000_000);
    }
}
