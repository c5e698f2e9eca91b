using System.Net;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>A failure that is rehearsed on a live box: what is done to the link, what comes of it, and that it ends.</summary>
public sealed class Rehearsals : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);
    private static readonly IPEndPoint Echo = new(Plan.Servers[0], 7);

    private readonly Topology _bed = Topology.Raise();
    private readonly WebServer _web;
    private readonly EchoServer _echo;
    private readonly RouterDaemon _router;

    public Rehearsals()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Echo.Address, Echo.Port);
        _router = new RouterDaemon(_bed, new RouterYaml { Mode = "failover", Health = "hold_down: 1s\nup_after: 2\ninterval: 200ms" });
        _router.Start();
        _router.WaitForLink("fiber", "up", Soon);
    }

    public void Dispose()
    {
        _router.Dispose();
        _echo.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_link_that_is_down_in_a_drill_moves_and_resets_its_flows_and_comes_back()
    {
        using var stream = DatagramStream.Start(_bed.Hosts[0], Plan.LanHost(0), Echo, 100);
        using BackgroundProgram drip = _bed.Hosts[1].Start("curl", "-sSN", "-m", "60", $"http://{Plan.Servers[1]}/drip/1000");
        drip.WaitToSay("\n", Soon);
        Wait.Until(() => stream.Answered > 20, Soon, () => "the stream does not run");

        Outcome drill = _router.Show("drill", "fiber", "--down", "--for", "6s");

        TestContext.Current.SendDiagnosticMessage("{0}", drill);
        Assert.True(drill.Succeeded, $"{drill}\n{_router.Log}");
        Assert.Matches(@"noticed:  down after \d\.\ds: gateway 198\.51\.100\.1 does not answer", drill.Output);
        Assert.Matches(@"flows:    [2-9] on the link before; [1-9]\d* moved, [1-9]\d* reset, 0 lost", drill.Output);
        Assert.Matches(@"packets:  \d+ lost, 0 delayed", drill.Output);
        Assert.Matches(@"returned: well again [\d.]+s after the end", drill.Output);
        drip.WaitForExit(Soon);
        Assert.Contains("reset", drip.Said, StringComparison.OrdinalIgnoreCase);
        Assert.Equal([0, 1], stream.Changes.Take(2).Select(change => Who.LinkOf(change.SeenAs)));
        Assert.Equal(0, Who.LinkOf(_bed.Hosts[2]));
        Assert.Contains("a drill begins: down, until", _router.Show("events", "--kind", "drill").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_and_delay_are_seen_by_probes_as_they_were_asked_for_and_shown_while_they_last()
    {
        Outcome begun = Command.Run("curl", ["-sS", "--unix-socket", _router.ControlSocket, "-X", "POST", "http://routerd/v1/drill?link=fiber&loss=25&delay=200&seconds=60"]).OrThrow();
        Assert.Equal("running", $"{JsonNode.Parse(begun.Output)!["phase"]}");
        Assert.Contains("fiber is under a drill: 25 % loss, 200 ms delay, until ", _router.Show("links").Output, StringComparison.Ordinal);
        Wait.Until(() => _router.LinkState("fiber") is "degraded" or "down", TimeSpan.FromSeconds(30), () => _router.Log);
        Wait.Until(() => Loss() is > 0.15 and < 0.4 && Latency() is > 195 and < 400, TimeSpan.FromSeconds(30), () => $"{Loss()} {Latency()} {_router.Ask("links")}");

        Assert.Matches("noticed:  (degraded|down) after", _router.Show("drill", "stop").Output);

        _router.WaitForLink("fiber", "up", TimeSpan.FromSeconds(60));
        Assert.DoesNotContain("drill", _router.Show("links").Output, StringComparison.Ordinal);
        Assert.Contains("No drill is on", _router.Show("drill", "stop").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void It_ends_by_itself_when_whoever_began_it_is_killed_and_when_the_daemon_is()
    {
        using BackgroundProgram drill = _bed.Router.Start(Programs.Routerctl, "--socket", _router.ControlSocket, "drill", "fiber", "--down", "--for", "5s");
        drill.WaitToSay("fiber: down until", Soon);
        drill.Kill();
        _router.WaitForLink("fiber", "down", Soon);
        _router.WaitForLink("fiber", "up", TimeSpan.FromSeconds(30));
        Assert.Equal(0, Who.LinkOf(_bed.Hosts[0]));

        Command.Run("curl", ["-sS", "--unix-socket", _router.ControlSocket, "-X", "POST", "http://routerd/v1/drill?link=fiber&down=yes&seconds=600"]).OrThrow();
        _router.WaitForLink("fiber", "down", Soon);
        _router.Kill();
        _router.Start();
        _router.WaitForLink("fiber", "up", Soon);
        Assert.Equal(0, Who.LinkOf(_bed.Hosts[2]));
        Assert.Contains("There was no drill", Command.Run("curl", ["-sS", "--unix-socket", _router.ControlSocket, "http://routerd/v1/drill"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_rehearsed_is_refused_in_words()
    {
        Assert.Contains("there is no link 'fibre'; there are fiber, dsl, lte", _router.Show("drill", "fibre", "--down").Error, StringComparison.Ordinal);
        _bed.SetCarrier(1, false);
        _router.WaitForLink("dsl", "down", Soon);
        Assert.Contains("link dsl is down as it is: no carrier", _router.Show("drill", "dsl", "--down").Error, StringComparison.Ordinal);
    }

    private double Loss() => Fiber["lossShare"]?.GetValue<double>() ?? 0;

    private double Latency() => Fiber["latencyMilliseconds"]?.GetValue<double>() ?? 0;

    private JsonNode Fiber => _router.Ask("links").AsArray().First(one => (string?)one!["name"] == "fiber")!;
}
