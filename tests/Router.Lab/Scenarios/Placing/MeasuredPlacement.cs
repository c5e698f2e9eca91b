using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Placing;

/// <summary>`placement: measured` on a provider's line that is really slow and really queues (tbf at its end of the wire).</summary>
public sealed class MeasuredPlacement : IDisposable
{
    // Half a megabyte a second, and room for half a second's worth of waiting packets.
    private static readonly string[] s_narrow = ["qdisc", "add", "dev", "cust", "root", "tbf", "rate", "4mbit", "burst", "16kb", "latency", "500ms"];

    private readonly Topology _bed = Topology.Raise();
    private readonly WebServer _web;
    private readonly RouterDaemon _router;

    public MeasuredPlacement()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _bed.Providers[1].Run("tc", s_narrow).OrThrow();
        // A slow link is not to count as a degraded one, which would be avoided for that.
        _router = new RouterDaemon(_bed, new RouterYaml
        {
            Placement = "measured", Weights = [1, 1, 0], Health = "interval: 200ms\ndegraded: { loss: 90%, latency: 30s }",
            Rules = $"- name: Downloads by dsl\n  source: [{Plan.LanHost(2)}]\n  destination: [internet]\n  action: allow\n  link: dsl\n  fallback: false",
        });
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void New_hosts_avoid_a_link_that_queues_and_come_back_by_what_it_has_carried()
    {
        // The first rounds of a start meet neighbours that nobody knows yet; what they take is not the line's.
        Wait.Until(() => Dsl["idleLatencyMilliseconds"] is { } idle && idle.GetValue<double>() < 5, TimeSpan.FromSeconds(20), () => $"no idle latency: {Dsl}");
        Assert.Equal(10, OnDsl(0, 20));

        BackgroundProgram download = _bed.Hosts[2].Start("curl", "-sS", "-o", "/dev/null", $"http://{Plan.Servers[0]}/bytes/{1L << 30}");
        using (download)
        {
            Wait.Until(() => Dsl["queues"]!.GetValue<bool>(), TimeSpan.FromSeconds(40), () => $"no queue: {Dsl}");
            Assert.Equal(0, OnDsl(20, 50));
            Assert.Contains("dsl queues, ", _router.Show("links").OrThrow().Output, StringComparison.Ordinal);
            _router.Program.WaitToSay("link dsl queues: ", TimeSpan.FromSeconds(5));
            Assert.Equal("up", _router.LinkState("dsl"));
        }

        Wait.Until(() => !Dsl["queues"]!.GetValue<bool>(), TimeSpan.FromSeconds(60), () => $"it does not drain: {Dsl}");
        _router.Program.WaitToSay("link dsl has drained: ", TimeSpan.FromSeconds(5));
        int dsl = Weight("dsl"), fiber = Weight("fiber");
        // What it let through, and not the megabit that was all it was known for before.
        Assert.InRange(dsl, 2500, 6000);
        Assert.InRange(OnDsl(70, 100) / 100.0, (double)dsl / (dsl + fiber) - 0.1, (double)dsl / (dsl + fiber) + 0.1);
    }

    private JsonNode Dsl => Link("dsl")["placement"]!;

    private JsonNode Link(string name) => _router.Ask("links").AsArray().Single(link => (string?)link!["name"] == name)!;

    private int Weight(string link) => Link(link)["placement"]!["weightKilobits"]!.GetValue<int>();

    private int OnDsl(int first, int count) =>
        Crowd.AskWhoTheyAre(_bed.Hosts[0], first, count, Plan.Servers[0]).Values.Count(seenAs => Who.LinkOf(seenAs) == 1);
}
