namespace Router.Configuration;

/// <summary>How a probe asks: an ICMP echo, or a TCP connection that is closed again at once.</summary>
public enum ProbeKind { Icmp, Tcp }

/// <summary>Whom a link's probe asks.</summary>
/// <param name="Kind">How.</param>
/// <param name="Host">An address as text, or null for the link's own gateway.</param>
/// <param name="Port">For TCP; else 0.</param>
public sealed record ProbeTarget(ProbeKind Kind, string? Host, ushort Port)
{
    public static readonly ProbeTarget Gateway = new(ProbeKind.Icmp, null, 0);

    public override string ToString() => Host is null ? "gateway" : Kind == ProbeKind.Icmp ? $"icmp:{Host}" : $"tcp:{Host}:{Port}";
}

/// <summary>When a link counts as down, up or degraded (product.md 2). Shares are 0 to 1.</summary>
public sealed record HealthSettings
{
    public ProbeTarget[] Targets { get; init; } = [ProbeTarget.Gateway];

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
}
