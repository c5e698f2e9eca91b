using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Router.Configuration;
using Router.Daemon.Health;
using Router.Forwarding;
using Router.Wire;

namespace Router.Tests.Daemon.Health;

/// <summary>
/// Two namespaces with a cable between: "here" has 192.0.2.1 and 2001:db8::1 and runs the watch, "there" has 192.0.2.2, .3 and
/// 2001:db8::2. The kernel there answers echoes until <see cref="Mute"/>; then <see cref="Answer"/> decides. Needs root.
/// </summary>
internal sealed class ProbeLab : IDisposable
{
    public static readonly PortId Link = new(5);

    public static readonly LinkFacts Facts = new(true, true, 0, Address.Parse("192.0.2.1"), Address.Parse("2001:db8::1"),
        Address.Parse("192.0.2.2"), default, true);

    private readonly string _here = $"rh_{Environment.ProcessId}_{Environment.TickCount64 & 0xffff}a";
    private readonly string _there;
    private readonly List<LinkVerdictChange> _changes = [];
    private readonly List<string> _remarks = [];
    private volatile bool _over;

    public ProbeLab()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root, for network namespaces");
        _there = _here[..^1] + "b";
        Ip("netns", "add", _here);
        Ip("netns", "add", _there);
        Ip("-n", _here, "link", "add", "wan0", "type", "veth", "peer", "name", "isp0", "netns", _there);
        foreach ((string space, string device, string address) in new[] { (_here, "wan0", "1"), (_there, "isp0", "2"), (_there, "isp0", "3") })
        {
            Ip("-n", space, "addr", "replace", $"192.0.2.{address}/24", "dev", device);
            Ip("-n", space, "addr", "replace", $"2001:db8::{address}/64", "dev", device, "nodad");
            Ip("-n", space, "link", "set", device, "up");
            Ip("-n", space, "link", "set", "lo", "up");
        }
        In(_here, () => Watch = new LinkWatch(
            changes => { lock (_changes) _changes.AddRange(changes); }, remark => { lock (_changes) _remarks.Add(remark); }, () => { }, null));
        In(_here, Watch!.Start);
    }

    public LinkWatch Watch { get; private set; } = null!;

    public LinkReport Report => Watch.Reports()[0];

    public string[] Changes { get { lock (_changes) return [.. _changes.Select(c => $"{c.After.Health}: {c.After.Cause}")]; } }

    public string[] Remarks { get { lock (_changes) return [.. _remarks]; } }

    /// <summary>For what must not fail because the machine is busy: a second to answer.</summary>
    public static HealthSettings Patient => Settings() with { Timeout = TimeSpan.FromSeconds(1) };

    /// <summary>Quick settings: a round each 40 ms, 100 ms to answer.</summary>
    public static HealthSettings Settings(params ProbeTarget[] targets) => new()
    {
        Targets = targets.Length > 0 ? targets : [ProbeTarget.Gateway],
        Interval = TimeSpan.FromMilliseconds(40),
        Timeout = TimeSpan.FromMilliseconds(100),
        HoldDown = TimeSpan.FromSeconds(30),
    };

    public void Begin(HealthSettings settings, LinkFacts? facts = null)
    {
        In(_here, () =>
        {
            Watch.Reconfigure([(Link, "dsl", settings)]);
            Watch.Update(Link, facts ?? Facts);
        });
    }

    /// <summary>The kernel there no longer answers, or does again.</summary>
    public void Mute(bool mute = true)
    {
        Ip("netns", "exec", _there, "sysctl", "-qw", $"net.ipv4.icmp_echo_ignore_all={(mute ? 1 : 0)}");
        Ip("netns", "exec", _there, "sysctl", "-qw", $"net.ipv6.icmp.echo_ignore_all={(mute ? 1 : 0)}");
    }

    /// <summary>Drops TCP to a port there.</summary>
    public void Block(int port) => Run("ip", "netns", "exec", _there, "nft",
        $"add table ip t; add chain ip t c {{ type filter hook input priority 0; }}; add rule ip t c tcp dport {port} drop");

    /// <summary>
    /// A name server there, which answers each question with the RCODE that <paramref name="rcode"/> says, from the address that is named;
    /// -1 is silence. Questions may be spoilt by <paramref name="spoil"/> before they come back as answers.
    /// </summary>
    public void AnswerDns(Func<int> rcode, string at = "192.0.2.2", string from = "192.0.2.2", Action<byte[]>? spoil = null) => In(_there, () =>
    {
        var hearing = Udp(at);
        Socket answering = from == at ? hearing : Udp(from);
        var server = new Thread(() =>
        {
            byte[] buffer = new byte[512];
            EndPoint peer = new IPEndPoint(hearing.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
            while (!_over)
            {
                if (!hearing.Poll(1000, SelectMode.SelectRead)) continue;
                byte[] answer = buffer[..hearing.ReceiveFrom(buffer, ref peer)];
                if (rcode() < 0) continue;
                (answer[2], answer[3]) = (0x81, (byte)(0x80 | rcode()));
                spoil?.Invoke(answer);
                answering.SendTo(answer, peer);
            }
            hearing.Dispose();
            answering.Dispose();
        });
        server.IsBackground = true;
        server.Start();
    });

    private static Socket Udp(string address)
    {
        IPAddress bound = IPAddress.Parse(address);
        var socket = new Socket(bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(bound, 53));
        return socket;
    }

    public void Unplug() => Ip("-n", _there, "link", "set", "isp0", "down");

    /// <summary>Answers echoes there: gets the request's ICMP part and returns what is to be sent, from which address and when.</summary>
    public void Answer(Func<byte[], IEnumerable<(byte[] Reply, string From, int AfterMs)>> answer)
    {
        Mute();
        In(_there, () =>
        {
            var hearing = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp) { ReceiveTimeout = 200 };
            hearing.Bind(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 0));
            var from = new Dictionary<string, Socket>();
            foreach (string address in new[] { "192.0.2.2", "192.0.2.3" })
            {
                from[address] = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);
                from[address].Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            }
            new Thread(() => Echo(hearing, from, answer)) { IsBackground = true }.Start();
        });
    }

    public void Wait(Func<bool> condition, string what)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < 10, $"not within 10 s: {what}; {Report}; {string.Join("; ", Changes)}");
            Thread.Sleep(5);
        }
    }

    public void Dispose()
    {
        Watch?.Dispose();
        _over = true;
        Ip("netns", "del", _here);
        Ip("netns", "del", _there);
    }

    // One thread hears and answers, as the pool's threads are taken by other tests.
    private void Echo(Socket hearing, Dictionary<string, Socket> from, Func<byte[], IEnumerable<(byte[], string, int)>> answer)
    {
        var buffer = new byte[2048];
        EndPoint peer = new IPEndPoint(IPAddress.Any, 0);
        var due = new PriorityQueue<(byte[] Reply, Socket From, EndPoint To), long>();
        while (!_over)
        {
            while (due.TryPeek(out var next, out long at) && at <= Environment.TickCount64)
            {
                next.From.SendTo(next.Reply, next.To);
                due.Dequeue();
            }
            if (!hearing.Poll(1000, SelectMode.SelectRead)) continue;
            int length = hearing.ReceiveFrom(buffer, ref peer);
            if (length < 28 || buffer[20] != 8) continue;
            foreach ((byte[] reply, string address, int after) in answer(buffer[20..length]))
                due.Enqueue((reply, from[address], peer), Environment.TickCount64 + after);
        }
        hearing.Dispose();
        foreach (Socket socket in from.Values) socket.Dispose();
    }

    private static void Ip(params string[] arguments) => Run("ip", arguments);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }

    /// <summary>Runs on a thread of its own inside a namespace; threads started there stay there.</summary>
    private static void In(string space, Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            failure = Record.Exception(() =>
            {
                const int CLONE_NEWNET = 0x40000000;
                using SafeFileHandle file = File.OpenHandle($"/run/netns/{space}");
                Assert.Equal(0, setns((int)file.DangerousGetHandle(), CLONE_NEWNET));
                action();
            });
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException($"in namespace {space}: {failure.Message}", failure);
    }

    [DllImport("libc")]
    private static extern int setns(int fd, int type);
}
