using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Router.Tests.Ports;

/// <summary>
/// A network namespace of its own, for as long as the test runs: a thread that has left the others' (unshare). What is opened on
/// it, sockets and TUN queues, belongs to the namespace and may then be used from any thread. Nothing is left behind: the kernel
/// removes a namespace with its last thread and descriptor.
/// </summary>
internal sealed partial class NetworkSpace : IDisposable
{
    private const int CLONE_NEWNET = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private int _threadId;

    public NetworkSpace()
    {
        _thread = new Thread(Live) { IsBackground = true };
        _thread.Start();
        Run(() =>
        {
            if (unshare(CLONE_NEWNET) != 0) throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
            _threadId = gettid();
        });
        Ip("link set lo up");
    }

    /// <summary>Why tests of this kind cannot run here, or null.</summary>
    public static bool Possible => Environment.UserName == "root" && File.Exists("/dev/net/tun");

    public const string Impossible = "needs root and /dev/net/tun";

    /// <summary>What `ip link set X netns` takes to move an interface here.</summary>
    public int Id => _threadId;

    public void Run(Action action) => Run(() => { action(); return true; });

    public T Run<T>(Func<T> function)
    {
        T result = default!;
        Exception? fault = null;
        using ManualResetEventSlim done = new();
        _work.Add(() =>
        {
            try { result = function(); }
            catch (Exception caught) { fault = caught; }
            done.Set();
        });
        done.Wait();
        if (fault is not null) ExceptionDispatchInfo.Throw(fault);
        return result;
    }

    public void Ip(string arguments) => Command("ip", arguments);

    /// <summary>Runs a program in the namespace and returns what it says.</summary>
    public string Command(string program, string arguments) => Run(() =>
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {arguments}: {errors}");
    });

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Live()
    {
        foreach (Action action in _work.GetConsumingEnumerable()) action();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc")]
    private static partial int gettid();
}
