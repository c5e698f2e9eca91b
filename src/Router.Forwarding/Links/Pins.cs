using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>
/// Which host is held to which link (product.md 1, "Pin"), for all that it does or for one site. A host is pinned by its first
/// flow; the pin lives while it has flows, and for a while (Policy.PinIdle) after the last one ended. It changes its link only by
/// <see cref="Move"/>, and says why. A full table is an answer: the host then goes unpinned, each flow placed by itself, and
/// <see cref="Refused"/> counts it.
///
/// A host has one pin for all destinations, but may call at any number of sites. So that one which scans the Internet takes no
/// other's pin, a quarter of the table is for hosts only: sites have <see cref="MostSites"/>.
///
/// The pins are in a table that outlives the process; the index by address is built anew by each. Flows are counted by those who
/// live: the counts start at zero after a restart, and whoever takes the flows over holds their pins again, before the first Sweep.
///
/// Expiry: a pin without flows has its last use, in coarse time, in the scan; a pin with flows is not in it. Since the scan keeps
/// the last use and not the deadline, another idle time after a reload holds at once. One thread. [A]
///
/// Memory: 64 octets a pin in the file; 4 for its free place, 4 in the scan and 16 to 32 in the index, in the process.
/// </summary>
internal sealed class Pins : IDisposable
{
    /// <summary>The scan's unit, as a shift: 2^20 microseconds, about a second. It wraps after 142 years of uptime.</summary>
    private const int CoarseShift = 20;

    private const int MostDue = 256;

    private readonly MappedTable<Pin> _table;
    private readonly HashIndex _index;
    private readonly DeadlineScan _idle;
    private readonly HashKey _key = HashKey.Create();
    private int _sites;

    /// <param name="table">Its entries are taken over, and it is disposed of with this.</param>
    public Pins(MappedTable<Pin> table)
    {
        _table = table;
        _index = new HashIndex(table.Capacity);
        _idle = new DeadlineScan(table.Capacity);
        for (int id = table.NextLive(-1); id >= 0; id = table.NextLive(id)) Adopt(id);
    }

    public int Capacity => _table.Capacity;

    public int Count => _table.Count;

    /// <summary>How many pins may be for sites.</summary>
    public int MostSites => Capacity - Capacity / 4;

    /// <summary>Whether a host may have another pin for a site.</summary>
    public bool HasRoomForSite => _sites < MostSites && Count < Capacity;

    /// <summary>How often a host went unpinned because the table was full.</summary>
    public long Refused { get; private set; }

    /// <summary>A live pin.</summary>
    public ref readonly Pin this[int id] => ref _table[id];

    /// <summary>The first pin with a greater id (begin with -1), or -1.</summary>
    public int NextLive(int after) => _table.NextLive(after);

    /// <summary>The table's checksum covers the host only; of the rest, only what could do harm is looked at.</summary>
    private void Adopt(int id)
    {
        ref Pin pin = ref _table[id];
        if (pin.Link.Value >= PortId.Most || Find(pin.Host, pin.Site) >= 0)
        {
            _table.Free(id);
            return;
        }
        pin.Flows = 0;
        if (!pin.Site.IsAny) _sites++;
        _index.Add(HashOf(pin.Host, pin.Site), id);
        // As old as can be: the first pass looks at its true last use.
        _idle.Set(id, 0);
    }

    /// <summary>The host's pin for just that site, or for all destinations; -1 if it has none.</summary>
    public int Find(Address host, Site site)
    {
        for (int id = _index.First(HashOf(host, site), out Cursor cursor); id >= 0; id = _index.Next(ref cursor))
        {
            if (_table[id].Host == host && _table[id].Site == site) return id;
        }
        return -1;
    }

    /// <summary>Whether a live pin is this host's, as another table says.</summary>
    public bool IsOf(int id, Address host) => _table.IsLive(id) && _table[id].Host == host;

    /// <summary>Pins a host that has no such pin; -1 when the table is full.</summary>
    public int Place(Address host, Site site, PortId link, PinReason reason, long now)
    {
        if ((!site.IsAny && !HasRoomForSite) || !_table.TryTake(out int id))
        {
            Refused++;
            return -1;
        }
        ref Pin pin = ref _table[id];
        (pin.Host, pin.Site, pin.Link, pin.Reason) = (host, site, link, reason);
        pin.Placed = pin.Since = pin.LastUse = now;
        _table.Commit(id);
        if (!site.IsAny) _sites++;
        _index.Add(HashOf(host, site), id);
        _idle.Set(id, Coarse(now));
        return id;
    }

    /// <summary>One more live flow.</summary>
    public void Hold(int id)
    {
        if (_table[id].Flows++ == 0) _idle.Clear(id);
    }

    /// <summary>One live flow less.</summary>
    public void Release(int id, long now)
    {
        ref Pin pin = ref _table[id];
        if (pin.Flows == 0) throw new InvalidOperationException($"the pin of {pin.Host} has no flow to release");
        pin.LastUse = now;
        if (--pin.Flows == 0) _idle.Set(id, Coarse(now));
    }

    /// <summary>Puts a pin on another link. A dying process may leave the old reason beside the new link, and no worse.</summary>
    public void Move(int id, PortId link, PinReason reason, long now)
    {
        ref Pin pin = ref _table[id];
        (pin.Before, pin.Link, pin.Reason, pin.Since) = (pin.Link, link, reason, now);
        if (pin.Moves < byte.MaxValue) pin.Moves++;
    }

    /// <summary>Looks at the next pins and ends those that have had no flow for the idle time.</summary>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="slice">How many to look at.</param>
    /// <param name="pinIdle">Microseconds.</param>
    /// <returns>How many ended.</returns>
    public int Sweep(long now, int slice, long pinIdle)
    {
        if (now < pinIdle) return 0;
        Span<int> due = stackalloc int[MostDue];
        int ended = 0;
        foreach (int id in due[.._idle.Due(Coarse(now - pinIdle), slice, due)])
        {
            ref Pin pin = ref _table[id];
            // A last use in the future is another clock's, or damage.
            if (pin.LastUse > now) pin.LastUse = now;
            if (pin.LastUse > now - pinIdle)
            {
                _idle.Set(id, Coarse(pin.LastUse));
                continue;
            }
            _idle.Clear(id);
            if (!pin.Site.IsAny) _sites--;
            _index.Remove(HashOf(pin.Host, pin.Site), id);
            _table.Free(id);
            ended++;
        }
        return ended;
    }

    public void Dispose()
    {
        _index.Dispose();
        _table.Dispose();
    }

    private static uint Coarse(long time) => (uint)(time >> CoarseShift);

    private ulong HashOf(Address host, Site site) => SipHash.Hash(_key, host.High, host.Low, site.Word);
}
