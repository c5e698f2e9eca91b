namespace Router.Licensing.Holders;

/// <summary>
/// What ends by itself: a place whose device has had no flow for a while, a guest's pass, and an entry of which nothing is left to know.
/// A device that was only met is forgotten when the neighbour table has not had it for as long as a place may be idle. Callers hold
/// the pool's lock, a slice at a time. [A]
/// </summary>
internal sealed class Ends(Devices devices, Places places, Logins logins)
{
    /// <summary>Looks at devices from that id on, so many at the most; answers where to go on, -1 behind the last.</summary>
    public int Sweep(int from, int most, long idle, long now)
    {
        int next, id = devices.NextLive(from - 1);
        for (; id >= 0 && most > 0; most--, id = next)
        {
            next = devices.NextLive(id);
            if (devices[id].Flows == 0) Look(id, idle, now);
        }
        return id;
    }

    private void Look(int id, long idle, long now)
    {
        ref Device device = ref devices[id];
        // A time in the future is another clock's, or damage.
        (device.LastLive, device.LastMet) = (Math.Min(device.LastLive, now), Math.Min(device.LastMet, now));
        if (device.HasPlace && now - device.LastLive >= idle) places.GiveBack(id, now);
        if (device.PassUntil != 0 && device.PassUntil <= now)
        {
            device.PassUntil = 0;
            logins.TellAddresses(id, now);
        }
        if (!device.IsHolder(now) && now - Math.Max(device.LastLive, device.LastMet) >= idle) devices.Free(id);
    }
}
