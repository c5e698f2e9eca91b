using Router.Configuration;
using Router.Configuration.Layers.Yaml;
using Router.Daemon.Changing;
using Router.Daemon.Health;
using Router.Daemon.Health.Probes;
using Router.Daemon.Kernel;
using Router.Daemon.Licensing;
using Router.Daemon.Naming;
using Router.Daemon.People;
using Router.Daemon.Placing;
using Router.Daemon.Plumbing;
using Router.Daemon.Reporting;
using Router.Daemon.Systemd;
using Router.Daemon.Volume;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Ports;

namespace Router.Daemon.Steering;

/// <summary>
/// The control thread: the one writer of what the path goes by. Everything that happens (the kernel's news, verdicts of health, a
/// reload, a rule's hour) is put in one queue and taken in order; each may end in a new <see cref="Plan"/>, published with one
/// write. How a change is carried out is in <see cref="Works"/>, how a file becomes one in <see cref="Steering.Reload"/>.
///
/// What cannot be carried out changes nothing: a reload that has errors, or that the kernel refuses, leaves the configuration in
/// force; a rule's hour is tried again.
/// </summary>
internal sealed class Helm : IDisposable
{
    private static readonly TimeSpan TickLength = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan NamesPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NextTry = TimeSpan.FromSeconds(60);

    private readonly PortRegistry _ports;
    private readonly Journal _journal;
    private readonly Notify _notify;
    private readonly Heartbeat _heartbeat;
    private readonly DescriptorStore _store;
    private readonly Worker _worker;
    private readonly EventLog _eventLog;
    private readonly VolumeMeter _volume;
    private readonly LinkWatch _health;
    private readonly LicenceOffice _licence;
    private readonly PeopleOffice _people;
    private readonly Works _works;
    private readonly Reload _reload;
    private readonly Trial _trial;
    private readonly KeptConfigurations _kept;
    private readonly HostNames _names;
    private readonly Collisions _collisions;
    private readonly LiveFlowNews _news;
    private readonly MissingInterfaces _missing;
    private readonly ControlQueue _queue = new();
    private readonly Thread _thread;
    private InForce _inForce;
    private KernelView _view = KernelView.Empty;
    private long _nextNames;
    private string? _owed;
    private bool _wasFaulted;

    public Helm(
        string file, ReadBefore read, HostNames names, InForce first, PortRegistry ports, Worker worker, Plumber plumbing, VolumeMeter volume, LicenceOffice licence, PeopleOffice people, KeptConfigurations kept, Journal journal, Notify notify,
        Heartbeat heartbeat, DescriptorStore store)
    {
        (_names, _inForce, _ports, _worker, _volume, _licence, _people) = (names, first, ports, worker, volume, licence, people);
        (_kept, _journal, _notify, _heartbeat, _store) = (kept, journal, notify, heartbeat, store);
        _missing = new MissingInterfaces(file, journal);
        _collisions = new Collisions(journal);
        _news = new LiveFlowNews(worker.Forwarder, journal);
        _eventLog = new EventLog(worker, ports, journal);
        _health = new LinkWatch(
            changes => _queue.Post(() => TakeVerdicts(changes)), remark => journal.Write(Catalog.LinkUnprobed, Priority.Notice, remark), () => _queue.Post(() => _works!.Publish(_inForce, _view)),
            worker.Forwarder.Evidence);
        _health.Doubted = link => _queue.Post(() => _works!.Verify(link, _inForce, _view));
        // A login is not to wait for the next tick.
        people.Desk.Wake = _queue.Wake;
        Loads = new LinkLoads(worker.Forwarder.Traffic, ports, _health.Reports, journal);
        _works = new Works(worker, ports, plumbing, _health, volume, Loads, licence.Pool, store, journal);
        _reload = new Reload(file, read, ports, _names, _works, worker, journal);
        _trial = new Trial(file, Reload, kept, journal);
        _thread = new Thread(Run) { Name = "control", IsBackground = true };
    }

    /// <summary>What is in force. Read by reports from other threads; who reads twice may read of two loads.</summary>
    public InForce InForce => Volatile.Read(ref _inForce);

    public Settings Settings => InForce.Settings;

    public Policy Policy => InForce.Policy;

    public KernelView View => Volatile.Read(ref _view);

    public LinkWatch Health => _health;

    /// <summary>How many reloads there were, and how many were refused.</summary>
    public (long Loaded, long Refused) Reloads => _reload.Tally;

    /// <summary>What links have been seen to carry, where hosts are placed by that.</summary>
    public LinkLoads Loads { get; }

    /// <summary>What is known of the host names that rules speak of. From any thread.</summary>
    public IReadOnlyDictionary<string, KnownName> HostNames => _names.Known;

    /// <summary>The addresses that host names have now. From any thread.</summary>
    public IReadOnlyDictionary<string, Wire.Address[]> NameAddresses => _names.Addresses;

    /// <summary>Names of rules that are gone, for flows that they admitted.</summary>
    public RetiredRules Retired { get; } = new();

    /// <summary>Called once when the forwarding thread has ended by a fault.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>
    /// Opens, plumbs and publishes for the first time, on the caller's thread, and then starts the control thread. Where the process
    /// before has left its devices open, packets wait in them and the kernel is plumbed already: forwarding begins before it is looked at.
    /// </summary>
    /// <param name="view">What the kernel has.</param>
    /// <param name="forwards">Called as soon as packets pass.</param>
    /// <exception cref="PortException">A device cannot be opened.</exception>
    /// <exception cref="PlumbingException">The kernel refused.</exception>
    /// <exception cref="StartException">Links cannot be probed.</exception>
    public void Start(KernelView view, Action forwards)
    {
        _view = view;
        bool isPlumbed = _works.Open(_inForce);
        if (!isPlumbed) _works.Prepare(_inForce, view);
        _volume.Count(Settings.Links);
        _people.Start(Monotonic.Microseconds());
        ProbeSockets.DemandRight();
        _works.TakeUp(_inForce, view);
        _worker.Start();
        forwards();
        if (isPlumbed) _works.Prepare(_inForce, view);
        _works.Seat(Monotonic.Microseconds());
        _store.DropRest();
        _missing.Tell(Settings, _view);
        _collisions.Look(_worker.Plan);
        _health.Start();
        _thread.Start();
    }

    /// <summary>The kernel has news. From any thread.</summary>
    public void Tell(KernelView view) => _queue.Post(() => TakeView(view));

    /// <summary>
    /// Reads the configuration again. From any thread; answers when the forwarding thread goes by it, or when it is refused. Cancelled
    /// if the daemon ends before.
    /// </summary>
    public Task<Api.ReloadReport> ReloadAsync() => _queue.AskAsync(() => Reload("reload"));

    /// <summary>Puts a text in the place of the configuration file (<see cref="Trial"/>). Otherwise as <see cref="ReloadAsync"/>.</summary>
    public Task<Api.ReloadReport> ApplyAsync(byte[] text, Api.ApplyQuery query) => _queue.AskAsync(() => _trial.Apply(text, query));

    /// <summary>When the configuration of before comes back unless this one is confirmed; null if it stays. From any thread.</summary>
    public DateTimeOffset? RevertsAt => _trial.Until;

    /// <summary>Ends a trial; answers false if there is none.</summary>
    public Task<bool> ConfirmAsync() => _queue.AskAsync(_trial.Confirm);

    public void Dispose()
    {
        _queue.Stop();
        if (_thread.IsAlive) _thread.Join();
        _volume.Count(Settings.Links);
        _volume.Save();
        _health.Dispose();
        _queue.Dispose();
    }

    private void Run()
    {
        while (!_queue.Stopping.IsCancellationRequested)
        {
            try
            {
                _queue.Next(TickLength);
                Tick();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception fault) when (Refusal.Is(fault))
            {
                _journal.Write(Catalog.ChangeRefused, Priority.Error, $"a change could not be carried out: {fault.Message}");
            }
        }
    }

    private void Tick()
    {
        foreach (PathEvent happened in _eventLog.Drain(Policy)) Take(happened);
        long now = Monotonic.Microseconds();
        _heartbeat.NoteControl(now);
        _news.Tell();
        _trial.Tick();
        if (_volume.Tick(Settings.Links, now) | Loads.Tick(Settings, now) | _licence.Tick(Settings, _view, now)) _works.Publish(_inForce, _view);
        _people.Tick(Settings, _view, now);
        _works.Seat(now);
        if (_worker.Fault is { } fault && !_wasFaulted)
        {
            _wasFaulted = true;
            Faulted?.Invoke(fault);
        }
        if (_inForce.NextChange is { } change && DateTimeOffset.Now >= change) Recompile(_owed ?? "a rule's time began or ended");
        _names.Tick(Settings.HostNames, now, what => _queue.Post(what), _queue.Stopping);
        // Many names may change one after the other, and each time all rules are compiled.
        if (now < _nextNames || !_names.TakeChange()) return;
        _nextNames = now + (long)NamesPause.TotalMicroseconds;
        Recompile("host names have other addresses");
    }

    private void Take(in PathEvent happened)
    {
        if (happened.Kind == PathEventKind.PortGone) _works.Rebind(happened.Ingress, _inForce, _view);
        else if (happened.Kind == PathEventKind.HostUnknown) _people.Knock(happened.Source);
        else if (happened.Kind == PathEventKind.NeighbourWanted) _works.Resolve(happened.Egress, happened.Destination, _inForce, _view);
    }

    private void TakeView(KernelView view)
    {
        Volatile.Write(ref _view, view);
        _works.Follow(_inForce, view);
        _collisions.Look(_worker.Plan);
    }

    private void TakeVerdicts(IReadOnlyList<LinkVerdictChange> changes)
    {
        _works.Publish(_inForce, _view);
        foreach (LinkVerdictChange change in changes)
        {
            Priority priority = change.After.Health is LinkHealth.Down or LinkHealth.Degraded ? Priority.Warning : Priority.Notice;
            _journal.Write(Catalog.LinkState, priority, change.ToString(), ("LINK", change.Name), ("STATE", change.After.Health.ToString().ToLowerInvariant()), ("CAUSE", change.After.Cause));
        }
    }

    // Whatever comes of it, systemd is told that it is over.
    private Api.ReloadReport Reload(string by)
    {
        _notify.Reloading();
        try
        {
            IReadOnlyList<Api.CheckedFile>? files = _kept.OnDisk();
            (InForce after, Api.ReloadReport report) = _reload.Run(_inForce, _view);
            if (!report.Loaded) return report;
            Retired.Note(_inForce.Policy, after.Policy);
            Volatile.Write(ref _inForce, after);
            _kept.Keep(files, by);
            _owed = null;
            _missing.Tell(Settings, _view);
            _collisions.Look(_worker.Plan);
            return report;
        }
        finally
        {
            _notify.Ready(Summary());
        }
    }

    private void Recompile(string why)
    {
        InForce next = _inForce.With(PolicyCompiler.Compile(Settings, _ports, DateTimeOffset.Now, _names.Addresses, Policy));
        try
        {
            _works.Prepare(next, _view);
            _works.Publish(next, _view);
        }
        catch (Exception refused) when (Refusal.Is(refused))
        {
            _owed = why;
            Volatile.Write(ref _inForce, _inForce with { NextChange = DateTimeOffset.Now + NextTry });
            _journal.Write(Catalog.ConfigurationRefused, Priority.Error, $"{why}, but the rules stay as they are: {refused.Message}; it is tried again in a minute");
            return;
        }
        Volatile.Write(ref _inForce, next);
        _owed = null;
        _journal.Write(Catalog.Policy, Priority.Notice, $"policy {Policy.Generation} is in force: {why}");
    }

    /// <summary>One line for `systemctl status`.</summary>
    public string Summary() => InForce.Summary;
}
