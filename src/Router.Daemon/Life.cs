using System.Diagnostics;
using System.Globalization;
using Router.Configuration;
using Router.Daemon.Control;
using Router.Daemon.Dashboard;
using Router.Daemon.Drills;
using Router.Daemon.History;
using Router.Daemon.Kernel;
using Router.Daemon.Licensing;
using Router.Daemon.Metrics;
using Router.Daemon.Naming;
using Router.Daemon.People;
using Router.Daemon.Plumbing;
using Router.Daemon.Portal;
using Router.Daemon.Reporting;
using Router.Daemon.Steering;
using Router.Daemon.Succession;
using Router.Daemon.Systemd;
using Router.Daemon.Volume;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Licensing;
using Router.Ports;
using Router.Tables;

namespace Router.Daemon;

/// <summary>
/// The daemon from its start to its end. It forwards as soon as configuration, tables, devices and plumbing are there; the control
/// socket follows. Whatever is missing for that ends the start with one sentence. The end leaves devices, plumbing and tables as
/// they are: the next process takes over the flows, and until then nothing passes (on_exit: closed). `routerd teardown` clears up.
/// systemd keeps the queues and sockets open over a restart or a crash (<see cref="DescriptorStore"/>); at the end the forwarding thread
/// is the last to go, and at the start nothing that can wait comes before it.
/// </summary>
internal static class Life
{
    /// <summary>Before ordinary programs, behind what the system itself needs.</summary>
    private const int Nice = -10;

    /// <summary>Mappings are bounded by ports: this is every TCP and UDP port of two outside addresses.</summary>
    private const int MostMappings = 262_144;

    public static async Task<int> RunAsync(CommandLine options, Journal journal)
    {
        long begun = Stopwatch.GetTimestamp();
        using Notify notify = Notify.FromEnvironment();
        DescriptorStore store = DescriptorStore.FromEnvironment(notify);
        Urgency.TrySet(Nice);
        using HeapTruce truce = HeapTruce.Begin();
        Groundwork ground = await Groundwork.LayAsync(options, journal).ConfigureAwait(false);
        Settings settings = ground.Settings;
        using var successor = new Successor(options.Runtime, store);
        Predecessor? predecessor = null;
        if (options.TakesOver)
        {
            Rehearsal.Run(settings, ground.Watch.View);
            predecessor = Predecessor.GiveWay(options.Runtime, store);
        }
        using var ports = new MappedPortRegistry(Path.Combine(options.Runtime, "ports"));
        // Flows speak of ports by number: without the names behind the numbers they would be somebody else's.
        if (ports.Origin != TableOrigin.Resumed && ForwardingTables.Discard(options.Runtime))
        {
            string why = ports.OriginReason.Length > 0 ? ports.OriginReason : "the file of the names is gone";
            journal.Write(Catalog.NamesLost, Priority.Warning, $"flows, mappings and pins of the process before are given up, as the names of zones and links behind their numbers are lost: {why}");
        }
        var tables = ForwardingTables.Open(options.Runtime, new TableSizes(settings.Tables.Flows, Math.Min(settings.Tables.Flows, MostMappings), settings.Tables.Pins));
        ports.MakeRoom(settings.PortNames, [], tables.PortsInUse);
        var names = new HostNames(new NameLookup().AskAsync, new NameMemory(options.State), journal);
        CompiledPolicy compiled = PolicyCompiler.Compile(settings, ports, DateTimeOffset.Now, names.Addresses, null);
        var first = InForce.Of(settings, ground.Loaded.Warnings, compiled);
        foreach (string warning in first.Warnings) journal.Write(Catalog.ConfigurationDoubt, Priority.Warning, warning);
        using var plumbing = new Plumber(options.Runtime);
        using var licence = new LicenceOffice(PoolTables.Open(options.Runtime, new PoolSizes()), ground.Shelf, settings, ports, journal, plumbing.Resolve);
        var heartbeat = new Heartbeat(notify);
        using var worker = new Worker(tables, new Plan(0, compiled.Policy, [], []), licence.Pool) { Pulse = heartbeat.Beat };
        successor.LastForwarded = () => worker.EndedAt;
        var volume = new VolumeMeter(options.State, worker.Forwarder.Traffic, ports, journal);
        var live = new LiveTables(tables);
        using var rates = new FlowMeter(tables);
        var people = new PeopleOffice(licence.Pool, settings, ports, worker, live, journal);
        licence.Changed += people.Note;
        licence.Missed += people.NoteAll;
        // It keeps lines from here on, the first states of the links among them, and begins to write them once packets pass.
        using var chronicle = new Chronicle(options.State, journal);
        using var helm = new Helm(options.Config, ground.Read, names, first, ports, worker, plumbing, volume, licence, people, ground.Kept, journal, notify, heartbeat, store);
        using KernelWatch watch = ground.Watch;
        watch.Changed = helm.Tell;
        licence.Neighbours.Latest = () => watch.View;
        var stop = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        helm.Faulted += fault =>
        {
            journal.Write(Catalog.PathFault, Priority.Critical, $"the forwarding thread ended by a fault, so routerd ends; flows are kept for the next start: {fault}");
            stop.TrySetResult(1);
        };
        using Signals signals = Signals.Watch(() => _ = ReloadAsync(helm, journal), () => stop.TrySetResult(0));
        string ready = "";
        helm.Start(watch.View, () =>
        {
            ready = $"ready after {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms{Pause(predecessor)}";
            truce.Dispose();
        });
        ground.Kept.Keep(ground.Files, "start");
        foreach (string origin in tables.Origins.Concat(licence.Origins)) journal.Write(Catalog.Tables, Priority.Notice, origin);
        chronicle.Start(new LinkSampler(helm, worker, ports).Take);
        using var drill = new Drill(helm, worker, ports, live, journal);
        var reports = new Reports(options.Config, helm, worker, ports, live, rates, volume, chronicle, drill, licence, people, ground.Kept, journal);
        await using var control = new ControlServer(options.ControlSocket, new ControlRequests(reports.Verbs, journal));
        await control.StartAsync(CancellationToken.None).ConfigureAwait(false);
        var metrics = new MetricsDesk(reports.Verbs, helm, worker, ports, people.Desk, chronicle, journal);
        var dashboard = new DashboardDesk(reports.Verbs, new Administrators(people.Desk), new LiveView(reports.Verbs, worker, live),
            span => chronicle.Courses.Report(span, helm.Settings.Links.Select(link => link.Name), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), journal);
        await using var portal = new ControlServer(options.PortalSocket, new PortalRequests(new PortalDesk(helm, people, live, metrics, dashboard).Verbs, journal));
        await OpenPortalAsync(portal, options.PortalSocket, journal).ConfigureAwait(false);
        journal.Write(Catalog.Started, Priority.Notice, $"routerd forwards: {helm.Summary()}, {ready}{Kept(store)}");
        successor.Listen(() => stop.TrySetResult(0));
        notify.Ready(helm.Summary());
        int status = await stop.Task.ConfigureAwait(false);
        string kind = successor.IsWaiting ? "gives way to the next process, which is ready" : "stops; flows are kept for the next start";
        notify.Stopping(kind);
        journal.Write(Catalog.Stopped, Priority.Notice, $"routerd {kind}");
        return status;
    }

    private static string Pause(Predecessor? predecessor) => predecessor is null or { LastForwarded: 0 } ? ""
        : string.Create(CultureInfo.InvariantCulture, $", {(Monotonic.Microseconds() - predecessor.LastForwarded) / 1000.0:0.0} ms after process {predecessor.Pid} had stopped");

    private static string Kept(DescriptorStore store) => store.Taken == 0 ? "" : $", {store.Taken} queues and sockets were kept open";

    // Whoever is logged in already needs no portal, so packets pass without it.
    private static async Task OpenPortalAsync(ControlServer portal, string socket, Journal journal)
    {
        try
        {
            await portal.StartAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException refused)
        {
            journal.Write(Catalog.PortalUnreachable, Priority.Error, $"router-web cannot ask for logins: {refused.Message} (systemd-tmpfiles --create makes {Path.GetDirectoryName(socket)})");
        }
    }

    // Nobody waits for the answer to a signal; what was refused is in the journal already, but a bug is not.
    private static async Task ReloadAsync(Helm helm, Journal journal)
    {
        try
        {
            await helm.ReloadAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            journal.Write(Catalog.ReloadFault, Priority.Error, $"the reload ended by a fault: {fault}");
        }
    }
}
