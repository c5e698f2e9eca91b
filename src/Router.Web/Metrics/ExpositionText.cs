using System.Globalization;
using System.Text;
using Router.Api.Metrics;

namespace Router.Web.Metrics;

/// <summary>
/// Numbers in the two texts that Prometheus reads: its own (version 0.0.4) and, for whoever asks for that, OpenMetrics 1.0.0. They differ in two things
/// only: OpenMetrics calls a counter in its head lines by the name without `_total`, and ends with `# EOF`, so that a text that was cut is
/// known by it.
///
///     # HELP router_link_up 1 while the link can be used.
///     # TYPE router_link_up gauge
///     router_link_up{link="fiber"} 1
///
/// Series of a metric stand together, in the catalog's order; numbers by names that are not in the catalog are left out.
/// </summary>
internal static class ExpositionText
{
    public const string PlainType = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string CounterSuffix = "_total";

    public static string Write(IEnumerable<MetricSample> samples, bool isOpen)
    {
        ILookup<string, MetricSample> byName = samples.ToLookup(sample => sample.Name);
        var text = new StringBuilder(16 * 1024);
        foreach (Metric metric in MetricCatalog.All)
        {
            if (!byName.Contains(metric.Name)) continue;
            string head = isOpen && metric.Kind == MetricKind.Counter ? metric.Name[..^CounterSuffix.Length] : metric.Name;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {head} {Escaped(metric.Help, isLabel: false)}\n# TYPE {head} {(metric.Kind == MetricKind.Counter ? "counter" : "gauge")}\n");
            foreach (MetricSample sample in byName[metric.Name]) Write(text, metric, sample);
        }
        if (isOpen) text.Append("# EOF\n");
        return text.ToString();
    }

    private static void Write(StringBuilder text, Metric metric, MetricSample sample)
    {
        if (sample.Labels.Count != metric.Labels.Count) return;
        text.Append(metric.Name);
        for (int i = 0; i < metric.Labels.Count; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(metric.Labels[i]).Append("=\"").Append(Escaped(sample.Labels[i], isLabel: true)).Append('"');
        }
        if (metric.Labels.Count > 0) text.Append('}');
        text.Append(CultureInfo.InvariantCulture, $" {sample.Value:R}\n");
    }

    // Both texts: backslash and line end, and in labels the quote.
    private static string Escaped(string text, bool isLabel)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isLabel ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
