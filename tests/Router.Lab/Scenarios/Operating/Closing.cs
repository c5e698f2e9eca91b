using System.Net;
using System.Net.Sockets;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>When a rule stops allowing, its live flows close at once, and others are untouched (product.md 3).</summary>
public sealed class Closing : IDisposable
{
    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 2 });
    private readonly RouterDaemon _router;
    private readonly WebServer _web;
    private readonly EchoServer _echo;

    public Closing()
    {
        _router = new RouterDaemon(_bed);
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Plan.Servers[0], 7);
    }

    public void Dispose()
    {
        _echo.Dispose();
        _web.Dispose();
        _router.Dispose();
        _bed.Dispose();
    }

    private static string Config(string members, string time = "") => new RouterYaml
    {
        AllowOut = false,
        Rules = $"""
            - name: Some
              source: [some]
              destination: [internet]
              service: [tcp/80]
              action: allow
            {(time.Length > 0 ? "  time: now\n" : "")}- name: Echo
              source: [trusted]
              destination: [internet]
              service: [udp/7]
              action: allow
            """,
    } + $"groups: {{ some: [{members}] }}\n" + (time.Length > 0 ? $"times: {{ now: {{ {time} }} }}\n" : "");

    [Fact]
    public void By_a_reload_that_takes_a_host_out_of_a_group()
    {
        _router.Write(Config($"{Plan.LanHost(0)}, {Plan.LanHost(1)}"));
        _router.Start();
        using Socket gone = Open(_bed.Hosts[0]), stays = Open(_bed.Hosts[1]);
        using DatagramStream stream = DatagramStream.Start(_bed.Hosts[0], Plan.LanHost(0), new IPEndPoint(Plan.Servers[0], 7), 200);
        Wait.Until(() => stream.Answered > 20, TimeSpan.FromSeconds(5), () => "no echo");

        _router.Write(Config($"{Plan.LanHost(1)}"));
        _router.Show("reload").OrThrow();

        IsReset(gone, TimeSpan.FromSeconds(1));
        Assert.Equal(0, stream.StopAndCountLost());
        Answers(stays);
        Wait.Until(() => _router.Log.Contains("1 closed as no rule allows them", StringComparison.Ordinal), TimeSpan.FromSeconds(2), () => _router.Log);
    }

    [Fact]
    public void An_object_that_is_deleted_while_a_rule_names_it_changes_nothing_and_with_the_rule_it_closes()
    {
        string config = Config($"{Plan.LanHost(0)}");
        _router.Write(config);
        _router.Start();
        using Socket open = Open(_bed.Hosts[0]);

        _router.Write(config.Replace("groups:", "# groups:", StringComparison.Ordinal));
        Assert.Equal(1, _router.Show("reload").ExitCode);
        Assert.Empty(_router.Ask("flows", "--rule", "Echo").AsArray());
        Answers(open);

        using Socket again = Open(_bed.Hosts[0]);
        _router.Write(new RouterYaml { AllowOut = false });
        _router.Show("reload").OrThrow();
        IsReset(again, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void By_the_end_of_a_time_range()
    {
        DateTime now = DateTime.Now, end = now.AddMinutes(now.Second < 45 ? 1 : 2);
        _router.Write(Config($"{Plan.LanHost(0)}", $"from: \"00:00\", to: \"{end:HH:mm}\""));
        _router.Start();
        using Socket gone = Open(_bed.Hosts[0]);
        using DatagramStream stream = DatagramStream.Start(_bed.Hosts[1], Plan.LanHost(1), new IPEndPoint(Plan.Servers[0], 7), 20);

        gone.ReceiveTimeout = 130_000;
        IsReset(gone, TimeSpan.FromSeconds(130));

        DateTime sharp = end.Date + new TimeSpan(end.Hour, end.Minute, 0);
        Assert.InRange(DateTime.Now - sharp, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(0, stream.StopAndCountLost());
        // The connection hears of it before the journal does.
        _router.Program.WaitToSay("a rule's time began or ended", TimeSpan.FromSeconds(5));
    }

    private static void IsReset(Socket socket, TimeSpan limit)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => socket.Receive(new byte[1])).SocketErrorCode);
        Assert.True(clock.Elapsed < limit, $"{clock.Elapsed}");
    }

    private static void Answers(Socket socket)
    {
        socket.Send("GET / HTTP/1.0\r\n\r\n"u8);
        Assert.True(socket.Receive(new byte[100]) > 0);
    }

    private static Socket Open(NetworkNamespace from)
    {
        Socket socket = from.On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 3000 });
        socket.Connect(new IPEndPoint(Plan.Servers[0], 80));
        return socket;
    }
}
