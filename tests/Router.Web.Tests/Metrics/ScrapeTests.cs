using System.Net;
using System.Net.Http.Headers;
using Router.Api.Metrics;
using Router.Web.Tests.Bed;

namespace Router.Web.Tests.Metrics;

/// <summary>What /metrics answers to the box itself, which every address of the loopback network is. Others, and the token, are tried from real hosts in the lab.</summary>
public sealed class ScrapeTests(RunningPortal portal) : IClassFixture<RunningPortal>
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_box_itself_gets_all_of_it_by_name_and_by_address_on_both_ports()
    {
        using HttpClient box = portal.Device();
        foreach (string url in (string[])[$"{portal.Home}/metrics", $"http://127.0.0.1:{portal.Http}/metrics", $"http://localhost:{portal.Http}/metrics"])
        {
            HttpResponseMessage answer = await box.GetAsync(url, Now);
            string text = await answer.Content.ReadAsStringAsync(Now);
            Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
            Assert.Contains("\nrouter_up 1\n", text, StringComparison.Ordinal);
            Assert.All(MetricCatalog.All, metric => Assert.Contains($"# TYPE {metric.Name} ", text, StringComparison.Ordinal));
            Assert.Contains("router_process_open_fds{process=\"router-web\"}", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_wants_OpenMetrics_gets_it()
    {
        using HttpClient box = portal.Device();
        using var question = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        question.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text;version=1.0.0;q=0.8"));
        HttpResponseMessage answer = await box.SendAsync(question, Now);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.EndsWith("# EOF\n", await answer.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_name_that_leads_here_gets_nothing()
    {
        using HttpClient box = portal.Device();
        using var question = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{portal.Http}/metrics") { Headers = { Host = "evil.example" } };
        HttpResponseMessage answer = await box.SendAsync(question, Now);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain("router_up", await answer.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
        using var post = new StringContent("");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await box.PostAsync("/metrics", post, Now)).StatusCode);
    }
}
