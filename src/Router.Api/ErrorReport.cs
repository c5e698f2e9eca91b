namespace Router.Api;

/// <summary>The body of every answer that is not 200: what went wrong, in one sentence.</summary>
public sealed record ErrorReport
{
    public required string Error { get; init; }
}
