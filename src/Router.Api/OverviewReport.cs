namespace Router.Api;

/// <summary>What `routerctl` alone shows: put together by it from four answers.</summary>
public sealed record OverviewReport
{
    public required StatusReport Status { get; init; }

    public required IReadOnlyList<LinkReport> Links { get; init; }

    public required LicenseReport License { get; init; }

    /// <summary>The last few.</summary>
    public required IReadOnlyList<EventReport> Events { get; init; }
}
