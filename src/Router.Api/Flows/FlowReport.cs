using System.Globalization;

namespace Router.Api;

/// <summary>One live flow, seen from the router: who inside talks to whom outside, as whom, and by which link.</summary>
public sealed record FlowReport
{
    /// <summary>Its number while it lives; numbers are used again.</summary>
    public required long Id { get; init; }

    /// <summary>"tcp", "udp", "icmp", "icmpv6", else the IP protocol number.</summary>
    public required string Protocol { get; init; }

    /// <summary>The local end by its own address.</summary>
    public required EndpointReport Inside { get; init; }

    /// <summary>The local end as the Internet sees it; the same as <see cref="Inside"/> without translation.</summary>
    public required EndpointReport Outside { get; init; }

    /// <summary>The far end.</summary>
    public required EndpointReport Remote { get; init; }

    /// <summary>Name of the link it uses; null between local zones.</summary>
    public string? Link { get; init; }

    /// <summary>Zone of the inside end; "firewall" for the box itself.</summary>
    public required string Zone { get; init; }

    /// <summary>
    /// Name of the rule that allows it; "(probe)" for the daemon's own probes, which no rule decides on; "(not looked at yet)" for a flow
    /// that has had neither packet nor review since a reload.
    /// </summary>
    public required string Rule { get; init; }

    /// <summary>"opening", "established", "half-closed", "closed" or "reset" for TCP; "one-way" or "two-way" for the rest.</summary>
    public required string State { get; init; }

    public required double AgeSeconds { get; init; }

    /// <summary>Time since its last packet.</summary>
    public required double IdleSeconds { get; init; }

    /// <summary>From the inside out.</summary>
    public required long PacketsOut { get; init; }

    public required long OctetsOut { get; init; }

    /// <summary>From the outside in.</summary>
    public required long PacketsIn { get; init; }

    public required long OctetsIn { get; init; }

    /// <summary>Who is logged in at the local end now; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>Why it uses that link: "pinned host", "pinned for the site", or "bound to the link's address". Null if it was placed by itself, or there was no choice.</summary>
    public string? PinReason { get; init; }
}

/// <summary>An address and a port; for ICMP the port is the identifier of the echo, and 0 where there is none.</summary>
public sealed record EndpointReport
{
    public required string Address { get; init; }

    public required int Port { get; init; }

    /// <summary>"10.0.0.5:443", "[2001:db8::5]:443" (RFC 3986 3.2.2), the bare address where the port is 0.</summary>
    public override string ToString() =>
        Port == 0 ? Address
        : Address.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{Address}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}");
}

/// <summary>Which flows are asked for; everything that is set must hold.</summary>
public sealed record FlowQuery
{
    /// <summary>Most flows in one answer.</summary>
    public const int MostFlows = 100_000;

    /// <summary>An address or a network that the inside, the outside or the far end is in.</summary>
    public string? Host { get; init; }

    public string? Link { get; init; }

    public string? Rule { get; init; }

    /// <summary>Who is logged in at the local end now.</summary>
    public string? User { get; init; }

    /// <summary>A port of any of its ends.</summary>
    public int? Port { get; init; }

    /// <summary>As in <see cref="FlowReport.Protocol"/>.</summary>
    public string? Protocol { get; init; }

    /// <summary>As <see cref="FlowReport.State"/>.</summary>
    public string? State { get; init; }

    /// <summary>Only those that were admitted since.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What the list is ordered by, as <see cref="SortOrder"/> reads it; null: as they stand in the table.</summary>
    public string? Sort { get; init; }

    /// <summary>How many at most, 1 to <see cref="MostFlows"/>. Of a list that is sorted, the first.</summary>
    public int Limit { get; init; } = 1000;

    /// <summary>Orders that begin with the most: the oldest, the longest idle, most octets or packets.</summary>
    public static IReadOnlyList<string> Numbers { get; } = ["age", "idle", "octets", "in", "out", "packets"];

    /// <summary>Orders that begin with the least: by the inside end's address, the link's place in the configuration, the protocol's number.</summary>
    public static IReadOnlyList<string> Words { get; } = ["host", "link", "protocol"];

    /// <summary>All words of <see cref="FlowReport.State"/>.</summary>
    public static IReadOnlyList<string> States { get; } = ["opening", "established", "half-closed", "closed", "reset", "one-way", "two-way"];

    /// <summary>Whether anything narrows it.</summary>
    public bool IsNarrow => (Host ?? Link ?? Rule ?? Protocol ?? User ?? State) is not null || Port is not null || Since is not null;

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => Filter().Add("sort", Sort).Add("limit", Limit).ToString();

    /// <summary>The query of a request that ends these flows.</summary>
    /// <param name="all">Whether it is meant that nothing narrows it.</param>
    public string ToKillQuery(bool all) => Filter().Add("all", all ? "yes" : null).ToString();

    internal QueryText Filter() => new QueryText()
        .Add("host", Host).Add("link", Link).Add("rule", Rule).Add("port", Port).Add("protocol", Protocol).Add("user", User)
        .Add("state", State).Add("since", Since?.ToString("O"));
}

/// <summary>How many flows were ended on request.</summary>
public sealed record KillReport
{
    /// <summary>Flows that were ended; those that ended by themselves meanwhile are not counted.</summary>
    public required int Killed { get; init; }
}
