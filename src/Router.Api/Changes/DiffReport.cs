namespace Router.Api;

/// <summary>What a configuration would change: by its words, and for the flows that are live now. Nothing has been changed.</summary>
public sealed record DiffReport
{
    /// <summary>What is compared, in words: "in force since ...", a file, or a kept configuration.</summary>
    public required string Before { get; init; }

    public required string After { get; init; }

    public IReadOnlyList<ChangeReport> Changes { get; init; } = [];

    /// <summary>Null where the later one has errors, or is not compared with what is in force.</summary>
    public ForeseenFlows? Flows { get; init; }

    public IReadOnlyList<ConfigurationNote> Errors { get; init; } = [];

    public IReadOnlyList<ConfigurationNote> Warnings { get; init; } = [];
}

/// <summary>One difference.</summary>
public sealed record ChangeReport
{
    /// <summary>`link`, `zone`, `rule`, `web rule`, or a part of the file, such as `internet`.</summary>
    public required string Part { get; init; }

    /// <summary>Empty for a part that there is once.</summary>
    public required string Name { get; init; }

    /// <summary>`added`, `removed`, `changed` or `moved`.</summary>
    public required string Kind { get; init; }

    public string? Key { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }
}

/// <summary>What would become of the live flows, our own probes aside.</summary>
public sealed record ForeseenFlows
{
    public required long Looked { get; init; }

    public required long Closed { get; init; }

    /// <summary>They go on by another link.</summary>
    public required long Moved { get; init; }

    /// <summary>They are ended, so that their hosts begin anew by another link.</summary>
    public required long Reset { get; init; }

    /// <summary>They may stay for `drain_time`.</summary>
    public required long Drained { get; init; }

    public required double DurationMilliseconds { get; init; }

    /// <summary>By the rule that allows them now; those with the most come first.</summary>
    public IReadOnlyList<ForeseenGroup> ByRule { get; init; } = [];

    /// <summary>By their local host; those with the most come first, and only so many.</summary>
    public IReadOnlyList<ForeseenGroup> ByHost { get; init; } = [];

    public IReadOnlyList<ForeseenExample> Examples { get; init; } = [];

    /// <summary>Hosts that have more flows than they might have then. They keep them, and get no new ones until they are below it.</summary>
    public IReadOnlyList<HostOverLimit> OverLimit { get; init; } = [];
}

/// <summary>Flows that have a rule or a host in common.</summary>
public sealed record ForeseenGroup
{
    public required string Name { get; init; }

    public long Closed { get; init; }

    public long Moved { get; init; }

    public long Reset { get; init; }

    public long Drained { get; init; }
}

/// <summary>One flow, and what would become of it.</summary>
public sealed record ForeseenExample
{
    public required FlowReport Flow { get; init; }

    /// <summary>`closed`, `moved`, `reset` or `drained`.</summary>
    public required string Fate { get; init; }

    /// <summary>The link that it, or what its host begins next, would go by; null where it is closed, and where balancing decides among several.</summary>
    public string? To { get; init; }

    /// <summary>The rule that would decide; null where none is asked.</summary>
    public string? Rule { get; init; }
}

/// <summary>A host that has more than a new limit lets it have.</summary>
public sealed record HostOverLimit
{
    public required string Host { get; init; }

    public required int Flows { get; init; }

    public required int Limit { get; init; }
}

/// <summary>A configuration that was in force.</summary>
public sealed record KeptReport
{
    /// <summary>0 is in force, 1 the one before, and so on.</summary>
    public required int Number { get; init; }

    /// <summary>When it was put in force.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Who or what did that: `start`, `reload`, `apply`, `rollback`, or `taken back`.</summary>
    public required string By { get; init; }

    /// <summary>Octets of all its files.</summary>
    public required long Octets { get; init; }

    public required int Files { get; init; }

    /// <summary>What is wrong with what was kept; null if nothing is.</summary>
    public string? Damage { get; init; }
}
