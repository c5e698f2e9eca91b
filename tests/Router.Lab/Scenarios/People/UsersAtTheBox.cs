using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.People;

/// <summary>Rules for users whose destination is the box: the kernel's filter decides, by the addresses of those who are logged in.</summary>
public sealed class UsersAtTheBox() : PeopleLab(Rules, "")
{
    private const int Port = 9001;

    private const string Rules =
        """
        - name: Staff may see the box's own page
          source: [group:staff]
          destination: [firewall]
          service: [tcp/9001]
          action: allow
        - name: Nobody else
          source: [trusted]
          destination: [firewall]
          service: [tcp/9001]
          action: deny
        """;

    [Fact]
    public void A_port_of_the_box_opens_at_login_and_closes_at_logout_over_crash_and_reload()
    {
        using WebServer page = WebServer.Start(Lab.Router, Lab.Directory, Port);
        Router.Start();
        Assert.False(Opens(0));
        LogIn("sam", 1).OrThrow();
        LogIn("tony", 0).OrThrow();
        Wait.Until(() => Opens(0), Soon, () => Filter);
        // Whose IPv6 address that is the kernel finds out when it answers the first packet from there.
        Wait.Until(() => Opens(0, $"[{Plan.LanRouter6}]"), Soon, () => Filter);
        Assert.False(Opens(1));
        Assert.False(Opens(2));

        Router.Kill();
        Router.Start();
        Assert.True(Opens(0), Filter);
        Router.Reload();
        Assert.True(Opens(0), Filter);
        Assert.False(Opens(1));

        LogOut("tony").OrThrow();
        Wait.Until(() => !Opens(0) && !Opens(0, $"[{Plan.LanRouter6}]"), Soon, () => Filter);
        LogIn("tony", 2).OrThrow();
        Wait.Until(() => Opens(2), Soon, () => Filter);
        Assert.False(Opens(0));
    }

    private string Filter => Lab.Router.Run("nft", "list", "table", "inet", "routerd").Output + Router.Log;

    private bool Opens(int host, string? box = null) =>
        Lab.Hosts[host].Run("curl", "-gsS", "-o", "/dev/null", "-m", "2", $"http://{box ?? $"{Plan.LanRouter}"}:{Port}/").Succeeded;
}
