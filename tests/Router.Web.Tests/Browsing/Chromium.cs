using Microsoft.Playwright;

namespace Router.Web.Tests.Browsing;

/// <summary>Debian's chromium, without a screen.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static void SkipUnlessThere() => Assert.SkipUnless(File.Exists(Program), "chromium is not installed");

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program)) return;
        _playwright = await Playwright.CreateAsync();
        // Its own sandbox wants a user that is not root.
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A window of somebody who has no scripts, or wants them.</summary>
    public async Task<IPage> OpenAsync(int width, int height, string language = "en", ColorScheme scheme = ColorScheme.Light, bool scripts = false)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            JavaScriptEnabled = scripts, IgnoreHTTPSErrors = true, Locale = language, ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        return await context.NewPageAsync();
    }
}
