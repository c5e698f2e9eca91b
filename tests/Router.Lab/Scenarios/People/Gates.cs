using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Scenarios.People;

/// <summary>`require_login` with its garden, and how logins end by themselves.</summary>
public sealed class Gates() : PeopleLab(Rules, Users, ", welcome: { password: coffee, pass: 1h }")
{
    private const string Rules =
        """
        - name: All may
          source: [trusted, guest]
          destination: [internet]
          action: allow
        """;

    private const string Users = "require_login: true\nbefore_login: [198.18.0.12]\nexempt: [10.0.0.13]\nlogin_idle: 2s\nlogin_most: 8s";

    [Fact]
    public void Before_login_there_is_the_garden_and_after_it_everything()
    {
        Router.Start();
        Assert.False(Reaches(0));
        Assert.True(Curl(0, server: 2).Succeeded, Router.Log);
        Assert.True(Curl(2).Succeeded, Router.Log);
        LogIn("sam", 0).OrThrow();
        Assert.True(Curl(0).Succeeded, Router.Log);
        Assert.Equal(Led, Curl(Lab.Guest).ExitCode);
        Assert.True(Curl(Lab.Guest, server: 2).Succeeded);
        string status = Router.Show("status").Output;
        Assert.True(status.Contains("WelcomeRequired", StringComparison.Ordinal), status);
        Assert.Contains("once a guest there has taken a pass", Router.Show("explain", "--from", $"{Plan.GuestHost}", "tcp", "198.18.0.10:80").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_login_ends_when_it_is_idle_and_when_it_has_lasted_long_enough()
    {
        Router.Start();
        LogIn("tony", 0).OrThrow();
        LogIn("sam", 1).OrThrow();
        using BackgroundProgram busy = Lab.Hosts[0].Start("curl", "-sS", "-o", "/dev/null", $"http://{Plan.Servers[0]}/drip/600");
        WaitForLine($"logout of sam on {Plan.LanHost(1)}");
        Assert.Contains("idle", LineOf("logout of sam"), StringComparison.Ordinal);
        Assert.DoesNotContain("logout of tony", Router.Log, StringComparison.Ordinal);
        WaitForLine("logout of tony");
        Assert.Contains("as it had lasted as long as it may", LineOf("logout of tony"), StringComparison.Ordinal);
        Assert.True(busy.WaitForExit(Soon), "a connection goes on after its login has ended");
        Assert.False(Reaches(0));
    }

    private string LineOf(string text) => Router.Log.Split('\n').First(line => line.Contains(text, StringComparison.Ordinal));
}
