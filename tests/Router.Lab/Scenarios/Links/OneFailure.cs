using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>
/// One host at work with everything at once, over three links, before, during and after the failure of its link: a table of what became of
/// each. It takes half a minute and what it proves is proved by smaller facts, so it runs only on demand (-explicit only -diagnostics).
/// </summary>
public sealed class OneFailure : IDisposable
{
    private static readonly IPEndPoint Echo = new(Plan.Servers[0], 7), InWireguard = new(IPAddress.Parse("10.77.0.1"), 7), InOpenvpn = new(IPAddress.Parse("10.78.0.1"), 7);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private const string TunnelsByFiber = """
        - name: Tunnels return to fiber
          source: [trusted]
          destination: [internet]
          service: [udp/51820, udp/1194]
          action: allow
          link: fiber
          fallback: true
          on_link_return: move
        """;

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly List<IDisposable> _running = [];
    private readonly StringBuilder _table = new();
    private readonly RouterDaemon _router;
    private readonly WebServer _web;
    private readonly SshServer _ssh;

    public OneFailure()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _ssh = SshServer.Start(_bed, _bed.Internet);
        _router = new RouterDaemon(_bed);
    }

    public void Dispose()
    {
        foreach (IDisposable one in Enumerable.Reverse(_running)) one.Dispose();
        _router.Dispose();
        _ssh.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Theory(Explicit = true)]
    [InlineData("failover")]
    [InlineData("balance")]
    public void Of_a_host_at_work(string mode)
    {
        Assert.SkipUnless(WireguardPeer.Available && OpenvpnPeer.Available, "no WireGuard or no OpenVPN here");
        _router.Write(new RouterYaml { Mode = mode, Health = "hold_down: 2s", Rules = TunnelsByFiber });
        _router.Start();
        (string Name, DatagramStream Stream)[] streams = StartStreams();
        BackgroundProgram session = Session(), download = Download();
        Wait.Until(() => streams.All(one => one.Stream.Answered > 100), Patience, () => "not all streams run");

        _table.AppendLine($"mode {mode}: link, and datagrams lost of 100 a second");
        Row("before", streams, session, download);
        _bed.SetCarrier(0, false);
        var clock = Stopwatch.StartNew();
        Wait.Until(() => !download.Running && !session.Running, Patience, () => $"TCP was not reset: ssh runs {session.Running}, download runs {download.Running}\n{session.Said}\n{_router.Show("flows").Output}\n{_router.Log}");
        long ended = clock.ElapsedMilliseconds;
        (session, download) = (Session(), Download());
        Wait.Until(() => LinksOf(7)[0] == "dsl", Patience, () => "the video stays on fiber");
        RunOn(streams);
        Row($"fiber down (TCP reset after {ended} ms, begun anew at once)", streams, session, download);
        _bed.SetCarrier(0, true);
        _router.WaitForLink("fiber", "up", TimeSpan.FromSeconds(20));
        RunOn(streams);
        Row("fiber back", streams, session, download);

        TestContext.Current.SendDiagnosticMessage("{0}", _table);
        Assert.True(session.Running && download.Running, "what was begun on dsl did not live through the return of fiber");
        Assert.Equal(["fiber", "fiber", "dsl", "dsl", "dsl"], new[] { 51820, 1194, 7, 22, 80 }.Select(port => LinksOf(port)[^1]));
    }

    private (string, DatagramStream)[] StartStreams()
    {
        (WireguardPeer far, WireguardPeer near) = WireguardPeer.Tunnel(_bed, _bed.Hosts[0], Plan.Servers[0]);
        BackgroundProgram server = OpenvpnPeer.Server(_bed, Plan.Servers[0]);
        _running.AddRange([far, near, server]);
        server.WaitToSay("Initialization Sequence Completed", Patience);
        BackgroundProgram client = OpenvpnPeer.Client(_bed, _bed.Hosts[0], Plan.Servers[0]);
        _running.Add(client);
        client.WaitToSay("Initialization Sequence Completed", Patience);
        return [("video", Stream(Echo, Plan.LanHost(0))), ("WireGuard", Stream(InWireguard, IPAddress.Parse("10.77.0.2"))), ("OpenVPN", Stream(InOpenvpn, IPAddress.Parse("10.78.0.2")))];
    }

    private DatagramStream Stream(IPEndPoint to, IPAddress from)
    {
        _running.Add(EchoServer.Start(_bed.Internet, to.Address, to.Port));
        DatagramStream stream = DatagramStream.Start(_bed.Hosts[0], from, to, 100);
        _running.Add(stream);
        return stream;
    }

    private BackgroundProgram Session()
    {
        BackgroundProgram session = _ssh.Session(_bed.Hosts[0], Plan.Servers[0]);
        _running.Add(session);
        Says(session, "begun");
        return session;
    }

    private BackgroundProgram Download()
    {
        // Fast, since what its kernel had received before the reset is read before that is seen.
        BackgroundProgram download = _bed.Hosts[0].Start("curl", "-sS", "--limit-rate", "20M", "-o", "/dev/null", $"http://{Plan.Servers[0]}/bytes/2000000000");
        _running.Add(download);
        Wait.Until(() => LinksOf(80).Count > 0, Patience, () => $"no download\n{download.Said}");
        return download;
    }

    // What is typed comes back, and what it makes the shell print.
    private static void Says(BackgroundProgram session, string word)
    {
        session.Write($"echo {word[..1]}''{word[1..]}");
        session.WaitToSay(word, Patience);
    }

    private static void RunOn((string Name, DatagramStream Stream)[] streams)
    {
        long[] before = [.. streams.Select(one => one.Stream.Answered)];
        Wait.Until(() => streams.Select((one, i) => one.Stream.Answered > before[i] + 200).All(is200 => is200), Patience, () => "not all streams run on");
    }

    private void Row(string when, (string Name, DatagramStream Stream)[] streams, BackgroundProgram session, BackgroundProgram download)
    {
        Says(session, "alive" + when.Length);
        Assert.True(download.Running);
        _table.AppendLine($"  {when}");
        foreach (((string name, DatagramStream stream), int port) in streams.Zip([7, 51820, 1194]))
            _table.AppendLine($"    {name,-10} {LinksOf(port)[^1],-6} {stream.Sent - stream.Answered} of {stream.Sent} lost or under way so far");
        _table.AppendLine($"    {"ssh",-10} {LinksOf(22)[^1],-6} answers");
        _table.AppendLine($"    {"download",-10} {LinksOf(80)[^1],-6} runs");
    }

    // The links of the host's live flows to a port, the newest flow last.
    private List<string> LinksOf(int port) => [.. _router.Ask("flows").AsArray()
        .Where(flow => flow!["remote"]!["port"]!.GetValue<int>() == port && flow["remote"]!["address"]!.GetValue<string>() == $"{Plan.Servers[0]}" && IsOpen(flow))
        .OrderBy(flow => flow!["ageSeconds"]!.GetValue<double>() * -1).Select(flow => flow!["link"]!.GetValue<string>())];

    private static bool IsOpen(JsonNode flow) => flow["state"]!.GetValue<string>() is "established" or "two-way" or "one-way";
}
