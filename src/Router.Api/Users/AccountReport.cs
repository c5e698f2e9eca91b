namespace Router.Api;

/// <summary>An account as `routerctl user list` shows it; made by routerctl of the file.</summary>
public sealed record AccountReport
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Groups { get; init; }

    public string? FullName { get; init; }

    public required bool IsAdministrator { get; init; }

    public required bool IsEnabled { get; init; }

    /// <summary>"set", "old" (hashed by another method or cost than new ones: set it again), or "none".</summary>
    public required string Password { get; init; }

    /// <summary>On how many devices he is logged in; null if the daemon could not be asked.</summary>
    public int? Devices { get; init; }
}
