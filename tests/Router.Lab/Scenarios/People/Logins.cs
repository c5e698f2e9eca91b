using System.Net.Sockets;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Scenarios.People;

/// <summary>A rule for a user holds from login to logout, for live flows too, over restarts and crashes (product.md 6).</summary>
public sealed class Logins() : PeopleLab(Rules, "")
{
    private const string Rules =
        """
        - name: Staff may see the second server
          source: [group:staff]
          destination: [198.18.0.11]
          action: allow
        - name: Tony may see the first
          source: [user:TONY]
          destination: [198.18.0.10]
          action: allow
        - name: The third is for all who are logged in
          source: [authenticated]
          destination: [198.18.0.12]
          action: allow
        """;

    [Fact]
    public void A_rule_for_a_user_holds_from_login_to_logout()
    {
        Router.Start();
        Assert.False(Reaches(0));
        // Told at once, not left hanging (28): HTTP is led to the page, all else refused (7).
        Assert.Equal(Led, Curl(0).ExitCode);
        Assert.Equal(7, Lab.Hosts[0].Run("curl", "-sSk", "-m", "5", $"https://{Plan.Servers[0]}/").ExitCode);
        Assert.Contains("LoginRequired", Router.Show("status").Output, StringComparison.Ordinal);

        LogIn("tony", 0).OrThrow();

        Assert.True(Curl(0).Succeeded, Router.Log);
        Assert.True(Curl(0, server: 1).Succeeded);
        Assert.True(Curl(0, server: 2).Succeeded);
        Assert.False(Reaches(1));
        LogIn("Sam", 1).OrThrow();
        Assert.True(Curl(1, server: 2).Succeeded);
        Assert.False(Reaches(1));
        Assert.False(Reaches(1, server: 1));
        WaitForLine($"login of tony on {Plan.LanHost(0)}");
        Assert.Equal("1 login was ended.", LogOut("TONY").OrThrow().Text);
        Assert.False(Reaches(0));
        Assert.True(Curl(1, server: 2).Succeeded);
        WaitForLine($"logout of tony on {Plan.LanHost(0)}");
        Assert.DoesNotContain("password", Router.Log.Replace("by its password", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_download_ends_with_the_login_that_allowed_it()
    {
        Router.Start();
        LogIn("tony", 0).OrThrow();
        using BackgroundProgram download = Lab.Hosts[0].Start("curl", "-sS", "-o", "/dev/null", "--limit-rate", "20M", $"http://{Plan.Servers[0]}/bytes/2000000000");
        string flow = $"{Plan.LanHost(0)}";
        Wait.Until(() => Router.Show("flows", "--user", "tony").Output.Contains("198.18.0.10:80", StringComparison.Ordinal), Soon, () => Router.Show("flows").Output);
        using Socket others = Logged(1, server: 2);
        Assert.Contains("tony", Router.Show("why", "tcp", flow).Output, StringComparison.Ordinal);

        LogOut("tony").OrThrow();

        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(5)), "the download goes on after the logout");
        Assert.NotEqual(0, download.ExitCode);
        Assert.DoesNotContain($"{flow}:", Router.Show("flows").Output, StringComparison.Ordinal);
        others.Send("GET / HTTP/1.0\r\n\r\n"u8);
        Assert.True(others.Receive(new byte[100]) > 0);
    }

    [Fact]
    public void A_restart_and_a_crash_forget_nobody_and_break_nothing()
    {
        Router.Start();
        LogIn("tony", 0).OrThrow();
        using Socket live = Connect(0);
        Router.Stop();
        Router.Start();
        Assert.True(Curl(0).Succeeded, Router.Log);
        Router.Kill();
        Router.Start();
        Assert.True(Curl(0).Succeeded, Router.Log);
        Assert.False(Reaches(1));
        live.Send("GET / HTTP/1.0\r\n\r\n"u8);
        Assert.True(live.Receive(new byte[100]) > 0);
        Assert.Contains("tony", Router.Show("users").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_says_who_a_rule_is_for_as_it_is_and_as_if_somebody_were_there()
    {
        Router.Start();
        string[] ask = ["explain", "--from", $"{Plan.LanHost(0)}", "tcp", "198.18.0.10:80"];
        Assert.Contains("it is for user:tony, and nobody is logged in there", Router.Show(ask).Output, StringComparison.Ordinal);
        Outcome as_if = Router.Show([.. ask, "--user", "tony"]);
        Assert.Contains("allowed by \"Tony may see the first\"", as_if.Output, StringComparison.Ordinal);
        Assert.Contains("user:   tony, of staff", as_if.Output, StringComparison.Ordinal);
        Assert.Contains("there is no account 'ann'", Router.Show([.. ask, "--user", "ann"]).ToString(), StringComparison.Ordinal);
        Assert.False(Reaches(0));
    }

    [Fact]
    public void Accounts_that_are_removed_or_half_written()
    {
        Router.Start();
        LogIn("tony", 0).OrThrow();
        File.WriteAllText(Accounts, "users:\n  sam: {}\n");
        WaitForLine("may be half written");
        Assert.True(Curl(0).Succeeded, Router.Log);
        Assert.Contains("may be half written", Router.Show("check").Output, StringComparison.Ordinal);

        File.WriteAllText(Accounts, "users:\n  sam: { groups: [staff] }\n...\n");

        Wait.Until(() => !Reaches(0), Soon, () => Router.Log);
        WaitForLine("as the account has changed");
        Assert.Contains("there is no user `tony`", Router.Show("check").Output, StringComparison.Ordinal);
        Assert.Contains("there is no account tony", LogIn("tony", 0).Output, StringComparison.Ordinal);
        LogIn("sam", 1).OrThrow();
        Assert.True(Curl(1, server: 1).Succeeded, Router.Log);
    }

    private Socket Logged(int host, int server)
    {
        LogIn("sam", host).OrThrow();
        return Connect(host, server);
    }
}
