using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Forwarding;
using Router.Licensing;
using Router.Wire;

namespace Router.Daemon.Licensing;

/// <summary>
/// What the kernel's neighbour table says of local hosts, for the pool: which MAC an address has. It is told in two ways. Whenever the
/// kernel has news, the pool meets those who are new or have another MAC (<see cref="Follow"/>); now and then it meets all, since it
/// forgets whom it has not met for long. And when the path brings an address that nobody has met, the latest picture of the kernel is
/// asked (<see cref="MacOf"/>): the news of it may be under way still. Before somebody is refused the kernel itself is asked, as even that picture
/// is some milliseconds old (<see cref="AskMacOf"/>).
///
/// Zones without Ethernet (tunnels) have no MACs; devices there are known by their addresses.
/// </summary>
internal sealed class Neighbourhood(PortRegistry ports) : IDisposable
{
    /// <summary>How often all are met, microseconds: well within the time for which the pool remembers them.</summary>
    private const long MeetAllEvery = 10_000_000;

    private readonly NeighbourQuestion _question = new();
    private readonly Dictionary<(int, Address), ulong> _met = [];
    private int[][] _interfaces = new int[PortId.Most + 1][]; // [S]
    private long _nextAll;

    /// <summary>The latest picture of the kernel; any thread.</summary>
    public Func<KernelView> Latest { get; set; } = () => KernelView.Empty;

    /// <summary>The MAC of an address in a zone, as the kernel has it now; 0 if it has none. Any thread; allocates nothing.</summary>
    public ulong MacOf(Address address, byte zone)
    {
        if (Volatile.Read(ref _interfaces)[zone] is not { } indexes) return 0;
        KernelView view = Latest();
        foreach (int index in indexes)
        {
            if (view.MacOf(index, address) is not 0 and ulong mac) return mac;
        }
        return 0;
    }

    /// <summary>The same, by asking the kernel. One thread at a time (the pool's lock sees to it); allocates nothing.</summary>
    public ulong AskMacOf(Address address, byte zone, long now)
    {
        foreach (int index in Volatile.Read(ref _interfaces)[zone] ?? [])
        {
            if (_question.MacOf(index, address, now) is not 0 and ulong mac) return mac;
        }
        return 0;
    }

    public void Dispose() => _question.Dispose();

    /// <summary>An interface where somebody with that address may be asked for its MAC; 0 if there is none.</summary>
    public int InterfaceOf(Address address, byte zone)
    {
        KernelView view = Latest();
        foreach (int index in Volatile.Read(ref _interfaces)[zone] ?? [])
        {
            if (view.Interface(index) is { Ethernet: true } && IsOnLink(view, index, address)) return index;
        }
        return 0;
    }

    /// <summary>Has the pool meet whoever is new, or all if it is time. The control thread's.</summary>
    public void Follow(Pool pool, Settings settings, KernelView view, long now)
    {
        Dictionary<int, byte> zones = Zones(settings, view);
        bool all = now >= _nextAll;
        if (all)
        {
            _nextAll = now + MeetAllEvery;
            _met.Clear();
        }
        foreach (Neighbour neighbour in view.Neighbours)
        {
            if (neighbour.Mac == 0 || !zones.TryGetValue(neighbour.Interface, out byte zone)) continue;
            (int, Address) key = (neighbour.Interface, neighbour.Address);
            if (_met.TryGetValue(key, out ulong before) && before == neighbour.Mac) continue;
            _met[key] = neighbour.Mac;
            pool.Meet(neighbour.Address, neighbour.Mac, zone, now);
        }
    }

    // Within a network of the interface, and no route says that a part of it lies behind another router.
    private static bool IsOnLink(KernelView view, int index, Address address)
    {
        int nearest = view.ConnectedPrefixes(index).Where(prefix => prefix.Contains(address)).Select(prefix => prefix.Length).DefaultIfEmpty(-1).Max();
        return nearest >= 0 && !view.Routes.Any(route => route.Destination.Length > nearest && !route.Gateway.IsUnspecified && route.Destination.Contains(address));
    }

    // Which zone an interface is in; and the other way round, for the path.
    private Dictionary<int, byte> Zones(Settings settings, KernelView view)
    {
        var zones = new Dictionary<int, byte>();
        var interfaces = new int[PortId.Most + 1][];
        foreach (ZoneSettings zone in settings.Zones)
        {
            byte id = ports.Claim(zone.Name).Value;
            interfaces[id] = [.. zone.Interfaces.Select(view.Interface).OfType<KernelInterface>().Select(found => found.Index)];
            foreach (int index in interfaces[id]) zones[index] = id;
        }
        Volatile.Write(ref _interfaces, interfaces);
        return zones;
    }
}
