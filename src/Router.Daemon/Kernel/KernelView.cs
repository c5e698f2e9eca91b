using Router.Wire;

namespace Router.Daemon.Kernel;

/// <summary>
/// Interfaces, addresses, routes and neighbours as the kernel had them at one moment. Immutable: <see cref="KernelWatch"/> makes
/// a new one for each change, which shares with the one before what did not change. Any thread may keep and read it.
///
/// Questions are answered by walking arrays of some tens of entries; neighbours, of which there may be thousands, have an index.
/// </summary>
public sealed class KernelView
{
    private readonly Dictionary<(int, Address), Neighbour> _neighbours;

    internal KernelView(
        KernelInterface[] interfaces, KernelAddress[] addresses, KernelRoute[] routes, Dictionary<(int, Address), Neighbour> neighbours)
    {
        Interfaces = interfaces;
        Addresses = addresses;
        Routes = routes;
        _neighbours = neighbours;
    }

    internal Dictionary<(int, Address), Neighbour> NeighbourIndex => _neighbours;

    /// <summary>What there is before the kernel was asked.</summary>
    public static readonly KernelView Empty = new([], [], [], []);

    /// <summary>By index.</summary>
    public IReadOnlyList<KernelInterface> Interfaces { get; }

    /// <summary>By interface, and within it in the order in which <see cref="AddressesOf"/> prefers them.</summary>
    public IReadOnlyList<KernelAddress> Addresses { get; }

    /// <summary>The unicast routes of table main, those of lower metric first.</summary>
    public IReadOnlyList<KernelRoute> Routes { get; }

    public IReadOnlyCollection<Neighbour> Neighbours => _neighbours.Values;

    /// <summary>The interface of that name, or null while there is none.</summary>
    public KernelInterface? Interface(string name)
    {
        foreach (KernelInterface one in Interfaces)
        {
            if (one.Name == name) return one;
        }
        return null;
    }

    /// <summary>The interface of that index, or null while there is none.</summary>
    public KernelInterface? Interface(int index)
    {
        foreach (KernelInterface one in Interfaces)
        {
            if (one.Index == index) return one;
        }
        return null;
    }

    /// <summary>
    /// The gateway by which this interface leads to everywhere: that of the default route with the lowest metric, from whoever put
    /// it there (DHCP, router advertisements, an administrator). Unspecified if there is none, or if it needs no gateway.
    /// </summary>
    public Address DefaultGateway(int index, bool v4)
    {
        foreach (KernelRoute route in Routes)
        {
            if (route.Interface == index && route.Destination.Length == 0 && route.Destination.IsV4 == v4) return route.Gateway;
        }
        return default;
    }

    /// <summary>Whether this interface has a default route of that family, with or without a gateway.</summary>
    public bool HasDefaultRoute(int index, bool v4)
    {
        foreach (KernelRoute route in Routes)
        {
            if (route.Interface == index && route.Destination.Length == 0 && route.Destination.IsV4 == v4) return true;
        }
        return false;
    }

    /// <summary>
    /// Addresses of an interface that may be used, best first: IPv4 before IPv6, global before link-local, then those that are
    /// not deprecated, then primary or stable ones. Tentative ones are left out.
    /// </summary>
    public List<Address> AddressesOf(int index)
    {
        var found = new List<Address>();
        foreach (KernelAddress address in Addresses)
        {
            if (address.Interface == index && !address.Tentative) found.Add(address.Address);
        }
        return found;
    }

    /// <summary>The networks that are on the interface itself, by its addresses; link-local ones are left out.</summary>
    public List<Prefix> ConnectedPrefixes(int index)
    {
        var found = new List<Prefix>();
        foreach (KernelAddress address in Addresses)
        {
            if (address.Interface == index && !address.Address.IsLinkLocal && !found.Contains(address.Network)) found.Add(address.Network);
        }
        return found;
    }

    /// <summary>
    /// Connected networks, and those that routes lead to through this interface; default and link-local routes are left out.
    /// </summary>
    public List<Prefix> NetworksBehind(int index)
    {
        List<Prefix> found = ConnectedPrefixes(index);
        foreach (KernelRoute route in Routes)
        {
            Prefix to = route.Destination;
            if (route.Interface != index || to.Length == 0 || to.First.IsLinkLocal || to.First.IsMulticast) continue;
            if (!found.Contains(to)) found.Add(to);
        }
        return found;
    }

    /// <summary>The cache entry of a neighbour, or null while there is none.</summary>
    public Neighbour? Neighbour(int index, Address address) =>
        _neighbours.TryGetValue((index, address), out Neighbour found) ? found : null;

    /// <summary>The MAC of a neighbour as a big-endian number, 0 while it is not known.</summary>
    public ulong MacOf(int index, Address address) => Neighbour(index, address)?.Mac ?? 0;
}
