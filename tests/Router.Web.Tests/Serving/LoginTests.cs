using System.Net;
using Router.Api.Web;
using Router.Web.Tests.Bed;

namespace Router.Web.Tests.Serving;

/// <summary>Logging in and out as people do, without scripts.</summary>
public sealed class LoginTests(RunningPortal portal) : IClassFixture<RunningPortal>
{
    [Fact]
    public async Task From_the_landing_to_the_page_that_was_wanted()
    {
        using HttpClient device = portal.Device("127.0.0.20");
        HttpResponseMessage landed = await device.GetAsync($"http://127.0.0.1:{portal.Http}/go?why=login&to=http%3A%2F%2Fsite.example%2Fa%3Fb%3D1%26c%3D%22", Now);
        Assert.Equal(HttpStatusCode.Found, landed.StatusCode);
        Assert.StartsWith($"{portal.Home}/login?to=", landed.Headers.Location!.OriginalString, StringComparison.Ordinal);

        HttpResponseMessage entered = await Form.LogInAsync(device, "tony", RunningPortal.Password, landed.Headers.Location.PathAndQuery);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        LoginOrder order = Assert.Single(portal.Router.Logins, one => one.Address == "127.0.0.20");
        Assert.Equal(("Tony", false, false), (order.User, order.IsFromDirectory, order.IsAdministrator));
        Assert.Equal(["staff"], order.Groups);

        string status = await device.GetStringAsync(entered.Headers.Location, Now);
        Assert.Contains("content=\"1; url=http://site.example/a?b=1&amp;c=%22\"", status, StringComparison.Ordinal);
        Assert.Contains("You are logged in as Tony.", status, StringComparison.Ordinal);
        Assert.Contains("Continue to site.example", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tony", "wrong")]
    [InlineData("nobody", "wrong")]
    [InlineData("tony", "")]
    [InlineData("<script>", "x")]
    public async Task A_wrong_password_and_a_name_that_is_none_look_the_same(string user, string password)
    {
        using HttpClient device = portal.Device($"127.0.0.{30 + user.Length + password.Length}");
        HttpResponseMessage answer = await Form.LogInAsync(device, user, password);
        string page = await answer.Content.ReadAsStringAsync(Now);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("The user name or the password is not right.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Contains(portal.Router.Failures, failed => failed.User == user && failed.Why == "wrong name or password");
    }

    [Fact]
    public async Task After_some_failures_a_device_waits_and_the_right_password_does_not_help()
    {
        using HttpClient device = portal.Device("127.0.0.60");
        for (int i = 0; i < 5; i++) await Form.LogInAsync(device, "root", $"guess {i}");
        HttpResponseMessage answer = await Form.LogInAsync(device, "root", "key under mat");
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);

        using HttpClient administrator = portal.Device("127.0.0.61");
        Assert.Equal(HttpStatusCode.SeeOther, (await Form.LogInAsync(administrator, "root", "key under mat")).StatusCode);
        Assert.True(portal.Router.Logins.Single(one => one.Address == "127.0.0.61").IsAdministrator);
    }

    [Theory]
    [InlineData("no-seat", "All user licences are in use.")]
    [InlineData("max-devices", "as many devices as you may use")]
    [InlineData("something-new", "The login was refused.")]
    public async Task What_routerd_refuses_is_said(string refusal, string sentence)
    {
        await using var own = new RunningPortal();
        await own.InitializeAsync();
        own.Router.Refuses = refusal;
        using HttpClient device = own.Device();
        HttpResponseMessage answer = await Form.LogInAsync(device, "tony", RunningPortal.Password);
        Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Headers, header => header.Key == "Set-Cookie" && header.Value.Any(cookie => cookie.StartsWith("__Host-session", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Only_the_browser_with_the_session_sees_and_drops_the_other_device()
    {
        using HttpClient first = portal.Device("127.0.0.70"), second = portal.Device("127.0.0.71"), noCookies = portal.Device("127.0.0.70");
        await Form.LogInAsync(first, "tony", RunningPortal.Password);
        await Form.LogInAsync(second, "tony", RunningPortal.Password);

        Assert.DoesNotContain("127.0.0.71", await noCookies.GetStringAsync("/", Now), StringComparison.Ordinal);
        string status = await first.GetStringAsync("/", Now);
        Assert.Contains("Log out 127.0.0.71", status, StringComparison.Ordinal);
        Assert.Contains("123 MB", status, StringComparison.Ordinal);

        await Form.FillAsync(first, "/", "/drop", ("device", "127.0.0.71"));
        Assert.Null(portal.Router.Look(Wire.Address.Parse("127.0.0.71")).User);
        Assert.Equal("Tony", portal.Router.Look(Wire.Address.Parse("127.0.0.70")).User);
    }

    [Fact]
    public async Task Logging_out_ends_session_and_login()
    {
        using HttpClient device = portal.Device("127.0.0.80");
        await Form.LogInAsync(device, "tony", RunningPortal.Password);
        HttpResponseMessage answer = await Form.FillAsync(device, "/", "/logout");
        Assert.Contains("You have logged out.", await answer.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
        Assert.Null(portal.Router.Look(Wire.Address.Parse("127.0.0.80")).User);
    }

    [Fact]
    public async Task A_guest_types_the_password_and_is_let_in()
    {
        using HttpClient device = portal.Device("127.0.9.20");
        HttpResponseMessage wrong = await Form.FillAsync(device, "/welcome", "/welcome", ("password", "tea"));
        Assert.Contains("That password is not right.", await wrong.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
        HttpResponseMessage right = await Form.FillAsync(device, "/welcome", "/welcome", ("password", "coffee"));
        string page = await right.Content.ReadAsStringAsync(Now);
        Assert.Contains("You are a guest in this network.", page, StringComparison.Ordinal);
        Assert.Contains("This ends in 8 h 0 min.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_speaks_the_visitors_language()
    {
        using HttpClient device = portal.Device("127.0.0.90");
        device.DefaultRequestHeaders.Add("Accept-Language", "fr, de-AT;q=0.8, en;q=0.5");
        string page = await device.GetStringAsync("/login", Now);
        Assert.Contains("<html lang=\"de\">", page, StringComparison.Ordinal);
        Assert.Contains("Benutzername", page, StringComparison.Ordinal);
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;
}
