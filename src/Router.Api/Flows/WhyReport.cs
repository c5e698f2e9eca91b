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

    /// <summary>What the web rules said of it; null if it is none of their business, or nothing is known any more.</summary>
    public WebVerdict? Web { get; init; }

    /// <summary>All of it in one sentence.</summary>
    public required string Verdict { get; init; }
}

/// <summary>What the web rules said of a flow, as far as it has been read.</summary>
public sealed record WebVerdict
{
    /// <summary>"undecided" (nothing has been read that names a site yet), "allowed", "refused", or "unreadable".</summary>
    public required string Decision { get; init; }

    /// <summary>The site that was named last, without "http://" and path; of a long name its end. Null while none is known.</summary>
    public string? Name { get; init; }

    /// <summary>How it was named: "URL", "TLS server name" or "QUIC server name"; null while it is not.</summary>
    public string? By { get; init; }

    /// <summary>The web rule that decided; null if none matched, or its name is not known any more.</summary>
    public string? Rule { get; init; }

    /// <summary>All of it in words.</summary>
    public required string Words { get; init; }
}
