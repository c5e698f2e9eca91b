using Microsoft.Playwright;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Scenarios.People;

namespace Router.Lab.Scenarios.Dashboard;

/// <summary>A licensed office with a dashboard: everything goes out unless a scenario has rules of its own, anna is an administrator, tony is none, and router-web runs as it would.</summary>
public abstract class AdministratedLab : PeopleLab
{
    private const string EverythingOut =
        """
        - name: Everything for the office
          source: [trusted, firewall]
          destination: [internet]
          action: allow
        """;

    private readonly BackgroundProgram _web;

    private protected AdministratedLab(string rules = EverythingOut, int hosts = 3)
        : base(rules, "", hosts: hosts)
    {
        AddUser("anna", "--administrator");
        Router.Write(new RouterYaml { Rules = rules, AllowOut = false, Weights = [8, 4, 2], License = "mode: per-user", Health = "hold_down: 2s" } + $"users:\n  file: {Accounts}\n");
        Router.Start();
        _web = Lab.Router.Start(Programs.RouterWeb, "--socket", Path.Combine(Path.GetDirectoryName(Router.ControlSocket)!, "portal.sock"), "--state", Lab.Directory);
        _web.WaitToSay("the portal answers", Soon);
    }

    private protected static string Dashboard => $"https://{Plan.LanRouter}:4081/dashboard";

    private protected static LocatorAssertionsToHaveTextOptions Patient => new() { Timeout = 20_000 };

    public override void Dispose()
    {
        _web.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>By the login page, to which whoever wants the dashboard is led, and back to it.</summary>
    private protected static async Task LogInAsync(IPage page, string name)
    {
        await page.GotoAsync(Dashboard);
        await page.Locator("#user").FillAsync(name);
        await page.Locator("#password").FillAsync($"{name}'s password");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(Dashboard);
    }
}
