using Router.Wire;

namespace Router.Licensing.Holders;

/// <summary>
/// What the kernel's neighbour table says: which MAC an address has now. It makes one device of two.
///
///     the address          the MAC              what is done
///     nobody's             nobody's             a device without a place, so that it is known when it asks for one
///     nobody's             a device's           the device has one more address
///     a device without MAC nobody's             the device has that MAC
///     a device without MAC a device's           the two are one: addresses, flows, place, login and pass go along
///     a device's           the same             nothing
///     a device's           another's, nobody's  the address passes to the other device; place and login stay with the first
///
/// The last line is what keeps a login from whoever takes over an address. Who takes over the MAC as well cannot be told apart on
/// plain Ethernet. Callers hold the pool's lock. [A]
/// </summary>
internal sealed class Sightings(Devices devices, Places places, Logins logins, Func<Address, byte, ulong>? neighbours, Func<Address, byte, long, ulong>? inquiry)
{
    /// <summary>Notes it; answers whether two devices turned out to be one.</summary>
    public bool Meet(Address address, ulong mac, byte zone, long now)
    {
        if (mac == 0 || IsGroup(mac) || address.IsUnspecified || address.IsMulticast || address.IsLinkLocal) return false;
        int host = devices.Find(address), known = devices.FindMac(mac);
        int owner = host >= 0 ? devices.OwnerOf(host) : -1;
        bool isUnited = false;
        if (owner < 0) known = Introduce(address, known, mac, zone, now);
        else if (devices[owner].Mac == mac) known = owner;
        else if (devices[owner].Mac == 0 && known < 0) known = Identify(owner, mac, now);
        else if (devices[owner].Mac == 0) isUnited = Unite(owner, known, now);
        else known = PassOn(host, owner, known, mac, zone, now);
        if (known < 0) return false;
        devices[known].LastMet = now;
        See(known, zone, now);
        return isUnited;
    }

    /// <summary>The entry of an address, which the neighbour table may know if nobody has met it; or -1.</summary>
    public int Find(Address address, byte zone, long now)
    {
        int host = devices.Find(address);
        if (host >= 0 || neighbours?.Invoke(address, zone) is not (> 0 and ulong mac)) return host;
        Meet(address, mac, zone, now);
        return devices.Find(address);
    }

    /// <summary>Has the kernel asked whose address that is, of somebody without a MAC who would be refused; answers whether it is known now.</summary>
    public bool Inquire(Address address, byte zone, long now)
    {
        if (inquiry?.Invoke(address, zone, now) is not (> 0 and ulong mac)) return false;
        Meet(address, mac, zone, now);
        return true;
    }

    /// <summary>A device was seen in a zone. With a login it may count otherwise than before.</summary>
    public void See(int device, byte zone, long now)
    {
        if (devices[device].Zone == zone) return;
        devices[device].Zone = zone;
        logins.Recount(device, now);
    }

    // The I/G bit (IEEE 802): many stations, not one.
    private static bool IsGroup(ulong mac) => (mac >> 40 & 1) != 0;

    // A quarter of the table is left to those who ask for a place.
    private int Introduce(Address address, int known, ulong mac, byte zone, long now)
    {
        if (known < 0 && devices.Count < devices.Capacity - devices.Capacity / 4) known = devices.Make(mac, zone, now);
        if (known < 0) return -1;
        int host = devices.Add(known, address, now);
        places.Recognise(known);
        if (host >= 0 && !devices[known].User.IsNone) logins.TellAddress(host, now);
        return known;
    }

    private int Identify(int device, ulong mac, long now)
    {
        devices.Identify(device, mac);
        places.Recognise(device);
        logins.Recount(device, now);
        return device;
    }

    private bool Unite(int from, int into, long now)
    {
        for (int host = devices.FirstHost(from); host >= 0; host = devices.FirstHost(from))
        {
            // Full of live addresses: this one stays a device of its own.
            if (!devices.Give(host, into)) return false;
            if (!devices[into].User.IsNone) logins.TellAddress(host, now);
        }
        places.Recognise(into);
        places.Unite(from, into, now);
        logins.Unite(from, into, now);
        ref Device one = ref devices[into];
        one.LastLive = Math.Max(one.LastLive, devices[from].LastLive);
        one.PassUntil = Math.Max(one.PassUntil, devices[from].PassUntil);
        devices.Free(from);
        return true;
    }

    private int PassOn(int host, int owner, int known, ulong mac, byte zone, long now)
    {
        if (known < 0) known = devices.Make(mac, zone, now);
        if (known < 0 || !devices.Give(host, known)) return -1;
        places.Recognise(owner);
        places.Recognise(known);
        if (!devices[owner].User.IsNone || !devices[known].User.IsNone) logins.TellAddress(host, now);
        return known;
    }
}
