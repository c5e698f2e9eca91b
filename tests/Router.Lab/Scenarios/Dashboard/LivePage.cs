using System.Diagnostics;
using System.Text.RegularExpressions;

using Microsoft.Playwright;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Scenarios.Dashboard;

/// <summary>
/// An administrator's browser on a host of the LAN, three links, hosts that load: what he sees is what happens. With ROUTER_SCREENSHOTS=DIRECTORY
/// the pictures in docs/dashboard are made on the way.
/// </summary>
public sealed class LivePage : AdministratedLab
{
    private const string Rules =
        """
        - name: Web for everybody
          source: [trusted, guest, firewall]
          destination: [internet]
          service: [http, https]
          action: allow
        - name: No mail from inside
          source: [trusted]
          destination: [internet]
          service: [smtp]
          action: deny
        - name: Everything else for the office
          source: [trusted, firewall]
          destination: [internet]
          action: allow
        """;

    public LivePage()
        : base(Rules, hosts: 6)
    {
    }

    [Fact]
    public async Task An_administrator_sees_what_happens_as_it_happens_and_ends_a_login()
    {
        Assert.SkipUnless(Browser.IsThere, "chromium is not installed");
        LogIn("tony", 2).OrThrow();
        LogIn("sam", 3).OrThrow();
        using Browser browser = await Browser.StartAsync(Lab.Hosts[0], Lab.Directory);
        IPage page = await browser.OpenAsync(1280, 960);
        await LogInAsync(page, "anna");
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("live", Patient);
        await Assertions.Expect(page.Locator("#cards article")).ToHaveCountAsync(3);

        List<BackgroundProgram> loads = [.. Enumerable.Range(1, 5).Select(host => Load(host, host * 300))];
        try
        {
            await SeesTheDownload(page);
            await SeesTheCut(page);
            await Filters(page);
            await EndsALogin(page);
            await PictureAsync(page);
        }
        finally
        {
            loads.ForEach(load => load.Dispose());
        }
    }

    // Begins anew where a link was cut under it. To the standard output: curl 7.88 gives up a retry where it cannot truncate the file it writes to.
    // With little room in the kernel: curl reads all that is there at once, and sleeps its rate off before it looks at the connection again.
    private BackgroundProgram Load(int host, int kilobytes)
    {
        Lab.Hosts[host].Run("sysctl", "-qw", "net.ipv4.tcp_rmem=4096 65536 131072").OrThrow();
        return Lab.Hosts[host].Start("sh", "-c", $"exec curl -sS --retry 100 --retry-all-errors --retry-delay 1 --limit-rate {kilobytes}K http://{Plan.Servers[host % 3]}/bytes/2000000000 >/dev/null");
    }

    // In the numbers at once, and in the chart's last step: five hosts load some 4.5 MB a second together.
    private static async Task SeesTheDownload(IPage page)
    {
        await Assertions.Expect(page.Locator("#total-in")).ToHaveTextAsync(new Regex(@"\d\d(\.\d)?\sMbit/s"), Patient);
        await page.WaitForFunctionAsync("""
            async () => {
              const course = await (await fetch('/dashboard/course?span=2h')).json();
              return course.links.reduce((sum, line) => sum + Math.max(...line.in.slice(-3)), 0) > 1e6;
            }
            """, null, new PageWaitForFunctionOptions { Timeout = 30_000, PollingInterval = 1000 });
        Assert.Equal(4, await page.Locator(".chart canvas").CountAsync());
    }

    private async Task SeesTheCut(IPage page)
    {
        ILocator state = page.Locator("article[data-link=lte] .badge");
        await Assertions.Expect(state).ToHaveTextAsync("up", Patient);
        await page.EvaluateAsync("window.isTheSamePage = true");
        long cut = Stopwatch.GetTimestamp();
        Lab.SetCarrier(2, on: false);
        await Assertions.Expect(state).ToHaveTextAsync("down", new() { Timeout = 5000 });
        TestContext.Current.TestOutputHelper?.WriteLine($"from the cut to the page: {Stopwatch.GetElapsedTime(cut).TotalSeconds:0.0} s");
        await Assertions.Expect(page.Locator("#summary")).ToHaveTextAsync("1 of 3 links down");
        await Assertions.Expect(page.Locator("#changes")).ToContainTextAsync("lte", new() { Timeout = 5000 });
        Assert.True(await page.EvaluateAsync<bool>("window.isTheSamePage"));
    }

    private static async Task Filters(IPage page)
    {
        await page.Locator("nav a[href='#flows']").ClickAsync();
        await page.Locator("#flow-filter [name=host]").FillAsync($"{Plan.LanHost(4)}");
        ILocator rows = page.Locator("#flows-body tr");
        // Its load begins anew if it was on the link that was cut.
        await Assertions.Expect(rows).ToHaveCountAsync(1, new() { Timeout = 10_000 });
        await Assertions.Expect(rows).ToContainTextAsync($"{Plan.LanHost(4)}:", new() { Timeout = 30_000 });
        await Assertions.Expect(rows).ToContainTextAsync("Web for everybody");
        await page.Locator("#flow-filter [type=reset]").ClickAsync();
        await Assertions.Expect(page.Locator("#flows-body")).ToContainTextAsync($"{Plan.LanHost(5)}:", new() { Timeout = 30_000 });
    }

    private async Task EndsALogin(IPage page)
    {
        await page.Locator("nav a[href='#people']").ClickAsync();
        ILocator tony = page.Locator("#logins-body tr", new() { HasTextString = "tony" });
        await Assertions.Expect(tony).ToHaveCountAsync(1, new() { Timeout = 10_000 });
        await tony.Locator("button").ClickAsync();
        await Assertions.Expect(page.Locator("#question-text")).ToHaveTextAsync($"End the login of tony at {Plan.LanHost(2)}?");
        await page.Locator("#question-do").ClickAsync();
        await Assertions.Expect(page.Locator("#news")).ToContainTextAsync("Done:");
        await Assertions.Expect(tony).ToHaveCountAsync(0, new() { Timeout = 10_000 });
        string live = Router.Show("users").OrThrow().Output;
        Assert.Contains("sam", live, StringComparison.Ordinal);
        Assert.DoesNotContain("tony", live, StringComparison.Ordinal);
        WaitForLine($"anna at {Plan.LanHost(0)}, by the dashboard: ended the login at {Plan.LanHost(2)}");
    }

    private async Task PictureAsync(IPage page)
    {
        if (Environment.GetEnvironmentVariable("ROUTER_SCREENSHOTS") is not { Length: > 0 } directory) return;
        Lab.SetCarrier(2, on: true);
        LogIn("tony", 2).OrThrow();
        await Assertions.Expect(page.Locator("#summary")).ToContainTextAsync("All 3", new() { Timeout = 60_000 });
        // Long enough for a course that one can look at.
        await page.WaitForTimeoutAsync(int.Parse(Environment.GetEnvironmentVariable("ROUTER_SCREENSHOTS_WAIT") ?? "5000", System.Globalization.CultureInfo.InvariantCulture));
        foreach ((string screen, int width, int height) in ((string, int, int)[])[("desktop", 1280, 960), ("telephone", 390, 844)])
        {
            await page.SetViewportSizeAsync(width, height);
            foreach ((string name, ColorScheme scheme) in ((string, ColorScheme)[])[("light", ColorScheme.Light), ("dark", ColorScheme.Dark)])
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                foreach (string section in (string[])["links", "hosts", "flows", "people", "rules", "events"])
                {
                    await page.Locator($"nav a[href='#{section}']").ClickAsync();
                    await page.WaitForTimeoutAsync(1500);
                    await page.ScreenshotAsync(new() { Path = Path.Combine(directory, $"{section}-{screen}-{name}.png"), FullPage = screen == "desktop" || section == "links" });
                }
            }
        }
    }
}
