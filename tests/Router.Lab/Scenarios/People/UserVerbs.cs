using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.People;

/// <summary>
/// `routerctl user` as an administrator types it, without naming a file: it asks routerd which one it reads. The output of the test is what
/// docs/routerctl.md shows.
/// </summary>
public sealed class UserVerbs() : PeopleLab(Rules, "limits: { sam: { max_devices: 1 } }")
{
    private const string Rules =
        """
        - name: All who are logged in
          source: [authenticated]
          destination: [internet]
          action: allow
        """;

    [Fact]
    public void An_account_is_made_listed_logged_in_and_out_and_removed()
    {
        Router.Start();
        Assert.Equal($"ann is in {Accounts}.", Say("ann's password\n", "add", "ann", "--group", "night", "--full-name", "Ann Example", "--stdin").OrThrow().Text);
        Assert.Equal(1, Say("other\n", "add", "Ann", "--stdin").ExitCode);
        Assert.Equal("ann has another password.", Say("better\n", "passwd", "ann", "--stdin").OrThrow().Text);
        Say("", "add", "root", "--administrator", "--no-password").OrThrow();
        // The daemon looks at the file each second.
        Wait.Until(() => Say("", "login", "ann", $"{Plan.LanHost(0)}").Succeeded, Soon, () => Router.Log);
        Assert.True(Reaches(0), Router.Log);
        Say("", "login", "sam", $"{Plan.LanHost(1)}").OrThrow();
        Assert.Equal("Refused: sam is logged in on as many devices as he may be.", Say("", "login", "sam", $"{Plan.LanHost(2)}").Text);
        Assert.Equal("Refused: there is no account bob.", Say("", "login", "bob", $"{Plan.LanHost(2)}").Text);
        string[] rows = Say("", "list").OrThrow().Output.Split('\n');
        Assert.EndsWith(" 1", rows.Single(row => row.StartsWith("ann ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.EndsWith(" 0", rows.Single(row => row.StartsWith("tony ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("administrator", rows.Single(row => row.StartsWith("root ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Told("routerctl users", Router.Show("users"));
        Assert.Equal("1 login was ended.", Say("", "logout", "sam").OrThrow().Text);
        Assert.Equal(1, Say("", "logout", $"{Plan.LanHost(1)}").ExitCode);
        Assert.Equal($"ann is not in {Accounts} any more.", Say("", "remove", "ann").OrThrow().Text);
        Wait.Until(() => !Reaches(0), Soon, () => Router.Log);
        Assert.DoesNotContain("ann ", Router.Show("users").Output, StringComparison.Ordinal);
    }

    private Outcome Say(string input, params string[] verb)
    {
        Outcome outcome = Command.Run(Programs.Routerctl, ["--socket", Router.ControlSocket, "user", .. verb], input);
        Told($"routerctl user {string.Join(' ', verb)}", outcome);
        return outcome;
    }

    private static void Told(string line, Outcome outcome) => TestContext.Current.TestOutputHelper?.WriteLine($"$ {line}\n{outcome.Output}{outcome.Error}");
}
