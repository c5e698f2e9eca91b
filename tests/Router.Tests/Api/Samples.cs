using Router.Api;

namespace Router.Tests.Api;

/// <summary>A small office at one moment, as its daemon would report it.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly StatusReport Status = new()
    {
        Version = "0.1.0",
        Pid = 4711,
        Started = Now.AddSeconds(-252),
        UptimeSeconds = 252,
        ConfigurationFile = "/etc/routerd/router.yaml",
        PolicyGeneration = 3,
        PolicyLoadedAt = Now.AddSeconds(-60),
        Mode = "balance",
        Flows = new Occupancy { Used = 250, Capacity = 1000 },
        Pins = new Occupancy { Used = 3, Capacity = 4096 },
        Packets = 12_345_678,
        Octets = 9_876_543_210,
        Drops = [new DropReport { Reason = "no-usable-link", Packets = 5 }, new DropReport { Reason = "bad-checksum", Packets = 7 }],
        Warnings = ["rule 'Old' can never match"],
    };

    public static readonly LinkReport Fiber = new()
    {
        Name = "fiber",
        Interface = "wan0",
        State = "up",
        Since = Now.AddHours(-3).AddMinutes(-5),
        Usable = true,
        InUse = true,
        Weight = 8,
        PlacementShare = 0.667,
        Addresses = ["203.0.113.7", "2001:db8:1::7"],
        Gateway = "203.0.113.1",
        GatewayMac = "02:00:00:00:00:01",
        Mtu = 1500,
        LossShare = 0,
        LatencyMilliseconds = 4.26,
        Received = new TrafficReport { Packets = 1000, Octets = 12_345_678, PacketsPerSecond = 100, OctetsPerSecond = 150_000 },
        Sent = new TrafficReport { Packets = 900, Octets = 999, PacketsPerSecond = 9, OctetsPerSecond = 12 },
        Flows = 200,
        Pins = 2,
        Volume = new VolumeReport
        {
            TodayIn = 3_000_000_000, TodayOut = 400_000_000, MonthIn = 41_000_000_000, MonthOut = 5_000_000_000,
            MonthBegan = new DateOnly(2026, 2, 15), NextMonth = new DateOnly(2026, 3, 15), Cap = 50_000_000_000, State = "scarce",
        },
    };

    public static readonly LinkReport Dsl = new()
    {
        Name = "dsl",
        Interface = "wan1",
        State = "down",
        Since = Now.AddSeconds(-12),
        Cause = "no carrier",
        Usable = false,
        InUse = false,
        Weight = 4,
        Mtu = 1492,
        Received = new TrafficReport { Packets = 0, Octets = 0 },
        Sent = new TrafficReport { Packets = 0, Octets = 0 },
        Flows = 0,
        Pins = 0,
    };

    /// <summary>A link that is weighed by what it carried, and has a queue.</summary>
    public static readonly LinkReport Queueing = Fiber with
    {
        Placement = new PlacementReport { WeightKilobits = 47_900, PeakIn = 5_000_000, PeakOut = 987_500, Queues = true, LatencyMilliseconds = 181.2, IdleLatencyMilliseconds = 11.9 },
    };

    public static readonly FlowReport Flow = new()
    {
        Id = 17,
        Protocol = "tcp",
        Inside = new EndpointReport { Address = "10.0.0.5", Port = 40000 },
        Outside = new EndpointReport { Address = "203.0.113.7", Port = 40000 },
        Remote = new EndpointReport { Address = "2001:db8::9", Port = 443 },
        Link = "fiber",
        Zone = "trusted",
        Rule = "Everything [else]",
        State = "established",
        AgeSeconds = 61.5,
        IdleSeconds = 0.25,
        PacketsOut = 10,
        OctetsOut = 1500,
        PacketsIn = 20,
        OctetsIn = 2_500_000,
        PinReason = "pinned host",
    };

    public static readonly HostReport Host = new()
    {
        Host = "10.0.0.5", Zone = "trusted", Link = "fiber", PinAgeSeconds = 3700, Reason = "Placed", Flows = 4,
        Sites = [new SitePinReport { Site = "203.0.113.0/24", Link = "dsl", PinAgeSeconds = 12, Reason = "LinkDown", MovedFrom = "fiber", Flows = 1 }],
    };

    public static readonly TopReport Top = new()
    {
        Time = Now,
        Version = "0.1.0",
        UptimeSeconds = 252,
        Mode = "balance",
        FlowTable = new Occupancy { Used = 250, Capacity = 1000 },
        SpanSeconds = 1.002,
        Links = [Fiber, Dsl],
        HostCount = 12,
        Hosts = [new BusyHostReport { Host = "10.0.0.5", Zone = "trusted", Link = "fiber", User = "tony", Flows = 7, OctetsPerSecondIn = 1_250_000, OctetsPerSecondOut = 12_500, OctetsIn = 90_000_000, OctetsOut = 800_000 }],
        Flows = [new BusyFlowReport { Flow = Flow, OctetsPerSecondIn = 1_000_000, OctetsPerSecondOut = 10_000 }],
    };

    public static readonly MoveReport Move = new() { Host = "10.0.0.5", Link = "dsl", Pins = 2, From = ["fiber"], FlowsKept = 3, FlowsMoved = 0, FlowsReset = 0 };

    public static readonly WebReport Web = new()
    {
        Unreadable = "allow", Ports = [80, 443], Requests = 1200, TlsHellos = 3400, QuicHellos = 56, Nameless = 7, EncryptedHellos = 800, UnreadableCount = 9,
        Refused = 10, PortalRedirects = 11,
        Rules = [new WebRuleReport { Index = 1, Name = "Nobody", Action = "deny", Active = true, Hits = 12, ListNames = 1_000_000, ListOctets = 8_524_292 }],
    };

    public static readonly FreedReport Freed = new() { Device = "10.0.0.5", Addresses = ["10.0.0.5", "2001:db8::5"], Mac = "02:00:00:00:00:05", HeldSeconds = 3725, FlowsEnded = 2 };

    public static readonly LicenseReport License = new()
    {
        Licence = new LicenceFacts
        {
            File = "/etc/routerd/license.txt", State = "valid", Number = "2026-17", Holder = "Example GmbH", Users = 2, DevicesPerUser = 5, Issued = new DateOnly(2026, 11, 1),
            Expires = new DateOnly(2026, 12, 1),
        },
        Mode = "per-user",
        Devices = new CounterReport { Used = 9, Limit = 10, Reserved = 1 },
        Seats = new CounterReport { Used = 2, Limit = 2 },
        Places =
        [
            new PlaceReport
            {
                Mac = "02:00:00:00:00:05", Addresses = ["10.0.0.5", "2001:db8::5"], Zone = "trusted", Since = Now.AddSeconds(-3725), Reason = "tcp with 198.18.0.10:443", Flows = 3, User = "tony",
            },
            new PlaceReport { Name = "printer", Mac = "02:00:00:00:00:10", Reason = "kept for it, not there" },
        ],
        Users = [new SeatReport { User = "tony", Seats = 2, Devices = 6, Counted = 6, Since = Now.AddSeconds(-60), Machines = ["10.0.0.5", "10.0.0.6"] }],
        Refused =
        [
            new RefusedReport
            {
                Host = "10.0.0.26", Zone = "trusted", Why = "no place", Wanted = "tcp with 198.18.0.10:80", First = Now.AddSeconds(-30), Last = Now.AddSeconds(-2), Times = 14,
            },
        ],
        Tally = new TallyReport(12, 3, 7, 1, 2),
    };

    public static readonly RuleReport Rule = new()
    {
        Index = 1, Name = "Mail by DSL", Action = "allow", Active = true, Packets = 10, Octets = 2000, Flows = 2, LastMatch = Now.AddSeconds(-5),
    };

    public static readonly CheckReport Check = new()
    {
        File = "/etc/routerd/router.yaml",
        Errors =
        [
            new ConfigurationNote
            {
                File = "/etc/routerd/router.yaml", Line = 12, Column = 7,
                Message = "no link is called 'dls'", Remedy = "write one of fiber, dsl",
            },
        ],
    };

    public static readonly ReloadReport Reload = new() { Loaded = true, PolicyGeneration = 4, DurationMilliseconds = 12.5, FlowsClosed = 1 };

    public static readonly KeptReport Kept = new() { Number = 1, Since = Now, By = "apply by anna", Octets = 812, Files = 1 };

    public static readonly DiffReport Diff = new()
    {
        Before = "the configuration in force since 12:00:00",
        After = "the file",
        Changes =
        [
            new ChangeReport { Part = "link", Name = "fiber", Kind = "changed", Key = "weight", From = "8", To = "4" },
            new ChangeReport { Part = "rule", Name = "Mail", Kind = "moved", From = "the top", To = "behind SSH" },
        ],
        Flows = new ForeseenFlows
        {
            Looked = 120, Closed = 2, Moved = 1, Reset = 0, Drained = 0, DurationMilliseconds = 3.5,
            ByRule = [new ForeseenGroup { Name = "Everything else", Closed = 2, Moved = 1 }],
            ByHost = [new ForeseenGroup { Name = "10.0.0.5", Closed = 2, Moved = 1 }],
            Examples = [new ForeseenExample { Flow = Flow, Fate = "closed", Rule = "No web" }],
            OverLimit = [new HostOverLimit { Host = "10.0.0.5", Flows = 120, Limit = 100 }],
        },
    };

    public static readonly ExplainReport Explain = new()
    {
        Steps =
        [
            new ExplainStep { Rule = "Mail by DSL", Matched = false, Why = "the port is 443, the rule wants 25" },
            new ExplainStep { Rule = "Everything else", Matched = true, Why = "trusted to internet" },
        ],
        Verdict = "Allowed by 'Everything else', leaves by fiber as 203.0.113.7.",
        Allowed = true,
        Link = "fiber",
        SourceAddress = "203.0.113.7",
        Pin = "10.0.0.5 is pinned to fiber for 1h01m",
    };

    public static readonly WhyReport Why = new()
    {
        Flow = Flow,
        Admitted = Now.AddSeconds(-61.5),
        AdmittedBy = "Mail by DSL",
        LinkReason = "the host was pinned to it",
        Pin = "Placed, 12 s before",
        Web = new WebVerdict { Decision = "allowed", Name = "example.net", By = "TLS server name", Rule = "Staff", Words = "let through by \"Staff\": example.net (TLS server name)" },
        Verdict = "tcp 10.0.0.5:40000 was admitted by \"Mail by DSL\", and leaves by fiber as 203.0.113.7:40000: the host was pinned to it",
    };

    public static readonly EventReport Event = new()
    {
        Time = Now.AddSeconds(-90), Kind = "state", Priority = "warning", Link = "fiber", State = "down", Text = "no carrier",
    };

    public static readonly DrillReport Drill = new()
    {
        Link = "fiber", What = "40 % loss, 200 ms delay", Began = Now.AddMinutes(-2), Ends = Now.AddMinutes(-1), Phase = "over", State = "up",
        DetectedSeconds = 2.31, DetectedAs = "degraded", DetectedCause = "40 % of probes lost in 20 rounds, limit 10 %", ReturnedSeconds = 7.5,
        FlowsBefore = 12, Moved = 5, Reset = 4, Lost = 3, PacketsLost = 400, PacketsDelayed = 600, PacketsOverflowed = 0,
    };

    public static readonly PastReport Past = new()
    {
        Link = "fiber", From = Now.AddMinutes(-15), To = Now.AddMinutes(15), Addresses = ["203.0.113.7", "100.64.0.9"], Gateways = ["203.0.113.1"],
        Targets = [new PastTarget { Target = "gateway", Asked = 3600, Answered = 3060, LeastMilliseconds = 4.1, MeanMilliseconds = 4.3, MostMilliseconds = 81 }],
        Troubles = [new PastTrouble { State = "down", Began = Now.AddMinutes(-2), Ended = Now.AddSeconds(153), Cause = "no carrier", EndedBy = "gateway answered 5 rounds" }],
        Minutes = [new PastMinute { Time = Now, State = "down", Asked = 120, Answered = 0, OctetsInPerSecond = 0, OctetsOutPerSecond = 1200 }],
        Gaps = [new PastGap { From = Now.AddMinutes(-15), To = Now.AddMinutes(-10) }],
    };

    /// <summary>Two packets, and one that was missed.</summary>
    public static byte[] Capture()
    {
        using var file = new MemoryStream();
        using var writer = new Router.Ports.PcapngWriter(file);
        int wan = writer.AddInterface("fiber");
        for (int packet = 0; packet < 2; packet++) writer.Write(wan, true, 1_000_000 + packet, new byte[41 + packet], "RuleDropped");
        writer.WriteMissed(wan, 2_000_000, 1);
        return file.ToArray();
    }

    public static readonly UsersReport Users = new()
    {
        File = "/etc/routerd/users.yaml",
        Accounts = 3,
        Logins =
        [
            new LoginReport
            {
                User = "tony", Groups = ["staff"], IsAdministrator = false, Addresses = ["10.0.0.7", "2001:db8::7"], Mac = "02:00:00:00:00:07", Zone = "trusted",
                Method = "web", Since = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero), IdleSeconds = 12, Flows = 3,
            },
        ],
    };
}
