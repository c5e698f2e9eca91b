using System.Collections.Concurrent;
using Stopwatch = System.Diagnostics.Stopwatch;
using Router.Configuration;
using Router.Configuration.Layers;
using Router.Daemon.Health;
using Router.Daemon.Kernel;
using Router.Daemon.Plumbing;
using Router.Daemon.Reporting;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Steering;

/// <summary>
/// The control thread: the one writer of what the path goes by. Everything that happens (the kernel's news, verdicts of health, a
/// reload, a rule's hour) is put in one queue and taken in order; each may end in a new <see cref="Plan"/>, published with one
/// write. Order within a change: ports, then plumbing, then the plan, so that no packet meets a plan whose ports are not there.
///
/// A configuration with errors changes nothing: the policy in force, its ports and its plumbing stay.
/// </summary>
internal sealed class Helm : IDisposable
{
    private static readonly TimeSpan TickLength = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan NameRefresh = TimeSpan.FromSeconds(60);

    private readonly string _file;
    private readonly ReadBefore _before;
    private readonly PortRegistry _ports;
    private readonly Journal _journal;
    private readonly Notify _notify;
    private readonly Plumber _plumbing;
    private readonly Worker _worker;
    private readonly PortKeeper _keeper;
    private readonly EventLog _eventLog;
    private readonly LinkWatch _health;
    private readonly HostNames _names = new();
    private readonly BlockingCollection<Action> _queue = new(4096);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private KernelView _view = KernelView.Empty;
    private string _digest = "", _plumbed = "";
    private long _lastBeat, _nextNames, _nextWatchdog;
    private DateTimeOffset? _nextChange;
    private bool _wasFaulted;
    private (long Moved, long Reset, long Closed) _told;

    public Helm(string file, ReadBefore before, Settings settings, CompiledPolicy compiled, PortRegistry ports, Worker worker, Plumber plumbing, Journal journal, Notify notify)
    {
        (_file, _before, _ports, _worker, _plumbing, _journal, _notify) = (file, before, ports, worker, plumbing, journal, notify);
        Settings = settings;
        Policy = compiled.Policy;
        _nextChange = compiled.NextChange;
        LoadedAt = DateTimeOffset.Now;
        _keeper = new PortKeeper(worker, ports, journal);
        _eventLog = new EventLog(worker, ports, journal);
        _health = new LinkWatch(changes => Post(() => TakeVerdicts(changes)), remark => journal.Write(Priority.Notice, remark));
        _thread = new Thread(Run) { Name = "control", IsBackground = true };
    }

    /// <summary>What is in force. Read by reports from other threads.</summary>
    public Settings Settings { get; private set; }

    public Policy Policy { get; private set; }

    public DateTimeOffset LoadedAt { get; private set; }

    public IReadOnlyList<string> Warnings { get; private set; } = [];

    public KernelView View => Volatile.Read(ref _view);

    public LinkWatch Health => _health;

    /// <summary>Called once when the forwarding thread has ended by a fault.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>Opens, plumbs and publishes for the first time, on the caller's thread, and then starts the control thread.</summary>
    /// <exception cref="PortException">A device cannot be opened.</exception>
    /// <exception cref="PlumbingException">The kernel refused.</exception>
    public void Start(KernelView view)
    {
        _view = view;
        WarnOfMissing(view);
        _keeper.OpenTuns(Settings);
        Plumb();
        _keeper.BindLinks(Settings, view);
        ConfigureHealth();
        Publish(force: true);
        _worker.Start();
        _health.Start();
        _thread.Start();
    }

    /// <summary>The kernel has news. From any thread.</summary>
    public void Tell(KernelView view) => Post(() => TakeView(view));

    /// <summary>Reads the configuration again. From any thread; answers when the forwarding thread goes by it, or when it is refused.</summary>
    public Task<Api.ReloadReport> ReloadAsync()
    {
        var answer = new TaskCompletionSource<Api.ReloadReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                answer.SetResult(Reload());
            }
            catch (Exception fault)
            {
                answer.SetException(fault);
            }
        });
        return answer.Task;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        if (_thread.IsAlive) _thread.Join();
        _health.Dispose();
        _queue.Dispose();
        _stopping.Dispose();
    }

    private void Post(Action what)
    {
        if (!_stopping.IsCancellationRequested) _queue.Add(what);
    }

    private void Run()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (_queue.TryTake(out Action? what, (int)TickLength.TotalMilliseconds, _stopping.Token)) what();
                Tick();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception fault) when (fault is PlumbingException or PortException or IOException)
            {
                _journal.Write(Priority.Error, $"a change could not be carried out: {fault.Message}");
            }
        }
    }

    private void Tick()
    {
        foreach (PathEvent happened in _eventLog.Drain(Policy)) Take(happened);
        long now = Monotonic.Microseconds();
        if (now >= _nextWatchdog && _worker.Beats != _lastBeat)
        {
            _lastBeat = _worker.Beats;
            _nextWatchdog = now + 1_000_000;
            _notify.Watchdog();
        }
        TellEnds();
        if (_worker.Fault is { } fault && !_wasFaulted)
        {
            _wasFaulted = true;
            Faulted?.Invoke(fault);
        }
        if (_nextChange is { } change && DateTimeOffset.Now >= change) Recompile("a rule's time began or ended");
        if (now < _nextNames || Settings.HostNames.Count == 0) return;
        _nextNames = now + (long)NameRefresh.TotalMicroseconds;
        IReadOnlyList<string> names = Settings.HostNames;
        _ = _names.RefreshAsync(names, _stopping.Token).ContinueWith(
            changed => { if (changed is { IsCompletedSuccessfully: true, Result: true }) Post(() => Recompile("host names have other addresses")); }, TaskScheduler.Default);
    }

    // What became of live flows when links or rules changed, once the path has looked at all of them.
    private void TellEnds()
    {
        (long moved, long reset, long closed) = (_worker.Forwarder.Ends.Moved, _worker.Forwarder.Ends.Reset, _worker.Forwarder.FlowsClosedByRules);
        if (_worker.Forwarder.IsReviewing || (moved, reset, closed) == _told) return;
        _journal.Write(Priority.Notice, $"live flows: {moved - _told.Moved} moved to another link, {reset - _told.Reset} reset for one, {closed - _told.Closed} closed as no rule allows them");
        _told = (moved, reset, closed);
    }

    private void Take(in PathEvent happened)
    {
        if (happened.Kind == PathEventKind.PortGone)
        {
            _keeper.Forget(happened.Ingress);
            _keeper.BindLinks(Settings, _view);
        }
        else if (happened.Kind == PathEventKind.NeighbourWanted && _worker.Plan.Link(happened.Egress) is { } link
            && Settings.Links.FirstOrDefault(l => _ports.Claim(l.Name) == link.Id) is { } wanted
            && _view.Interface(wanted.Interface) is { } found)
        {
            if (!happened.Destination.IsUnspecified) _plumbing.Resolve(found.Index, happened.Destination);
        }
    }

    private void TakeView(KernelView view)
    {
        Volatile.Write(ref _view, view);
        TellHealth();
        _keeper.BindLinks(Settings, view);
        Plumb();
        Publish(force: false);
    }

    private void TakeVerdicts(IReadOnlyList<LinkVerdictChange> changes)
    {
        Publish(force: false);
        foreach (LinkVerdictChange change in changes)
        {
            Priority priority = change.After.Health is LinkHealth.Down or LinkHealth.Degraded ? Priority.Warning : Priority.Notice;
            _journal.Write(priority, change.ToString(), ("LINK", change.Name), ("STATE", change.After.Health.ToString().ToLowerInvariant()));
        }
    }

    private Api.ReloadReport Reload()
    {
        _notify.Reloading();
        long begun = Stopwatch.GetTimestamp();
        using HeapTruce truce = HeapTruce.Begin();
        LoadResult result = ConfigurationLoader.Load(_file, environment: null, _before);
        if (result.Settings is not { } settings)
        {
            foreach (ConfigurationError error in result.Errors) _journal.Write(Priority.Error, error.ToString());
            _journal.Write(Priority.Error, $"{_file} has errors; the configuration of {LoadedAt:HH:mm:ss} stays in force");
            _notify.Ready(Summary());
            return Reporting.ConfigurationReports.Refused(Policy.Generation, begun, result);
        }
        WarnOfRestart(settings);
        CompiledPolicy compiled = PolicyCompiler.Compile(settings, _ports, DateTimeOffset.Now, _names.Known, Policy);
        (Settings, _nextNames) = (settings, 0);
        Warnings = [.. result.Warnings.Select(w => w.ToString()), .. compiled.Warnings];
        LoadedAt = DateTimeOffset.Now;
        _keeper.OpenTuns(settings);
        TakeUp(compiled);
        ConfigureHealth();
        _keeper.BindLinks(settings, _view);
        WarnOfMissing(_view);
        Plumb();
        Publish(force: true);
        long closed = _worker.Forwarder.FlowsClosedByRules;
        _worker.Ask(static _ => true).GetAwaiter().GetResult();
        foreach (string warning in Warnings) _journal.Write(Priority.Warning, warning);
        _journal.Write(Priority.Notice, $"policy {Policy.Generation} is in force: {Policy.Rules.Length - 1} rules, {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms");
        _notify.Ready(Summary());
        return Reporting.ConfigurationReports.Loaded(Policy.Generation, begun, result, _worker.Forwarder.FlowsClosedByRules - closed);
    }

    private void Recompile(string why)
    {
        TakeUp(PolicyCompiler.Compile(Settings, _ports, DateTimeOffset.Now, _names.Known, Policy));
        Plumb();
        Publish(force: true);
        _journal.Write(Priority.Notice, $"policy {Policy.Generation} is in force: {why}");
    }

    private void TakeUp(CompiledPolicy compiled) => (Policy, _nextChange) = (compiled.Policy, compiled.NextChange);

    private void ConfigureHealth()
    {
        _health.Reconfigure([.. Settings.Links.Select(link => (_ports.Claim(link.Name), link.Name, link.Health))]);
        TellHealth();
    }

    private void TellHealth()
    {
        foreach (LinkSettings link in Settings.Links) _health.Update(_ports.Claim(link.Name), PlanMaker.Facts(link, _view));
    }

    // Plumbing reads the kernel's tables each time; it is called only if what it would do has changed.
    private void Plumb()
    {
        PlumbingPlan plan = PlanMaker.Plumbing(Settings, _ports, Policy, _view);
        string wanted = PlanMaker.Digest(plan, _view);
        if (wanted == _plumbed) return;
        _plumbing.Apply(plan);
        _plumbed = wanted;
    }

    private void Publish(bool force)
    {
        IReadOnlyList<Health.LinkReport> verdicts = _health.Reports();
        LinkState[] links = [.. PlanMaker.Links(Settings, _ports, _view, verdicts)];
        ZoneState[] zones = [.. PlanMaker.Zones(Settings, _ports, _view)];
        KeyValuePair<(PortId, Address), ulong>[] neighbours = [.. PlanMaker.Neighbours(Settings, _ports, _view)];
        string digest = PlanMaker.Digest(links, zones, neighbours);
        if (!force && digest == _digest) return;
        _digest = digest;
        var plan = new Plan(_worker.Plan.Epoch + 1, Policy, links, zones, neighbours, PlanMaker.Probed(Settings, _view));
        _worker.Publish(plan);
        foreach (LinkState link in links) _health.InUse(link.Id, plan.IsInUse(link.Id));
    }

    private void WarnOfMissing(KernelView view)
    {
        foreach (string name in Settings.Zones.SelectMany(z => z.Interfaces).Concat(Settings.Links.Select(l => l.Interface)))
        {
            if (view.Interface(name) is null)
            {
                _journal.Write(Priority.Warning, $"the interface {name} is not there; it is taken up when it comes, or mend its name in {_file}");
            }
        }
    }

    private void WarnOfRestart(Settings settings)
    {
        if (settings.Tables != Settings.Tables) _journal.Write(Priority.Warning, "`tables` has changed; table sizes take effect at the next restart");
    }

    /// <summary>One line for `systemctl status`.</summary>
    public string Summary() => $"policy {Policy.Generation}, {Settings.Links.Count} links, {Policy.Rules.Length - 1} rules";
}
