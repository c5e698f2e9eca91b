using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Licensing;
using Router.Wire;

namespace Router.Daemon.People;

/// <summary>
/// All that has to do with people, as one for the control thread: the desk where logins are asked for, the keeper of the door, who watches
/// the time, and the usher who leads to the path. In each round what ends by itself is ended first, and the path hears of all of it then.
/// </summary>
internal sealed class PeopleOffice
{
    private readonly Doorkeeper _doorkeeper;
    private readonly Usher _usher;

    public PeopleOffice(Pool pool, Settings settings, PortRegistry ports, Worker worker, LiveTables tables, Journal journal)
    {
        Desk = new FrontDesk(pool, settings, ports, () => worker.Plan, journal);
        Attendance = new Attendance(pool, tables);
        _doorkeeper = new Doorkeeper(Desk, Attendance, journal);
        _usher = new Usher(Desk.Seating, worker, tables);
        Reports = new PeopleReports(Desk, Attendance, ports);
    }

    public FrontDesk Desk { get; }

    public Attendance Attendance { get; }

    public PeopleReports Reports { get; }

    /// <summary>Puts those who were logged in before into the first plan, on the thread that starts the daemon.</summary>
    public void Start(long now) => _usher.Tick(now);

    /// <summary>Takes up other settings and news of the kernel, looks at the time, and brings to the path who is where.</summary>
    public void Tick(Settings settings, KernelView view, long now)
    {
        _doorkeeper.Tick(settings, view, now);
        _usher.Tick(now);
    }

    /// <summary>The path has refused somebody who is not logged in.</summary>
    public void Knock(Address address) => _doorkeeper.Knock(address);

    /// <summary>Something happened in the pool.</summary>
    public void Note(PoolChange change) => _usher.Note(change);

    /// <summary>More happened in the pool than could be told.</summary>
    public void NoteAll() => Desk.Seating.MarkAll();
}
