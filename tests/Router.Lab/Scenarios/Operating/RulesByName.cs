using System.Net;
using System.Net.Sockets;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>
/// A rule by host name follows what a real dnsmasq says of it, asked through the router itself; and a name server that is dead changes
/// nothing. The box has the lab's name server in its /etc/resolv.conf, which its namespace of mounts is given.
/// </summary>
public sealed class RulesByName : IDisposable
{
    private const string Name = "shop.example.net";

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly WebServer _web;
    private readonly RouterDaemon _router;
    private readonly string _hosts;
    private BackgroundProgram? _names;

    public RulesByName()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _hosts = Path.Combine(_bed.Directory, "names");
        _router = new RouterDaemon(_bed, new RouterYaml
        {
            AllowOut = false,
            Rules = $"""
                - name: The box may ask for names
                  source: [firewall]
                  destination: [{Plan.NameServer}]
                  service: [udp/53, tcp/53]
                  action: allow
                - name: Only the shop
                  source: [trusted]
                  destination: [{Name}]
                  service: [tcp/80]
                  action: allow
                """,
        });
    }

    public void Dispose()
    {
        _names?.Dispose();
        _router.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_rule_by_name_follows_the_answers_and_closes_what_they_no_longer_allow()
    {
        Say(Plan.Servers[0]);
        StartNames();
        StartRouter();
        WaitForLine($"host name {Name} is {Plan.Servers[0]}\n");
        using Socket old = Connect(Plan.Servers[0]);
        Assert.False(Reaches(Plan.Servers[1]));

        Say(Plan.Servers[1]);
        _names!.Signal(Libc.SIGHUP);

        WaitForLine($"host name {Name} is {Plan.Servers[1]}, and was {Plan.Servers[0]}\n");
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => old.Receive(new byte[1])).SocketErrorCode);
        WaitForLine("1 closed as no rule allows them");
        Assert.True(Reaches(Plan.Servers[1]), _router.Log);
        Assert.False(Reaches(Plan.Servers[0]));
        string explained = _router.Show("explain", "--from", $"{Plan.LanHost(0)}", "tcp", $"{Plan.Servers[1]}:80").Output;
        Assert.Contains($"{Plan.Servers[1]} is {Name}, looked up ", explained, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dead_name_server_changes_nothing_for_flows_reloads_and_restarts()
    {
        Say(Plan.Servers[0]);
        StartNames();
        StartRouter();
        WaitForLine($"host name {Name} is {Plan.Servers[0]}\n");
        using Socket live = Connect(Plan.Servers[0]);

        _names!.Kill();

        WaitForLine($"host name {Name} cannot be looked up");
        Assert.True(Reaches(Plan.Servers[0]), _router.Log);
        Assert.InRange(_router.Reload(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.True(Reaches(Plan.Servers[0]), _router.Log);
        Assert.Single(_router.Log.Split('\n'), line => line.Contains("cannot be looked up", StringComparison.Ordinal));
        Assert.Contains($"`{Name}` cannot be looked up", _router.Show("check").Output, StringComparison.Ordinal);
        _router.Stop();
        StartRouter();
        WaitForLine("cannot be looked up");
        Assert.True(Reaches(Plan.Servers[0]), _router.Log);
        live.Send("GET / HTTP/1.0\r\n\r\n"u8);
        Assert.True(live.Receive(new byte[100]) > 0);
        StartNames();
        WaitForLine($"host name {Name} can be looked up again");
    }

    // dnsmasq reads its file again when it is told to, and gives its answers the ttl of --local-ttl.
    private void StartNames()
    {
        _names?.Dispose();
        _names = _bed.Internet.Start("dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
            $"--pid-file={_bed.Directory}/names.pid", "--bind-interfaces", $"--listen-address={Plan.NameServer}", $"--addn-hosts={_hosts}", "--local-ttl=1");
        _names.WaitToSay("started", TimeSpan.FromSeconds(5));
    }

    private void StartRouter()
    {
        string resolv = Path.Combine(_bed.Directory, "resolv.conf");
        File.WriteAllText(resolv, $"nameserver {Plan.NameServer}\noptions timeout:1 attempts:2\n");
        _router.Launch(null, "sh", "-c", $"mount --bind {resolv} /etc/resolv.conf && exec \"$@\"", "sh");
        _router.Program.WaitToSay("routerd forwards", TimeSpan.FromSeconds(15));
    }

    private void Say(IPAddress address) => File.WriteAllText(_hosts, $"{address} {Name}\n");

    private void WaitForLine(string text) =>
        Wait.Until(() => _router.Log.Contains(text, StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => $"no line with `{text}`:\n{_router.Log}");

    private Socket Connect(IPAddress to)
    {
        Socket socket = _bed.Hosts[0].On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 });
        Wait.Until(
            () =>
            {
                try
                {
                    socket.Connect(new IPEndPoint(to, 80));
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(10), () => $"{to} cannot be reached:\n{_router.Log}");
        return socket;
    }

    private bool Reaches(IPAddress server) => _bed.Hosts[0].Run("curl", "-sS", "-m", "1", $"http://{server}/").Succeeded;
}
