using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>
/// The plans of a rule for live flows (product.md 2), by failover from fiber to dsl. Host 1 works; host 2 has a counted stream by dsl, and
/// another to the guest, neither of which may notice anything.
/// </summary>
public sealed class LivePlans : IDisposable
{
    private static readonly IPEndPoint Echo = new(Plan.Servers[0], 7), GuestEcho = new(Plan.GuestHost, 7);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string Untouched = """
        - name: Host 2 by dsl
          source: [10.0.0.12]
          destination: [internet]
          action: allow
          link: dsl
          fallback: false
        - name: Between local zones
          source: [trusted]
          destination: [guest]
          action: allow
        """;

    private readonly Topology _bed = Topology.Raise(new BedOptions { Shimmed = [0], Hosts = 2 });
    private readonly WebServer _web;
    private readonly EchoServer _echo;
    private readonly EchoServer _guestEcho;
    private readonly RouterDaemon _router;

    public LivePlans()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Echo.Address, Echo.Port);
        _guestEcho = EchoServer.Start(_bed.Guest, GuestEcho.Address, GuestEcho.Port);
        _router = new RouterDaemon(_bed);
    }

    public void Dispose()
    {
        _router.Dispose();
        _guestEcho.Dispose();
        _echo.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_client_that_reconnects_at_once_lands_on_the_new_link_and_no_other_flow_loses_a_packet()
    {
        Start("");
        using DatagramStream byDsl = Stream(1, Echo), local = Stream(1, GuestEcho);
        using Socket client = Dripping();
        Wait.Until(() => byDsl.Answered > 100 && local.Answered > 100, Patience, () => "the streams do not run");

        _bed.SetCarrier(0, false);
        var failure = Assert.Throws<SocketException>(() => ReadOn(client));
        var clock = Stopwatch.StartNew();
        using Socket next = Connect();
        TimeSpan took = clock.Elapsed;

        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
        next.Send("GET / HTTP/1.1\r\n\r\n"u8);
        Assert.Equal(1, Who.LinkOf(ReadOn(next).Split("\r\n\r\n")[^1].Trim()));
        Assert.True(took < TimeSpan.FromMilliseconds(50), $"connected only {took.TotalMilliseconds:F1} ms after the reset");
        TestContext.Current.SendDiagnosticMessage("connected by the new link {0:F1} ms after the reset", took.TotalMilliseconds);
        AssertWhole(byDsl, local);
    }

    [Fact]
    public void A_degraded_link_is_left_by_what_the_rule_moves_and_kept_by_what_it_keeps()
    {
        Start("on_link_degrade: { udp: move }\non_link_return: { udp: move }", "degraded: { loss: 5%, latency: 300ms }");
        using DatagramStream video = Stream(0, Echo), byDsl = Stream(1, Echo), local = Stream(1, GuestEcho);
        using BackgroundProgram download = _bed.Hosts[0].Start("curl", "-sS", "-m", "60", "--limit-rate", "2M", "-o", "/dev/null", "-w", "%{size_download}",
            $"http://{Plan.Servers[0]}/bytes/16000000");
        Wait.Until(() => video.Answered > 100, Patience, () => "the stream does not run");

        _bed.Shim(0).Toll(1, 5);
        Wait.Until(() => IsOn(video, 1), Patience, () => $"seen as {string.Join(", ", video.Changes)}\n{_router.Log}");
        Assert.Equal("degraded", _router.LinkState("fiber"));

        _bed.Shim(0).Toll(0, 5);
        Wait.Until(() => IsOn(video, 0), TimeSpan.FromSeconds(20), () => $"seen as {string.Join(", ", video.Changes)}\n{_router.Log}");
        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(30)), download.Said);
        Assert.Equal("16000000", download.Said.Trim());
        Assert.Single(_web.Visits, visit => visit.Path.StartsWith("/bytes", StringComparison.Ordinal) && visit.Client.Address.Equals(Plan.LinkAddress(0)));
        AssertWhole(byDsl, local);
    }

    [Fact]
    public void What_is_drained_stays_while_its_host_begins_elsewhere_and_ends_when_its_time_is_over()
    {
        Start("on_link_return: drain", drain: "3s");
        _bed.SetCarrier(0, false);
        _router.WaitForLink("fiber", "down", Patience);
        using DatagramStream stream = Stream(0, Echo), byDsl = Stream(1, Echo), local = Stream(1, GuestEcho);
        using Socket client = Dripping();
        Wait.Until(() => IsOn(stream, 1), Patience, () => "the stream does not run");

        _bed.SetCarrier(0, true);
        Wait.Until(() => Who.LinkOf(_bed.Hosts[0]) == 0, Patience, () => $"new flows do not go by fiber again\n{_router.Log}");
        var clock = Stopwatch.StartNew();
        var failure = Assert.Throws<SocketException>(() => ReadOn(client));

        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6));
        Wait.Until(() => IsOn(stream, 0), Patience, () => $"seen as {string.Join(", ", stream.Changes)}\n{_router.Log}");
        Assert.InRange(stream.Changes[^1].At - stream.Changes[0].At, TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1));
        Assert.Contains("left to finish", _router.Log, StringComparison.Ordinal);
        AssertWhole(byDsl, local);
    }

    private void Start(string plans, string health = "", string drain = "5m")
    {
        string quick = "interval: 50ms\ntimeout: 300ms\nup_after: 3\nhold_down: 0s";
        string text = new RouterYaml { Mode = "failover", Rules = Untouched, AllowOutMore = plans, Health = health.Length == 0 ? quick : $"{quick}\n{health}" }.ToString();
        _router.Write(text.Replace("  pin: host", $"  pin: host\n  drain_time: {drain}", StringComparison.Ordinal));
        _router.Start();
    }

    private DatagramStream Stream(int host, IPEndPoint to) => DatagramStream.Start(_bed.Hosts[host], Plan.LanHost(host), to, 200);

    private Socket Connect()
    {
        Socket socket = _bed.Hosts[0].On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 });
        socket.Connect(Plan.Servers[0], 80);
        return socket;
    }

    // A connection on which a line comes every 100 ms.
    private Socket Dripping()
    {
        Socket socket = Connect();
        socket.Send("GET /drip/1000 HTTP/1.1\r\n\r\n"u8);
        Assert.True(socket.Receive(new byte[4096]) > 0);
        return socket;
    }

    private static string ReadOn(Socket socket)
    {
        var all = new StringBuilder();
        byte[] octets = new byte[4096];
        for (int read; (read = socket.Receive(octets)) > 0;) all.Append(Encoding.ASCII.GetString(octets, 0, read));
        return all.ToString();
    }

    private static bool IsOn(DatagramStream stream, int link) => stream.Changes is [.., var last] && Who.LinkOf(last.SeenAs) == link;

    private static void AssertWhole(params DatagramStream[] streams)
    {
        foreach (DatagramStream stream in streams)
        {
            Assert.Equal(0, stream.StopAndCountLost());
            Assert.True(stream.Sent > 100);
            Assert.Single(stream.Changes);
        }
    }
}
