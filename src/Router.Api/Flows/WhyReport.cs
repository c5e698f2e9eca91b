namespace Router.Api;

/// <summary>Why a live flow is as it is: what was decided when it was admitted, and when it was moved.</summary>
public sealed record WhyReport
{
    public required FlowReport Flow { get; init; }

    /// <summary>When it was admitted; by the daemon's clock now.</summary>
    public required DateTimeOffset Admitted { get; init; }

    /// <summary>The rule that admitted it. Null if its name is not known any more: it is gone from the configuration since long, or since before a restart.</summary>
    public string? AdmittedBy { get; init; }

    /// <summary>Why it was given its link, in words; null where there was nothing to choose.</summary>
    public string? LinkReason { get; init; }

    /// <summary>The host's pin as it was then, in words; null if none decided.</summary>
    public string? Pin { get; init; }

    /// <summary>The link that it was on before, if it was moved.</summary>
    public string? MovedFrom { get; init; }

    /// <summary>All of it in one sentence.</summary>
    public required string Verdict { get; init; }
}
