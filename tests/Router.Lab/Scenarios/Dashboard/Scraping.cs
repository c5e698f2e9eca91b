using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Documents;
using Router.Lab.Kernel;
using Router.Lab.Scenarios.Portal;

namespace Router.Lab.Scenarios.Dashboard;

/// <summary>A real Prometheus on a host of the LAN: it shows its word, scrapes, and rings when a link is cut.</summary>
public sealed class Scraping() : PortalLab(Rules, "", more: $"metrics: {{ listen: 127.0.0.1:9469, allow: [trusted], token_file: {s_token} }}\n")
{
    private const string Prometheus = "/usr/bin/prometheus";
    private const string Word = "open sesame";

    private const string Rules =
        """
        - name: All may
          source: [trusted, guest, firewall]
          destination: [internet]
          action: allow
        """;

    private static readonly string s_token = Path.Combine(Path.GetTempPath(), $"router-lab-{Environment.ProcessId}.token");

    private string Scrape => $"https://{Plan.LanRouter}:4081/metrics";

    [Fact]
    public void Prometheus_scrapes_and_an_alert_rings_when_a_link_is_cut()
    {
        Assert.SkipUnless(File.Exists(Prometheus), "prometheus is not installed");
        File.WriteAllText(s_token, Word + "\n");
        WhoMay();
        string text = Ask(Lab.Hosts[0], "-H", $"Authorization: Bearer {Word}", Scrape).Output;
        Command.Run("promtool", ["check", "metrics"], text).OrThrow();
        foreach (string line in (string[])["router_up 1", "router_link_up{link=\"fiber\"} 1", "router_drops_total{reason=\"RuleDenied\"}", "router_rule_hits_total{rule=\"All may\"}", "router_logins_total{method=\"web\",result=\"ok\"} 0"])
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }

        // The port of their own, which tells nothing else.
        Assert.Contains("router_up 1", Ask(Lab.Router, "http://127.0.0.1:9469/metrics").Output, StringComparison.Ordinal);
        Assert.Equal("404", Ask(Lab.Router, "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:9469/login").Text);

        using BackgroundProgram prometheus = Start();
        Wait.Until(() => Value("router_link_up{link=\"fiber\"}") == "1", Late, () => $"{Targets()}\n{prometheus.Said}");
        Assert.Equal("up", Targets()["data"]!["activeTargets"]![0]!["health"]!.GetValue<string>());
        Lab.SetCarrier(0, on: false);
        Wait.Until(() => Alerts().Contains("RouterLinkDown fiber firing", StringComparison.Ordinal), Late, Alerts);
        Assert.DoesNotContain("RouterNoLink", Alerts(), StringComparison.Ordinal);
        // What was counted on the way is a rate there.
        Curl(0).OrThrow();
        Wait.Until(() => Value("increase(router_rule_hits_total{rule=\"All may\"}[1m]) > 0").Length > 0, Late, () => prometheus.Said);
    }

    public override void Dispose()
    {
        File.Delete(s_token);
        base.Dispose();
    }

    private static TimeSpan Late => TimeSpan.FromSeconds(40);

    private void WhoMay()
    {
        Assert.Equal("401", Status(Lab.Hosts[0], Scrape));
        Assert.Equal("401", Status(Lab.Hosts[0], Scrape, "-H", "Authorization: Bearer open"));
        // In the clear the word is not even looked at, and guests are not asked for it.
        Assert.Equal("403", Status(Lab.Hosts[0], $"http://{Plan.LanRouter}:4080/metrics", "-H", $"Authorization: Bearer {Word}"));
        Assert.Equal("403", Status(Lab.Guest, $"https://{Plan.GuestRouter}:4081/metrics", "-H", $"Authorization: Bearer {Word}"));
        Assert.Equal("200", Status(Lab.Hosts[0], Scrape, "-H", $"Authorization: Bearer {Word}"));
        Assert.Equal("200", Status(Lab.Router, "http://localhost:4080/metrics"));
    }

    private string Status(NetworkNamespace from, string url, params string[] words) => Ask(from, ["-o", "/dev/null", "-w", "%{http_code}", .. words, url]).Text;

    private BackgroundProgram Start()
    {
        string file = Path.Combine(Lab.Directory, "prometheus.yml"), rules = Path.Combine(Lab.Directory, "router-alerts.yaml");
        File.Copy(Path.Combine(Repository.Root, "packaging/prometheus/router-alerts.yaml"), rules);
        File.WriteAllText(file,
            $$"""
            global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
            rule_files: [{{rules}}]
            scrape_configs:
              - job_name: router
                scheme: https
                tls_config: { insecure_skip_verify: true }
                authorization: { credentials_file: {{s_token}} }
                static_configs: [{ targets: ["{{Plan.LanRouter}}:4081"] }]
            """);
        return Lab.Hosts[0].Start(Prometheus, $"--config.file={file}", $"--storage.tsdb.path={Path.Combine(Lab.Directory, "tsdb")}", "--web.listen-address=127.0.0.1:9090");
    }

    private JsonNode Targets() => Get("targets");

    private string Value(string query) =>
        Get($"query?query={Uri.EscapeDataString(query)}") is { } answer && answer["data"]?["result"] is JsonArray { Count: > 0 } found ? found[0]!["value"]![1]!.GetValue<string>() : "";

    private string Alerts() => string.Join('\n', Get("alerts")["data"]?["alerts"]?.AsArray().Select(alert => $"{alert!["labels"]!["alertname"]} {alert["labels"]!["link"]} {alert["state"]}") ?? []);

    private JsonNode Get(string what)
    {
        Outcome outcome = Lab.Hosts[0].Run("curl", "-sS", "-m", "5", $"http://127.0.0.1:9090/api/v1/{what}");
        return outcome.Succeeded && outcome.Output.StartsWith('{') ? JsonNode.Parse(outcome.Output)! : new JsonObject();
    }
}
