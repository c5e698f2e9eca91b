using System.Diagnostics;
using Router.Api.Metrics;
using Router.Web.Metrics;

namespace Router.Web.Tests.Metrics;

public sealed class ExpositionTests
{
    [Fact]
    public void A_metric_has_its_head_once_and_its_series_below()
    {
        string text = ExpositionText.Write([Of("router_flows", 7), Of("router_link_up", 1, "fiber"), Of("router_link_up", 0, "dsl")], isOpen: false);
        Assert.Equal(
            """
            # HELP router_link_up 1 while the link can be used (up, degraded or standby), else 0.
            # TYPE router_link_up gauge
            router_link_up{link="fiber"} 1
            router_link_up{link="dsl"} 0
            # HELP router_flows Live flows.
            # TYPE router_flows gauge
            router_flows 7

            """, text);
    }

    [Fact]
    public void OpenMetrics_names_a_counter_without_its_suffix_and_has_an_end()
    {
        string text = ExpositionText.Write([Of("router_reloads_total", 2, "loaded")], isOpen: true);
        Assert.Equal(
            """
            # HELP router_reloads Reloads of the configuration.
            # TYPE router_reloads counter
            router_reloads_total{result="loaded"} 2
            # EOF

            """, text);
    }

    [Fact]
    public void What_a_label_may_hold_ends_no_label()
    {
        string text = ExpositionText.Write([Of("router_rule_hits_total", 1, "a \"rule\" \\ of\ntwo lines")], isOpen: false);
        Assert.EndsWith("router_rule_hits_total{rule=\"a \\\"rule\\\" \\\\ of\\ntwo lines\"} 1\n", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Count(c => c == '\n'));
    }

    [Fact]
    public void Unknown_names_and_wrong_numbers_of_labels_are_left_out() =>
        Assert.DoesNotContain("5", ExpositionText.Write([Of("router_invented", 5), Of("router_link_up", 5), Of("router_flows", 5, "fiber")], isOpen: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(0.001234, "0.001234")]
    [InlineData(1e20, "1E+20")]
    [InlineData(9007199254740991, "9007199254740991")]
    public void Numbers_keep_what_they_are(double value, string written) =>
        Assert.EndsWith($"router_flows {written}\n", ExpositionText.Write([Of("router_flows", value)], isOpen: false), StringComparison.Ordinal);

    [Fact]
    public async Task Promtool_has_nothing_to_say()
    {
        const string Promtool = "/usr/bin/promtool";
        Assert.SkipUnless(File.Exists(Promtool), "prometheus is not installed");
        string text = ExpositionText.Write(MetricCatalog.All.Select(metric => Of(metric.Name, 3, [.. metric.Labels.Select(label => $"some \"{label}\"")])), isOpen: false);
        using Process promtool = Process.Start(new ProcessStartInfo(Promtool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        string said = await promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (promtool.ExitCode, said));
    }

    private static MetricSample Of(string name, double value, params string[] labels) => new() { Name = name, Labels = labels, Value = value };
}
