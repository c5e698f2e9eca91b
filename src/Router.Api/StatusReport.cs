namespace Router.Api;

/// <summary>The daemon as a whole: what it runs, since when, how full it is, and what it refused.</summary>
public sealed record StatusReport
{
    /// <summary>Version of routerd, for example "0.1.0".</summary>
    public required string Version { get; init; }

    public required int Pid { get; init; }

    /// <summary>When the process started, ISO 8601 with offset.</summary>
    public required DateTimeOffset Started { get; init; }

    public required double UptimeSeconds { get; init; }

    /// <summary>Absolute path of the main configuration file.</summary>
    public required string ConfigurationFile { get; init; }

    /// <summary>
    /// Number of the policy in force: 1 for the first of a process, one more with every successful reload, with every beginning and
    /// end of a rule's time, and whenever a host name has other addresses.
    /// </summary>
    public required long PolicyGeneration { get; init; }

    /// <summary>When the files that it was made of were loaded.</summary>
    public required DateTimeOffset PolicyLoadedAt { get; init; }

    /// <summary>When the configuration of before comes back unless this one is confirmed; null if it stays.</summary>
    public DateTimeOffset? RevertsAt { get; init; }

    /// <summary>"single", "failover" or "balance".</summary>
    public required string Mode { get; init; }

    public required Occupancy Flows { get; init; }

    public required Occupancy Pins { get; init; }

    /// <summary>Packets taken in from all ports since the start; a super-packet (GSO) is one.</summary>
    public required long Packets { get; init; }

    /// <summary>Octets of those packets, counted from the IP header on.</summary>
    public required long Octets { get; init; }

    /// <summary>Reasons that have refused at least one packet since the start.</summary>
    public IReadOnlyList<DropReport> Drops { get; init; } = [];

    /// <summary>Sentences for the administrator, such as warnings of the last load.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>How full a table is: entries in use, of entries there can be.</summary>
public sealed record Occupancy
{
    public required long Used { get; init; }

    public required long Capacity { get; init; }
}

/// <summary>Packets refused for one reason.</summary>
public sealed record DropReport
{
    /// <summary>Name of the reason, for example "NoUsableLink".</summary>
    public required string Reason { get; init; }

    public required long Packets { get; init; }
}
