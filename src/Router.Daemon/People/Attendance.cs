using Router.Configuration;
using Router.Forwarding.Reading;
using Router.Licensing;
using Router.Wire;

namespace Router.Daemon.People;

/// <summary>
/// Ends logins that nobody uses any more, and those that have lasted as long as a login may. A device is in use while packets of its flows
/// pass, in either direction: what counts is the last one, whatever the flow's own time. That is read from the table of flows beside the
/// path now and then, and remembered here, as flows end; a restart forgets what had ended before it, never what is live.
/// </summary>
internal sealed class Attendance(Pool pool, LiveTables tables)
{
    private const long LeastPeriod = 1_000_000, MostPeriod = 15_000_000;

    private Dictionary<Address, long> _lastUse = []; // [S]
    private long _next;

    /// <summary>Looks at all logins, if it is time; answers those that are to end. The control thread's.</summary>
    public List<(Address Address, LogoutReason Reason)> Tick(UserSettings settings, long now)
    {
        var over = new List<(Address, LogoutReason)>();
        if (now < _next) return over;
        long idle = Microseconds(settings.LoginIdle);
        _next = now + Math.Clamp(Math.Min(idle, settings.LoginMost is { } most ? Microseconds(most) : idle) / 10, LeastPeriod, MostPeriod);
        List<DeviceView> devices = [.. pool.Devices().Where(device => device.User is not null && device.Addresses.Count > 0)];
        Look(devices);
        foreach (DeviceView device in devices)
        {
            if (settings.LoginMost is { } longest && now - device.LoginSince >= Microseconds(longest)) over.Add((device.Addresses[0], LogoutReason.TooLong));
            else if (now - LastUse(device) >= idle) over.Add((device.Addresses[0], LogoutReason.Idle));
        }
        return over;
    }

    /// <summary>When a device was last in use, as far as is known. From any thread.</summary>
    public long LastUse(DeviceView device)
    {
        Dictionary<Address, long> known = Volatile.Read(ref _lastUse);
        long last = Math.Max(device.LoginSince, device.LastLive);
        foreach (Address address in device.Addresses) last = Math.Max(last, known.GetValueOrDefault(address));
        return last;
    }

    // Addresses of those who have gone are forgotten.
    private void Look(List<DeviceView> devices)
    {
        var times = new Dictionary<Address, long>();
        foreach (Address address in devices.SelectMany(device => device.Addresses)) times[address] = _lastUse.GetValueOrDefault(address);
        tables.LastUse(times);
        Volatile.Write(ref _lastUse, times);
    }

    private static long Microseconds(TimeSpan time) => (long)time.TotalMicroseconds;
}
