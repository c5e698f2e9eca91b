using System.Globalization;

using Microsoft.Playwright;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Scenarios.Dashboard;

/// <summary>What an administrator does from the page happens to the router, and is in the journal with his name; nobody else can do any of it.</summary>
public sealed class Acts : AdministratedLab
{
    private const int Flows = 100_000, FlowsPerSecond = 25_000;
    private const string Swallowing = "198.18.1.0";

    /// <summary>Of one core, beside the same router without a page. It is some 3 %; a busy machine makes more of it.</summary>
    private const double MostBusy = 0.25;

    private static readonly string[] AllActs = ["logout", "free", "move", "drill", "end-drill"];

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task An_administrator_moves_a_pin_rehearses_a_failure_and_frees_a_place()
    {
        Assert.SkipUnless(Browser.IsThere, "chromium is not installed");
        Curl(1).OrThrow();
        using Browser browser = await Browser.StartAsync(Lab.Hosts[0], Lab.Directory);
        IPage page = await browser.OpenAsync(1280, 960);
        await LogInAsync(page, "anna");
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("live", Patient);

        await MovesAPin(page);
        await RehearsesAFailure(page);
        await FreesAPlace(page);
        await CostsLittle(page);
    }

    [Fact]
    public async Task Who_is_no_administrator_can_do_nothing_of_it()
    {
        Assert.SkipUnless(Browser.IsThere, "chromium is not installed");
        Curl(1).OrThrow();
        using Browser browser = await Browser.StartAsync(Lab.Hosts[0], Lab.Directory);
        IPage page = await browser.OpenAsync(1280, 960);
        foreach (string act in AllActs) Assert.Equal(403, await PostAsync(page, "login", act));

        await LogInAsync(page, "tony");

        await Assertions.Expect(page.Locator("body")).ToContainTextAsync("The dashboard is for administrators.");
        foreach (string act in AllActs) Assert.Equal(403, await PostAsync(page, "", act));
        foreach (string path in (string[])["live", "course?span=2h", "flows", "events"]) Assert.Equal(403, (await page.GotoAsync($"{Dashboard}/{path}"))!.Status);
        Assert.DoesNotContain("by the dashboard", Router.Log, StringComparison.Ordinal);
        Assert.Contains("no drill", Router.Show("drill", "stop").Error, StringComparison.OrdinalIgnoreCase);
    }

    private async Task MovesAPin(IPage page)
    {
        string from = LinkOf(1), to = from == "lte" ? "dsl" : "lte";
        await page.Locator("nav a[href='#hosts']").ClickAsync();
        ILocator host = page.Locator("#hosts-body tr", new() { HasTextString = $"{Plan.LanHost(1)}" });
        await host.Locator("button").ClickAsync(new() { Timeout = 20_000 });
        await Assertions.Expect(page.Locator("#question-text")).ToHaveTextAsync($"Move {Plan.LanHost(1)} to another link?");
        await page.Locator("#question [name=link]").SelectOptionAsync(to);
        await DoAsync(page, $"moved {Plan.LanHost(1)} to {to}");
        Assert.Equal(to, LinkOf(1));
        await Assertions.Expect(host).ToContainTextAsync(to, new() { Timeout = 20_000 });
    }

    private async Task RehearsesAFailure(IPage page)
    {
        await page.Locator("nav a[href='#links']").ClickAsync();
        await page.Locator("article[data-link=dsl] footer button").ClickAsync();
        await page.Locator("#question [name=seconds]").SelectOptionAsync("60");
        await DoAsync(page, "began a drill: dsl is down for 60 s");
        await Assertions.Expect(page.Locator("article[data-link=dsl] .badge")).ToHaveTextAsync("down", Patient);
        await Assertions.Expect(page.Locator("#drill-text")).ToContainTextAsync("Drill on dsl", new() { Timeout = 20_000 });
        Assert.Equal("down", Router.LinkState("dsl"));
        await page.Locator("#end-drill").ClickAsync();
        await DoAsync(page, "ended the drill on dsl");
        await Assertions.Expect(page.Locator("article[data-link=dsl] .badge")).ToHaveTextAsync("up", Patient);
    }

    private async Task FreesAPlace(IPage page)
    {
        await page.Locator("nav a[href='#people']").ClickAsync();
        ILocator place = page.Locator("#places-body tr", new() { HasTextString = $"{Plan.LanHost(1)}" });
        await place.Locator("button").ClickAsync(new() { Timeout = 20_000 });
        await Assertions.Expect(page.Locator("#question-text")).ToContainTextAsync($"Free the place of {Plan.LanHost(1)}?");
        await DoAsync(page, "freed the place of");
        Assert.DoesNotContain(Router.Ask("license")["places"]!.AsArray(), one => one!["addresses"]!.AsArray().Any(address => (string?)address == $"{Plan.LanHost(1)}"));
        await Assertions.Expect(place).ToHaveCountAsync(0, new() { Timeout = 20_000 });
    }

    // The page shows hosts with what each carries, which is the sum of its flows: the dearest of what it asks for.
    private async Task CostsLittle(IPage page)
    {
        Lab.Internet.Run("ip", "route", "replace", "blackhole", Swallowing + "/24").OrThrow();
        string mac = Lab.Router.Run("cat", "/sys/class/net/lan0/address").OrThrow().Text.Replace(':', '-').ToUpperInvariant();
        using BackgroundProgram blast = Lab.Hosts[1].Start(Environment.ProcessPath!, "blast", "eth0", mac, $"{Plan.LanHost(1)}", Swallowing, "9000",
            Flows.ToString(CultureInfo.InvariantCulture), "60", FlowsPerSecond.ToString(CultureInfo.InvariantCulture));
        Wait.Until(() => Router.Ask("status")["flows"]!["used"]!.GetValue<long>() >= Flows * 0.99, TimeSpan.FromSeconds(30), () => Router.Show("status").Text);
        blast.Kill();
        await page.Locator("nav a[href='#hosts']").ClickAsync();
        await Assertions.Expect(page.Locator("#hosts-body")).ToContainTextAsync($"{Plan.LanHost(1)}", new() { Timeout = 20_000 });
        double open = await BusyAsync();
        await page.CloseAsync();
        double closed = await BusyAsync();
        TestContext.Current.SendDiagnosticMessage("{0} flows: routerd takes {1:P1} of a core while the dashboard is open, and {2:P1} while it is not", Flows, open, closed);
        Assert.InRange(open - closed, -1, MostBusy);
    }

    private async Task DoAsync(IPage page, string done)
    {
        await page.Locator("#question-do").ClickAsync();
        await Assertions.Expect(page.Locator("#news")).ToContainTextAsync($"Done: {done}", new() { Timeout = 10_000 });
        WaitForLine($"anna at {Plan.LanHost(0)}, by the dashboard: {done}");
    }

    // As a form of one of the box's own pages, with that page's token: nothing is wrong with it but who sends it.
    private static async Task<int> PostAsync(IPage page, string from, string act)
    {
        await page.GotoAsync($"https://{Plan.LanRouter}:4081/{from}");
        Task<IResponse> answer = page.WaitForResponseAsync(response => response.Url.EndsWith("/dashboard/act", StringComparison.Ordinal));
        await page.EvaluateAsync("""
            act => {
              const form = document.querySelector('form');
              form.action = '/dashboard/act';
              form.method = 'post';
              for (const [name, value] of Object.entries({ act, subject: '10.0.0.12', link: 'dsl' })) {
                form.append(Object.assign(document.createElement('input'), { name, value }));
              }
              form.noValidate = true;
              form.submit();
            }
            """, act);
        int status = (await answer).Status;
        await page.WaitForURLAsync($"{Dashboard}/act");
        return status;
    }

    private async Task<double> BusyAsync()
    {
        double before = Seconds();
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        await Task.Delay(Watched);
        return (Seconds() - before) / System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>Of processor time that routerd has had (proc(5), stat: utime and stime, in hundredths).</summary>
    private double Seconds()
    {
        string[] fields = File.ReadAllText($"/proc/{Router.Program.Pid}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }

    private string LinkOf(int host) => (string)Router.Ask("hosts", "--host", $"{Plan.LanHost(host)}").AsArray().Single()!["link"]!;
}
