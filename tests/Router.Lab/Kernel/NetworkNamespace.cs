using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Router.Lab.Kernel;

/// <summary>
/// A network namespace with a name, so that `ip netns exec NAME` reaches it while a lab stands.
/// Programs are run in it by `ip netns exec`, which also gives them a /sys of their own; code of this process enters it
/// with a thread of its own (<see cref="On{T}"/>). A socket belongs to the namespace in which it was made, for ever,
/// so servers and clients of the lab are made on such a thread and used from anywhere.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const string Folder = "/run/netns/";

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    public static NetworkNamespace Create(string name)
    {
        Command.Run("ip", ["netns", "add", name]).OrThrow();
        return new NetworkNamespace(name);
    }

    /// <summary>Runs a program to its end in the namespace.</summary>
    public Outcome Run(string program, params string[] arguments) => Command.Run("ip", ExecArguments(program, arguments));

    public Outcome Run(TimeSpan limit, string program, params string[] arguments) =>
        Command.Run("ip", ExecArguments(program, arguments), null, limit);

    public Outcome RunWithInput(string input, string program, params string[] arguments) =>
        Command.Run("ip", ExecArguments(program, arguments), input);

    /// <summary>Runs a line of shell in the namespace, for pipes.</summary>
    public Outcome Shell(string script, TimeSpan? limit = null) =>
        Command.Run("ip", ExecArguments("bash", ["-c", "set -o pipefail; " + script]), null, limit);

    public BackgroundProgram Start(string program, params string[] arguments) => StartWith(null, program, arguments);

    public BackgroundProgram StartWith(IReadOnlyDictionary<string, string>? environment, string program, params string[] arguments) =>
        BackgroundProgram.Start("ip", ExecArguments(program, arguments), environment);

    /// <summary>Calls <paramref name="work"/> on a thread inside the namespace and hands back its result or exception.</summary>
    public T On<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    public void On(Action work) => On(() =>
    {
        work();
        return true;
    });

    /// <summary>Sets values under /proc/sys/net, given as "ipv4/ip_forward=1".</summary>
    public void Sysctl(params string[] settings) => On(() =>
    {
        foreach (string setting in settings)
        {
            string[] parts = setting.Split('=', 2);
            File.WriteAllText("/proc/sys/net/" + parts[0], parts[1]);
        }
    });

    /// <summary>Moves the calling thread into the namespace. It must be a thread that ends, or serves here for ever.</summary>
    public void Enter()
    {
        int fd = Libc.open(Folder + Name, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (fd < 0) throw new LabException($"{Folder}{Name}: {Marshal.GetLastPInvokeErrorMessage()}");
        int result = Libc.setns(fd, Libc.CLONE_NEWNET);
        string error = Marshal.GetLastPInvokeErrorMessage();
        _ = Libc.close(fd);
        if (result != 0) throw new LabException($"setns {Name}: {error}");
    }

    public void Dispose()
    {
        foreach (string pid in Command.Run("ip", ["netns", "pids", Name]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            _ = Libc.kill(int.Parse(pid), Libc.SIGKILL);
        Command.Run("ip", ["netns", "delete", Name]);
    }

    /// <summary>The names of all namespaces of this machine.</summary>
    public static string[] Existing() =>
        Directory.Exists(Folder) ? [.. Directory.GetFiles(Folder).Select(path => Path.GetFileName(path))] : [];

    /// <summary>Takes over a namespace that somebody else made, to dispose of it.</summary>
    public static NetworkNamespace Adopt(string name) => new(name);

    private string[] ExecArguments(string program, string[] arguments) => ["netns", "exec", Name, program, .. arguments];
}
