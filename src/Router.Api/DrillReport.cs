namespace Router.Api;

/// <summary>A failure to be rehearsed on a link.</summary>
public sealed record DrillQuery
{
    /// <summary>Longest, seconds: whoever rehearses is still there at its end.</summary>
    public const int MostSeconds = 600;

    /// <summary>Milliseconds.</summary>
    public const int MostDelay = 5000;

    public required string Link { get; init; }

    /// <summary>Percent of questions over the link that stay without answer.</summary>
    public int Loss { get; init; }

    /// <summary>What is added to each round trip.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>Whether nothing passes at all.</summary>
    public bool Down { get; init; }

    public int Seconds { get; init; } = 60;

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText()
        .Add("link", Link).Add("loss", Loss).Add("delay", DelayMilliseconds).Add("down", Down ? "yes" : null).Add("seconds", Seconds).ToString();
}

/// <summary>A drill, as far as it has come.</summary>
public sealed record DrillReport
{
    public required string Link { get; init; }

    /// <summary>What is done to the link, in words: "down", "40 % loss, 200 ms delay".</summary>
    public required string What { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>When it ends, or ended.</summary>
    public required DateTimeOffset Ends { get; init; }

    /// <summary>"running", "returning" (it is over, and the link is not back in use yet) or "over".</summary>
    public required string Phase { get; init; }

    /// <summary>The link's state now, as in <see cref="LinkReport.State"/>.</summary>
    public required string State { get; init; }

    /// <summary>From its beginning until the link was found down or degraded; null if it was not found.</summary>
    public double? DetectedSeconds { get; init; }

    /// <summary>As what it was found: "down" or "degraded".</summary>
    public string? DetectedAs { get; init; }

    public string? DetectedCause { get; init; }

    /// <summary>From its end until the link was well again; 0 if it was never found ill, null if it is not yet.</summary>
    public double? ReturnedSeconds { get; init; }

    /// <summary>People's flows on the link when it began.</summary>
    public required int FlowsBefore { get; init; }

    /// <summary>Flows that went on by another link.</summary>
    public required long Moved { get; init; }

    /// <summary>Flows that were ended for their hosts to begin anew.</summary>
    public required long Reset { get; init; }

    /// <summary>Flows that stayed on a link that was found down, and would be lost with it: their plan says so, or there was no other link.</summary>
    public required int Lost { get; init; }

    public required long PacketsLost { get; init; }

    public required long PacketsDelayed { get; init; }

    /// <summary>Packets that were to be delayed, and found no room.</summary>
    public required long PacketsOverflowed { get; init; }
}
