using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Portal;

/// <summary>
/// Accounts that two LDAP servers on the Internet have, of which one speaks TLS from the beginning and the other after StartTLS. Who asks them
/// is router-web as it is shipped: had trimming taken from it what LDAP needs, it would show here.
/// </summary>
public sealed class DirectoryLogins() : PortalLab(Rules, Users, furnish: LdapServer.Furnish)
{
    private const string Rules =
        """
        - name: The box asks its directory
          source: [firewall]
          destination: [internet]
          service: [tcp/389, tcp/636]
          action: allow
        - name: Staff may
          source: [group:staff]
          destination: [internet]
          action: allow
        """;

    private static readonly string Users = LdapServer.Settings(LabFolder, $"ldap://{Plan.Servers[1]}", $"ldaps://{Plan.Servers[2]}");

    [Fact]
    public void A_login_is_asked_of_the_first_server_by_start_tls_and_of_the_second_by_ldaps_and_groups_within_groups_count()
    {
        Assert.SkipUnless(LdapServer.Available, "slapd is not installed");
        using LdapServer first = LdapServer.Start(Lab, Lab.Internet, Plan.Servers[1], isTls: false), second = LdapServer.Start(Lab, Lab.Internet, Plan.Servers[2], isTls: true);
        Assert.False(Reaches(0));
        Assert.Contains("not right", Enter(0, "ada", "guess"), StringComparison.Ordinal);
        Assert.Equal("303", Enter(0, "Ada"));
        WaitToReach(0);
        WaitForLine($"login of ada on {Plan.LanHost(0)}");
        JsonNode ada = Router.Ask("users")["logins"]!.AsArray().Single()!;
        Assert.Equal("directory", (string?)ada["method"]);
        Assert.Equal(["engineers", "staff"], ada["groups"]!.AsArray().Select(group => (string)group!).Order());

        // Without the first the second is asked. Whoever is of no group is logged in too, and the rule is not for him.
        first.Stop();
        Assert.Equal("303", Enter(1, "bo"));
        WaitToReach(1);
        Assert.Equal("303", Enter(2, "cy"));
        WaitForLine($"login of cy on {Plan.LanHost(2)}");
        Assert.False(Reaches(2));

        // Without both, those who are logged in stay, and the box's own accounts work.
        second.Stop();
        LogOut($"{Plan.LanHost(1)}").OrThrow();
        Assert.Contains("The server that knows your password does not answer", Enter(1, "bo"), StringComparison.Ordinal);
        Assert.Equal("303", Enter(1, "tony"));
        WaitToReach(1);
        Assert.True(Reaches(0), Router.Log);
    }

    /// <summary>The page that answers to a name and a password, or the number of the answer if it has none.</summary>
    private string Enter(int host, string user, string? password = null)
    {
        string login = $"https://{Plan.LanRouter}:4081/login";
        string[] form = Fields(Ask(Lab.Hosts[host], login).Output, ("user", user), ("password", password ?? $"{user.ToLowerInvariant()}'s password"));
        string answer = Ask(Lab.Hosts[host], [.. form, "-w", "\n%{http_code}", login]).OrThrow().Output;
        return answer.Contains('<') ? answer : answer.Trim();
    }
}
