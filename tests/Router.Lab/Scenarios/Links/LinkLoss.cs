using System.Net;
using System.Net.Sockets;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>
/// A link dies and returns while people work (product.md 2). Host 1 goes by fiber, host 2 by dsl, each by a rule with
/// fallback, so every fact knows who is hit and who must not notice.
/// </summary>
public sealed class LinkLoss : IDisposable
{
    private static readonly IPEndPoint Echo = new(Plan.Servers[0], 7);

    private readonly Topology _bed = Topology.Raise(new BedOptions { Shimmed = [0] });
    private readonly WebServer _web;
    private readonly EchoServer _echo;
    private readonly RouterDaemon _router;

    public LinkLoss()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Echo.Address, Echo.Port);
        _router = new RouterDaemon(_bed, new RouterYaml { Health = "hold_down: 1s", Rules = Preferred(0, "fiber") + "\n" + Preferred(1, "dsl") });
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
    public void New_flows_take_the_other_link_within_a_second_of_carrier_loss()
    {
        Assert.Equal(0, Who.LinkOf(_bed.Hosts[0]));
        _bed.SetCarrier(0, false);
        TimeSpan? took = UntilOnDsl();
        Report("carrier loss", took);
        Assert.True(took < TimeSpan.FromSeconds(1), $"took {took?.TotalMilliseconds} ms\n{_router.Log}");
    }

    [Fact]
    public void New_flows_take_the_other_link_within_three_seconds_of_a_black_hole()
    {
        Assert.Equal(0, Who.LinkOf(_bed.Hosts[0]));
        _bed.Shim(0).BlackHole(true);
        TimeSpan? took = UntilOnDsl();
        Report("black hole", took);
        Assert.True(took < TimeSpan.FromSeconds(3), $"took {took?.TotalMilliseconds} ms\n{_router.Log}");
    }

    [Fact]
    public void Tcp_is_reset_so_that_the_client_reconnects_by_the_other_link()
    {
        using Socket client = _bed.Hosts[0].On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 3000 });
        client.Connect(Plan.Servers[0], 80);
        client.Send("GET /drip/1000 HTTP/1.1\r\n\r\n"u8);
        byte[] octets = new byte[4096];
        Assert.True(client.Receive(octets) > 0);

        _bed.SetCarrier(0, false);

        var failure = Assert.Throws<SocketException>(() => { while (client.Receive(octets) > 0) { } });
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
        Assert.Equal(1, Who.LinkOf(_bed.Hosts[0]));
    }

    [Fact]
    public void Udp_is_moved_and_flows_on_the_other_link_lose_nothing()
    {
        using var hit = DatagramStream.Start(_bed.Hosts[0], Plan.LanHost(0), Echo, 200);
        using var untouched = DatagramStream.Start(_bed.Hosts[1], Plan.LanHost(1), Echo, 200);
        Wait.Until(() => hit.Answered > 20 && untouched.Answered > 20, TimeSpan.FromSeconds(5), () => "the streams do not run");

        _bed.SetCarrier(0, false);

        Wait.Until(() => hit.Changes.Count == 2, TimeSpan.FromSeconds(2), () => $"seen as {string.Join(", ", hit.Changes)}\n{_router.Log}");
        Assert.Equal([0, 1], hit.Changes.Select(change => Who.LinkOf(change.SeenAs)));
        Assert.Equal(0, untouched.StopAndCountLost());
        Assert.Single(untouched.Changes);
    }

    [Fact]
    public void A_link_that_returns_takes_new_hosts_and_disturbs_no_flow()
    {
        _bed.SetCarrier(0, false);
        _router.WaitForLink("fiber", "down", TimeSpan.FromSeconds(2));
        int[] meanwhile = CountByLink(0, 30);
        Assert.Equal([0, 30, 0], meanwhile);
        using var stream = DatagramStream.Start(_bed.Hosts[2], Plan.LanHost(2), Echo, 200);
        using BackgroundProgram download = _bed.Hosts[2].Start("curl", "-sS", "-m", "60", "--limit-rate", "20M", "-o", "/dev/null", "-w", "%{size_download}",
            $"http://{Plan.Servers[0]}/bytes/200000000");

        _bed.SetCarrier(0, true);
        _router.WaitForLink("fiber", "up", TimeSpan.FromSeconds(15));

        Assert.Equal([0, 30, 0], CountByLink(0, 30)); // pinned hosts stay
        Assert.True(CountByLink(100, 30)[0] > 10, "new hosts do not use the link that returned");
        Assert.Equal(0, stream.StopAndCountLost());
        Assert.Single(stream.Changes);
        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(30)), download.Said);
        Assert.Equal("200000000", download.Said.Trim());
    }

    [Fact]
    public void When_the_last_link_is_gone_hosts_are_told_and_come_back_by_themselves()
    {
        foreach (int link in new[] { 0, 1, 2 }) _bed.SetCarrier(link, false);
        foreach (string link in RouterYaml.LinkNames) _router.WaitForLink(link, "down", TimeSpan.FromSeconds(2));
        Outcome ping = _bed.Hosts[0].Run("ping", "-n", "-c1", "-W1", $"{Plan.Servers[0]}");
        Assert.Contains("Unreachable", ping.Output, StringComparison.OrdinalIgnoreCase);

        _bed.SetCarrier(1, true);
        TimeSpan? took = UntilOnDsl(TimeSpan.FromSeconds(20));
        Report("return of the only link", took);
        Assert.NotNull(took);
    }

    private TimeSpan? UntilOnDsl(TimeSpan? limit = null) =>
        NewFlows.UntilSeenAs(Plan.LinkAddress(1), _bed.Hosts[0], Plan.LanHost(0), Plan.Servers[0], limit ?? TimeSpan.FromSeconds(6));

    private int[] CountByLink(int first, int count)
    {
        int[] perLink = new int[3];
        foreach (string seenAs in Crowd.AskWhoTheyAre(_bed.Hosts[0], first, count, Plan.Servers[0]).Values) perLink[Who.LinkOf(seenAs)]++;
        return perLink;
    }

    private static void Report(string what, TimeSpan? took) =>
        TestContext.Current.SendDiagnosticMessage("{0}: new flows after {1:F0} ms", what, took?.TotalMilliseconds ?? double.NaN);

    private static string Preferred(int host, string link) => $"""
        - name: Host {host + 1} prefers {link}
          source: [{Plan.LanHost(host)}]
          destination: [internet]
          action: allow
          link: {link}
          fallback: true
        """;
}
