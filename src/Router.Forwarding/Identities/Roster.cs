using Router.Wire;

namespace Router.Forwarding.Identities;

/// <summary>
/// Who is behind which local address at one moment. Immutable: the control part makes a new one when somebody logs in or out, and
/// publishes it in a <see cref="Plan"/> that is the same in all else (<see cref="Plan.With(Roster)"/>), so that the path need not look at
/// every flow again; those of the addresses that changed are named to it (<see cref="Worker.Reconsider"/>).
///
/// Asked on first packets only. Its size is that of the pool of devices, so a plain dictionary does: what a stranger can choose is whom to
/// ask for, not what is in it.
/// </summary>
public sealed class Roster
{
    public static readonly Roster Empty = new([]);

    private readonly Dictionary<Address, Identity> _identities;

    /// <param name="identities">Each address once.</param>
    public Roster(IEnumerable<KeyValuePair<Address, Identity>> identities) => _identities = new Dictionary<Address, Identity>(identities);

    public int Count => _identities.Count;

    /// <summary>Everybody, in no order.</summary>
    public IEnumerable<KeyValuePair<Address, Identity>> Everybody => _identities;

    /// <summary>Who is behind an address; null if nobody is known to be.</summary>
    public Identity? Of(Address address) => _identities.GetValueOrDefault(address);

    /// <summary>The same, but for one address.</summary>
    /// <param name="address">Whose identity it is about.</param>
    /// <param name="who">Who is behind it then; null for nobody.</param>
    public Roster With(Address address, Identity? who)
    {
        IEnumerable<KeyValuePair<Address, Identity>> others = _identities.Where(one => one.Key != address);
        return new Roster(who is null ? others : others.Append(new(address, who)));
    }

    /// <summary>The addresses behind which rules see somebody else than before.</summary>
    public IReadOnlySet<Address> ChangedFrom(Roster before)
    {
        var changed = new HashSet<Address>();
        foreach ((Address address, Identity who) in _identities)
        {
            if (before.Of(address) is not { } earlier || !who.IsSame(earlier)) changed.Add(address);
        }
        foreach (Address address in before._identities.Keys)
        {
            if (!_identities.ContainsKey(address)) changed.Add(address);
        }
        return changed;
    }

    /// <summary>The addresses of those whom a set admits.</summary>
    public IEnumerable<Address> AddressesOf(IdentitySet set) => _identities.Where(one => set.Admits(one.Value)).Select(one => one.Key);
}
