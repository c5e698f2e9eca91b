using Router.Wire;

namespace Router.Configuration;

/// <summary>When a link counts as down, up or degraded (product.md 2). Shares are 0 to 1.</summary>
public sealed record HealthSettings
{
    public ProbeTarget[] Targets { get; init; } = [ProbeTarget.Gateway];

    /// <summary>Name servers that are asked, over the link, for the names among the targets; empty: those of the box, or else the gateway.</summary>
    public Address[] Resolvers { get; init; } = [];

    /// <summary>How many targets must answer in a round for the round to be good.</summary>
    public int Quorum { get; init; } = 1;

    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failed rounds in a row.</summary>
    public int DownAfter { get; init; } = 3;

    /// <summary>Good rounds in a row.</summary>
    public int UpAfter { get; init; } = 5;

    /// <summary>How long a link that came back must stay good before it is used.</summary>
    public TimeSpan HoldDown { get; init; } = TimeSpan.FromSeconds(30);

    public double DegradedLoss { get; init; } = 0.10;

    public TimeSpan DegradedLatency { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Whether the same is asked in the same way; thresholds may differ.</summary>
    public bool AsksAs(HealthSettings other) =>
        Targets.AsSpan().SequenceEqual(other.Targets) && Resolvers.AsSpan().SequenceEqual(other.Resolvers)
        && (Quorum, Interval, Timeout) == (other.Quorum, other.Interval, other.Timeout);
}
