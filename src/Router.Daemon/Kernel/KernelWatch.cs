using Router.Ports;
using Router.Ports.Linux.Netlink;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;

namespace Router.Daemon.Kernel;

/// <summary>
/// Follows interfaces, addresses, routes and neighbours of the network namespace in which it is opened.
///
/// It subscribes first and reads everything after that, so nothing falls between; a change that is told and was read already
/// changes nothing. From then on a thread of its own sleeps until the kernel tells of a change, takes all messages that wait,
/// and publishes one new <see cref="KernelView"/> if something that the view shows has changed: a neighbour that goes from
/// REACHABLE to STALE does not. If the kernel had to drop messages (ENOBUFS), everything is read anew. Nothing is polled.
///
/// Owner letters: [W] the watcher's thread once it runs, [S] snapshot, [I] immutable.
/// </summary>
public sealed class KernelWatch : IDisposable
{
    private const int ReceiveBuffer = 4 << 20;

    private static readonly int[] Groups =
    [
        RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE,
    ];

    private readonly NetlinkSocket _news = NetlinkSocket.Open(Groups, ReceiveBuffer); // [W]
    private readonly Rtnetlink _kernel = new();                                       // [W]
    private readonly KernelTables _tables = new();                                    // [W]
    private readonly byte[] _buffer = new byte[64 * 1024];                            // [W]
    private readonly Poller _poller = new();                                          // [W]
    private readonly Doorbell _end = new();
    private readonly Thread _thread;                                                  // [I]
    private KernelView _view = KernelView.Empty;                                      // [S]
    private volatile bool _ending;
    private long _overruns;

    private KernelWatch(Action<KernelView>? changed)
    {
        Changed = changed;
        _poller.Add(_news.Descriptor, 0);
        _poller.Add(_end.Descriptor, 1);
        _thread = new Thread(Follow) { IsBackground = true, Name = "kernel-watch" };
    }

    /// <summary>What the kernel has, at the latest change; any thread.</summary>
    public KernelView View => Volatile.Read(ref _view);

    /// <summary>Called with each view after the first, on the watcher's own thread: brief, please, and not throwing. Who sets it later reads <see cref="View"/> after that.</summary>
    public Action<KernelView>? Changed { get; set; }

    /// <summary>How often the kernel had to drop messages, and everything was read anew.</summary>
    public long Overruns => Volatile.Read(ref _overruns);

    /// <summary>
    /// Reads everything, then follows. On return <see cref="View"/> is filled.
    /// </summary>
    /// <param name="changed">For <see cref="Changed"/>.</param>
    /// <exception cref="PortException">The kernel refuses a netlink socket.</exception>
    /// <exception cref="IOException">It refuses to list its tables.</exception>
    public static KernelWatch Start(Action<KernelView>? changed = null)
    {
        var watch = new KernelWatch(changed);
        try
        {
            watch._tables.Load(watch._kernel);
            watch._view = watch._tables.ToView();
        }
        catch
        {
            watch.Close();
            throw;
        }
        watch._thread.Start();
        return watch;
    }

    /// <summary>Reads everything once, for whoever needs no more than that.</summary>
    internal static KernelView ReadOnce(Rtnetlink kernel)
    {
        var tables = new KernelTables();
        tables.Load(kernel);
        return tables.ToView();
    }

    /// <summary>Ends the thread; no callback runs after this returns. Not to be called from within one.</summary>
    public void Dispose()
    {
        if (_ending) return;
        _ending = true;
        _end.Ring();
        _thread.Join();
        Close();
    }

    private void Follow()
    {
        Span<int> readable = stackalloc int[2];
        while (true)
        {
            _poller.Wait(readable, -1);
            if (_ending) return;
            Drain();
            if (_tables.RoutesStale) _tables.LoadRoutes(_kernel);
            KernelView view = _tables.ToView();
            if (ReferenceEquals(view, _view)) continue;
            Volatile.Write(ref _view, view);
            Changed?.Invoke(view);
        }
    }

    /// <summary>Takes all messages that wait.</summary>
    private void Drain()
    {
        while (true)
        {
            int length = _news.TryReceive(_buffer, out bool overrun);
            if (overrun || length > _buffer.Length)
            {
                _overruns++;
                _tables.Load(_kernel);
                continue;
            }
            if (length < 0) return;
            foreach (NetlinkMessage message in new NetlinkMessages(_buffer.AsSpan(0, length))) _tables.Take(message);
        }
    }

    private void Close()
    {
        _poller.Dispose();
        _end.Dispose();
        _news.Dispose();
        _kernel.Dispose();
    }
}
