using System.Text;
using Router.Configuration;
using Router.Daemon.Health;
using Router.Daemon.Placing;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Tests.Configuration;

namespace Router.Tests.Daemon.Placing;

/// <summary>`placement: measured`: what links weigh, and when that is worth a new plan.</summary>
public sealed class LinkLoadsTests : IDisposable
{
    private const long Second = 1_000_000;
    private const long Megabit = 125_000;

    private readonly PortRegistry _ports = new();
    private readonly PortTraffic[] _traffic = new PortTraffic[PortId.Most + 1];
    private readonly Dictionary<string, double> _latencies = new() { ["fiber"] = 0.005, ["dsl"] = 0.005, ["lte"] = 0.005 };
    private readonly MemoryStream _said = new();
    private readonly Journal _journal;
    private readonly LinkLoads _loads;
    private bool _isDslUsable = true;
    private long _now = 1000 * Second;

    public LinkLoadsTests()
    {
        _journal = new Journal(null, _said, TimeProvider.System);
        _loads = new LinkLoads(id => _traffic[id.Value], _ports, Reports, _journal);
    }

    public void Dispose() => _journal.Dispose();

    [Fact]
    public void By_weight_nothing_is_measured()
    {
        Settings settings = Measured("fiber: { interface: wan0, weight: 8 }", "dsl: { interface: wan1, weight: 4 }", "weight");
        Assert.False(Carry(settings, 30, ("dsl", 9 * Megabit)));
        Assert.Equal((0, false), Of(settings, "dsl"));
        Assert.Null(_loads.Read(settings, _ports.Claim("dsl")));
    }

    [Fact]
    public void Declared_speeds_hold_at_once_and_weights_where_there_are_none()
    {
        Settings settings = Measured("fiber: { interface: wan0, speed: 40/10 Mbit/s }", "dsl: { interface: wan1, weight: 4 }");
        Assert.Equal((50_000, false), Of(settings, "fiber"));
        // A tenth of the largest, which is more than 4 Mbit/s.
        Assert.Equal((5_000, false), Of(settings, "dsl"));
        settings = Measured("fiber: { interface: wan0, weight: 8 }", "dsl: { interface: wan1, weight: 4 }");
        Assert.Equal([(8_000, false), (4_000, false)], [Of(settings, "fiber"), Of(settings, "dsl")]);
    }

    [Fact]
    public void A_reserved_link_stays_reserved_whatever_it_carries()
    {
        Settings settings = Measured("fiber: { interface: wan0 }", "lte: { interface: wan2, weight: 0, speed: 100/50 Mbit/s }");
        Carry(settings, 30, ("lte", 90 * Megabit));
        Assert.Equal((0, false), Of(settings, "lte"));
        Assert.Equal((1_000, false), Of(settings, "fiber"));
    }

    [Fact]
    public void What_was_carried_raises_a_weight_and_a_declared_speed_is_the_least()
    {
        Settings settings = Measured("fiber: { interface: wan0, speed: 40/10 Mbit/s }", "dsl: { interface: wan1, speed: 5/1 Mbit/s }");
        Assert.True(Carry(settings, 30, ("dsl", 24 * Megabit)));
        Assert.Equal([(50_000, false), (24_000, false)], [Of(settings, "fiber"), Of(settings, "dsl")]);
        Assert.Equal(24.0 * Megabit, _loads.Read(settings, _ports.Claim("dsl"))!.PeakIn, 1.0);
    }

    [Fact]
    public void Weights_that_hardly_differ_make_no_new_plan()
    {
        Settings settings = Measured("fiber: { interface: wan0 }", "dsl: { interface: wan1 }");
        Assert.True(Carry(settings, 30, ("dsl", 8 * Megabit), ("fiber", 16 * Megabit)));
        (int, bool) before = Of(settings, "dsl");
        // Each time a little more, and never an eighth more than what is in force.
        for (long rate = 8 * Megabit; rate < 9 * Megabit; rate += Megabit / 10) Assert.False(Carry(settings, 12, ("dsl", rate), ("fiber", 16 * Megabit)));
        Assert.Equal(before, Of(settings, "dsl"));
        Assert.True(Carry(settings, 20, ("dsl", 12 * Megabit), ("fiber", 16 * Megabit)));
        Assert.InRange(Of(settings, "dsl").Weight, 12_000 * 8 / 9, 12_000);
    }

    [Fact]
    public void A_queue_makes_a_plan_when_it_begins_and_when_it_ends_and_the_journal_says_so()
    {
        Settings settings = Measured("fiber: { interface: wan0, speed: 10/1 Mbit/s }", "dsl: { interface: wan1, speed: 10/1 Mbit/s }");
        Carry(settings, 30, ("dsl", Megabit / 10));
        _latencies["dsl"] = 0.2;
        Assert.True(Carry(settings, 10, ("dsl", 10 * Megabit)));
        Assert.Equal([(11_000, false), (11_000, true)], [Of(settings, "fiber"), Of(settings, "dsl")]);
        Assert.False(Carry(settings, 10, ("dsl", 10 * Megabit)));
        _latencies["dsl"] = 0.005;
        Assert.True(Carry(settings, 20, ("dsl", Megabit)));
        Assert.Equal((11_000, false), Of(settings, "dsl"));
        string said = Encoding.UTF8.GetString(_said.ToArray());
        Assert.Contains("link dsl queues: 200 ms where 5 ms is idle", said, StringComparison.Ordinal);
        Assert.Contains("link dsl has drained", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_fails_has_no_queue_when_it_returns()
    {
        Settings settings = Measured("fiber: { interface: wan0 }", "dsl: { interface: wan1 }");
        Carry(settings, 30, ("dsl", Megabit / 10));
        _latencies["dsl"] = 0.2;
        Carry(settings, 10, ("dsl", 10 * Megabit));
        Assert.True(Of(settings, "dsl").Queues);
        (_isDslUsable, _latencies["dsl"]) = (false, 0);
        Assert.True(Carry(settings, 2, ("dsl", 0)));
        Assert.False(Of(settings, "dsl").Queues);
    }

    private static Settings Measured(string first, string second, string placement = "measured") =>
        Loading.Sound($"zones: {{ trusted: {{ interfaces: [lan0] }} }}\nlinks:\n  {first}\n  {second}\ninternet: {{ placement: {placement} }}\n");

    private (int Weight, bool Queues) Of(Settings settings, string link)
    {
        LinkState state = _loads.Apply(settings, new LinkState { Id = _ports.Claim(link) });
        return (state.Capacity, state.Queues);
    }

    // So many seconds with these octets in each of them; whether any of them asked for a new plan.
    private bool Carry(Settings settings, int seconds, params (string Link, long Rate)[] rates)
    {
        bool changed = false;
        for (int second = 0; second < seconds; second++)
        {
            _now += Second;
            foreach ((string link, long rate) in rates) _traffic[_ports.Claim(link).Value].OctetsIn += rate;
            changed |= _loads.Tick(settings, _now);
        }
        return changed;
    }

    private IReadOnlyList<LinkReport> Reports() =>
    [
        .. _latencies.Select(link => new LinkReport(_ports.Claim(link.Key), link.Key,
            new LinkVerdict(LinkHealth.Up, link.Key != "dsl" || _isDslUsable, "", 0), 0, 0, 100, 0) { RecentLatency = link.Value }),
    ];
}
