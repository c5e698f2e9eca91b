using Router.Ports.Linux.Netlink;
using Router.Wire;
using static Router.Ports.Linux.Netlink.LinuxIfAddr;
using static Router.Ports.Linux.Netlink.LinuxNeighbour;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;

namespace Router.Daemon.Kernel;

/// <summary>
/// The kernel's tables as far as they were told, changed by each message; <see cref="ToView"/> is the picture of them. Belongs
/// to the thread that calls it.
///
/// The kernel does not tell everything. IPv4 routes that fall away because their interface went down or their source address
/// was removed are removed in silence, and a route that was replaced is not named. After such an event the routes of that family
/// have to be read again: <see cref="RoutesStale"/>.
/// </summary>
internal sealed class KernelTables
{
    private readonly SortedDictionary<int, KernelInterface> _interfaces = [];
    private readonly Dictionary<(int, Address), KernelAddress> _addresses = [];
    private readonly HashSet<KernelRoute> _routes = [];
    private readonly Dictionary<(int, Address), Neighbour> _neighbours = [];
    private readonly List<KernelRoute> _read = [];
    private KernelView _view = KernelView.Empty;
    private bool _interfacesChanged, _addressesChanged, _routesChanged, _neighboursChanged;

    /// <summary>What the messages since the last <see cref="Load"/> or <see cref="LoadRoutes"/> left unsaid.</summary>
    public bool RoutesStale { get; private set; }

    /// <summary>Reads all tables anew.</summary>
    public void Load(Rtnetlink kernel)
    {
        kernel.Dump(Request(RTM_GETLINK, new ifinfomsg()).Attribute(LinuxIfLink.IFLA_EXT_MASK, LinuxIfLink.RTEXT_FILTER_SKIP_STATS),
            () => { _interfaces.Clear(); _interfacesChanged = true; }, Take);
        kernel.Dump(Request(RTM_GETADDR, new ifaddrmsg()), () => { _addresses.Clear(); _addressesChanged = true; }, Take);
        kernel.Dump(Request(RTM_GETNEIGH, new ndmsg()), () => { _neighbours.Clear(); _neighboursChanged = true; }, Take);
        LoadRoutes(kernel);
    }

    /// <summary>Reads the routes of table main anew.</summary>
    public void LoadRoutes(Rtnetlink kernel)
    {
        var before = new HashSet<KernelRoute>(_routes);
        var all = new HashSet<KernelRoute>();
        foreach (byte family in (ReadOnlySpan<byte>)[KernelMessages.AF_INET, KernelMessages.AF_INET6])
        {
            if (family == KernelMessages.AF_INET6 && !Ipv6Exists) continue;
            // Nothing but table main is asked for: the kernel leaves the others out (NETLINK_GET_STRICT_CHK).
            NetlinkRequest request = Request(RTM_GETROUTE, new rtmsg { rtm_family = family, rtm_table = RT_TABLE_MAIN });
            kernel.Dump(request, _routes.Clear, Take);
            all.UnionWith(_routes);
        }
        _routes.UnionWith(all);
        _routesChanged |= !_routes.SetEquals(before);
        RoutesStale = false;
    }

    /// <summary>A kernel that was started with ipv6.disable=1 has no tables of that family to ask for.</summary>
    public static bool Ipv6Exists => Directory.Exists("/proc/sys/net/ipv6");

    /// <summary>Notes one message.</summary>
    public void Take(in NetlinkMessage message)
    {
        switch (message.Type)
        {
            case RTM_NEWLINK or RTM_DELLINK: TakeInterface(message); break;
            case RTM_NEWADDR or RTM_DELADDR: TakeAddress(message); break;
            case RTM_NEWROUTE or RTM_DELROUTE: TakeRoutes(message); break;
            case RTM_NEWNEIGH or RTM_DELNEIGH: TakeNeighbour(message); break;
        }
    }

    /// <summary>The present picture: the same object as before if nothing of interest has changed.</summary>
    public KernelView ToView()
    {
        if (!_interfacesChanged && !_addressesChanged && !_routesChanged && !_neighboursChanged) return _view;
        _view = new KernelView(
            _interfacesChanged ? [.. _interfaces.Values] : (KernelInterface[])_view.Interfaces,
            _addressesChanged
                ? [.. _addresses.Values.OrderBy(a => a.Interface).ThenBy(Rank)]
                : (KernelAddress[])_view.Addresses,
            _routesChanged
                ? [.. _routes.OrderBy(r => r.Metric).ThenBy(r => r.Destination.First).ThenBy(r => r.Gateway)]
                : (KernelRoute[])_view.Routes,
            _neighboursChanged ? new(_neighbours) : _view.NeighbourIndex);
        _interfacesChanged = _addressesChanged = _routesChanged = _neighboursChanged = false;
        return _view;
    }

    private void TakeInterface(in NetlinkMessage message)
    {
        if (!KernelMessages.TryInterface(message, out KernelInterface found)) return;
        KernelInterface? before = _interfaces.GetValueOrDefault(found.Index);
        if (message.Type == RTM_DELLINK)
        {
            _interfacesChanged |= _interfaces.Remove(found.Index);
            _neighboursChanged |= RemoveOf(found.Index, _neighbours);
            _addressesChanged |= RemoveOf(found.Index, _addresses);
        }
        else
        {
            _interfaces[found.Index] = found;
            _interfacesChanged |= found != before;
        }
        RoutesStale |= before is { Up: true } && (message.Type == RTM_DELLINK || !found.Up);
    }

    private void TakeAddress(in NetlinkMessage message)
    {
        if (!KernelMessages.TryAddress(message, out KernelAddress found)) return;
        (int, Address) key = (found.Interface, found.Address);
        if (message.Type == RTM_DELADDR)
        {
            _addressesChanged |= _addresses.Remove(key);
            RoutesStale = true;
            return;
        }
        _addressesChanged |= !_addresses.TryGetValue(key, out KernelAddress before) || before != found;
        _addresses[key] = found;
    }

    private void TakeRoutes(in NetlinkMessage message)
    {
        _read.Clear();
        if (!KernelMessages.TryRoutes(message, _read)) return;
        const ushort ReplaceOrDump = LinuxNetlink.NLM_F_REPLACE | LinuxNetlink.NLM_F_MULTI;
        RoutesStale |= message.Type == RTM_NEWROUTE && (message.Flags & ReplaceOrDump) == LinuxNetlink.NLM_F_REPLACE;
        foreach (KernelRoute route in _read)
        {
            _routesChanged |= message.Type == RTM_NEWROUTE ? _routes.Add(route) : _routes.Remove(route);
        }
    }

    private void TakeNeighbour(in NetlinkMessage message)
    {
        if (!KernelMessages.TryNeighbour(message, out Neighbour found)) return;
        (int, Address) key = (found.Interface, found.Address);
        if (message.Type == RTM_DELNEIGH)
        {
            _neighboursChanged |= _neighbours.Remove(key);
            return;
        }
        _neighboursChanged |= !_neighbours.TryGetValue(key, out Neighbour before) || before != found;
        _neighbours[key] = found;
    }

    /// <summary>Removes what belongs to an interface; true if there was anything.</summary>
    private static bool RemoveOf<T>(int index, Dictionary<(int Interface, Address), T> table)
    {
        bool any = false;
        foreach ((int Interface, Address) key in table.Keys.Where(k => k.Interface == index).ToList()) any |= table.Remove(key);
        return any;
    }

    /// <summary>Where an address stands among those of its interface: see <see cref="KernelView.AddressesOf"/>.</summary>
    private static int Rank(KernelAddress address) =>
        (address.Address.IsV4 ? 0 : 16) + (address.Address.IsLinkLocal || address.Scope != RT_SCOPE_UNIVERSE ? 8 : 0)
        + (address.Tentative ? 4 : 0) + (address.Deprecated ? 2 : 0) + (address.Secondary ? 1 : 0);

    private static NetlinkRequest Request<T>(ushort type, T body) where T : unmanaged =>
        new NetlinkRequest(type, LinuxNetlink.NLM_F_DUMP).Body(body);
}
