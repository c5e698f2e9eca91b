using Microsoft.Playwright;

using Router.Lab.Kernel;

namespace Router.Lab.Scenarios.Dashboard;

/// <summary>Debian's chromium on a host of the lab: it is started in the host's namespace and driven from here by its pipes.</summary>
internal sealed class Browser : IDisposable
{
    private const string Program = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static bool IsThere => File.Exists(Program);

    public static async Task<Browser> StartAsync(NetworkNamespace on, string directory)
    {
        string script = Path.Combine(directory, "chromium");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nexec ip netns exec {on.Name} {Program} \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        IPlaywright playwright = await Playwright.CreateAsync();
        // Its own sandbox wants a user that is not root.
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = script, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"] }));
    }

    public async Task<IPage> OpenAsync(int width, int height)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions { IgnoreHTTPSErrors = true, Locale = "en", ViewportSize = new ViewportSize { Width = width, Height = height } });
        return await context.NewPageAsync();
    }

    public void Dispose()
    {
        _browser.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _playwright.Dispose();
    }
}
