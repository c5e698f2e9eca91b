using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Licensing;
using Router.Licensing.Files;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Licensing;

/// <summary>
/// The control part of the licence: has the pool go by the licence and the configuration in force, meet the neighbours, and free what
/// is idle; and takes what happened in it to the journal and to whoever else follows it (<see cref="Changed"/>). Its `Tick` is part of
/// the control thread's; the pool itself is everybody's.
/// </summary>
internal sealed class LicenceOffice : IDisposable
{
    private const long TickEvery = 1_000_000;

    private readonly PortRegistry _ports;
    private readonly PoolTables _tables;
    private readonly PoolJournal _words;
    private readonly PoolChange[] _changes = new PoolChange[512];
    private readonly Action<int, Address> _resolve;
    private Settings _settings;
    private KernelView _view = KernelView.Empty;
    private long _next;

    /// <param name="tables">Who held something before; disposed of with this.</param>
    /// <param name="shelf">The licence; disposed of with this.</param>
    /// <param name="settings">What it goes by until the first Tick.</param>
    /// <param name="ports">Numbers of zones.</param>
    /// <param name="journal">Told of what happens.</param>
    /// <param name="resolve">Has the kernel find out the MAC of an address on an interface.</param>
    public LicenceOffice(PoolTables tables, LicenceShelf shelf, Settings settings, PortRegistry ports, Journal journal, Action<int, Address> resolve)
    {
        (_tables, _ports, _settings, _resolve, Shelf) = (tables, ports, settings, resolve, shelf);
        Neighbours = new Neighbourhood(ports);
        shelf.Look(settings.License, Monotonic.Microseconds());
        Pool = new Pool(tables, Terms(settings), Neighbours.MacOf, Neighbours.AskMacOf);
        _words = new PoolJournal(Pool, ports, journal);
    }

    public Pool Pool { get; }

    public LicenceShelf Shelf { get; }

    public Neighbourhood Neighbours { get; }

    /// <summary>What became of the tables of the process before, for the journal.</summary>
    public IEnumerable<string> Origins => _tables.Origins;

    /// <summary>Called on the control thread with each thing that happened in the pool.</summary>
    public event Action<PoolChange>? Changed;

    /// <summary>Called on the control thread when more happened than could be kept: whoever follows reads the pool itself.</summary>
    public event Action? Missed;

    /// <summary>Takes up other settings and news of the kernel at once, and each second looks at the time.</summary>
    /// <returns>Whether live flows are to be looked at again, as the licence has ended or goes on.</returns>
    public bool Tick(Settings settings, KernelView view, long now)
    {
        bool isLoaded = !ReferenceEquals(settings, _settings), isNews = isLoaded || !ReferenceEquals(view, _view);
        (_settings, _view) = (settings, view);
        bool wasEnded = Pool.Terms.IsEnded;
        if (isLoaded ? Shelf.Look(settings.License, now) | true : Shelf.Tick(settings.License, now)) Pool.SetTerms(Terms(settings));
        bool isDue = now >= _next;
        if (isDue)
        {
            _next = now + TickEvery;
            Pool.Tick(now);
        }
        if (isDue || isNews) Neighbours.Follow(Pool, settings, view, now);
        Tell();
        return wasEnded != Pool.Terms.IsEnded;
    }

    public void Dispose()
    {
        Pool.Dispose();
        Neighbours.Dispose();
        Shelf.Dispose();
    }

    private PoolTerms Terms(Settings settings)
    {
        ulong licensed = 0;
        foreach (ZoneSettings zone in settings.Zones.Where(zone => zone.Licensed)) licensed |= _ports.Claim(zone.Name).Bit;
        var terms = new PoolTerms
        {
            Users = Licence.Base.Users, DevicesPerUser = Licence.Base.DevicesPerUser, Mode = settings.License.Mode, LicensedZones = licensed, Reserved = settings.License.Reserved,
            DeviceIdle = settings.License.DeviceIdle.Ticks / TimeSpan.TicksPerMicrosecond,
        };
        return Shelf.Standing.Apply(terms);
    }

    private void Tell()
    {
        int count, lost;
        do
        {
            count = Pool.TakeChanges(_changes, out lost);
            foreach (ref readonly PoolChange change in _changes.AsSpan(0, count))
            {
                _words.Write(change);
                Identify(change);
                Changed?.Invoke(change);
            }
            if (lost > 0) Missed?.Invoke();
        }
        while (count == _changes.Length);
    }

    // Whoever has no MAC yet, in a zone where it should have one, may be a machine that is known by another address.
    private void Identify(in PoolChange change)
    {
        if (change.Mac != 0 || change.Kind is not (PoolChangeKind.PlaceTaken or PoolChangeKind.Refused or PoolChangeKind.LoggedIn)) return;
        if (Neighbours.MacOf(change.Address, change.Zone) is not 0 and ulong mac) Pool.Meet(change.Address, mac, change.Zone, change.When);
        else if (Neighbours.InterfaceOf(change.Address, change.Zone) is > 0 and int index) _resolve(index, change.Address);
    }
}
