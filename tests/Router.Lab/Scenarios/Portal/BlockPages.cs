using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Scenarios.Portal;

/// <summary>A site that only one person may read: the page that blocks it for all others is his way in.</summary>
public sealed class BlockPages() : PortalLab(Rules, Users, more: WebRules)
{
    private const string Site = "http://www.example.net/";

    private const string Rules =
        """
        - name: All may
          source: [trusted]
          destination: [internet]
          action: allow
        """;

    private const string Users = "automatic: [{ user: tony, address: 10.0.0.13 }]";

    private const string WebRules =
        """
        web_rules:
          - { name: Tony may, url: ["*.example.net"], users: [tony], action: allow }
          - { name: Nobody else, url: ["*.example.net"], action: deny, text: "This site is blocked here." }

        """;

    [Fact]
    public void Tony_reads_it_once_he_has_logged_in_or_is_known_and_nobody_else_does()
    {
        string blocked = Open(Lab.Hosts[0]);
        Assert.Contains("This site is blocked here.", blocked, StringComparison.Ordinal);
        Assert.Contains("Log in, if you may open it", blocked, StringComparison.Ordinal);
        Assert.True(IsOpen(Lab.Hosts[2]), Router.Log);

        string login = $"https://{Plan.LanRouter}:4081/login";
        Ask(Lab.Hosts[0], [.. Fields(Ask(Lab.Hosts[0], login).Output, ("user", "tony"), ("password", "tony's password")), login]).OrThrow();
        Wait.Until(() => IsOpen(Lab.Hosts[0]), Soon, () => Router.Log);

        LogIn("sam", 1).OrThrow();
        Assert.Contains("This site is blocked here.", Open(Lab.Hosts[1]), StringComparison.Ordinal);
        LogOut($"{Plan.LanHost(0)}").OrThrow();
        Wait.Until(() => !IsOpen(Lab.Hosts[0]), Soon, () => Router.Log);
    }

    // What stands at the end of all redirects.
    private string Open(NetworkNamespace from) => Ask(from, "-L", "--resolve", $"www.example.net:80:{Plan.Servers[0]}", Site).OrThrow().Text;

    // The server's page is the address by which it sees us.
    private bool IsOpen(NetworkNamespace from) => IPAddress.TryParse(Open(from), out _);
}
