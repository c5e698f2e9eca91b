using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Placing;

/// <summary>`routerctl hosts move`: what a host begins goes the new way, what lives stays or goes along, and both are told.</summary>
public sealed class MovedByHand : IDisposable
{
    private readonly Topology _bed = Topology.Raise();
    private readonly WebServer _web;
    private readonly EchoServer _echo;
    private readonly RouterDaemon _router;

    public MovedByHand()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Plan.Servers[1], 7);
        _router = new RouterDaemon(_bed);
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _echo.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void What_is_new_goes_there_and_what_lives_only_if_it_is_told_to()
    {
        string host = $"{Plan.LanHost(0)}";
        int first = Who.LinkOf(_bed.Hosts[0]), other = 1 - first;
        string from = RouterYaml.LinkNames[first], to = RouterYaml.LinkNames[other];
        using var stream = DatagramStream.Start(_bed.Hosts[0], Plan.LanHost(0), new IPEndPoint(Plan.Servers[1], 7), 100);
        using Socket tcp = Open();
        Wait.Until(() => stream.Answered > 10, TimeSpan.FromSeconds(5), () => "the stream does not run");

        string said = _router.Show("hosts", "move", host, to).OrThrow().Text;

        Assert.Contains($"{host} was moved from {from} to {to} (1 pin)", said, StringComparison.Ordinal);
        Assert.Contains("they stay until they end", said, StringComparison.Ordinal);
        Assert.Equal(other, Who.LinkOf(_bed.Hosts[0]));
        Assert.Equal((to, "Moved", from), Pin(host));
        _router.Program.WaitToSay($"host {host} was moved by hand from {from} to {to}", TimeSpan.FromSeconds(5));
        long then = stream.Answered;
        Wait.Until(() => stream.Answered > then + 50, TimeSpan.FromSeconds(5), () => "the stream stopped");
        Assert.Single(stream.Changes);

        JsonNode along = _router.Ask("hosts", "move", host, to, "--flows");

        Assert.Equal(0, along["pins"]!.GetValue<int>());
        Assert.Equal(1, along["flowsMoved"]!.GetValue<int>());
        Assert.InRange(along["flowsReset"]!.GetValue<int>(), 1, 2); // the connection, and the first curl's, which is kept for a while
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => tcp.Receive(new byte[1])).SocketErrorCode);
        Wait.Until(() => stream.Changes.Count == 2, TimeSpan.FromSeconds(5), () => "the stream did not move");
        Assert.Equal(other, Who.LinkOf(stream.Changes[^1].SeenAs));
        Assert.Contains("as its host was moved by hand", _router.Show("why", "udp", host, $"{Plan.Servers[1]}:7").OrThrow().Output, StringComparison.Ordinal);

        _router.Kill();
        _router.Start();
        Assert.Equal((to, "Moved", from), Pin(host));
        Assert.Equal(other, Who.LinkOf(_bed.Hosts[0]));
    }

    [Fact]
    public void What_cannot_be_is_refused_with_a_reason()
    {
        string host = $"{Plan.LanHost(0)}";
        int link = Who.LinkOf(_bed.Hosts[0]), other = 1 - link;
        Refused(2, "'printer' is no address", "printer", "dsl");
        Refused(2, "there is no link 'cable'; there are fiber, dsl, lte", host, "cable");
        Refused(1, "10.0.0.99 has no pin", "10.0.0.99", "dsl");
        Refused(1, "lte is reserved (weight 0)", host, "lte");
        _bed.SetCarrier(other, false);
        _router.WaitForLink(RouterYaml.LinkNames[other], "down", TimeSpan.FromSeconds(5));
        Refused(1, $"{RouterYaml.LinkNames[other]} is down, and cannot take {host} now", host, RouterYaml.LinkNames[other]);
        Assert.Equal((RouterYaml.LinkNames[link], "Placed", null), Pin(host));
        Assert.Equal(link, Who.LinkOf(_bed.Hosts[0]));
    }

    private void Refused(int exitCode, string sentence, string host, string link)
    {
        Outcome outcome = _router.Show("hosts", "move", host, link);
        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
    }

    private (string? Link, string? Reason, string? From) Pin(string host)
    {
        JsonNode report = _router.Ask("hosts").AsArray().Single(one => (string?)one!["host"] == host)!;
        return ((string?)report["link"], (string?)report["reason"], (string?)report["movedFrom"]);
    }

    private Socket Open() => _bed.Hosts[0].On(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
        socket.Connect(Plan.Servers[0], 80);
        return socket;
    });
}
