namespace Router.Api;

/// <summary>A traffic rule in force, and what it has seen.</summary>
public sealed record RuleReport
{
    /// <summary>Its place in the list, from 1; the default rule is the last.</summary>
    public required int Index { get; init; }

    public required string Name { get; init; }

    /// <summary>"allow", "deny" or "drop".</summary>
    public required string Action { get; init; }

    /// <summary>False while it is switched off or outside its time range.</summary>
    public required bool Active { get; init; }

    public required long Packets { get; init; }

    public required long Octets { get; init; }

    /// <summary>Flows that it has decided about since it was first loaded.</summary>
    public required long Flows { get; init; }

    /// <summary>When a flow last matched; null for never.</summary>
    public DateTimeOffset? LastMatch { get; init; }

    /// <summary>The earlier rule that takes all of it, so that it can never match; null if there is none.</summary>
    public string? ShadowedBy { get; init; }

    /// <summary>Earlier rules that take some of it and do something else with it; a few at the most.</summary>
    public IReadOnlyList<string> Overlaps { get; init; } = [];
}
