using System.Text.Json;
using System.Text.RegularExpressions;
using Router.Api.Metrics;

namespace Router.Tests.Api.Metrics;

/// <summary>Names by Prometheus' conventions, and whatever speaks of them: the documentation, the alerts, Grafana's dashboard.</summary>
public sealed partial class MetricCatalogTests
{
    [Fact]
    public void Names_are_unique_counters_end_with_total_and_units_are_base_units()
    {
        Assert.Equal(MetricCatalog.All.Count, MetricCatalog.All.Select(metric => metric.Name).Distinct().Count());
        foreach (Metric metric in MetricCatalog.All)
        {
            Assert.Matches("^router_[a-z_]+$", metric.Name);
            Assert.Equal(metric.Kind == MetricKind.Counter, metric.Name.EndsWith("_total", StringComparison.Ordinal));
            Assert.DoesNotMatch("milliseconds|microseconds|_ms|kilo|mega|octets|percent", metric.Name);
            Assert.EndsWith(".", metric.Help, StringComparison.Ordinal);
            Assert.All(metric.Labels, label => Assert.Matches("^[a-z]+$", label));
            Assert.DoesNotContain(metric.Labels, label => label is "host" or "user" or "address" or "mac");
        }
    }

    [Fact]
    public void The_documentation_has_each_as_it_is()
    {
        string[] rows = [.. ReadFile("docs/metrics.md").Split('\n').Where(line => line.StartsWith("| `router_", StringComparison.Ordinal))];
        Assert.Equal(MetricCatalog.All.Select(Row), rows);
    }

    [Theory]
    [InlineData("packaging/prometheus/router-alerts.yaml")]
    [InlineData("packaging/prometheus/router-alerts.test.yaml")]
    [InlineData("packaging/grafana/router.json")]
    [InlineData("docs/metrics.md")]
    public void No_file_speaks_of_a_metric_that_there_is_not(string file)
    {
        HashSet<string> known = [.. MetricCatalog.All.Select(metric => metric.Name)];
        string[] named = [.. Name().Matches(ReadFile(file)).Select(match => match.Value).Where(name => !name.EndsWith('_')).Distinct()];
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void Grafana_s_dashboard_is_valid_and_each_panel_asks_for_something()
    {
        JsonElement dashboard = JsonDocument.Parse(ReadFile("packaging/grafana/router.json")).RootElement;
        JsonElement[] panels = [.. dashboard.GetProperty("panels").EnumerateArray()];
        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels, panel => Assert.All(panel.GetProperty("targets").EnumerateArray(), target => Assert.Contains("router_", target.GetProperty("expr").GetString(), StringComparison.Ordinal)));
    }

    private static string Row(Metric metric)
    {
        string labels = metric.Labels.Count == 0 ? "–" : string.Join(", ", metric.Labels.Select(label => $"`{label}`"));
        return $"| `{metric.Name}` | {metric.Kind.ToString().ToLowerInvariant()} | {labels} | {metric.Help} |";
    }

    private static string ReadFile(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Router.sln"))) return File.ReadAllText(Path.Combine(folder.FullName, path));
        }
        throw new FileNotFoundException(path);
    }

    [GeneratedRegex("router_[a-z_]+")]
    private static partial Regex Name();
}
