using System.Globalization;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Configuration;
using Router.Daemon.Control;
using Router.Daemon.Health;
using Router.Daemon.Steering;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Ports;

namespace Router.Daemon.Drills;

/// <summary>
/// Rehearses the failure of a link on a live box: what passes the link's port is lost or delayed (<see cref="DrilledPort"/>), and all
/// else takes its course. Watches what comes of it.
///
///     state       ends when                                        next
///     Idle        <see cref="Begin"/>                              Running
///     Running     its time is over, <see cref="Stop"/>             Returning
///     Returning   the link is well again, or <see cref="Patience"/> is over   Idle
///
/// One at a time. It ends at its time whatever else happens: the port goes by the clock itself; this thread takes it away; it is in no
/// file, so another process knows nothing of it. Who began it need not stay.
/// </summary>
internal sealed class Drill(Helm helm, Worker worker, PortRegistry ports, LiveTables tables, Journal journal) : IDisposable
{
    private enum Phase { Idle, Running, Returning }

    /// <summary>How often it looks, milliseconds. The times it tells are the verdicts' own, and more exact.</summary>
    private const int Look = 50;

    /// <summary>How long a return is waited for, microseconds: the longest hold, and a while.</summary>
    private const long Patience = 900_000_000;

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _leave = new();
    private Thread? _thread;
    private DrillTally? _tally;
    private Phase _phase;
    private string _endedBy = "";

    /// <summary>Begins a drill.</summary>
    /// <exception cref="RefusedRequest">There is nothing to rehearse, or one is on.</exception>
    public DrillReport Begin(DrillQuery query)
    {
        lock (_gate)
        {
            if (_phase == Phase.Running) throw Refused($"a drill is on, of {_tally!.Link}: end it with `routerctl drill stop`.");
            LinkSettings? link = helm.Settings.Links.FirstOrDefault(l => l.Name == query.Link)
                ?? throw Refused($"there is no link '{query.Link}'; there are {string.Join(", ", helm.Settings.Links.Select(l => l.Name))}.");
            if (query is { Loss: 0, DelayMilliseconds: 0, Down: false }) throw Refused("nothing is to be rehearsed: say loss, delay or down.");
            PortId id = ports.Claim(link.Name);
            LinkVerdict verdict = VerdictOf(id);
            if (!verdict.Usable) throw Refused($"link {link.Name} is {Word(verdict.Health)} as it is: {verdict.Cause}.");
            long now = Monotonic.Microseconds(), ends = now + query.Seconds * 1_000_000L;
            var plan = DrillPlan.OfRoundTrips(query.Down ? 1 : query.Loss / 100.0, query.Down ? 0 : query.DelayMilliseconds * 1000L, ends);
            DrilledPort port = worker.Ask(w => w.BeginDrill(id, plan)).GetAwaiter().GetResult() ?? throw Refused($"link {link.Name} has no socket now.");
            _tally = new DrillTally(id, link.Name, Words(query), now, ends, port, worker, tables, verdict);
            (_phase, _endedBy) = (Phase.Running, "");
            journal.Write(Catalog.Drill, Priority.Warning, $"link {link.Name}: a drill begins: {_tally.What}, until {DateTimeOffset.Now.AddSeconds(query.Seconds):HH:mm:ss}", ("LINK", link.Name));
            // The thread of the drill before, if it still waits for a return, sees that it is not its own any more.
            DrillTally mine = _tally;
            _thread = new Thread(() => Run(mine)) { Name = "drill", IsBackground = true };
            _thread.Start();
            return Report();
        }
    }

    /// <summary>Ends the drill that is on; null if none is.</summary>
    public DrillReport? Stop()
    {
        lock (_gate)
        {
            if (_phase != Phase.Running) return null;
            _endedBy = "on request";
            Conclude(Monotonic.Microseconds());
            return Report();
        }
    }

    public DrillReport? Last()
    {
        lock (_gate) return _tally is null ? null : Report();
    }

    /// <summary>What is done to a link now, and until when; null if nothing.</summary>
    public string? WordsOf(string link)
    {
        lock (_gate) return _phase == Phase.Running && _tally!.Link == link ? $"{_tally.What}, until {WallClock(_tally.Ends):HH:mm:ss}" : null;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_phase == Phase.Running) Conclude(Monotonic.Microseconds());
            _phase = Phase.Idle;
        }
        _leave.Set();
        _thread?.Join();
        _leave.Dispose();
    }

    private void Run(DrillTally mine)
    {
        do
        {
            lock (_gate)
            {
                if (_phase == Phase.Idle || _tally != mine) return;
                long now = Monotonic.Microseconds();
                LinkVerdict verdict = VerdictOf(mine.Id);
                if (mine.Observe(verdict)) journal.Write(Catalog.Drill, Priority.Notice, string.Create(CultureInfo.InvariantCulture, $"link {mine.Link}: the drill was noticed after {mine.DetectedSeconds:0.0} s: {verdict.Cause}"), ("LINK", mine.Link));
                if (_phase == Phase.Running && now >= mine.Ends) Conclude(mine.Ends);
                if (_phase == Phase.Returning && (mine.IsBack(verdict) || now - mine.Ends > Patience)) Finish();
            }
        }
        while (!_leave.Wait(Look));
    }

    // Under the lock: the link is as it was, and its return is watched.
    private void Conclude(long now)
    {
        _phase = Phase.Returning;
        _tally!.End(now);
        try
        {
            worker.Ask(static w =>
            {
                w.EndDrill();
                return true;
            }).GetAwaiter().GetResult();
        }
        catch (WorkerEndedException)
        {
            // Then nothing passes anyway, drilled or not.
        }
        DrillReport report = Report();
        journal.Write(Catalog.Drill, Priority.Notice, string.Create(CultureInfo.InvariantCulture,
            $"link {report.Link}: the drill is over{(_endedBy.Length > 0 ? $" {_endedBy}" : "")}: {report.Moved} flows moved, {report.Reset} reset, {report.Lost} lost; {report.PacketsLost} packets lost, {report.PacketsDelayed} delayed"),
            ("LINK", report.Link));
    }

    private void Finish()
    {
        _phase = Phase.Idle;
        if (_tally!.ReturnedSeconds is { } seconds and > 0)
        {
            journal.Write(Catalog.Drill, Priority.Notice, string.Create(CultureInfo.InvariantCulture, $"link {_tally.Link}: it was well again {seconds:0.0} s after the drill"), ("LINK", _tally.Link));
        }
    }

    private DrillReport Report()
    {
        DrillTally tally = _tally!;
        return new DrillReport
        {
            Link = tally.Link, What = tally.What, Began = WallClock(tally.Began), Ends = WallClock(tally.Ends),
            Phase = _phase switch { Phase.Running => "running", Phase.Returning => "returning", _ => "over" }, State = Word(VerdictOf(tally.Id).Health),
            DetectedSeconds = tally.DetectedSeconds, DetectedAs = tally.DetectedAs is { } health ? Word(health) : null, DetectedCause = tally.DetectedCause,
            ReturnedSeconds = tally.ReturnedSeconds, FlowsBefore = tally.FlowsBefore, Moved = tally.Moved, Reset = tally.Reset, Lost = tally.Lost,
            PacketsLost = tally.Port.Lost, PacketsDelayed = tally.Port.Delayed, PacketsOverflowed = tally.Port.Overflowed,
        };
    }

    private LinkVerdict VerdictOf(PortId id) =>
        helm.Health.Reports().FirstOrDefault(r => r.Link == id)?.Verdict ?? new LinkVerdict(LinkHealth.Disabled, false, "it is not configured any more", 0);

    private static string Words(DrillQuery query) => query.Down ? "down"
        : query is { Loss: > 0, DelayMilliseconds: > 0 } ? $"{query.Loss} % loss, {query.DelayMilliseconds} ms delay"
        : query.Loss > 0 ? $"{query.Loss} % loss" : $"{query.DelayMilliseconds} ms delay";

    private static string Word(LinkHealth health) => health.ToString().ToLowerInvariant();

    private static DateTimeOffset WallClock(long monotonic) => DateTimeOffset.Now.AddMicroseconds(monotonic - Monotonic.Microseconds());

    private static RefusedRequest Refused(string why) => new(StatusCodes.Status400BadRequest, why);
}
