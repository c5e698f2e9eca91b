namespace Router.Forwarding;

/// <summary>
/// Gives each zone and link its <see cref="PortId"/> by name, the same one for as long as the registry's names live. Zones and
/// links share one space of names, as rules call both by their bare name.
/// </summary>
public class PortRegistry
{
    private readonly string?[] _names = new string?[PortId.Most];

    public PortRegistry() => _names[0] = "firewall";

    /// <summary>The port of that name; a new name takes the first free number.</summary>
    /// <exception cref="InvalidOperationException">All 63 numbers are taken.</exception>
    public PortId Claim(string name)
    {
        int id = Array.IndexOf(_names, name);
        if (id < 0) id = Array.IndexOf(_names, null);
        if (id < 0) throw new InvalidOperationException($"no room for '{name}': {PortId.Most - 1} zones and links are known already");
        if (_names[id] is null)
        {
            Keep(id, name);
            _names[id] = name;
        }
        return new PortId((byte)id);
    }

    /// <summary>The name behind a port, for people.</summary>
    public string NameOf(PortId id) => (id.Value < PortId.Most ? _names[id.Value] : null) ?? $"port {id.Value}";

    /// <summary>Puts a name that was kept by an earlier process back in its place.</summary>
    protected void Restore(int id, string name) => _names[id] = name;

    /// <summary>Called for each new name, for a registry that outlives the process. If it throws, the name is not given.</summary>
    protected virtual void Keep(int id, string name) { }
}
