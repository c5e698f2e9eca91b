// routerd in the router namespace. Its runtime directory is one of the lab's own in shared memory, so that labs side by
// side do not meet there, and outlives the process, as the real one does, so that a killed daemon finds its tables again.
// Its life is watched by what it tells systemd, never by time.

using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Routers;

internal sealed class RouterDaemon : RouterUnderTest
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(15);

    private readonly string _run;
    private readonly NotifySocket _notify;
    private BackgroundProgram? _program;

    public RouterDaemon(Topology bed, RouterYaml? yaml = null)
        : base(bed)
    {
        _run = Directory.CreateDirectory($"/dev/shm/{Path.GetFileName(bed.Directory)}").FullName;
        _notify = new NotifySocket(Path.Combine(bed.Directory, "notify.sock"));
        ConfigurationFile = Path.Combine(bed.Directory, "router.yaml");
        Write(yaml ?? new RouterYaml());
    }

    public override string Name => "routerd";

    public string ConfigurationFile { get; }

    public string ControlSocket => Path.Combine(_run, "control.sock");

    /// <summary>Where it keeps what outlives the machine's restarts.</summary>
    public string State => Path.Combine(_run, "state");

    public BackgroundProgram Program => _program ?? throw new LabException("routerd was not started");

    /// <summary>What routerd wrote since it was started last.</summary>
    public string Log => _program?.Said ?? "";

    public void Write(RouterYaml yaml) => File.WriteAllText(ConfigurationFile, yaml.ToString());

    public void Write(string text) => File.WriteAllText(ConfigurationFile, text);

    public override void Start() => Start(null);

    public void Start(IReadOnlyDictionary<string, string>? environment)
    {
        int before = _notify.Count("READY=1");
        Launch(environment);
        Wait.Until(() => _notify.Count("READY=1") > before || !Program.Running, StartLimit, () => $"routerd is not ready:\n{Log}");
        if (!Program.Running) throw new LabException($"routerd ended with status {Program.ExitCode}:\n{Log}");
        Program.WaitToSay("routerd forwards", StartLimit);
    }

    /// <summary>Starts the process and waits for nothing.</summary>
    public BackgroundProgram Launch(IReadOnlyDictionary<string, string>? environment = null, params string[] wrapper)
    {
        _program?.Dispose();
        var all = new Dictionary<string, string>(environment ?? new Dictionary<string, string>()) { ["NOTIFY_SOCKET"] = _notify.Path };
        string[] command = [.. wrapper, Programs.Routerd, "--config", ConfigurationFile, "--runtime", _run, "--state", State];
        _program = Bed.Router.StartWith(all, command[0], command[1..]);
        return _program;
    }

    /// <summary>Starts a process that takes over from the one that runs, and waits until that has ended.</summary>
    public void TakeOver()
    {
        BackgroundProgram before = Program;
        int ready = _notify.Count("READY=1");
        _program = Succeed();
        Wait.Until(() => _notify.Count("READY=1") > ready || !Program.Running, StartLimit, () => $"the next routerd is not ready:\n{Log}\n{before.Said}");
        Program.WaitToSay("routerd forwards", StartLimit);
        Wait.Until(() => !before.Running, StartLimit, () => $"the routerd before is still there:\n{before.Said}");
        before.Dispose();
    }

    /// <summary>Starts a process that is to take over, and waits for nothing.</summary>
    public BackgroundProgram Succeed() =>
        Bed.Router.StartWith(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = _notify.Path }, Programs.Routerd, "--config", ConfigurationFile, "--runtime", _run, "--state", State, "--take-over");

    /// <summary>Takes away what it has set up in the kernel.</summary>
    public Outcome Teardown(params string[] wrapper)
    {
        string[] command = [.. wrapper, Programs.Routerd, "teardown", "--runtime", _run];
        return Bed.Router.Run(command[0], command[1..]);
    }

    /// <summary>As a crash: nothing is tidied up.</summary>
    public void Kill() => Program.Kill();

    public void Stop() => Program.Stop();

    /// <summary>
    /// SIGHUP; returns when the daemon said that it is ready again, with the time that took. What it wrote about the reload has
    /// arrived by then: that goes another way, and each outcome ends with a line that says what is in force.
    /// </summary>
    public TimeSpan Reload()
    {
        int ready = _notify.Count("READY=1"), told = Outcomes();
        Program.Signal(Libc.SIGHUP);
        TimeSpan took = Wait.Until(() => _notify.Count("READY=1") > ready, TimeSpan.FromSeconds(10), () => $"no READY=1 after SIGHUP:\n{Log}");
        Wait.Until(() => Outcomes() > told, TimeSpan.FromSeconds(5), () => $"not a word of what is in force after SIGHUP:\n{Log}");
        return took;
    }

    private int Outcomes() => Log.Split('\n').Count(line => line.Contains(" in force", StringComparison.Ordinal));

    /// <summary>What `routerctl VERB --json` answers.</summary>
    public JsonNode Ask(params string[] verb)
    {
        Outcome outcome = Command.Run(Programs.Routerctl, ["--socket", ControlSocket, .. verb, "--json"]).OrThrow();
        return JsonNode.Parse(outcome.Output) ?? throw new LabException($"no JSON: {outcome}");
    }

    /// <summary>What `routerctl VERB` shows to a person.</summary>
    public Outcome Show(params string[] verb) => Command.Run(Programs.Routerctl, ["--socket", ControlSocket, .. verb]);

    public string LinkState(string link) => Ask("links").AsArray().First(one => (string?)one!["name"] == link)!["state"]!.GetValue<string>();

    public void WaitForLink(string link, string state, TimeSpan limit) =>
        Wait.Until(() => LinkState(link) == state, limit, () => $"link {link} is {LinkState(link)}, not {state}:\n{Log}");

    public override void Dispose()
    {
        _program?.Dispose();
        _notify.Dispose();
        Directory.Delete(_run, recursive: true);
    }
}
