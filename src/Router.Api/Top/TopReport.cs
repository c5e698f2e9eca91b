namespace Router.Api;

/// <summary>What goes on now: the links, and the busiest hosts and flows.</summary>
public sealed record TopReport
{
    /// <summary>When this was put together, by the daemon's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    public required string Version { get; init; }

    public required double UptimeSeconds { get; init; }

    /// <summary>As in <see cref="StatusReport.Mode"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>How full the table of flows is.</summary>
    public required Occupancy FlowTable { get; init; }

    /// <summary>
    /// The time that the rates of flows and hosts are over, between two readings of their counters. Null while there has been one only, as
    /// nobody had asked for some time: ask again in a second.
    /// </summary>
    public double? SpanSeconds { get; init; }

    public required IReadOnlyList<LinkReport> Links { get; init; }

    /// <summary>Local hosts with flows that fit, all of them; <see cref="Hosts"/> has the busiest.</summary>
    public required int HostCount { get; init; }

    /// <summary>The busiest hosts, in the order that was asked for.</summary>
    public required IReadOnlyList<BusyHostReport> Hosts { get; init; }

    /// <summary>The busiest flows, in that order.</summary>
    public required IReadOnlyList<BusyFlowReport> Flows { get; init; }
}

/// <summary>A local host, and what its flows that fit carry together.</summary>
public sealed record BusyHostReport
{
    public required string Host { get; init; }

    public required string Zone { get; init; }

    /// <summary>The link that it is pinned to for all destinations; null without such a pin.</summary>
    public string? Link { get; init; }

    /// <summary>Who is logged in there; null for nobody.</summary>
    public string? User { get; init; }

    public required int Flows { get; init; }

    /// <summary>Towards the host.</summary>
    public required double OctetsPerSecondIn { get; init; }

    /// <summary>From it.</summary>
    public required double OctetsPerSecondOut { get; init; }

    /// <summary>Of its live flows, since each began.</summary>
    public required long OctetsIn { get; init; }

    public required long OctetsOut { get; init; }
}

/// <summary>A flow, and how fast it is.</summary>
public sealed record BusyFlowReport
{
    public required FlowReport Flow { get; init; }

    public required double OctetsPerSecondIn { get; init; }

    public required double OctetsPerSecondOut { get; init; }
}

/// <summary>What `top` is asked for.</summary>
public sealed record TopQuery
{
    public const int MostRows = 1000;

    /// <summary>Hosts and flows at most, each.</summary>
    public int Rows { get; init; } = 50;

    /// <summary>One of <see cref="Orders"/>; the most first.</summary>
    public string Sort { get; init; } = "rate";

    /// <summary>Which flows count, and so which hosts; its order and limit mean nothing.</summary>
    public FlowQuery Which { get; init; } = new();

    public static IReadOnlyList<string> Orders { get; } = ["rate", "in", "out", "octets", "flows"];

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => Which.Filter().Add("sort", Sort).Add("rows", Rows).ToString();
}
