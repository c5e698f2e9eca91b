using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Router.Api.Web.Dashboard;
using Router.Web.Dashboard;
using Router.Web.Tests.Bed;

namespace Router.Web.Tests.Dashboard;

/// <summary>Who gets the dashboard, and what can be done from it by whom.</summary>
public sealed partial class DashboardAccessTests(RunningPortal portal) : IClassFixture<RunningPortal>
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static readonly string[] s_paths = ["/dashboard/live", "/dashboard/course?span=2h", "/dashboard/flows", "/dashboard/events"];

    [Fact]
    public async Task Whoever_is_not_logged_in_is_led_to_the_login_and_from_there_to_the_dashboard()
    {
        using HttpClient device = portal.Device("127.0.0.70");
        HttpResponseMessage led = await device.GetAsync("/dashboard", Now);
        Assert.Equal("/login?to=dashboard", led.Headers.Location!.OriginalString);
        HttpResponseMessage entered = await Form.LogInAsync(device, "root", "key under mat", "/login?to=dashboard");
        Assert.Equal("/dashboard", entered.Headers.Location!.OriginalString);
        HttpResponseMessage page = await device.GetAsync("/dashboard", Now);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.71", null, null)]
    [InlineData("127.0.0.72", "tony", RunningPortal.Password)]
    public async Task Nobody_else_gets_anything(string address, string? user, string? password)
    {
        using HttpClient device = portal.Device(address);
        if (user is not null) await Form.LogInAsync(device, user, password!);
        Assert.NotEqual(HttpStatusCode.OK, (await device.GetAsync("/dashboard", Now)).StatusCode);
        foreach (string path in s_paths) Assert.Equal(HttpStatusCode.Forbidden, (await device.GetAsync(path, Now)).StatusCode);
        using var form = new FormUrlEncodedContent([new("act", "logout"), new("subject", "127.0.0.1")]);
        Assert.Equal(HttpStatusCode.Forbidden, (await device.PostAsync("/dashboard/act", form, Now)).StatusCode);
    }

    // His address is an administrator's, and this browser is not the one in which the password was typed.
    [Fact]
    public async Task Another_browser_on_the_administrator_s_device_gets_nothing()
    {
        using HttpClient his = portal.Device("127.0.0.73"), other = portal.Device("127.0.0.73");
        await Form.LogInAsync(his, "root", "key under mat");
        Assert.Equal(HttpStatusCode.OK, (await his.GetAsync("/dashboard/events", Now)).StatusCode);
        foreach (string path in s_paths) Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync(path, Now)).StatusCode);
    }

    // A device that is logged in by its address, as the administrator: no password was typed for it.
    [Fact]
    public async Task A_login_by_address_is_not_enough()
    {
        using HttpClient device = portal.Device("127.0.0.74");
        await Form.LogInAsync(device, "root", "key under mat");
        portal.Router.LogIn("127.0.0.74", "root");
        foreach (string path in s_paths) Assert.Equal(HttpStatusCode.Forbidden, (await device.GetAsync(path, Now)).StatusCode);
    }

    [Fact]
    public async Task An_act_needs_the_token_of_this_browser_s_page_and_comes_from_no_other_site()
    {
        using HttpClient device = portal.Device("127.0.0.75"), other = portal.Device("127.0.0.76");
        await Form.LogInAsync(device, "root", "key under mat");
        await Form.LogInAsync(other, "root", "key under mat");
        string token = Token().Match(await device.GetStringAsync("/dashboard", Now)).Groups[1].Value, foreign = Token().Match(await other.GetStringAsync("/dashboard", Now)).Groups[1].Value;
        foreach ((string? form, string? origin) in (ReadOnlySpan<(string?, string?)>)[(null, null), ("", null), (foreign, null), (token, "https://evil.example")])
        {
            Assert.Equal(HttpStatusCode.Forbidden, Act(device, form, origin).StatusCode);
        }
        Assert.DoesNotContain(portal.Router.Dashboard.Acts, act => act.Address == "127.0.0.75");
        HttpResponseMessage done = Act(device, token, portal.Home);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.True(JsonDocument.Parse(await done.Content.ReadAsStringAsync(Now)).RootElement.GetProperty("done").GetBoolean());
        ActOrder order = Assert.Single(portal.Router.Dashboard.Acts, act => act.Address == "127.0.0.75");
        Assert.Equal(("drill", "fiber", 30), (order.Act, order.Link, order.Seconds));
    }

    [Fact]
    public async Task Ten_who_look_cost_the_router_what_one_does_and_each_hears_when_his_login_ends()
    {
        using HttpClient device = portal.Device("127.0.0.77");
        await Form.LogInAsync(device, "root", "key under mat");
        StreamReader[] streams = [.. await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => new StreamReader(await device.GetStreamAsync("/dashboard/live", Now))))];
        await Task.WhenAll(streams.Select(stream => ReadToAsync(stream, "event: state")));
        int before = portal.Router.Dashboard.Asked;
        for (int i = 0; i < 3; i++) await Task.WhenAll(streams.Select(stream => ReadToAsync(stream, "event: state")));
        Assert.InRange(portal.Router.Dashboard.Asked - before, 2, 5);
        portal.Router.LogIn("127.0.0.77", "Tony");
        await Task.WhenAll(streams.Select(stream => ReadToAsync(stream, "event: gone")));
        foreach (StreamReader stream in streams) stream.Dispose();
    }

    [Fact]
    public void Both_languages_say_everything_that_the_page_asks_for()
    {
        Assert.Equal(DashboardPage.Words("en").Keys.Order(), DashboardPage.Words("de").Keys.Order());
        string page = System.Text.Encoding.UTF8.GetString(Assets.Read("dashboard.html"));
        Assert.Empty(Named().Matches(page).Select(match => match.Groups[1].Value).Except(["lang", "form", "words", "who", .. DashboardPage.Words("en").Keys]));
    }

    private static HttpResponseMessage Act(HttpClient device, string? token, string? origin)
    {
        using var question = new HttpRequestMessage(HttpMethod.Post, "/dashboard/act");
        if (origin is not null) question.Headers.Add("Origin", origin);
        var fields = new List<KeyValuePair<string, string>> { new("act", "drill"), new("link", "fiber"), new("seconds", "30") };
        if (token is not null) fields.Add(new("form", token));
        question.Content = new FormUrlEncodedContent(fields);
        return device.SendAsync(question, Now).GetAwaiter().GetResult();
    }

    private static async Task ReadToAsync(StreamReader stream, string wanted)
    {
        while (await stream.ReadLineAsync(Now) is { } line)
        {
            if (line == wanted) return;
        }
        Assert.Fail($"the stream ended without {wanted}");
    }

    [GeneratedRegex("<meta name=\"form\" content=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("\\{\\{([a-z_0-9]+)\\}\\}")]
    private static partial Regex Named();
}
