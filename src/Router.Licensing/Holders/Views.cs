namespace Router.Licensing.Holders;

/// <summary>Holders as they are, for whoever reads the pool: copies, made while the caller holds the pool's lock.</summary>
internal sealed class Views(Devices devices, Users users)
{
    /// <summary>Adds devices from that id on, so many at the most; answers where to go on, -1 behind the last.</summary>
    public int Read(int from, int most, PoolTerms _, List<DeviceView> into)
    {
        int id = devices.NextLive(from - 1);
        for (; id >= 0 && most > 0; most--, id = devices.NextLive(id)) into.Add(Device(id));
        return id;
    }

    /// <summary>The same for users.</summary>
    public int Read(int from, int most, PoolTerms terms, List<UserView> into)
    {
        int id = users.NextLive(from - 1);
        for (; id >= 0 && most > 0; most--, id = users.NextLive(id)) into.Add(User(id, terms));
        return id;
    }

    public DeviceView Device(int id)
    {
        ref Device device = ref devices[id];
        int user = users.On(id);
        return new DeviceView
        {
            Id = new(id), Mac = device.Mac, Addresses = devices.AddressesOf(id), Zone = device.Zone, PlaceSince = device.PlaceSince,
            First = new(device.FirstHost, device.Zone, device.FirstFar, device.FirstPort, device.FirstProtocol),
            Flows = device.Flows, LastLive = device.LastLive, LastMet = device.LastMet, IsReserved = device.IsReserved,
            User = user >= 0 ? users.NameOf(user) : null, LoginSince = device.LoginSince, Method = device.Method, PassUntil = device.PassUntil,
            Ended = device.Ended,
        };
    }

    public UserView User(int id, PoolTerms terms)
    {
        ref User user = ref users[id];
        (int all, int counted) = users.DevicesOf(id, terms);
        return new(users.NameOf(id), user.Groups, user.IsAdministrator, user.MaxDevices, user.AtLimit, user.Since, all, counted, users.SeatsOf(id));
    }

    /// <summary>The devices of a user, the one of the latest login first.</summary>
    public List<DeviceView> DevicesOf(int user)
    {
        var views = new List<DeviceView>();
        for (int device = users.FirstDevice(user); device >= 0; device = users.NextDevice(device)) views.Add(Device(device));
        views.Sort(static (a, b) => b.LoginSince.CompareTo(a.LoginSince));
        return views;
    }
}
