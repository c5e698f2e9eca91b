using Router.Ports;

namespace Router.Forwarding;

/// <summary>
/// Gives each zone and link its <see cref="PortId"/> by name, the same one for as long as the registry's names live. Zones and
/// links share one space of names, as rules call both by their bare name.
///
/// A name that is not configured any more keeps its number, as its flows and pins do, and as it may come back. Only when there is
/// no other left does a number pass to a new name (<see cref="MakeRoom"/>), and then only one that nothing refers to.
/// </summary>
public class PortRegistry
{
    private readonly string?[] _names = new string?[PortId.Most];

    public PortRegistry() => _names[0] = "firewall";

    /// <summary>A registry in memory with the same names and numbers, in which new names can be claimed without anybody's noticing.</summary>
    public PortRegistry Copy()
    {
        var copy = new PortRegistry();
        _names.CopyTo(copy._names, 0);
        return copy;
    }

    /// <summary>The port of that name; a new name takes the first free number.</summary>
    /// <exception cref="PortException">All numbers are taken.</exception>
    public PortId Claim(string name)
    {
        int id = Array.IndexOf(_names, name);
        if (id < 0) id = Array.IndexOf(_names, null);
        if (id < 0)
        {
            throw new PortException($"no room for '{name}': {PortId.Most - 1} zones and links are known already, counting those that are gone and "
                + "whose flows or pins live on; bring in fewer new names at a time, or wait until those have ended");
        }
        if (_names[id] is null)
        {
            Keep(id, name);
            _names[id] = name;
        }
        return new PortId((byte)id);
    }

    /// <summary>Takes numbers back from names that are gone, if there are too few for those that come; no more than are needed.</summary>
    /// <param name="wanted">The names that are to be claimed, new ones and known ones.</param>
    /// <param name="standing">Further names that are in force.</param>
    /// <param name="inUse">Asked only if it matters: the bits of ports that a flow, a mapping or a pin refers to.</param>
    /// <returns>The bits of the ports that mean nothing any more.</returns>
    public ulong MakeRoom(IReadOnlyCollection<string> wanted, IReadOnlyCollection<string> standing, Func<ulong> inUse)
    {
        int missing = wanted.Count(name => !_names.Contains(name)) - _names.Count(name => name is null);
        ulong freed = 0, used = missing > 0 ? inUse() : 0;
        for (int id = 1; id < _names.Length && missing > 0; id++)
        {
            if (_names[id] is not { } name || (used >> id & 1) != 0 || wanted.Contains(name) || standing.Contains(name)) continue;
            Drop(id);
            _names[id] = null;
            freed |= 1UL << id;
            missing--;
        }
        return freed;
    }

    /// <summary>The name behind a port, for people.</summary>
    public string NameOf(PortId id) => (id.Value < PortId.Most ? _names[id.Value] : null) ?? $"port {id.Value}";

    /// <summary>Puts a name that was kept by an earlier process back in its place.</summary>
    protected void Restore(int id, string name) => _names[id] = name;

    /// <summary>Called for each new name, for a registry that outlives the process. If it throws, the name is not given.</summary>
    protected virtual void Keep(int id, string name) { }

    /// <summary>Called for each name that loses its number.</summary>
    protected virtual void Drop(int id) { }
}
