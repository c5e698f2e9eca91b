using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>The box's own programs: by the rules as anybody else, or by a link that somebody names (`routerctl use`).</summary>
public sealed class OwnPrograms : IDisposable
{
    private const string Server = "http://198.18.0.10/";

    private readonly Topology _bed = Topology.Raise();
    private readonly WebServer _web;
    private readonly RouterDaemon _router;

    public OwnPrograms()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _router = new RouterDaemon(_bed, new RouterYaml
        {
            Mode = "failover",
            Health = "hold_down: 1s",
            Rules = """
                - name: The box keeps its clock by dsl
                  source: [firewall]
                  destination: [internet]
                  service: [udp/123]
                  action: allow
                  link: dsl
                  fallback: true
                """,
        });
        _router.Start();
        foreach (string link in (string[])["fiber", "dsl"]) Wait.Until(() => _router.LinkState(link) is "up" or "standby", TimeSpan.FromSeconds(15), () => _router.Log);
    }

    public void Dispose()
    {
        _web.Dispose();
        _router.Dispose();
        _bed.Dispose();
    }

    [Theory]
    [InlineData("fiber", 0)]
    [InlineData("dsl", 1)]
    [InlineData("lte", 2)]
    public void A_program_leaves_by_the_link_that_is_named_and_from_its_address(string link, int index)
    {
        Assert.Equal(index, Who.LinkOf(Use(link, "curl", "-sS", "-m", "5", Server).OrThrow().Text));
        // What it starts goes there too, and what others do does not.
        Assert.Equal(index, Who.LinkOf(Use(link, "sh", "-c", $"curl -sS -m 5 {Server}").OrThrow().Text));
        Assert.Equal(0, Who.LinkOf(_bed.Router));
    }

    [Fact]
    public void Its_exit_code_its_output_and_its_signals_are_its_own()
    {
        Outcome seven = Use("dsl", "sh", "-c", "echo out; echo err >&2; exit 7");
        Assert.Equal((7, "out", "err"), (seven.ExitCode, seven.Text, seven.Error.Trim()));
        Assert.Equal(127, Use("dsl", "no-such-program").ExitCode);
        Assert.Equal(0, Use("dsl", "sh", "-c", "yes | head -1 >/dev/null").ExitCode);
        using BackgroundProgram sleeper = BackgroundProgram.Start(Nsenter[0], [.. Nsenter[1..], Programs.Routerctl, "--socket", _router.ControlSocket, "use", "dsl", "--", "sh", "-c", "trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.1; done"], null);
        sleeper.WaitToSay("ready", TimeSpan.FromSeconds(15));
        sleeper.Signal(15);
        sleeper.WaitToSay("caught", TimeSpan.FromSeconds(10));
        Assert.True(sleeper.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Equal(5, sleeper.ExitCode);
    }

    [Fact]
    public void A_link_that_is_unknown_or_down_is_refused_and_nothing_is_run()
    {
        Assert.Contains("there is no link 'fibre'; there are fiber, dsl, lte", Use("fibre", "true").Error, StringComparison.Ordinal);
        _bed.SetCarrier(1, false);
        _router.WaitForLink("dsl", "down", TimeSpan.FromSeconds(5));
        Outcome refused = Use("dsl", "echo", "run");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("link dsl is down: no carrier; nothing was run", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_box_does_by_itself_goes_by_the_rules_and_fails_over_as_a_host_does()
    {
        using EchoServer clock = EchoServer.Start(_bed.Internet, Plan.Servers[0], 123);
        var server = new IPEndPoint(Plan.Servers[0], 123);
        // 192.0.0.2 is the box itself towards us; the socket is as unbound as any NTP client's.
        using (var stream = DatagramStream.Start(_bed.Router, IPAddress.Any, server, 50))
        {
            Wait.Until(() => stream.Answered > 5, TimeSpan.FromSeconds(10), () => _router.Log);
            Assert.Equal(1, Who.LinkOf(stream.Changes[0].SeenAs));
            _bed.SetCarrier(1, false);
            Wait.Until(() => stream.Changes.Count == 2, TimeSpan.FromSeconds(10), () => _router.Log);
            Assert.Equal(0, Who.LinkOf(stream.Changes[1].SeenAs));
        }
    }

    private string[] Nsenter => ["nsenter", $"--net=/run/netns/{_bed.Router.Name}"];

    // Not by `ip netns exec`, which hides the control groups behind a /sys of its own.
    private Outcome Use(string link, params string[] command) =>
        Command.Run(Nsenter[0], [.. Nsenter[1..], Programs.Routerctl, "--socket", _router.ControlSocket, "use", link, "--", .. command]);
}
