namespace Router.Api.Web.Dashboard;

/// <summary>The router at a moment, for administrators' browsers.</summary>
public sealed record LiveReport
{
    /// <summary>Addresses at which an administrator is logged in by his password: nobody else may be shown any of this.</summary>
    public required IReadOnlyList<string> Administrators { get; init; }

    public required LiveState Now { get; init; }

    /// <summary>Null if they were not asked for.</summary>
    public LiveLists? Lists { get; init; }
}

/// <summary>What changes every second.</summary>
public sealed record LiveState
{
    public required DateTimeOffset Time { get; init; }

    public required string Version { get; init; }

    public required double UptimeSeconds { get; init; }

    public required string Mode { get; init; }

    public required Occupancy Flows { get; init; }

    public required Occupancy Pins { get; init; }

    /// <summary>Share of a core that the forwarding thread was busy since the moment before, 0 to 1; null if that is not known.</summary>
    public double? Busy { get; init; }

    /// <summary>Packets dropped a second, for whatever reason.</summary>
    public required double DropsPerSecond { get; init; }

    public required IReadOnlyList<LinkReport> Links { get; init; }

    /// <summary>The drill that is on, or the last one.</summary>
    public DrillReport? Drill { get; init; }

    /// <summary>Warnings of the configuration in force.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>What may be some seconds old. Every list is bounded; the counts beside them are of all.</summary>
public sealed record LiveLists
{
    /// <summary>Longest list.</summary>
    public const int Most = 200;

    /// <summary>Those that carry most now, then those with most flows.</summary>
    public required IReadOnlyList<HostLine> Hosts { get; init; }

    public required int HostCount { get; init; }

    public required IReadOnlyList<RuleReport> Rules { get; init; }

    public required int RuleCount { get; init; }

    public required IReadOnlyList<DropReport> Drops { get; init; }

    public required LicenseReport Licence { get; init; }

    public required IReadOnlyList<LoginReport> Logins { get; init; }
}

/// <summary>A host, who is on it, and what it does.</summary>
public sealed record HostLine
{
    public required string Host { get; init; }

    public string? Zone { get; init; }

    public string? User { get; init; }

    /// <summary>Where it is pinned for all destinations; null for nowhere.</summary>
    public string? Link { get; init; }

    public double? PinAgeSeconds { get; init; }

    /// <summary>Why there, as in <see cref="HostReport.Reason"/>.</summary>
    public string? Reason { get; init; }

    public required long Flows { get; init; }

    /// <summary>Octets a second towards it, by its live flows; likewise from it.</summary>
    public required double InPerSecond { get; init; }

    public required double OutPerSecond { get; init; }
}

/// <summary>Something that an administrator wants done from his browser.</summary>
public sealed record ActOrder
{
    /// <summary>Where he is.</summary>
    public required string Address { get; init; }

    /// <summary>"logout", "free", "move", "drill" or "end-drill".</summary>
    public required string Act { get; init; }

    /// <summary>An address of the device or host that it is about.</summary>
    public string? Subject { get; init; }

    public string? Link { get; init; }

    /// <summary>Of a move: whether live flows go along.</summary>
    public bool Flows { get; init; }

    /// <summary>Of a drill.</summary>
    public int Seconds { get; init; }
}
