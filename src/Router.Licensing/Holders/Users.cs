using Router.Tables;

namespace Router.Licensing.Holders;

/// <summary>
/// Who is logged in, on which devices, and what seats that takes. A user is here as long as he is on a device; names are told apart
/// without regard to case. Which devices are his is written in the devices (<see cref="Device.User"/>), so that a login is one word;
/// the lists are built anew by each process, and a user whom no device names is freed then.
///
/// Only the control part changes this, some hundred times a second at the most, so it may allocate. Callers hold the pool's lock. [A]
/// </summary>
internal sealed class Users : IDisposable
{
    private readonly MappedTable<User> _users;
    private readonly Devices _devices;
    private readonly Dictionary<string, int> _byName = new(StringComparer.OrdinalIgnoreCase);

    // Lists of devices, as ids plus one, 0 for the end: the first by user, the next by device.
    private readonly int[] _first, _next;
    private readonly int[] _seats;
    private readonly string?[] _names;

    public Users(MappedTable<User> users, Devices devices)
    {
        (_users, _devices) = (users, devices);
        (_first, _next) = (new int[users.Capacity], new int[devices.Capacity]);
        (_seats, _names) = (new int[users.Capacity], new string?[users.Capacity]);
        for (int id = users.NextLive(-1); id >= 0; id = users.NextLive(id))
        {
            if (_byName.TryAdd(_users[id].Name, id)) _names[id] = _users[id].Name;
            else _users.Free(id);
        }
        for (int id = devices.NextLive(-1); id >= 0; id = devices.NextLive(id)) Adopt(id);
        for (int id = users.NextLive(-1); id >= 0; id = users.NextLive(id)) EndIfNowhere(id);
    }

    public int Count => _users.Count;

    /// <summary>Seats that are taken by all.</summary>
    public int Seats { get; private set; }

    public ref User this[int user] => ref _users[user];

    public int NextLive(int after) => _users.NextLive(after);

    public int Find(string name) => _byName.GetValueOrDefault(name, -1);

    /// <summary>The user who is logged in on a device, or -1.</summary>
    public int On(int device) => _devices[device].User.In(_users);

    public string NameOf(int user) => _names[user]!;

    public int SeatsOf(int user) => _seats[user];

    public int FirstDevice(int user) => _first[user] - 1;

    public int NextDevice(int device) => _next[device] - 1;

    /// <summary>A user who is on no device yet; -1 if the table is full or the name does not fit.</summary>
    public int Make(string name, long now)
    {
        if (!_users.TryTake(out int id)) return -1;
        if (!_users[id].TrySetName(name))
        {
            _users.Free(id);
            return -1;
        }
        _users[id].Since = now;
        _users.Commit(id);
        _byName.Add(name, id);
        (_names[id], _first[id], _seats[id]) = (name, 0, 0);
        return id;
    }

    /// <summary>Puts a user on a device that nobody is on.</summary>
    public void Join(int user, int device, PoolTerms terms)
    {
        _devices[device].User = EntryRef.To(_users, user);
        (_next[device], _first[user]) = (_first[user], device + 1);
        Recount(user, terms);
    }

    /// <summary>Takes a user off a device; with the last one he is gone.</summary>
    public void Leave(int user, int device, PoolTerms terms)
    {
        _devices[device].User = EntryRef.None;
        ref int at = ref _first[user];
        while (at - 1 != device) at = ref _next[at - 1];
        at = _next[device];
        Recount(user, terms);
        EndIfNowhere(user);
    }

    /// <summary>The user's devices, and those of them that the licence counts.</summary>
    public (int All, int Counted) DevicesOf(int user, PoolTerms terms)
    {
        (int all, int counted) = (0, 0);
        for (int device = FirstDevice(user); device >= 0; device = NextDevice(device))
        {
            all++;
            if (terms.IsLicensed(_devices[device].Zone)) counted++;
        }
        return (all, counted);
    }

    /// <summary>Counts a user's seats anew.</summary>
    public void Recount(int user, PoolTerms terms)
    {
        (int all, int counted) = DevicesOf(user, terms);
        int seats = SeatsFor(_users[user].IsAdministrator, all, counted, terms);
        Seats += seats - _seats[user];
        _seats[user] = seats;
    }

    /// <summary>What somebody on so many devices holds.</summary>
    public static int SeatsFor(bool isAdministrator, int all, int counted, PoolTerms terms) =>
        isAdministrator || all == 0 ? 0 : terms.SeatsFor(counted);

    public void Dispose() => _users.Dispose();

    private void Adopt(int device)
    {
        ref Device known = ref _devices[device];
        if (known.User.IsNone) return;
        int user = On(device);
        if (user < 0)
        {
            known.User = EntryRef.None;
            return;
        }
        (_next[device], _first[user]) = (_first[user], device + 1);
    }

    private void EndIfNowhere(int user)
    {
        if (_first[user] != 0) return;
        if (_names[user] is { } name) _byName.Remove(name);
        _names[user] = null;
        _users.Free(user);
    }
}
