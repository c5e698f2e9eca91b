using System.Diagnostics;
using Router.Daemon.Kernel;
using Router.Wire;

namespace Router.Tests.Daemon.Kernel;

/// <summary>The watcher against the real kernel, in a namespace. Needs root.</summary>
public sealed class KernelWatchTests : IDisposable
{
    private readonly NetworkNamespace? _box;
    private readonly NetworkNamespace? _far;

    public KernelWatchTests()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/dev/net/tun")) return;
        _box = new NetworkNamespace("watch");
        _far = new NetworkNamespace("far");
        _box.Ip($"link add wan0 type veth peer name eth0 netns {_far.Name}");
        _box.Exec("sysctl -q -w net.ipv6.conf.wan0.accept_dad=0");
    }

    [Fact]
    public void The_first_view_has_what_was_there()
    {
        NetworkNamespace.SkipUnlessRoot();
        _box!.Ip("link set wan0 address 02:00:00:00:00:07 mtu 1400 group 9 up");
        _far!.Ip("link set eth0 up");
        _box.Ip("addr add 192.0.2.2/24 dev wan0");
        _box.Ip("addr add 2001:db8::2/64 dev wan0 nodad");
        _box.Ip("route add default via 192.0.2.9 metric 200");
        _box.Ip("route add default via 192.0.2.1 metric 100");
        _box.Ip("-6 route add default via fe80::1 dev wan0");
        _box.Ip("route add 198.51.100.0/24 via 192.0.2.1");
        _box.Ip("neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev wan0");
        using Watched watched = Watch();
        KernelView view = watched.View;
        KernelInterface wan = view.Interface("wan0")!;
        Assert.Equal((0x020000000007UL, 1400, true, true, 9u, "veth"), (wan.Mac, wan.Mtu, wan.Ethernet, wan.Up, wan.Group, wan.Kind));
        Assert.False(view.Interface("lo")!.Ethernet);
        Assert.Equal(Address.Parse("192.0.2.1"), view.DefaultGateway(wan.Index, v4: true));
        Assert.Equal(Address.Parse("fe80::1"), view.DefaultGateway(wan.Index, v4: false));
        Assert.Equal([Address.Parse("192.0.2.2"), Address.Parse("2001:db8::2")], view.AddressesOf(wan.Index).Where(a => !a.IsLinkLocal));
        Assert.Equal([Net("192.0.2.0/24"), Net("2001:db8::/64")], view.ConnectedPrefixes(wan.Index));
        Assert.Contains(Net("198.51.100.0/24"), view.NetworksBehind(wan.Index));
        Assert.Equal(0x020000000001UL, view.MacOf(wan.Index, Address.Parse("192.0.2.1")));
    }

    [Fact]
    public void Changes_are_told()
    {
        NetworkNamespace.SkipUnlessRoot();
        using Watched watched = Watch();
        int index = watched.View.Interface("wan0")!.Index;
        _box!.Ip("link set wan0 up");
        _far!.Ip("link set eth0 up");
        watched.Await(v => v.Interface(index) is { Up: true, Carrier: true });
        _box.Ip("addr add 192.0.2.2/24 dev wan0");
        watched.Await(v => v.AddressesOf(index).Contains(Address.Parse("192.0.2.2")));
        _box.Ip("route add default via 192.0.2.1");
        watched.Await(v => v.DefaultGateway(index, true) == Address.Parse("192.0.2.1"));
        _box.Ip("neigh replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev wan0");
        watched.Await(v => v.MacOf(index, Address.Parse("192.0.2.1")) == 0x020000000001);
        _box.Ip("neigh replace 192.0.2.1 lladdr 02:00:00:00:00:02 dev wan0");
        watched.Await(v => v.MacOf(index, Address.Parse("192.0.2.1")) == 0x020000000002);
        _far.Ip("link set eth0 down");
        watched.Await(v => v.Interface(index) is { Up: true, Carrier: false });
        _box.Ip("link del wan0");
        watched.Await(v => v.Interface(index) is null && v.AddressesOf(index).Count == 0 && !v.HasDefaultRoute(index, true));
    }

    /// <summary>Of none of these does the kernel say that the route has gone.</summary>
    [Theory]
    [InlineData("route replace default via 192.0.2.9")]
    [InlineData("link set wan0 down")]
    [InlineData("addr del 192.0.2.3/24 dev wan0")]
    public void A_route_that_goes_in_silence_is_noticed(string command)
    {
        NetworkNamespace.SkipUnlessRoot();
        _box!.Ip("link set wan0 up");
        _box.Ip("addr add 192.0.2.2/24 dev wan0");
        _box.Ip("addr add 192.0.2.3/24 dev wan0");
        _box.Ip("route add default via 192.0.2.1 src 192.0.2.3");
        using Watched watched = Watch();
        int index = watched.View.Interface("wan0")!.Index;
        Assert.Equal(Address.Parse("192.0.2.1"), watched.View.DefaultGateway(index, true));
        _box.Ip(command);
        watched.Await(v => !v.Routes.Any(r => r.Gateway == Address.Parse("192.0.2.1")));
    }

    [Fact]
    public void More_news_than_the_kernel_keeps_is_read_anew()
    {
        NetworkNamespace.SkipUnlessRoot();
        _box!.Ip("link set wan0 up");
        _box.Ip("addr add 10.0.0.1/8 dev wan0");
        using var gate = new ManualResetEventSlim();
        using Watched watched = Watch(gate.Wait);
        _box.Ip("addr add 192.0.2.2/24 dev wan0"); // the callback for this one waits at the gate
        string batch = Path.GetTempFileName();
        File.WriteAllLines(batch, Enumerable.Range(0, 60_000).Select(i => $"neigh replace 10.1.{i / 200 % 200}.{i % 200 + 1} lladdr 02:00:00:00:{i >> 8 & 255:x2}:{i & 255:x2} dev wan0"));
        _box.Ip($"-batch {batch}");
        File.Delete(batch);
        _box.Ip("addr add 192.0.2.7/24 dev wan0");
        gate.Set();
        int index = watched.View.Interface("wan0")!.Index;
        watched.Await(v => v.AddressesOf(index).Contains(Address.Parse("192.0.2.7")) && v.Neighbours.Count >= 1000);
        Assert.True(watched.Overruns > 0, "the kernel kept everything: the test asks too little");
    }

    [Fact]
    public void What_the_view_does_not_show_is_not_told()
    {
        NetworkNamespace.SkipUnlessRoot();
        _box!.Ip("link set wan0 up");
        _far!.Ip("link set eth0 up");
        _box.Ip("neigh replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev wan0 nud reachable");
        using Watched watched = Watch();
        watched.Await(v => v.Interface("wan0") is { Carrier: true });
        int index = watched.View.Interface("wan0")!.Index;
        int told = watched.Told;
        _box.Ip("neigh replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev wan0 nud stale");
        _box.Ip("route add 198.51.100.0/24 dev wan0 table 4711");
        _box.Ip("link set wan0 alias elsewhere");
        _box.Ip("neigh replace 192.0.2.8 lladdr 02:00:00:00:00:08 dev wan0");
        watched.Await(v => v.MacOf(index, Address.Parse("192.0.2.8")) != 0);
        Assert.Equal(told + 1, watched.Told);
    }

    private static Prefix Net(string text) => Prefix.TryParse(text, out Prefix found) ? found : throw new FormatException(text);

    public void Dispose()
    {
        _far?.Dispose();
        _box?.Dispose();
    }

    private Watched Watch(Action? inCallback = null)
    {
        Watched watched = null!;
        _box!.Run(() => watched = new Watched(inCallback));
        return watched;
    }

    private sealed class Watched : IDisposable
    {
        private readonly KernelWatch _watch;
        private readonly AutoResetEvent _news = new(false);
        private int _told;

        public Watched(Action? inCallback) => _watch = KernelWatch.Start(_ =>
        {
            Interlocked.Increment(ref _told);
            inCallback?.Invoke();
            _news.Set();
        });

        public KernelView View => _watch.View;

        public int Told => Volatile.Read(ref _told);

        public long Overruns => _watch.Overruns;

        public void Await(Func<KernelView, bool> holds)
        {
            long begin = Stopwatch.GetTimestamp();
            while (!holds(View))
            {
                if (Stopwatch.GetElapsedTime(begin).TotalSeconds > 5) Assert.Fail("the view never came to show it");
                _news.WaitOne(200);
            }
        }

        public void Dispose()
        {
            _watch.Dispose();
            _news.Dispose();
        }
    }
}
