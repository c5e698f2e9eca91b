using Router.Licensing.Holders;
using Router.Wire;

namespace Router.Licensing;

/// <summary>
/// Who takes part: the devices that have a place, the users that have a seat, and the guests that have a pass (product.md 5). One
/// object for all threads, with one lock that is held for a few table lookups at a time:
///
///     the path       <see cref="Ask"/> with a flow's first packet, <see cref="Release"/> when it ends; nothing between
///     the control    <see cref="Meet"/> for each neighbour, <see cref="Tick"/> each second, logins, passes, what is read
///
/// Two counters. A device takes a place with the first of its flows to or from the Internet that is admitted, and gives it back when it
/// has had none for a while. A user takes a seat with the first login and gives it back with the last logout; on n devices he holds
/// one for each <see cref="PoolTerms.DevicesPerUser"/> of them that were begun. A login takes no place, a place needs no login.
/// Whoever holds something keeps it whatever comes after: only newcomers are refused. With any number of threads at the last place,
/// one gets it.
///
/// The holders are in tables that outlive the process (<see cref="PoolTables"/>). Flows are counted by those who live: after a restart
/// whoever takes the flows over counts them again with <see cref="Resume"/>, before the first Tick.
///
/// What happens is put in a ring for the journal and for whoever must know which user an address serves; <see cref="TakeChanges"/>.
/// Times are monotonic microseconds.
/// </summary>
public sealed class Pool : IDisposable
{
    private const int MostChanges = 8192;

    /// <summary>Devices that Tick looks at, or that are read, between two openings of the lock: some microseconds.</summary>
    private const int Slice = 256;

    private readonly Lock _lock = new();
    private readonly Devices _devices;
    private readonly Users _users;
    private readonly Places _places;
    private readonly Logins _logins;
    private readonly Sightings _sightings;
    private readonly Ends _ends;
    private readonly Views _views;
    private readonly Refused _refused = new();
    private readonly ChangeRing _changes = new(MostChanges);
    private PoolTerms _terms;

    /// <param name="tables">Their entries are taken over, and they are disposed of with this.</param>
    /// <param name="terms">What it goes by until <see cref="SetTerms"/>.</param>
    /// <param name="neighbours">
    /// The MAC that the kernel has for an address of a zone, or 0. Asked for an address that nobody has met, so that a machine's second
    /// address finds the place of the first even if it is the last one. Asked under the lock, by the path: it must be a mere lookup.
    /// </param>
    /// <param name="inquiry">
    /// The same, at that time, by asking the kernel itself: a system call, for whoever would be refused, as <paramref name="neighbours"/> may be some
    /// milliseconds old. It bounds how often it really asks.
    /// </param>
    public Pool(PoolTables tables, PoolTerms terms, Func<Address, byte, ulong>? neighbours = null, Func<Address, byte, long, ulong>? inquiry = null)
    {
        _terms = terms;
        _devices = new Devices(tables.Devices, tables.Hosts);
        _users = new Users(tables.Users, _devices);
        _places = new Places(_devices, _refused, _changes);
        _logins = new Logins(_devices, _users, _places, _refused, _changes);
        _sightings = new Sightings(_devices, _places, _logins, neighbours, inquiry);
        _ends = new Ends(_devices, _places, _logins);
        _views = new Views(_devices, _users);
        SetTerms(terms);
        _places.BeginGauge();
        _logins.BeginGauge();
    }

    /// <summary>What it goes by.</summary>
    public PoolTerms Terms => Volatile.Read(ref _terms);

    /// <summary>Goes by other terms from here on. Who holds something keeps it.</summary>
    public void SetTerms(PoolTerms terms)
    {
        lock (_lock)
        {
            Volatile.Write(ref _terms, terms);
            _places.SetTerms(terms);
            _logins.SetTerms(terms);
        }
    }

    /// <summary>Asks for a flow between a licensed zone and the Internet. If it is granted its host has one live flow more. Allocates nothing.</summary>
    public Grant Ask(in Occasion occasion, long now)
    {
        lock (_lock)
        {
            int host = _sightings.Find(occasion.Host, occasion.Zone, now);
            RefusalCause cause = Claim(occasion, ref host, out int device, out bool takes, now);
            // Nobody knows yet whose address this is: it may be that of a machine that has a place.
            if (cause == RefusalCause.NoPlace && (device < 0 || _devices[device].Mac == 0) && _sightings.Inquire(occasion.Host, occasion.Zone, now))
            {
                host = _devices.Find(occasion.Host);
                cause = Claim(occasion, ref host, out device, out takes, now);
            }
            if (cause != RefusalCause.None)
            {
                _places.NoteRefused(occasion, device, cause, now);
                return new Grant(cause, -1, false);
            }
            _sightings.See(_devices.Hold(host, now), occasion.Zone, now);
            return new Grant(RefusalCause.None, host, takes);
        }
    }

    // The device's own place, or a new one for it.
    private RefusalCause Claim(in Occasion occasion, ref int host, out int device, out bool takes, long now)
    {
        device = host >= 0 ? _devices.OwnerOf(host) : -1;
        takes = device < 0 || !_devices[device].HasPlace;
        return _terms.IsEnded ? RefusalCause.Ended : takes ? _places.Take(occasion, device, ref host, now) : RefusalCause.None;
    }

    /// <summary>What <see cref="Ask"/> would answer, without any trace of having been asked.</summary>
    public RefusalCause Foresee(Address host)
    {
        lock (_lock)
        {
            if (_terms.IsEnded) return RefusalCause.Ended;
            int device = _devices.DeviceOf(host);
            return (device >= 0 && _devices[device].HasPlace) || _places.Admits(device, host) ? RefusalCause.None : RefusalCause.NoPlace;
        }
    }

    /// <summary>A flow that was granted has ended.</summary>
    /// <param name="host">As <see cref="Grant.Host"/> says.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="carried">What it carried.</param>
    public void Release(int host, long now, Carried carried = default)
    {
        lock (_lock) _devices[_devices.LetGo(host, now)].Ended += carried;
    }

    /// <summary>A flow has ended that nobody asked for, as its zone is not licensed; what it carried is its device's all the same.</summary>
    public void Count(Address host, Carried carried)
    {
        lock (_lock) if (_devices.Find(host) is >= 0 and var entry) _devices[_devices.OwnerOf(entry)].Ended += carried;
    }

    /// <summary>Nothing came of a flow that was granted: if it took the place, that is free again.</summary>
    public void Cancel(Grant grant, long now)
    {
        if (!grant.IsGranted || grant.Host < 0) return;
        lock (_lock)
        {
            int device = _devices.LetGo(grant.Host, now);
            if (grant.Took && _devices[device].Flows == 0) _places.GiveBack(device, now);
        }
    }

    /// <summary>Counts a flow that an earlier process left. A host that is not known any more takes a place, whatever the limit.</summary>
    /// <returns>As <see cref="Grant.Host"/>; -1 if there is no room.</returns>
    public int Resume(in Occasion occasion, long now)
    {
        lock (_lock)
        {
            int host = _devices.Find(occasion.Host);
            int device = host >= 0 ? _devices.OwnerOf(host) : -1;
            if ((device < 0 || !_devices[device].HasPlace) && _places.Take(occasion, device, ref host, now, isLive: true) != RefusalCause.None) return -1;
            _sightings.See(_devices.Hold(host, now), occasion.Zone, now);
            return host;
        }
    }

    /// <summary>The kernel's neighbour table has this MAC for an address of a local zone: devices may turn out to be one.</summary>
    public void Meet(Address address, ulong mac, byte zone, long now)
    {
        lock (_lock)
        {
            if (!_sightings.Meet(address, mac, zone, now)) return;
            int device = _devices.DeviceOf(address);
            _changes.Add(new PoolChange { Kind = PoolChangeKind.United, Device = new(device), Mac = mac, Address = address, Zone = zone, When = now });
        }
    }

    /// <summary>Logs somebody in on the device of an address, whose password has been checked.</summary>
    public LoginAnswer Login(in LoginRequest request, long now)
    {
        lock (_lock) return _logins.Login(request, now);
    }

    /// <summary>Ends the login on the device of an address; false if there is none.</summary>
    public bool Logout(Address address, LogoutReason reason, long now)
    {
        lock (_lock) return _devices.DeviceOf(address) is >= 0 and int device && _logins.End(device, reason, now);
    }

    /// <summary>Ends all logins of a user; answers how many there were.</summary>
    public int Logout(string user, LogoutReason reason, long now)
    {
        lock (_lock) return _users.Find(user) is >= 0 and int id ? _logins.EndAll(id, reason, now) : 0;
    }

    /// <summary>Takes the place of the device of an address away. Its flows are the caller's to end.</summary>
    /// <returns>The device as it was, or null if it has no place.</returns>
    public DeviceView? Free(Address address, long now)
    {
        lock (_lock) return Free(_devices.DeviceOf(address), now);
    }

    /// <summary>The same, for the device with that MAC.</summary>
    public DeviceView? Free(ulong mac, long now)
    {
        lock (_lock) return Free(_devices.FindMac(mac), now);
    }

    /// <summary>Gives the device of an address a guest's pass; false if there is no room.</summary>
    /// <param name="address">Of the device, which need not be known.</param>
    /// <param name="zone">Where it lives.</param>
    /// <param name="until">Monotonic microseconds; 0 takes the pass away.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public bool GivePass(Address address, byte zone, long until, long now)
    {
        lock (_lock) return _logins.GivePass(address, zone, until, now);
    }

    /// <summary>
    /// Frees the places of devices that have been idle, ends passes, and forgets devices of which nothing is left to know. All devices
    /// are looked at, in slices between which others are let in. About a second after a place's time it is free.
    /// </summary>
    public void Tick(long now)
    {
        for (int next = 0; next >= 0;)
        {
            lock (_lock) next = _ends.Sweep(next, Slice, _terms.DeviceIdle, now);
        }
    }

    /// <summary>Fetches what happened, oldest first.</summary>
    /// <param name="into">Takes the changes.</param>
    /// <param name="lost">How many more there were, behind those, that found no room: whoever follows them reads the pool itself then.</param>
    public int TakeChanges(Span<PoolChange> into, out int lost)
    {
        lock (_lock) return _changes.Take(into, out lost);
    }

    public PoolCounts Counts()
    {
        lock (_lock) return new(_places.Used, _terms.MostDevices, _places.Kept, _users.Seats, _terms.MostSeats, _users.Count);
    }

    public PoolTally Tally()
    {
        lock (_lock)
        {
            return new(_changes.Total(PoolChangeKind.PlaceTaken), _changes.Total(PoolChangeKind.PlaceFreed), _changes.Total(PoolChangeKind.LoggedIn),
                _changes.Total(PoolChangeKind.LoggedOut), _changes.Total(PoolChangeKind.Refused));
        }
    }

    /// <summary>Every device that is known, in no order: with or without a place.</summary>
    public List<DeviceView> Devices() => InSlices<DeviceView>(_views.Read);

    /// <summary>Every user that is logged in.</summary>
    public List<UserView> Users() => InSlices<UserView>(_views.Read);

    /// <summary>The device of an address, or null.</summary>
    public DeviceView? Find(Address address)
    {
        lock (_lock) return _devices.DeviceOf(address) is >= 0 and int device ? _views.Device(device) : null;
    }

    /// <summary>Somebody who is logged in, or null.</summary>
    public UserView? FindUser(string name)
    {
        lock (_lock) return _users.Find(name) is >= 0 and int user ? _views.User(user, _terms) : null;
    }

    /// <summary>The devices on which a user is logged in, the one of the latest login first.</summary>
    public List<DeviceView> DevicesOf(string user)
    {
        lock (_lock) return _users.Find(user) is >= 0 and int id ? _views.DevicesOf(id) : [];
    }

    /// <summary>Who was refused lately, the latest first.</summary>
    public RefusedNewcomer[] RefusedLately()
    {
        lock (_lock) return _refused.Read();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _users.Dispose();
            _devices.Dispose();
        }
    }

    private DeviceView? Free(int device, long now)
    {
        DeviceView? view = device >= 0 && _devices[device].HasPlace ? _views.Device(device) : null;
        if (view is not null) _places.GiveBack(device, now, byHand: true);
        return view;
    }

    private List<T> InSlices<T>(Func<int, int, PoolTerms, List<T>, int> read)
    {
        var views = new List<T>();
        for (int next = 0; next >= 0;)
        {
            lock (_lock) next = read(next, Slice, _terms, views);
        }
        return views;
    }
}
