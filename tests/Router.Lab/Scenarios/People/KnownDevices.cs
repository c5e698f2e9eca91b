using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Scenarios.People;

/// <summary>Who is known by the device or the address that he uses, and what somebody gets who takes that address.</summary>
public sealed class KnownDevices() : PeopleLab(Rules, Users)
{
    private const string Rules =
        """
        - name: Tony and Sam may
          source: [user:tony, user:sam]
          destination: [internet]
          action: allow
        """;

    private const string Users = "automatic: [{ user: tony, address: 10.0.0.11 }, { user: sam, mac: \"02:00:00:00:77:02\" }]\nlogin_idle: 4s";

    [Fact]
    public void A_known_address_and_a_known_device_are_logged_in_by_their_first_packet()
    {
        SetMac(1, "02:00:00:00:77:02");
        Router.Start();
        Assert.True(Curl(0).Succeeded, Router.Log);
        Assert.True(Curl(1).Succeeded, Router.Log);
        Assert.False(Reaches(2));
        string users = Router.Show("users").Output;
        Assert.Contains("automatic", users, StringComparison.Ordinal);
        Assert.Contains("02:00:00:00:77:02", users, StringComparison.Ordinal);
        WaitForLine("logout of tony");
        Assert.Contains("idle", Router.Log, StringComparison.Ordinal);
        // It is known again by its next packet.
        Assert.True(Curl(0).Succeeded, Router.Log);
    }

    [Fact]
    public void An_address_that_another_machine_takes_does_not_take_the_login_along()
    {
        Write(Rules, "login_idle: 10m");
        Router.Start();
        LogIn("tony", 0).OrThrow();
        Assert.True(Curl(0).Succeeded, Router.Log);
        Lab.Hosts[0].Run("ip", "link", "set", "eth0", "down").OrThrow();

        Lab.Hosts[2].Run("ip", "addr", "flush", "dev", "eth0", "scope", "global").OrThrow();
        Lab.Hosts[2].Run("ip", "addr", "add", $"{Plan.LanHost(0)}/{Plan.LanPrefixLength}", "dev", "eth0").OrThrow();
        Lab.Hosts[2].Run("ip", "route", "replace", "default", "via", $"{Plan.LanRouter}").OrThrow();
        // As a machine does that comes to an address: it says so to all (RFC 5227 3).
        Lab.Hosts[2].Run("ping", "-c", "1", "-W", "1", $"{Plan.LanRouter}");

        Wait.Until(() => !Reaches(2), Soon, () => Router.Show("users").Output + Router.Log);
        Assert.DoesNotContain(MacOf(2), Router.Show("users").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_address_serves_one_user_or_the_configuration_is_refused()
    {
        Write(Rules, "automatic: [{ user: tony, address: 10.0.0.0/24 }, { user: sam, address: 10.0.0.12 }]");
        Outcome check = Router.Show("check", Router.ConfigurationFile);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("`sam` is known by 10.0.0.12, which stands at", check.Output, StringComparison.Ordinal);
    }

    private void SetMac(int host, string mac) => Lab.Hosts[host].Run("ip", "link", "set", "eth0", "address", mac).OrThrow();

    private string MacOf(int host) => Lab.Hosts[host].Run("cat", "/sys/class/net/eth0/address").OrThrow().Text;
}
