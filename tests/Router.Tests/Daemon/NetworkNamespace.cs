using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Router.Tests.Daemon;

/// <summary>
/// A network namespace of a test's own, gone with it. Tests that make one need root and are skipped without.
/// A thread that is moved into it takes its children (programs and threads) along.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CLONE_NEWNET = 0x40000000;
    private static int s_count;

    public NetworkNamespace(string role)
    {
        Name = $"rk_{Environment.ProcessId}_{Interlocked.Increment(ref s_count)}{role}";
        Program("ip", "netns", "add", Name);
        Ip("link set lo up");
    }

    public string Name { get; }

    public static void SkipUnlessRoot() =>
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Directory.Exists("/run") && File.Exists("/dev/net/tun"), "needs root and /dev/net/tun");

    /// <summary>Runs the body on a thread inside; what it throws is thrown here.</summary>
    public void Run(Action body)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle($"/run/netns/{Name}");
                if (setns((int)handle.DangerousGetHandle(), CLONE_NEWNET) != 0) throw new InvalidOperationException("setns failed");
                body();
            }
            catch (Exception caught)
            {
                failure = ExceptionDispatchInfo.Capture(caught);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>`ip -n NAME ...`; its output.</summary>
    public string Ip(string arguments) => Program("ip", ["-n", Name, .. arguments.Split(' ')]);

    /// <summary>A program inside; its output. A failure is one of the test.</summary>
    public string Exec(string command) => Program("ip", ["netns", "exec", Name, .. command.Split(' ')]);

    /// <summary>Whether one ping is answered within a second.</summary>
    public bool Pings(string target)
    {
        using Process ping = Start("ip", "netns", "exec", Name, "ping", "-c1", "-W1", target);
        ping.StandardOutput.ReadToEnd();
        ping.WaitForExit();
        return ping.ExitCode == 0;
    }

    /// <summary>What an administrator would compare before and after.</summary>
    public string Picture()
    {
        string[] settings = Exec("sysctl -a --pattern ^net.ipv[46].(conf|ip_forward)").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !l.Contains("stable_secret", StringComparison.Ordinal)).Order().ToArray();
        return string.Join('\n', Ip("rule"), Ip("-6 rule"), Ip("route show table all"), Ip("-6 route show table all"),
            PacketCounts().Replace(Exec("nft list ruleset"), "packets N bytes N"), Ip("-d link"), Ip("addr"), string.Join('\n', settings));
    }

    public void Dispose() => Program("ip", "netns", "del", Name);

    private static string Program(string name, params string[] arguments)
    {
        using Process process = Start(name, arguments);
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{name} {string.Join(' ', arguments)}: {errors}");
    }

    private static Process Start(string name, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    [GeneratedRegex(@"packets \d+ bytes \d+")]
    private static partial Regex PacketCounts();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int descriptor, int kind);
}
