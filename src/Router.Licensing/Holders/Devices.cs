using Router.Tables;
using Router.Wire;

namespace Router.Licensing.Holders;

/// <summary>
/// The devices and their addresses: who is which. A device is found by any of its addresses, or by its MAC. A device without a MAC has
/// one address; one with a MAC has up to <see cref="MostAddresses"/>, and with one more it forgets the one that was silent longest.
/// An address belongs to one device at a time, and may pass to another one (<see cref="Give"/>), with its flows.
///
/// The entries are in two tables that outlive the process; indexes and the lists of addresses are built anew by each. What a writer
/// left who died half-way is put right then: addresses of devices that are gone are freed, and so are devices that nothing leads to.
///
/// Nothing here decides; that is the pool's, whose lock the callers hold. [A]
/// </summary>
internal sealed class Devices : IDisposable
{
    /// <summary>Enough for IPv4, and for the temporary addresses of a week (RFC 8981 3.8) in three prefixes.</summary>
    public const int MostAddresses = 32;

    private readonly MappedTable<Device> _devices;
    private readonly MappedTable<Host> _hosts;
    private readonly HashIndex _byAddress, _byMac;
    private readonly HashKey _key = HashKey.Create();

    // Lists of addresses, as ids plus one, 0 for the end: the first by device, the next by host.
    private readonly int[] _first, _next;
    private readonly byte[] _count;

    public Devices(MappedTable<Device> devices, MappedTable<Host> hosts)
    {
        (_devices, _hosts) = (devices, hosts);
        (_byAddress, _byMac) = (new HashIndex(hosts.Capacity), new HashIndex(devices.Capacity));
        (_first, _next, _count) = (new int[devices.Capacity], new int[hosts.Capacity], new byte[devices.Capacity]);
        for (int id = devices.NextLive(-1); id >= 0; id = devices.NextLive(id)) AdoptDevice(id);
        for (int id = hosts.NextLive(-1); id >= 0; id = hosts.NextLive(id)) AdoptHost(id);
        for (int id = devices.NextLive(-1); id >= 0; id = devices.NextLive(id))
        {
            if (_devices[id].Mac == 0 && _count[id] == 0) _devices.Free(id);
        }
    }

    public MappedTable<Device> Table => _devices;

    public int Capacity => _devices.Capacity;

    public int Count => _devices.Count;

    public ref Device this[int device] => ref _devices[device];

    public ref Host HostOf(int host) => ref _hosts[host];

    /// <summary>The first device with a greater id (begin with -1), or -1.</summary>
    public int NextLive(int after) => _devices.NextLive(after);

    /// <summary>The entry of an address, or -1.</summary>
    public int Find(Address address)
    {
        for (int id = _byAddress.First(HashOf(address), out Cursor cursor); id >= 0; id = _byAddress.Next(ref cursor))
        {
            if (_hosts[id].Address == address) return id;
        }
        return -1;
    }

    /// <summary>The device with that MAC, or -1.</summary>
    public int FindMac(ulong mac)
    {
        if (mac == 0) return -1;
        for (int id = _byMac.First(HashOf(mac), out Cursor cursor); id >= 0; id = _byMac.Next(ref cursor))
        {
            if (_devices[id].Mac == mac) return id;
        }
        return -1;
    }

    /// <summary>Whose an address is.</summary>
    public int OwnerOf(int host) => _hosts[host].Device.In(_devices);

    /// <summary>The device that an address leads to, or -1.</summary>
    public int DeviceOf(Address address) => Find(address) is >= 0 and int host ? OwnerOf(host) : -1;

    /// <summary>The first address of a device, or -1; and the one after.</summary>
    public int FirstHost(int device) => _first[device] - 1;

    public int NextHost(int host) => _next[host] - 1;

    public List<Address> AddressesOf(int device)
    {
        var addresses = new List<Address>(_count[device]);
        for (int host = FirstHost(device); host >= 0; host = NextHost(host)) addresses.Add(_hosts[host].Address);
        addresses.Sort();
        return addresses;
    }

    /// <summary>A new device, which has no address yet; -1 if there is no room.</summary>
    public int Make(ulong mac, byte zone, long now)
    {
        if (!_devices.TryTake(out int id)) return -1;
        ref Device device = ref _devices[id];
        (device.Born, device.Mac, device.Zone, device.LastLive) = (now, mac, zone, now);
        _devices.Commit(id);
        (_first[id], _count[id]) = (0, 0);
        if (mac != 0) _byMac.Add(HashOf(mac), id);
        return id;
    }

    /// <summary>Gives a device an address that nobody has; -1 if there is no room for it.</summary>
    public int Add(int device, Address address, long now)
    {
        if (!HasRoom(device) || !_hosts.TryTake(out int id)) return -1;
        ref Host host = ref _hosts[id];
        (host.Address, host.Device, host.LastLive) = (address, EntryRef.To(_devices, device), now);
        _hosts.Commit(id);
        _byAddress.Add(HashOf(address), id);
        Link(device, id);
        return id;
    }

    /// <summary>Takes an address from its device and gives it to another one, with its flows. False if that one has no room.</summary>
    public bool Give(int host, int device)
    {
        int before = OwnerOf(host);
        if (before == device) return true;
        if (!HasRoom(device)) return false;
        Unlink(before, host);
        ref Host given = ref _hosts[host];
        given.Device = EntryRef.To(_devices, device);
        Link(device, host);
        _devices[before].Flows -= given.Flows;
        _devices[device].Flows += given.Flows;
        return true;
    }

    /// <summary>One more live flow of an address; answers whose it is.</summary>
    public int Hold(int host, long now)
    {
        ref Host held = ref _hosts[host];
        int id = OwnerOf(host);
        ref Device device = ref _devices[id];
        held.Flows++;
        device.Flows++;
        (held.LastLive, device.LastLive) = (Math.Max(held.LastLive, now), Math.Max(device.LastLive, now));
        return id;
    }

    /// <summary>One live flow less; answers whose it was.</summary>
    public int LetGo(int host, long now)
    {
        ref Host left = ref _hosts[host];
        int id = OwnerOf(host);
        ref Device device = ref _devices[id];
        left.Flows--;
        device.Flows--;
        (left.LastLive, device.LastLive) = (now, now);
        return id;
    }

    /// <summary>The MAC of a device that had none, and that no other device has.</summary>
    public void Identify(int device, ulong mac)
    {
        _devices[device].Mac = mac;
        _byMac.Add(HashOf(mac), device);
    }

    /// <summary>Ends a device and its addresses, none of which has a flow.</summary>
    public void Free(int device)
    {
        while (FirstHost(device) is >= 0 and int host) Remove(device, host);
        if (_devices[device].Mac is not 0 and ulong mac) _byMac.Remove(HashOf(mac), device);
        _devices.Free(device);
    }

    public void Dispose()
    {
        _byAddress.Dispose();
        _byMac.Dispose();
        _hosts.Dispose();
        _devices.Dispose();
    }

    private void AdoptDevice(int id)
    {
        ref Device device = ref _devices[id];
        (device.Flows, device.IsReserved) = (0, false);
        if (device.Mac == 0) return;
        if (FindMac(device.Mac) < 0) _byMac.Add(HashOf(device.Mac), id);
        else _devices.Free(id);
    }

    private void AdoptHost(int id)
    {
        ref Host host = ref _hosts[id];
        host.Flows = 0;
        int device = OwnerOf(id);
        if (device < 0 || Find(host.Address) >= 0 || _count[device] == MostAddresses)
        {
            _hosts.Free(id);
            return;
        }
        _byAddress.Add(HashOf(host.Address), id);
        Link(device, id);
    }

    // Makes room for one more address, if the device has one without a flow.
    private bool HasRoom(int device)
    {
        if (_count[device] < MostAddresses) return true;
        int silent = -1;
        for (int host = FirstHost(device); host >= 0; host = NextHost(host))
        {
            if (_hosts[host].Flows == 0 && (silent < 0 || _hosts[host].LastLive < _hosts[silent].LastLive)) silent = host;
        }
        if (silent < 0) return false;
        Remove(device, silent);
        return true;
    }

    private void Remove(int device, int host)
    {
        Unlink(device, host);
        _byAddress.Remove(HashOf(_hosts[host].Address), host);
        _hosts.Free(host);
    }

    private void Link(int device, int host)
    {
        (_next[host], _first[device]) = (_first[device], host + 1);
        _count[device]++;
    }

    private void Unlink(int device, int host)
    {
        ref int at = ref _first[device];
        while (at - 1 != host) at = ref _next[at - 1];
        at = _next[host];
        _count[device]--;
    }

    private ulong HashOf(Address address) => SipHash.Hash(_key, address.High, address.Low);

    private ulong HashOf(ulong mac) => SipHash.Hash(_key, mac, ulong.MaxValue, 0);
}
