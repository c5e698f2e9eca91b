namespace Router.Api;

/// <summary>A time in the past, and which link.</summary>
public sealed record PastQuery
{
    public const int UsualMinutes = 15;
    public const int MostMinutes = 720;

    public required DateTimeOffset At { get; init; }

    /// <summary>Null for every link that had trouble then, or if none had, for all.</summary>
    public string? Link { get; init; }

    /// <summary>How long before and after.</summary>
    public int Minutes { get; init; } = UsualMinutes;

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText().Add("at", At.ToString("O")).Add("link", Link).Add("minutes", Minutes).ToString();
}

/// <summary>How one link was over a while in the past: what its provider may want to know.</summary>
public sealed record PastReport
{
    public required string Link { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>Our addresses on the link in that time, in the order in which they were seen.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public IReadOnlyList<string> Gateways { get; init; } = [];

    /// <summary>What each target of the probes did in the whole time.</summary>
    public IReadOnlyList<PastTarget> Targets { get; init; } = [];

    /// <summary>Times when it was down or degraded, also those that began before or ended after.</summary>
    public IReadOnlyList<PastTrouble> Troubles { get; init; } = [];

    /// <summary>Minute by minute.</summary>
    public IReadOnlyList<PastMinute> Minutes { get; init; } = [];

    /// <summary>Times of which nothing is known: the router was not running, or its history does not reach so far back.</summary>
    public IReadOnlyList<PastGap> Gaps { get; init; } = [];
}

/// <summary>Probes of one target, and how long their answers took.</summary>
public sealed record PastTarget
{
    public required string Target { get; init; }

    public required long Asked { get; init; }

    public required long Answered { get; init; }

    /// <summary>Of the means over five seconds each, the least and the most; null where nothing was answered.</summary>
    public double? LeastMilliseconds { get; init; }

    public double? MeanMilliseconds { get; init; }

    public double? MostMilliseconds { get; init; }
}

/// <summary>A time when the link was not well.</summary>
public sealed record PastTrouble
{
    /// <summary>"down" or "degraded".</summary>
    public required string State { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>Null if it lasts.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Why it began, in words.</summary>
    public required string Cause { get; init; }

    /// <summary>Why it ended, in words.</summary>
    public string? EndedBy { get; init; }
}

/// <summary>One minute of a link.</summary>
public sealed record PastMinute
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>The worst state in it.</summary>
    public required string State { get; init; }

    public required long Asked { get; init; }

    public required long Answered { get; init; }

    /// <summary>Null where nothing was answered.</summary>
    public double? MeanMilliseconds { get; init; }

    public required long OctetsInPerSecond { get; init; }

    public required long OctetsOutPerSecond { get; init; }
}

/// <summary>A time of which nothing is known.</summary>
public sealed record PastGap
{
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }
}
