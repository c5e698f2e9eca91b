using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Documents;
using Router.Lab.Kernel;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Licences;

/// <summary>Licence files as `routerctl license issue` makes them, signed with the development key.</summary>
public sealed class IssuedLicences : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("router-licence-").FullName, "license.txt");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    private RouterYaml Yaml => new() { License = $"file: {_file}" };

    private void Issue(params string[] what) => Command.Run(Programs.Routerctl,
        ["license", "issue", "--key", Path.Combine(Repository.Root, "packaging/licence/development.key"), "--number", "17", "--holder", "Example", "--output", _file, .. what]).OrThrow();

    // Devices behind a router of their own, so that each is known by its address.
    [Fact]
    public void With_200_users_a_thousand_devices_pass_and_not_the_next()
    {
        Issue("--users", "200");
        using var lab = new LicensedLab(Yaml);
        lab.Bed.Router.Run("ip", "route", "add", Plan.Crowd, "via", $"{Plan.LanHost(0)}").OrThrow();
        lab.Bed.Hosts[0].Sysctl("ipv4/conf/all/arp_announce=2");
        Assert.True(lab.Bed.Hosts[0].Run("ping", "-c1", "-W2", $"{Plan.LanRouter}").Succeeded);
        IReadOnlyDictionary<IPAddress, string> answers = Crowd.AskWhoTheyAre(lab.Bed.Hosts[0], 0, 1000, Plan.Servers[0]);
        Assert.All(answers.Values, answer => Assert.InRange(Who.LinkOf(answer), 0, 2));
        Assert.Equal(1000, lab.Places);
        string refused = Assert.Single(Crowd.AskWhoTheyAre(lab.Bed.Hosts[0], 1000, 1, Plan.Servers[0]).Values);
        Assert.DoesNotContain("198.51.100.", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.", refused, StringComparison.Ordinal);
        Assert.NotNull(lab.RefusalOf(Plan.CrowdMember(1000)));
        Assert.Contains("1000 of 1000", lab.Router.Show("license").OrThrow().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_that_ended_stops_live_flows_and_newcomers_until_there_is_a_licence_and_administration_goes_on()
    {
        Issue("--users", "10", "--expires", $"{DateTime.UtcNow.AddDays(5):yyyy-MM-dd}");
        using var lab = new LicensedLab(Yaml);
        Assert.Contains("the trial of licence 17 ends", lab.Router.Log, StringComparison.Ordinal);
        using BackgroundProgram stream = lab.Bed.Hosts[0].Start("nc", "-v", $"{Plan.Servers[0]}", "80");
        Wait.Until(() => lab.Places == 1, TimeSpan.FromSeconds(5), () => $"{lab.License}");

        Issue("--users", "10", "--not-before", "2025-01-01", "--expires", $"{DateTime.UtcNow.AddDays(-2):yyyy-MM-dd}");
        lab.Router.Reload();
        stream.WaitForExit(TimeSpan.FromSeconds(5));
        Assert.False(LicensedLab.Passes(lab.Bed.Hosts[0]));
        Assert.False(LicensedLab.Passes(lab.Bed.Hosts[1]));
        Assert.True(LicensedLab.Passes(lab.Bed.Guest));
        Assert.Equal("expired", (string?)lab.License["licence"]!["state"]);
        Assert.Contains("LicenceEnded", lab.Router.Show("status").OrThrow().Output, StringComparison.Ordinal);

        Issue("--users", "20");
        lab.Router.Reload();
        Wait.Until(() => LicensedLab.Passes(lab.Bed.Hosts[0]), TimeSpan.FromSeconds(5), () => $"{lab.License}");
        Assert.Equal(100, lab.License["devices"]!["limit"]!.GetValue<int>());
    }

    [Fact]
    public void A_forged_file_keeps_the_licence_in_force_also_after_a_crash()
    {
        Issue("--users", "20");
        using var lab = new LicensedLab(Yaml);
        File.WriteAllText(_file, File.ReadAllText(_file).Replace("users: 20", "users: 90", StringComparison.Ordinal));
        lab.Router.Reload();
        Wait.Until(() => lab.Router.Log.Contains("licence 17 stays in force", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => lab.Router.Log);
        Assert.Equal(100, lab.License["devices"]!["limit"]!.GetValue<int>());
        lab.Router.Kill();
        lab.Router.Start();
        Assert.Contains("licence 17 stays in force", lab.Router.Log, StringComparison.Ordinal);
        Assert.Equal(100, lab.License["devices"]!["limit"]!.GetValue<int>());
        Assert.Contains("its signature does not fit", lab.Tell("license", "verify", _file), StringComparison.Ordinal);
        Assert.Contains("users:            20", lab.Tell("license", "show"), StringComparison.Ordinal);
    }
}
