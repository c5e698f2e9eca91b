using Router.Wire;

namespace Router.Licensing.Holders;

/// <summary>
/// Who has a place. A device takes one with the first flow that is granted to it, and gives it back when it has had no flow for a
/// while, or by hand. Places of reserved devices are counted always, whether the device is there or not, and so they are never
/// counted when it takes its place. When the terms change nobody loses a place; there may then be more holders than places, and the
/// next newcomer passes when enough of them have gone. Callers hold the pool's lock. [A]
/// </summary>
internal sealed class Places(Devices devices, Refused refused, ChangeRing changes)
{
    private readonly HashSet<ulong> _reservedMacs = [];
    private readonly HashSet<Address> _reservedAddresses = [];
    private PoolTerms _terms = new() { Users = 0, DevicesPerUser = 0 };
    private Gauge _gauge;
    private int _taken;

    /// <summary>Places that are kept for reserved devices.</summary>
    public int Kept { get; private set; }

    /// <summary>Places that are taken, those that are kept among them.</summary>
    public int Used => _taken + Kept;

    /// <summary>Goes by other terms: looks anew at who is reserved, and counts.</summary>
    public void SetTerms(PoolTerms terms)
    {
        _terms = terms;
        Kept = Math.Min(terms.Reserved.Count, terms.MostDevices);
        _reservedMacs.Clear();
        _reservedAddresses.Clear();
        foreach (ReservedDevice device in terms.Reserved.Take(Kept))
        {
            if (device.Mac != 0) _reservedMacs.Add(device.Mac);
            else _reservedAddresses.Add(device.Address);
        }
        _taken = 0;
        for (int id = devices.NextLive(-1); id >= 0; id = devices.NextLive(id))
        {
            ref Device device = ref devices[id];
            device.IsReserved = IsReserved(id);
            if (device is { HasPlace: true, IsReserved: false }) _taken++;
        }
    }

    /// <summary>Notes who was refused, and tells of it if it is news.</summary>
    public void NoteRefused(in Occasion occasion, int device, RefusalCause cause, long now)
    {
        ulong mac = device >= 0 ? devices[device].Mac : 0;
        if (!refused.Note(new RefusedNewcomer(occasion, mac, null, cause, now, now, 1))) return;
        changes.Add(new PoolChange { Kind = PoolChangeKind.Refused, Device = new(device), Mac = mac, Address = occasion.Host, Zone = occasion.Zone, Cause = cause, When = now });
    }

    /// <summary>Takes the present level as known to everybody.</summary>
    public void BeginGauge() => _gauge.Begin(Used, _terms.MostDevices);

    /// <summary>
    /// Gives a place to a device that has none, or to one that is not known yet.
    /// </summary>
    /// <param name="occasion">Its flow.</param>
    /// <param name="device">The device, or -1.</param>
    /// <param name="host">The entry of its address, or -1; afterwards it is there, if the answer is <see cref="RefusalCause.None"/>.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="isLive">The flow is live already, and goes on whatever the limit.</param>
    public RefusalCause Take(in Occasion occasion, int device, ref int host, long now, bool isLive = false)
    {
        if (!isLive && !Admits(device, occasion.Host)) return RefusalCause.NoPlace;
        if (device < 0)
        {
            device = devices.Make(0, occasion.Zone, now);
            if (device < 0) return RefusalCause.NoRoom;
            host = devices.Add(device, occasion.Host, now);
            if (host < 0)
            {
                devices.Free(device);
                return RefusalCause.NoRoom;
            }
            devices[device].IsReserved = _reservedAddresses.Contains(occasion.Host);
        }
        ref Device taker = ref devices[device];
        (taker.FirstHost, taker.FirstFar, taker.FirstPort, taker.FirstProtocol) = (occasion.Host, occasion.Far, occasion.Port, occasion.Protocol);
        Begin(device, now);
        refused.Forget(occasion.Host, RefusalCause.NoPlace);
        changes.Add(new PoolChange { Kind = PoolChangeKind.PlaceTaken, Device = new(device), Mac = taker.Mac, Address = occasion.Host, Zone = occasion.Zone, When = now });
        Look(now);
        return RefusalCause.None;
    }

    /// <summary>Whether there is a place for a device that has none.</summary>
    /// <param name="device">The device, or -1.</param>
    /// <param name="host">Its address.</param>
    public bool Admits(int device, Address host) =>
        Used < _terms.MostDevices || (device >= 0 ? devices[device].IsReserved : _reservedAddresses.Contains(host));

    /// <summary>Takes the place of a device away, if it has one.</summary>
    public void GiveBack(int device, long now, bool byHand = false)
    {
        ref Device giver = ref devices[device];
        if (!giver.HasPlace) return;
        changes.Add(new PoolChange
        {
            Kind = PoolChangeKind.PlaceFreed, Device = new(device), Mac = giver.Mac, Address = giver.FirstHost, Zone = giver.Zone, ByHand = byHand, When = now, Since = giver.PlaceSince,
        });
        giver.PlaceSince = 0;
        if (!giver.IsReserved) _taken--;
        Look(now);
    }

    /// <summary>One device has become another one: its place goes along, or is free if that one has a place too.</summary>
    public void Unite(int from, int into, long now)
    {
        ref Device old = ref devices[from];
        ref Device one = ref devices[into];
        if (!old.HasPlace) return;
        if (!one.HasPlace)
        {
            (one.FirstHost, one.FirstFar, one.FirstPort, one.FirstProtocol) = (old.FirstHost, old.FirstFar, old.FirstPort, old.FirstProtocol);
            Begin(into, old.PlaceSince);
        }
        GiveBack(from, now);
    }

    /// <summary>A device's MAC is known now, or its address: it may be one for which a place is kept.</summary>
    public void Recognise(int device)
    {
        ref Device known = ref devices[device];
        bool isReserved = IsReserved(device);
        if (known.IsReserved == isReserved) return;
        known.IsReserved = isReserved;
        if (known.HasPlace) _taken += isReserved ? -1 : 1;
    }

    private void Begin(int device, long since)
    {
        ref Device taker = ref devices[device];
        taker.PlaceSince = Math.Max(since, 1);
        if (!taker.IsReserved) _taken++;
    }

    private bool IsReserved(int device)
    {
        if (_reservedMacs.Contains(devices[device].Mac)) return true;
        if (_reservedAddresses.Count == 0) return false;
        for (int host = devices.FirstHost(device); host >= 0; host = devices.NextHost(host))
        {
            if (_reservedAddresses.Contains(devices.HostOf(host).Address)) return true;
        }
        return false;
    }

    private void Look(long now)
    {
        if (_gauge.Look(Used, _terms.MostDevices) is { } fullness)
        {
            changes.Add(new PoolChange { Kind = PoolChangeKind.DevicesAt, Fullness = fullness, When = now });
        }
    }
}
