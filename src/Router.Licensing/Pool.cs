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
    private readonly Refused _refused = new();
    private readonly ChangeRing _changes = new(MostChanges);
    private PoolTerms _terms;

    /// <param name="tables">Their entries are taken over, and they are disposed of with this.</param>
    /// <param name="terms">What it goes by until <see cref="SetTerms"/>.</param>
    public Pool(PoolTables tables, PoolTerms terms)
    {
        _terms = terms;
        _devices = new Devices(tables.Devices, tables.Hosts);
        _users = new Users(tables.Users, _devices);
        _places = new Places(_devices, _refused, _changes);
        _logins = new Logins(_devices, _users, _places, _refused, _changes);
        _sightings = new Sightings(_devices, _places, _logins);
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

    /// <summary>
    /// Asks for a flow between a licensed zone and the Internet. If it is granted its host has one live flow more. Allocates nothing.
    /// </summary>
    public Grant Ask(in Occasion occasion, long now)
    {
        lock (_lock)
        {
            int host = _devices.Find(occasion.Host);
            int device = host >= 0 ? _devices.OwnerOf(host) : -1;
            bool takes = device < 0 || !_devices[device].HasPlace;
            RefusalCause cause = _terms.IsEnded ? RefusalCause.Ended : takes ? _places.Take(occasion, device, ref host, now) : RefusalCause.None;
            if (cause != RefusalCause.None)
            {
                Note(occasion, device, cause, now);
                return new Grant(cause, -1, false);
            }
            Hold(host, occasion.Zone, now);
            return new Grant(RefusalCause.None, host, takes);
        }
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
    public void Release(int host, long now)
    {
        lock (_lock) LetGo(host, now);
    }

    /// <summary>Nothing came of a flow that was granted: if it took the place, that is free again.</summary>
    public void Cancel(Grant grant, long now)
    {
        if (!grant.IsGranted) return;
        lock (_lock)
        {
            int device = LetGo(grant.Host, now);
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
            Hold(host, occasion.Zone, now);
            return host;
        }
    }

    /// <summary>The kernel's neighbour table has this MAC for an address of a local zone: devices may turn out to be one.</summary>
    public void Meet(Address address, ulong mac, byte zone, long now)
    {
        if (mac == 0 || address.IsUnspecified || address.IsMulticast) return;
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
        lock (_lock)
        {
            int device = _devices.DeviceOf(address);
            bool isNew = device < 0;
            if (isNew) device = _devices.Make(0, zone, now);
            if (device < 0) return false;
            if (isNew && _devices.Add(device, address, now) < 0)
            {
                _devices.Free(device);
                return false;
            }
            if (isNew) _places.Recognise(device);
            if (_devices[device].PassUntil == until) return true;
            _devices[device].PassUntil = until;
            _logins.TellAddresses(device, now);
            return true;
        }
    }

    /// <summary>
    /// Frees the places of devices that have been idle, ends passes, and forgets devices of which nothing is left to know. All devices
    /// are looked at, in slices between which others are let in. About a second after a place's time it is free.
    /// </summary>
    public void Tick(long now)
    {
        for (int next = 0; next >= 0;)
        {
            lock (_lock) next = Sweep(next, now);
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

    /// <summary>Every device that is known, in no order: with or without a place.</summary>
    public List<DeviceView> Devices()
    {
        var views = new List<DeviceView>();
        for (int from = 0; from >= 0;)
        {
            lock (_lock)
            {
                int id = _devices.NextLive(from - 1), most = Slice;
                for (; id >= 0 && most > 0; most--, id = _devices.NextLive(id)) views.Add(View(id));
                from = id;
            }
        }
        return views;
    }

    /// <summary>Every user that is logged in.</summary>
    public List<UserView> Users()
    {
        var views = new List<UserView>();
        for (int from = 0; from >= 0;)
        {
            lock (_lock)
            {
                int id = _users.NextLive(from - 1), most = Slice;
                for (; id >= 0 && most > 0; most--, id = _users.NextLive(id)) views.Add(ViewUser(id));
                from = id;
            }
        }
        return views;
    }

    /// <summary>The device of an address, or null.</summary>
    public DeviceView? Find(Address address)
    {
        lock (_lock) return _devices.DeviceOf(address) is >= 0 and int device ? View(device) : null;
    }

    /// <summary>Somebody who is logged in, or null.</summary>
    public UserView? FindUser(string name)
    {
        lock (_lock) return _users.Find(name) is >= 0 and int user ? ViewUser(user) : null;
    }

    /// <summary>The devices on which a user is logged in, the one of the latest login first.</summary>
    public List<DeviceView> DevicesOf(string user)
    {
        var views = new List<DeviceView>();
        lock (_lock)
        {
            if (_users.Find(user) is not (>= 0 and int id)) return views;
            for (int device = _users.FirstDevice(id); device >= 0; device = _users.NextDevice(device)) views.Add(View(device));
        }
        views.Sort(static (a, b) => b.LoginSince.CompareTo(a.LoginSince));
        return views;
    }

    /// <summary>Who was refused lately, the latest first.</summary>
    public Refusal[] RefusedLately()
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

    private void Hold(int host, byte zone, long now)
    {
        ref Host held = ref _devices.HostOf(host);
        int id = _devices.OwnerOf(host);
        ref Device device = ref _devices[id];
        held.Flows++;
        device.Flows++;
        (held.LastLive, device.LastLive) = (now, now);
        if (device.Zone == zone) return;
        device.Zone = zone;
        _logins.Recount(id, now);
    }

    private int LetGo(int host, long now)
    {
        ref Host left = ref _devices.HostOf(host);
        int id = _devices.OwnerOf(host);
        ref Device device = ref _devices[id];
        left.Flows--;
        device.Flows--;
        (left.LastLive, device.LastLive) = (now, now);
        return id;
    }

    private void Note(in Occasion occasion, int device, RefusalCause cause, long now)
    {
        ulong mac = device >= 0 ? _devices[device].Mac : 0;
        if (!_refused.Note(new Refusal(occasion, mac, null, cause, now, now, 1))) return;
        _changes.Add(new PoolChange { Kind = PoolChangeKind.Refused, Device = new(device), Mac = mac, Address = occasion.Host, Zone = occasion.Zone, Cause = cause, When = now });
    }

    private DeviceView? Free(int device, long now)
    {
        if (device < 0 || !_devices[device].HasPlace) return null;
        DeviceView view = View(device);
        _places.GiveBack(device, now, byHand: true);
        return view;
    }

    // Looks at a slice of the devices from that id on; answers where the next one begins, -1 behind the last.
    private int Sweep(int from, long now)
    {
        int next, id = _devices.NextLive(from - 1);
        for (int left = Slice; id >= 0 && left > 0; left--, id = next)
        {
            next = _devices.NextLive(id);
            ref Device device = ref _devices[id];
            if (device.Flows > 0) continue;
            // A time in the future is another clock's, or damage.
            device.LastLive = Math.Min(device.LastLive, now);
            device.LastMet = Math.Min(device.LastMet, now);
            if (device.HasPlace && now - device.LastLive >= _terms.DeviceIdle) _places.GiveBack(id, now);
            if (device.PassUntil != 0 && device.PassUntil <= now)
            {
                device.PassUntil = 0;
                _logins.TellAddresses(id, now);
            }
            if (!device.IsHolder(now) && now - Math.Max(device.LastLive, device.LastMet) >= _terms.DeviceIdle) _devices.Free(id);
        }
        return id;
    }

    private DeviceView View(int id)
    {
        ref Device device = ref _devices[id];
        int user = _users.On(id);
        return new DeviceView
        {
            Id = new(id), Mac = device.Mac, Addresses = _devices.AddressesOf(id), Zone = device.Zone, PlaceSince = device.PlaceSince,
            First = new(device.FirstHost, device.Zone, device.FirstFar, device.FirstPort, device.FirstProtocol),
            Flows = device.Flows, LastLive = device.LastLive, LastMet = device.LastMet, IsReserved = device.IsReserved,
            User = user >= 0 ? _users.NameOf(user) : null, LoginSince = device.LoginSince, Method = device.Method, PassUntil = device.PassUntil,
        };
    }

    private UserView ViewUser(int id)
    {
        ref User user = ref _users[id];
        (int all, int counted) = _users.DevicesOf(id, _terms);
        return new(_users.NameOf(id), user.Groups, user.IsAdministrator, user.MaxDevices, user.AtLimit, user.Since, all, counted, _users.SeatsOf(id));
    }
}
