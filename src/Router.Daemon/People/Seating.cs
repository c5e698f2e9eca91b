using Router.Forwarding.Identities;
using Router.Licensing;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.People;

/// <summary>
/// Who is behind which address, as the pool has it, put together for the path. Whoever changes a login or a pass names the addresses it is
/// about (<see cref="Mark"/>, from any thread); the control thread asks the pool about those and no others, and makes a new roster of them
/// (<see cref="TryMake"/>). Many changes at once make one roster.
/// </summary>
internal sealed class Seating(Pool pool)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Address, Identity> _identities = [];           // [C]
    private readonly Dictionary<string, Identity> _users = [];                 // [C]
    private HashSet<Address> _marked = [];
    private bool _all = true;

    /// <summary>Something has changed that is not in the roster yet.</summary>
    public bool IsMarked
    {
        get
        {
            lock (_lock) return _all || _marked.Count > 0;
        }
    }

    /// <summary>Somebody else may be behind an address.</summary>
    public void Mark(Address address)
    {
        lock (_lock) _marked.Add(address);
    }

    /// <summary>The same, for several.</summary>
    public void Mark(IEnumerable<Address> addresses)
    {
        lock (_lock) _marked.UnionWith(addresses);
    }

    /// <summary>Nobody knows what has changed: the pool is read whole.</summary>
    public void MarkAll()
    {
        lock (_lock) _all = true;
    }

    /// <summary>The roster as it is now, if it differs from the one before.</summary>
    /// <param name="before">The one that was made last.</param>
    /// <param name="roster">The new one.</param>
    /// <param name="changed">The addresses behind which rules see somebody else.</param>
    public bool TryMake(Roster before, out Roster roster, out IReadOnlySet<Address> changed)
    {
        (HashSet<Address> marked, bool all) = Take();
        (roster, changed) = (before, marked);
        if (!all && marked.Count == 0) return false;
        long now = Monotonic.Microseconds();
        if (all)
        {
            ReadAll(now);
            roster = new Roster(_identities);
            changed = roster.ChangedFrom(before);
            return changed.Count > 0;
        }
        foreach (Address address in marked) Put(address, pool.Find(address), now);
        marked.RemoveWhere(address => Identity.AreSame(before.Of(address), _identities.GetValueOrDefault(address)));
        if (marked.Count > 0) roster = new Roster(_identities);
        return marked.Count > 0;
    }

    private (HashSet<Address> Marked, bool All) Take()
    {
        lock (_lock)
        {
            (HashSet<Address> marked, bool all) = (_marked, _all);
            (_marked, _all) = ([], false);
            return (marked, all);
        }
    }

    private void ReadAll(long now)
    {
        _identities.Clear();
        _users.Clear();
        foreach (DeviceView device in pool.Devices())
        {
            foreach (Address address in device.Addresses) Put(address, device, now);
        }
    }

    private void Put(Address address, DeviceView? device, long now)
    {
        if (device?.User is { } user && pool.FindUser(user) is { } known) _identities[address] = IdentityOf(known);
        else if (device is not null && device.PassUntil > now) _identities[address] = Identity.Guest;
        else _identities.Remove(address);
    }

    // One object for all addresses of a user, until his groups change.
    private Identity IdentityOf(UserView user)
    {
        var made = new Identity(user.Name, user.Groups);
        if (_users.TryGetValue(made.User, out Identity? known) && known.IsSame(made)) return known;
        return _users[made.User] = made;
    }
}
