using System.Text;
using Router.Wire;

namespace Router.Licensing.Holders;

/// <summary>
/// Who is logged in where, and whether one more is admitted. A login is a device with a user; it counts against the user's own limit
/// first and against the seats of the licence then, and takes no place for the device. The seats that a login would bring about are
/// counted before anything is changed: of the user who comes, of the user who was on the device before, and of those logins of the
/// user that give way to the new one. More seats than before, beyond those of the licence, are refused. Callers hold the pool's lock. [A]
/// </summary>
internal sealed class Logins(Devices devices, Users users, Places places, Refused refused, ChangeRing changes)
{
    private PoolTerms _terms = new() { Users = 0, DevicesPerUser = 1 };
    private Gauge _gauge;

    public void SetTerms(PoolTerms terms)
    {
        _terms = terms;
        for (int user = users.NextLive(-1); user >= 0; user = users.NextLive(user)) users.Recount(user, terms);
    }

    /// <summary>Takes the present level as known to everybody.</summary>
    public void BeginGauge() => _gauge.Begin(users.Seats, _terms.MostSeats);

    public LoginAnswer Login(in LoginRequest request, long now)
    {
        if (request.User.Length == 0 || Encoding.UTF8.GetByteCount(request.User) > NameText.Octets) return new(LoginOutcome.BadName, DeviceId.None);
        if (_terms.IsEnded && !request.IsAdministrator) return Refuse(request, LoginOutcome.Ended, RefusalCause.Ended, now);
        int device = devices.DeviceOf(request.Address), user = users.Find(request.User);
        if (device >= 0 && user >= 0 && users.On(device) == user) return Renew(request, user, device);
        int giving = 0;
        if (user >= 0 && request.MaxDevices > 0)
        {
            giving = Math.Max(0, users.DevicesOf(user, _terms).All + 1 - request.MaxDevices);
            if (giving > 0 && request.AtLimit == AtLimit.Refuse) return Refuse(request, LoginOutcome.TooManyDevices, RefusalCause.TooManyDevices, now);
        }
        if (!FindsSeat(request, user, device, giving)) return Refuse(request, LoginOutcome.NoSeat, RefusalCause.NoSeat, now);
        bool isNew = device < 0;
        if (isNew) device = MakeDevice(request.Address, request.Zone, now);
        if (device >= 0 && user < 0) user = users.Make(request.User, now);
        if (device < 0 || user < 0)
        {
            if (isNew && device >= 0) devices.Free(device);
            return Refuse(request, LoginOutcome.NoRoom, RefusalCause.NoRoom, now);
        }
        return Admit(request, user, device, giving, now);
    }

    /// <summary>Ends the login on a device; false if nobody is logged in there.</summary>
    public bool End(int device, LogoutReason reason, long now)
    {
        int user = users.On(device);
        if (user < 0) return false;
        changes.Add(Describe(PoolChangeKind.LoggedOut, device, users.NameOf(user), now) with { Reason = reason, Since = devices[device].LoginSince });
        users.Leave(user, device, _terms);
        TellAddresses(device, now);
        Look(now);
        return true;
    }

    /// <summary>Ends all logins of a user; answers how many there were.</summary>
    public int EndAll(int user, LogoutReason reason, long now)
    {
        int ended = 0, next;
        for (int device = users.FirstDevice(user); device >= 0; device = next)
        {
            next = users.NextDevice(device);
            if (End(device, reason, now)) ended++;
        }
        return ended;
    }

    /// <summary>One device has become another one: the later login of the two stays.</summary>
    public void Unite(int from, int into, long now)
    {
        int leaving = users.On(from), staying = users.On(into);
        if (leaving < 0) return;
        (long since, LoginMethod method) = (devices[from].LoginSince, devices[from].Method);
        if (staying >= 0 && (leaving == staying || since <= devices[into].LoginSince))
        {
            if (leaving != staying)
            {
                End(from, LogoutReason.AnotherUser, now);
                return;
            }
            users.Leave(leaving, from, _terms);
            devices[into].Ended += devices[from].Ended;
            return;
        }
        if (staying >= 0) End(into, LogoutReason.AnotherUser, now);
        (devices[into].LoginSince, devices[into].Method, devices[into].Ended) = (since, method, devices[from].Ended);
        // Joined before it leaves, or the user would be gone between the two.
        users.Join(leaving, into, _terms);
        users.Leave(leaving, from, _terms);
        TellAddresses(into, now);
    }

    /// <summary>A device with a login is in another zone now, which the licence may count or not.</summary>
    public void Recount(int device, long now)
    {
        if (users.On(device) is >= 0 and int user) users.Recount(user, _terms);
        Look(now);
    }

    /// <summary>Says for each address of a device whom it serves now.</summary>
    public void TellAddresses(int device, long now)
    {
        for (int host = devices.FirstHost(device); host >= 0; host = devices.NextHost(host)) TellAddress(host, now);
    }

    public void TellAddress(int host, long now)
    {
        int device = devices.OwnerOf(host), user = users.On(device);
        changes.Add(Describe(PoolChangeKind.AddressUser, device, user >= 0 ? users.NameOf(user) : null, now) with { Address = devices.HostOf(host).Address });
    }

    private LoginAnswer Renew(in LoginRequest request, int user, int device)
    {
        int left = Describe(request, user);
        users.Recount(user, _terms);
        return new(LoginOutcome.Already, new(device), users.SeatsOf(user), GroupsLeft: left);
    }

    private LoginAnswer Admit(in LoginRequest request, int user, int device, int giving, long now)
    {
        End(device, LogoutReason.AnotherUser, now);
        ref Device taken = ref devices[device];
        (taken.LoginSince, taken.Method, taken.Zone, taken.Ended) = (now, request.Method, request.Zone, default);
        int left = Describe(request, user);
        users.Join(user, device, _terms);
        for (int at = 0; at < giving; at++) End(OldestOf(user, device), LogoutReason.Replaced, now);
        changes.Add(Describe(PoolChangeKind.LoggedIn, device, users.NameOf(user), now) with { Address = request.Address });
        TellAddresses(device, now);
        refused.Forget(request.Address, RefusalCause.NoSeat);
        Look(now);
        return new(LoginOutcome.Accepted, new(device), users.SeatsOf(user), giving, left);
    }

    // Seats after the login, of all whom it concerns; as many as before are always found.
    private bool FindsSeat(in LoginRequest request, int user, int device, int giving)
    {
        (int all, int counted) = user >= 0 ? users.DevicesOf(user, _terms) : (0, 0);
        if (giving > 0) counted -= CountedAmongOldest(user, giving);
        if (_terms.IsLicensed(request.Zone)) counted++;
        int after = users.Seats - (user >= 0 ? users.SeatsOf(user) : 0) + Users.SeatsFor(request.IsAdministrator, all + 1 - giving, counted, _terms);
        if (device >= 0 && users.On(device) is >= 0 and int before)
        {
            (int others, int othersCounted) = users.DevicesOf(before, _terms);
            if (_terms.IsLicensed(devices[device].Zone)) othersCounted--;
            after += Users.SeatsFor(users[before].IsAdministrator, others - 1, othersCounted, _terms) - users.SeatsOf(before);
        }
        return after <= _terms.MostSeats || after <= users.Seats;
    }

    private int CountedAmongOldest(int user, int giving)
    {
        var logins = new List<int>();
        for (int device = users.FirstDevice(user); device >= 0; device = users.NextDevice(device)) logins.Add(device);
        return logins.OrderBy(device => devices[device].LoginSince).ThenBy(device => device).Take(giving).Count(device => _terms.IsLicensed(devices[device].Zone));
    }

    private int OldestOf(int user, int except)
    {
        int oldest = -1;
        for (int device = users.FirstDevice(user); device >= 0; device = users.NextDevice(device))
        {
            if (device == except) continue;
            if (oldest < 0 || devices[device].LoginSince < devices[oldest].LoginSince
                || (devices[device].LoginSince == devices[oldest].LoginSince && device < oldest)) oldest = device;
        }
        return oldest;
    }

    private int MakeDevice(Address address, byte zone, long now)
    {
        int device = devices.Make(0, zone, now);
        if (device < 0) return -1;
        if (devices.Add(device, address, now) >= 0)
        {
            places.Recognise(device);
            return device;
        }
        devices.Free(device);
        return -1;
    }

    /// <summary>Gives the device of an address a guest's pass, or takes it away with 0; false if there is no room.</summary>
    public bool GivePass(Address address, byte zone, long until, long now)
    {
        int device = devices.DeviceOf(address);
        if (device < 0) device = MakeDevice(address, zone, now);
        if (device < 0) return false;
        if (devices[device].PassUntil == until) return true;
        devices[device].PassUntil = until;
        TellAddresses(device, now);
        return true;
    }

    // What the login says of the user; answers how many groups found no room.
    private int Describe(in LoginRequest request, int user)
    {
        ref User known = ref users[user];
        (known.IsAdministrator, known.MaxDevices, known.AtLimit) = (request.IsAdministrator, (ushort)Math.Clamp(request.MaxDevices, 0, ushort.MaxValue), request.AtLimit);
        return known.SetGroups(request.Groups);
    }

    private PoolChange Describe(PoolChangeKind kind, int device, string? user, long now) => new()
    {
        Kind = kind, Device = new(device), Mac = devices[device].Mac, Zone = devices[device].Zone, Method = devices[device].Method, User = user, When = now,
        Address = devices.FirstHost(device) is >= 0 and int host ? devices.HostOf(host).Address : default,
    };

    private LoginAnswer Refuse(in LoginRequest request, LoginOutcome outcome, RefusalCause cause, long now)
    {
        var occasion = new Occasion(request.Address, request.Zone, default, 0, 0);
        ulong mac = devices.DeviceOf(request.Address) is >= 0 and int device ? devices[device].Mac : 0;
        if (refused.Note(new RefusedNewcomer(occasion, mac, request.User, cause, now, now, 1)))
        {
            changes.Add(new PoolChange
            {
                Kind = PoolChangeKind.Refused, Mac = mac, Address = request.Address, Zone = request.Zone, User = request.User, Cause = cause, When = now,
            });
        }
        return new(outcome, DeviceId.None);
    }

    private void Look(long now)
    {
        if (_terms.Mode == PoolMode.PerUser && _gauge.Look(users.Seats, _terms.MostSeats) is { } fullness)
        {
            changes.Add(new PoolChange { Kind = PoolChangeKind.SeatsAt, Fullness = fullness, When = now });
        }
    }
}
