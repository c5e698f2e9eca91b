using Router.Api.Metrics;

namespace Router.Daemon.Metrics;

/// <summary>
/// Numbers while they are collected. Texts that become labels are cut to a length, and no series comes twice: what has the same labels after
/// the cut is one, as Prometheus would refuse the whole scrape otherwise.
/// </summary>
internal sealed class SampleList
{
    /// <summary>Longest label, characters.</summary>
    public const int MostLabel = 128;

    private readonly List<MetricSample> _samples = [];
    private readonly Dictionary<(string Name, string First, string Second), int> _places = [];

    public MetricReport Report => new() { Samples = _samples };

    public void Add(Metric metric, double value) => Add(metric, value, []);

    public void Add(Metric metric, double value, string label) => Add(metric, value, [Cut(label)]);

    public void Add(Metric metric, double value, string first, string second) => Add(metric, value, [Cut(first), Cut(second)]);

    /// <summary>Where there is one.</summary>
    public void Add(Metric metric, double? value, string label)
    {
        if (value is { } known) Add(metric, known, label);
    }

    private void Add(Metric metric, double value, string[] labels)
    {
        if (!double.IsFinite(value)) return;
        var key = (metric.Name, labels.Length > 0 ? labels[0] : "", labels.Length > 1 ? labels[1] : "");
        if (_places.TryGetValue(key, out int place))
        {
            _samples[place] = _samples[place] with { Value = _samples[place].Value + value };
            return;
        }
        _places.Add(key, _samples.Count);
        _samples.Add(new MetricSample { Name = metric.Name, Labels = labels, Value = value });
    }

    private static string Cut(string label) => label.Length <= MostLabel ? label : label[..MostLabel];
}
