using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Routers;

/// <summary>
/// routerd in the router namespace under a small stand-in for systemd, which has what a restart without a gap is made of: a notify socket that
/// takes descriptors (FDSTORE, FDSTOREREMOVE), hands them to the next process from 3 upwards (LISTEN_FDS, LISTEN_FDNAMES), starts the next
/// process when one ends, and a watchdog. It is a Python program, as descriptors are to be put in their places between fork and exec.
/// </summary>
internal sealed class KeptRouter : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private const string Keeper = """
        import array, ctypes, fcntl, os, select, signal, socket, sys, time
        path, watchdog, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(path)
        kept, alive = [], time.monotonic()

        def say(*words): print(*words, flush=True)

        def start():
            global alive
            alive = time.monotonic() + 10
            say('starts with', ' '.join(sorted(name for name, _ in kept)) or 'nothing')
            pid = os.fork()
            if pid: return pid
            high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 200) for _, fd in kept]
            for i, fd in enumerate(high): os.dup2(fd, 3 + i)
            os.closerange(3 + len(high), 400)
            names = ':'.join(name for name, _ in kept)
            os.execve(command[0], command, {**os.environ, 'NOTIFY_SOCKET': path, 'WATCHDOG_USEC': str(int(watchdog * 1e6)), 'WATCHDOG_PID': str(os.getpid()),
                'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': str(len(kept)), 'LISTEN_FDNAMES': names})

        def hear():
            global kept, alive
            while select.select([notify], [], [], 0)[0]:
                text, rights, _, _ = notify.recvmsg(4096, 4096)
                said = dict(line.split('=', 1) for line in text.decode().split('\n') if '=' in line)
                fds = array.array('i')
                for _, _, octets in rights: fds.frombytes(octets[:len(octets) - len(octets) % 4])
                if 'FDSTORE' in said: kept += [(said['FDNAME'], fd) for fd in fds]
                if 'FDSTOREREMOVE' in said:
                    for name, fd in kept:
                        if name == said['FDNAME']: os.close(fd)
                    kept = [pair for pair in kept if pair[0] != said['FDNAME']]
                    say('drops', said['FDNAME'])
                if 'WATCHDOG' in said or 'READY' in said: alive = time.monotonic()
                if 'READY' in said: say('READY=1')

        # Stops one thread and no other: it stays in the hands of a process that does nothing but hold it.
        def freeze(pid):
            tid = next(int(t) for t in os.listdir(f'/proc/{pid}/task') if open(f'/proc/{pid}/task/{t}/comm').read().strip() == 'forwarding')
            if os.fork(): return
            ctypes.CDLL(None).ptrace(16, tid, None, None)
            say('holds the forwarding thread')
            while True:
                try: os.waitpid(-1, 0x40000000)
                except ChildProcessError: os._exit(0)

        pid = start()
        while True:
            for ready in select.select([notify, sys.stdin], [], [], 0.002)[0]:
                if ready is sys.stdin:
                    word = sys.stdin.readline().strip()
                    if word == 'freeze': freeze(pid)
                    else: os.kill(pid, {'restart': signal.SIGTERM, 'crash': signal.SIGKILL}.get(word, signal.SIGKILL))
                    if word == '': sys.exit()
            hear()
            if time.monotonic() - alive > watchdog:
                say('the watchdog fires')
                os.kill(pid, signal.SIGKILL)
                alive = time.monotonic() + 10
            if os.waitpid(pid, os.WNOHANG)[0]:
                hear()
                pid = start()
        """;

    private readonly string _run;
    private readonly string _file;
    private readonly BackgroundProgram _keeper;

    public KeptRouter(Topology bed, RouterYaml yaml, TimeSpan watchdog)
    {
        _run = Directory.CreateDirectory($"/dev/shm/{Path.GetFileName(bed.Directory)}").FullName;
        _file = Path.Combine(bed.Directory, "router.yaml");
        Write(yaml);
        _keeper = bed.Router.Start("/usr/bin/python3", "-c", Keeper, Path.Combine(bed.Directory, "notify.sock"), $"{watchdog.TotalSeconds:F1}",
            Programs.Routerd, "--config", _file, "--runtime", _run, "--state", Path.Combine(_run, "state"));
        _keeper.WaitToSay("READY=1", s_patience);
    }

    public string Log => _keeper.Said;

    public void Write(RouterYaml yaml) => File.WriteAllText(_file, yaml.ToString());

    /// <summary>What `routerctl VERB` shows.</summary>
    public Outcome Show(params string[] verb) => Command.Run(Programs.Routerctl, ["--socket", Path.Combine(_run, "control.sock"), .. verb]);

    /// <summary>"restart", "crash" or "freeze" (its forwarding thread); returns when a further process is ready.</summary>
    public void Have(string what)
    {
        int ready = Ready();
        _keeper.Write(what);
        Wait.Until(() => Ready() > ready, s_patience, () => $"no further process after '{what}':\n{Log}");
    }

    /// <summary>With which descriptors the latest process was started.</summary>
    public string StartedWith => Log.Split('\n').Last(line => line.StartsWith("starts with ", StringComparison.Ordinal))["starts with ".Length..].Trim();

    private int Ready() => Log.Split("READY=1").Length - 1;

    public void Dispose()
    {
        _keeper.CloseInput();
        _keeper.WaitForExit(TimeSpan.FromSeconds(2));
        _keeper.Dispose();
        Directory.Delete(_run, recursive: true);
    }
}
