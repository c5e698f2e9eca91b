using System.Security.Cryptography;
using Microsoft.Playwright;
using Router.Web.Dashboard;
using Router.Web.Tests.Bed;
using Router.Web.Tests.Browsing;

namespace Router.Web.Tests.Dashboard;

/// <summary>The dashboard in a real browser before a router of a few numbers; before a real one it is in the lab.</summary>
public sealed class DashboardBrowserTests(Chromium chromium, RunningPortal portal) : IClassFixture<Chromium>, IClassFixture<RunningPortal>
{
    private const int MostOctets = 150_000;

    [Fact]
    public async Task It_is_small_loads_nothing_from_elsewhere_breaks_no_policy_and_follows_the_router()
    {
        Chromium.SkipUnlessThere();
        IPage page = await chromium.OpenAsync(1280, 900, scripts: true);
        var loaded = new List<string>();
        var complaints = new List<string>();
        int octets = 0;
        page.Response += (_, response) => loaded.Add(response.Url);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        await LogInAsync(page);
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        Assert.Equal(1, await page.Locator("h1").CountAsync());
        await Assertions.Expect(page.Locator("article[data-link=fiber] .badge")).ToHaveTextAsync("up");
        await Assertions.Expect(page.Locator(".uplot")).ToHaveCountAsync(4);
        portal.Router.Dashboard.Fiber = "down";
        await Assertions.Expect(page.Locator("article[data-link=fiber] .badge")).ToHaveTextAsync("down");
        await Assertions.Expect(page.Locator("#summary")).ToHaveTextAsync("1 of 2 links down");
        await Assertions.Expect(page.Locator("#changes li").First).ToContainTextAsync("fiber");
        portal.Router.Dashboard.Fiber = "up";
        Assert.All(loaded, url => Assert.StartsWith(portal.Home, url.Replace("data:", portal.Home, StringComparison.Ordinal), StringComparison.Ordinal));
        foreach (string url in loaded.Where(url => url.Contains("/dashboard", StringComparison.Ordinal) && !url.Contains("live", StringComparison.Ordinal) && !url.Contains("course", StringComparison.Ordinal)).Distinct())
        {
            octets += (await (await page.APIRequest.GetAsync(url)).BodyAsync()).Length;
        }
        Assert.InRange(octets, 50_000, MostOctets);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task One_asks_by_keyboard_is_asked_back_and_can_think_better_of_it()
    {
        Chromium.SkipUnlessThere();
        IPage page = await chromium.OpenAsync(1280, 900, "de", scripts: true);
        await LogInAsync(page);
        ILocator drill = page.Locator("article[data-link=dsl] button");
        await drill.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#question")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#question")).ToBeHiddenAsync();
        Assert.DoesNotContain(portal.Router.Dashboard.Acts, act => act.Link == "dsl");
        await Assertions.Expect(drill).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("select[name=seconds]").SelectOptionAsync("60");
        await page.Locator("#question-do").ClickAsync();
        await Assertions.Expect(page.Locator("#news")).ToContainTextAsync("Erledigt: did drill.");
        Assert.Equal(60, Assert.Single(portal.Router.Dashboard.Acts, act => act.Link == "dsl").Seconds);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Each_section_fits_a_telephone_and_what_hosts_say_is_text()
    {
        Chromium.SkipUnlessThere();
        IPage page = await chromium.OpenAsync(360, 740, scheme: ColorScheme.Dark, scripts: true);
        await LogInAsync(page);
        foreach (string section in (string[])["links", "hosts", "flows", "people", "rules", "events"])
        {
            await page.Locator($"nav a[href='#{section}']").ClickAsync();
            await Assertions.Expect(page.Locator($"#section-{section}")).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator($"nav a[href='#{section}']")).ToHaveAttributeAsync("aria-current", "page");
            Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, 360);
        }
        await Assertions.Expect(page.Locator("#events-body")).ToContainTextAsync("no <b>carrier</b>");
        await page.Locator("nav a[href='#flows']").ClickAsync();
        await page.Locator("#flow-filter [name=host]").FillAsync("10.0.0.5");
        await Assertions.Expect(page.Locator("#flow-note")).ToHaveTextAsync("0");
        while (!portal.Router.Dashboard.Queries.Any(query => query.Host == "10.0.0.5")) await Task.Delay(50, TestContext.Current.CancellationToken);
        await page.Context.CloseAsync();
    }

    [Fact]
    public void The_charts_are_those_that_were_published()
    {
        foreach ((string file, string sum) in (ReadOnlySpan<(string, string)>)[
            ("uPlot.iife.min.js", "19C8D4C6AD88929A79F4AE49D6F7161566DFD0BA3D15CC495E974F787EB78F1F"), ("uPlot.min.css", "DF630C6A8D6F8EEAFF264B50F73CE5B114F646FFD9A0BB74F049B0A00135FA04")])
        {
            Assert.Equal(sum, Convert.ToHexString(SHA256.HashData(Assets.Read(file))));
        }
    }

    private async Task LogInAsync(IPage page)
    {
        await page.GotoAsync($"{portal.Home}/dashboard");
        await page.Locator("#user").FillAsync("root");
        await page.Locator("#password").FillAsync("key under mat");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"{portal.Home}/dashboard");
    }
}
