using Microsoft.Playwright;
using Router.Web.Tests.Bed;

namespace Router.Web.Tests.Browsing;

/// <summary>
/// Every page in a real browser, wide and narrow, in both languages. With ROUTER_SCREENSHOTS=DIRECTORY (an absolute one) what it shows is kept there:
/// that is where the pictures in docs/portal come from.
/// </summary>
public sealed class PageTests(Chromium chromium, RunningPortal portal) : IClassFixture<Chromium>, IClassFixture<RunningPortal>
{
    private const int MostOctets = 30_000;

    private static readonly (string Name, int Width, int Height)[] s_screens = [("desktop", 1280, 800), ("telephone", 360, 740)];

    [Theory]
    [InlineData("login", "https", "/login", 1)]
    [InlineData("status", "https", "/", 0)]
    [InlineData("welcome", "https", "/welcome", 1)]
    [InlineData("blocked", "http", "/go?why=web&rule=7&to=http%3A%2F%2Fgames.example%2F", 0)]
    [InlineData("full", "http", "/go?why=licence", 0)]
    [InlineData("ended", "http", "/go?why=ended", 0)]
    [InlineData("error", "https", "/nowhere", 0)]
    public async Task A_page_is_whole_small_and_fits_every_screen(string name, string scheme, string path, int fields)
    {
        Chromium.SkipUnlessThere();
        foreach ((string screen, int width, int height) in s_screens)
        {
            IPage page = await chromium.OpenAsync(width, height, name == "ended" ? "de" : "en", screen == "desktop" ? ColorScheme.Light : ColorScheme.Dark);
            int octets = 0;
            var foreign = new List<string>();
            page.Response += (_, response) =>
            {
                if (!response.Url.StartsWith($"{scheme}://127.0.0.1:", StringComparison.Ordinal) && !response.Url.StartsWith("data:", StringComparison.Ordinal)) foreign.Add(response.Url);
            };
            Prepare(name);
            IResponse answer = (await page.GotoAsync($"{scheme}://127.0.0.1:{(scheme == "http" ? portal.Http : portal.Https)}{path}"))!;
            octets += (await answer.BodyAsync()).Length + (await (await page.APIRequest.GetAsync($"{portal.Home}/style.css")).BodyAsync()).Length;
            Assert.InRange(octets, 500, MostOctets);
            Assert.Empty(foreign);
            Assert.Equal(1, await page.Locator("h1").CountAsync());
            Assert.Equal(1, await page.Locator("main").CountAsync());
            Assert.Equal(await page.Locator("h1").InnerTextAsync(), await page.TitleAsync());
            foreach (ILocator field in await page.Locator("input:not([type=hidden])").AllAsync())
            {
                Assert.Equal(1, await page.Locator($"label[for={await field.GetAttributeAsync("id")}]").CountAsync());
            }
            if (fields > 0) Assert.True(await page.Locator("input[autofocus]").CountAsync() == fields);
            LocatorBoundingBoxResult main = (await page.Locator("main").BoundingBoxAsync())!;
            Assert.True(main.X >= 0 && main.X + main.Width <= width, $"{name} on {screen}: {main.X} + {main.Width}");
            await KeepAsync(page, $"{name}-{screen}");
            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task One_logs_in_by_keyboard_alone_and_sees_and_drops_the_other_device()
    {
        Chromium.SkipUnlessThere();
        Forget();
        IPage page = await chromium.OpenAsync(1280, 800);
        await page.GotoAsync($"{portal.Home}/login");
        await page.Locator("#user:focus").WaitForAsync();
        await page.Keyboard.TypeAsync("tony");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("[role=alert]").WaitForAsync();
        await KeepAsync(page, "wrong-password-desktop");
        // The name is there still, and the cursor in the password.
        Assert.Equal("tony", await page.Locator("#user").InputValueAsync());
        await page.Locator("#password:focus").WaitForAsync();
        await page.Keyboard.TypeAsync(RunningPortal.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("form[action='/logout']").WaitForAsync();
        Assert.Contains("You are logged in as Tony.", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);

        portal.Router.LogIn("127.0.0.5", "Tony", "web");
        await page.ReloadAsync();
        await KeepAsync(page, "devices-desktop");
        await page.SetViewportSizeAsync(360, 740);
        await KeepAsync(page, "devices-telephone");
        await page.Locator("form[action='/drop'] button").ClickAsync();
        await page.Locator("[role=status]").WaitForAsync();
        Assert.Equal(0, await page.Locator("form[action='/drop']").CountAsync());
        await page.Locator("form[action='/logout'] button").ClickAsync();
        await page.Locator("[role=status]").WaitForAsync();
        await page.Context.CloseAsync();
        Forget();
    }

    [Fact]
    public async Task After_login_the_browser_goes_on_by_itself_to_the_page_that_was_wanted()
    {
        Chromium.SkipUnlessThere();
        Forget();
        IPage page = await chromium.OpenAsync(1280, 800);
        await page.Context.RouteAsync("http://wanted.example/**", route => route.FulfillAsync(new RouteFulfillOptions { Body = "here it is", ContentType = "text/plain" }));
        await page.GotoAsync($"http://127.0.0.1:{portal.Http}/go?why=login&to=http%3A%2F%2Fwanted.example%2Fpage");
        await page.Locator("#user").FillAsync("tony");
        await page.Locator("#password").FillAsync(RunningPortal.Password);
        await page.Locator("button").ClickAsync();
        await page.WaitForURLAsync("http://wanted.example/page");
        Assert.Contains("here it is", await page.ContentAsync(), StringComparison.Ordinal);
        await page.Context.CloseAsync();
        Forget();
    }

    private void Prepare(string name)
    {
        Forget();
        if (name is "status") portal.Router.LogIn("127.0.0.1", "Tony");
        portal.Router.Welcomes = name is "welcome";
    }

    private void Forget() => portal.Router.Forget();

    private static async Task KeepAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("ROUTER_SCREENSHOTS") is not { Length: > 0 } directory) return;
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(directory, $"{name}.png") });
    }
}
