namespace Router.Api;

/// <summary>One thing that happened.</summary>
public sealed record EventReport
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>"state", "flows", "reload", "start", "stop", "volume", "drill", "limit", ...</summary>
    public required string Kind { get; init; }

    /// <summary>"critical", "error", "warning" or "notice".</summary>
    public required string Priority { get; init; }

    /// <summary>The link that it is about, null if none.</summary>
    public string? Link { get; init; }

    /// <summary>The link's state since then, if that is what happened; as in <see cref="LinkReport.State"/>.</summary>
    public string? State { get; init; }

    /// <summary>What happened, in words; of a change of state, its cause.</summary>
    public required string Text { get; init; }
}

/// <summary>Which events. Everything that is set must hold.</summary>
public sealed record EventQuery
{
    public const int MostEvents = 100_000;

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public string? Link { get; init; }

    public string? Kind { get; init; }

    /// <summary>Only those whose words name this user; capital letters make no difference.</summary>
    public string? User { get; init; }

    /// <summary>Only those whose words name this address or MAC.</summary>
    public string? Device { get; init; }

    /// <summary>The last so many.</summary>
    public int Limit { get; init; } = 1000;

    /// <summary>Whether what comes later is told too, one JSON document a line, until the connection ends.</summary>
    public bool Follow { get; init; }

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText()
        .Add("since", Since?.ToString("O")).Add("until", Until?.ToString("O")).Add("link", Link).Add("kind", Kind)
        .Add("user", User).Add("device", Device).Add("limit", Limit).Add("follow", Follow ? "yes" : null).ToString();
}
