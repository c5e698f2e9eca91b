using Router.Forwarding.Reading;
using Router.Wire;

namespace Router.Daemon.Portal;

/// <summary>
/// What the live flows of people's devices have carried, for the page that tells them. That is read from the whole table of flows, which takes
/// milliseconds, and everybody looks at that page after his login: so all who look within <see cref="Good"/> are told of one reading. Of a
/// device that nobody thought of then, as its user logged in since, there is another one, but no more than one in <see cref="GoodWithout"/>;
/// until then it has carried nothing. Any thread.
/// </summary>
/// <param name="tables">The table of flows.</param>
/// <param name="people">Addresses of all devices with a login.</param>
internal sealed class DeviceVolumes(LiveTables tables, Func<IEnumerable<Address>> people)
{
    /// <summary>Microseconds.</summary>
    public const long Good = 1_000_000, GoodWithout = 100_000;

    private readonly Lock _lock = new();
    private Dictionary<Address, (long In, long Out)> _sums = [];
    private long _next, _nextWithout;

    /// <summary>Octets towards some addresses of one device, and from them.</summary>
    /// <param name="addresses">The device's.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public (long In, long Out) Of(IReadOnlyList<Address> addresses, long now)
    {
        Dictionary<Address, (long In, long Out)> sums = Read(addresses, now);
        (long received, long sent) = (0, 0);
        foreach (Address address in addresses)
        {
            (long more, long moreSent) = sums.GetValueOrDefault(address);
            (received, sent) = (received + more, sent + moreSent);
        }
        return (received, sent);
    }

    // Whoever comes while it is read waits for that: he would else read it too.
    private Dictionary<Address, (long In, long Out)> Read(IReadOnlyList<Address> addresses, long now)
    {
        lock (_lock)
        {
            bool isKnown = addresses.All(_sums.ContainsKey);
            if (now < (isKnown ? _next : _nextWithout)) return _sums;
            var sums = new Dictionary<Address, (long In, long Out)>();
            foreach (Address address in people().Concat(addresses)) sums[address] = default;
            tables.SumByHost(sums);
            (_next, _nextWithout) = (now + Good, now + GoodWithout);
            return _sums = sums;
        }
    }
}
