using System.Collections.Concurrent;
using Router.Api;
using Router.Api.Web;
using Router.Api.Web.Dashboard;
using Router.Wire;

namespace Router.Web.Tests.Bed;

/// <summary>A small router for the dashboard: two links, a host, an administrator. What is asked of it is counted.</summary>
internal sealed class FakeDashboard
{
    private int _asked;

    /// <summary>Where one is logged in; the <see cref="FakeRouter"/> knows.</summary>
    public IReadOnlyList<string> Administrators { get; set; } = [];

    /// <summary>State of the link "fiber".</summary>
    public string Fiber { get; set; } = "up";

    /// <summary>How often it was asked how it is.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public ConcurrentQueue<ActOrder> Acts { get; } = new();

    public ConcurrentQueue<FlowQuery> Queries { get; } = new();

    public LiveReport Live(Address asker, bool withLists)
    {
        Interlocked.Increment(ref _asked);
        return new LiveReport
        {
            Administrators = Administrators,
            Now = new LiveState
            {
                Time = DateTimeOffset.Now, Version = "1.0", UptimeSeconds = 4000, Mode = "balance", Busy = 0.07, DropsPerSecond = 1,
                Flows = new Occupancy { Used = 42, Capacity = 1000 }, Pins = new Occupancy { Used = 3, Capacity = 1000 }, Links = [Link("fiber", Fiber), Link("dsl", "up")], Warnings = [],
            },
            Lists = withLists ? Lists() : null,
        };
    }

    public CourseReport Course(Address asker, string span) => new()
    {
        Span = span, StepSeconds = 10, From = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 10 * 10 - 7190, Changes = [],
        Links = [.. new[] { "fiber", "dsl" }.Select(link => new CourseLine
        {
            Link = link, States = new string('u', 720), In = [.. Enumerable.Range(0, 720).Select(i => (long?)(i * 1000))], Out = [.. Enumerable.Repeat((long?)5000, 720)],
            Loss = [.. Enumerable.Repeat((double?)0, 720)], Latency = [.. Enumerable.Repeat((double?)12.5, 720)],
        })],
    };

    public IReadOnlyList<FlowReport> Flows(Address asker, FlowQuery query)
    {
        Queries.Enqueue(query);
        return [];
    }

    public IReadOnlyList<EventReport> Events(Address asker, string? link) =>
        [new EventReport { Time = DateTimeOffset.Now, Kind = "state", Priority = "warning", Link = "fiber", State = "down", Text = "no <b>carrier</b>" }];

    public Outcome Act(Address asker, ActOrder order)
    {
        Acts.Enqueue(order);
        return new Outcome { Done = true, Sentence = $"did {order.Act}" };
    }

    private static LinkReport Link(string name, string state) => new()
    {
        Name = name, Interface = $"wan-{name}", State = state, Since = DateTimeOffset.Now.AddHours(-3), Usable = state == "up", InUse = state == "up", Weight = 1, Mtu = 1500,
        LatencyMilliseconds = 12.3, LossShare = 0, Flows = 7, Pins = 2, Addresses = ["198.51.100.10"],
        Received = new TrafficReport { Packets = 1, Octets = 1, OctetsPerSecond = 1_250_000 }, Sent = new TrafficReport { Packets = 1, Octets = 1, OctetsPerSecond = 25_000 },
    };

    private LiveLists Lists() => new()
    {
        Hosts = [new HostLine { Host = "10.0.0.5", Zone = "trusted", Link = "fiber", PinAgeSeconds = 90, Flows = 3, InPerSecond = 1000, OutPerSecond = 10 }], HostCount = 1, RuleCount = 1,
        Rules = [new RuleReport { Index = 1, Name = "<All>", Action = "allow", Active = true, Packets = 5, Octets = 500, Flows = 2 }], Drops = [],
        Licence = new LicenseReport
        {
            Licence = new LicenceFacts { State = "base", Users = 5, DevicesPerUser = 5 }, Mode = "per-user", Devices = new CounterReport { Used = 24, Limit = 25 },
            Seats = new CounterReport { Used = 1, Limit = 5 }, Places = [], Users = [], Refused = [], Tally = new TallyReport(0, 0, 0, 0, 0),
        },
        Logins = [.. Administrators.Select(address => new LoginReport
        {
            User = "root", Groups = [], IsAdministrator = true, Addresses = [address], Zone = "trusted", Method = "web", Since = DateTimeOffset.Now, IdleSeconds = 0, Flows = 0,
        })],
    };
}
