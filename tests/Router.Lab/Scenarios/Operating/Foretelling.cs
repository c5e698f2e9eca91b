using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>`routerctl diff` tells which live flows a configuration would close, move or reset; the real apply then does just that (product.md 8).</summary>
public sealed class Foretelling : IDisposable
{
    private const int Many = 3000;

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 3 });
    private readonly RouterDaemon _router;
    private readonly WebServer _web;
    private readonly EchoServer _echo;

    public Foretelling()
    {
        _router = new RouterDaemon(_bed);
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Plan.Servers[0], 7);
    }

    private string NewFile => Path.Combine(_bed.Directory, "new.yaml");

    public void Dispose()
    {
        _echo.Dispose();
        _web.Dispose();
        _router.Dispose();
        _bed.Dispose();
    }

    private static string Config(string members, string order, string echo = "", string web = "") => new RouterYaml
    {
        AllowOut = false,
        Mode = "failover",
        Rules = $"""
            - name: Web
              source: [some]
              destination: [internet]
              service: [tcp/80]
              action: allow
            {(web.Length > 0 ? $"  {web}\n" : "")}- name: Echo
              source: [trusted]
              destination: [internet]
              service: [udp/7]
              action: allow
            {(echo.Length > 0 ? $"  {echo}" : "")}
            """,
    }.ToString().Replace("order: [fiber, dsl, lte]", $"order: [{order}]", StringComparison.Ordinal) + $"groups: {{ some: [{members}] }}\n";

    [Fact]
    public void What_is_foretold_comes_so_and_asking_disturbs_nothing()
    {
        string all = string.Join(", ", Enumerable.Range(0, 3).Select(Plan.LanHost));
        _router.Write(Config(all, "fiber, dsl"));
        _router.Start();
        using Socket closed = Open(0), stays = Open(1);
        using DatagramStream stream = DatagramStream.Start(_bed.Hosts[1], Plan.LanHost(1), new IPEndPoint(Plan.Servers[0], 7), 200);
        Wait.Until(() => stream.Answered > 20, TimeSpan.FromSeconds(5), () => "no echo");
        _bed.Hosts[2].On(() => SendFromManyPorts(Many));
        Wait.Until(() => Udp("fiber") == Many + 1, TimeSpan.FromSeconds(5), () => $"{Udp("fiber")} flows by fiber");

        // Host 0 may not read the web any more; echoes return to the better link, and that is another one now; web flows stay where they are.
        File.WriteAllText(NewFile, Config($"{Plan.LanHost(1)}, {Plan.LanHost(2)}", "dsl, fiber", "on_link_return: move"));
        JsonNode diff = _router.Ask("diff", NewFile);
        JsonNode flows = diff["flows"]!;

        Assert.Equal((1, Many + 1, 0, 0), ((int)flows["closed"]!, (int)flows["moved"]!, (int)flows["reset"]!, (int)flows["drained"]!));
        Assert.Contains(diff["changes"]!.AsArray(), change => (string?)change!["key"] == "order" && (string?)change["to"] == "dsl, fiber");
        Assert.Contains(diff["changes"]!.AsArray(), change => (string?)change!["name"] == "Web" && (string?)change["key"] == "source");
        Assert.Contains(flows["byHost"]!.AsArray(), host => (string?)host!["name"] == Plan.LanHost(2).ToString() && (int)host["moved"]! == Many);
        JsonNode example = Assert.Single(flows["examples"]!.AsArray(), one => (string?)one!["fate"] == "closed")!;
        Assert.Equal((Plan.LanHost(0).ToString(), "default rule"), ((string?)example["flow"]!["inside"]!["address"], (string?)example["rule"]));
        Assert.Contains("would go on by another link", _router.Show("diff", NewFile).OrThrow().Output, StringComparison.Ordinal);
        // Nothing has happened.
        Assert.Equal((Many + 1, 0), (Udp("fiber"), Udp("dsl")));
        Assert.Equal(2, _router.Ask("flows", "--rule", "Web").AsArray().Count);

        _router.Show("apply", NewFile).OrThrow();

        Wait.Until(() => Udp("dsl") == Many + 1, TimeSpan.FromSeconds(5), () => $"{Udp("dsl")} flows by dsl, {Udp("fiber")} by fiber");
        Assert.Equal(0, Udp("fiber"));
        IsReset(closed);
        Answers(stays);
        Assert.Equal("fiber", (string?)Assert.Single(_router.Ask("flows", "--rule", "Web").AsArray())!["link"]);
        Assert.InRange(stream.StopAndCountLost(), 0, 1);

        // The same file again changes nothing; without dsl all go on by fiber, or begin anew there.
        JsonNode same = _router.Ask("diff", NewFile);
        Assert.Equal((0, 0), (same["changes"]!.AsArray().Count, (int)same["flows"]!["moved"]! + (int)same["flows"]!["closed"]! + (int)same["flows"]!["reset"]!));
        File.WriteAllText(NewFile, File.ReadAllText(NewFile).Replace("dsl, fiber", "fiber", StringComparison.Ordinal)
            .Replace("  dsl: { interface: wan1, weight: 4 }\n", "", StringComparison.Ordinal));
        JsonNode without = _router.Ask("diff", NewFile);
        int moved = (int)without["flows"]!["moved"]!;
        Assert.InRange(moved, Many, Many + 1);
        Assert.Contains(without["changes"]!.AsArray(), change => (string?)change!["part"] == "link" && (string?)change["kind"] == "removed" && (string?)change["name"] == "dsl");
        _router.Show("apply", NewFile).OrThrow();
        Wait.Until(() => Udp("fiber") == moved, TimeSpan.FromSeconds(5), () => $"{Udp("fiber")} flows by fiber");
    }

    private int Udp(string link) => _router.Ask("flows", "--link", link, "--protocol", "udp", "--port", "7", "--limit", "5000").AsArray().Count;

    private static int SendFromManyPorts(int count)
    {
        for (int i = 0; i < count; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(Plan.LanHost(2), 20_000 + i));
            socket.SendTo([1], new IPEndPoint(Plan.Servers[0], 7));
        }
        return count;
    }

    private Socket Open(int host)
    {
        Socket socket = _bed.Hosts[host].On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 });
        socket.Connect(new IPEndPoint(Plan.Servers[0], 80));
        return socket;
    }

    private static void Answers(Socket socket)
    {
        socket.Send("GET / HTTP/1.0\r\n\r\n"u8);
        Assert.InRange(socket.Receive(new byte[4096]), 1, 4096);
    }

    private static void IsReset(Socket socket) =>
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => socket.Receive(new byte[1])).SocketErrorCode);
}
