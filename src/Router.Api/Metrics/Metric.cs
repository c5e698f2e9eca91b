namespace Router.Api.Metrics;

public enum MetricKind
{
    /// <summary>Only grows, and begins at 0 again when the process does.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,
}

/// <summary>A metric as Prometheus knows it: what it is called and what it says. What it says now is a <see cref="MetricSample"/>.</summary>
/// <param name="Name">By Prometheus' conventions: base units, `_total` behind counters.</param>
/// <param name="Kind">How it moves.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Labels">Names of its labels, in the order of <see cref="MetricSample.Labels"/>.</param>
public sealed record Metric(string Name, MetricKind Kind, string Help, IReadOnlyList<string> Labels);

/// <summary>One number.</summary>
public sealed record MetricSample
{
    /// <summary><see cref="Metric.Name"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Values of the labels; as they are, unescaped.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Finite.</summary>
    public required double Value { get; init; }
}

/// <summary>All numbers of a moment. A metric of which nothing is known has none.</summary>
public sealed record MetricReport
{
    public required IReadOnlyList<MetricSample> Samples { get; init; }
}
