namespace Router.Api;

/// <summary>How links did over a while, in steps of one length: what a chart is drawn from.</summary>
public sealed record CourseReport
{
    /// <summary>"2h", "day", "week" or "month".</summary>
    public required string Span { get; init; }

    public required long StepSeconds { get; init; }

    /// <summary>When the first step began, seconds since 1970; the others follow without gap, and the last is not over yet.</summary>
    public required long From { get; init; }

    public required IReadOnlyList<CourseLine> Links { get; init; }

    /// <summary>Changes of links' states in that time, oldest first.</summary>
    public required IReadOnlyList<CourseChange> Changes { get; init; }
}

/// <summary>One link. Every list has one item for each step; null where nothing is known.</summary>
public sealed record CourseLine
{
    public required string Link { get; init; }

    /// <summary>A letter for each step, the worst state in it: u(p), s(tandby), g (degraded), d(own), x (disabled), `.` for nothing known.</summary>
    public required string States { get; init; }

    /// <summary>Octets a second, the mean.</summary>
    public required IReadOnlyList<long?> In { get; init; }

    public required IReadOnlyList<long?> Out { get; init; }

    /// <summary>Share of probes that were lost, 0 to 1.</summary>
    public required IReadOnlyList<double?> Loss { get; init; }

    /// <summary>Milliseconds.</summary>
    public required IReadOnlyList<double?> Latency { get; init; }
}

/// <summary>A link's state changed.</summary>
public sealed record CourseChange
{
    /// <summary>Seconds since 1970.</summary>
    public required long Time { get; init; }

    public required string Link { get; init; }

    /// <summary>As <see cref="LinkReport.State"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why.</summary>
    public required string Text { get; init; }
}
