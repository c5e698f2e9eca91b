using System.Globalization;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Packages;

/// <summary>
/// The package in a booted Debian, from its installation to its purge, with hosts and providers around it. On demand (./build.sh boot), as it
/// wants a root of each release, which takes a minute to make.
/// </summary>
public sealed class PackageOnDebian : IDisposable
{
    private const string Package = "/mnt/routerd.deb";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly WebServer _web;
    private BootedDebian? _box;

    public PackageOnDebian() => _web = WebServer.Start(_bed.Internet, _bed.Directory);

    public void Dispose()
    {
        _box?.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    private BootedDebian Box => _box!;

    public static TheoryData<string> Releases => ["bookworm", "trixie"];

    [Theory(Explicit = true)]
    [MemberData(nameof(Releases))]
    public void Lives_from_its_installation_to_its_purge(string release)
    {
        Assert.SkipUnless(Directory.Exists(BootedDebian.RootOf(release)), "no root of this release: ./build.sh boot makes it");
        string deb = Directory.GetFiles(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Programs.Routerd)!, "..")), "routerd_*.deb").Single();
        string mnt = Directory.CreateDirectory(Path.Combine(_bed.Directory, "mnt")).FullName;
        File.Copy(deb, Path.Combine(mnt, "routerd.deb"));
        _box = BootedDebian.In(_bed, release, mnt);

        Say($"installed: {Box.Run("dpkg", "-i", Package).OrThrow().Text}");
        Assert.Equal("inactive", Box.Run("systemctl", "is-active", "routerd").Text);
        FailsInOneLine();
        Box.Write("/etc/routerd/router.yaml", new RouterYaml { Mode = "failover" }.ToString());
        Say(Box.Run("routerctl", "check", "/etc/routerd/router.yaml").OrThrow().Text);
        Outcome enabled = Box.Run("systemctl", "enable", "--now", "routerd");
        Assert.True(enabled.Succeeded, $"{enabled}\n{Journal()}");
        Wait.Until(Carries, s_patience, () => $"no packet is routed:\n{Journal()}");
        Say(Box.Run("systemctl", "status", "--no-pager", "routerd").Output);
        Say(Box.Run("systemd-analyze", "security", "--no-pager", "routerd.service").Text.Split('\n')[^1]);
        Assert.True(Exposure() < 3.0, $"exposed {Exposure()}");
        Reloads();
        FailsOver();
        string pid = Pid();
        CarriesADownloadAcross("upgrade", () => Box.Run("dpkg", "-i", Package).OrThrow());
        Assert.NotEqual(pid, Pid());
        CarriesADownloadAcross("crash", () => Box.Run("kill", "-KILL", Pid()).OrThrow());
        Say(Journal());
        LeavesNothing();
        Box.Run("dpkg", "-i", Package).OrThrow();
        Assert.Equal("inactive", Box.Run("systemctl", "is-active", "routerd").Text);
    }

    // What the package brings as configuration names interfaces that are not there, which is no mistake; a mistake is.
    private void FailsInOneLine()
    {
        Box.Write("/etc/routerd/router.yaml", "zones: { trusted: { interfaces: [lan0] } }\nlinks: { fiber: { interfce: wan0 } }\n");
        Assert.False(Box.Run("systemctl", "start", "routerd").Succeeded);
        Assert.Contains("router.yaml:2:19", Journal(), StringComparison.Ordinal);
        Box.Run("systemctl", "stop", "routerd").OrThrow();
        Box.Run("systemctl", "reset-failed", "routerd");
    }

    private void Reloads()
    {
        Box.Write("/etc/routerd/router.yaml", new RouterYaml { Mode = "failover", Health = "hold_down: 1s\nup_after: 2" }.ToString());
        Box.Run("systemctl", "reload", "routerd").OrThrow();
        Wait.Until(() => Journal().Contains("policy 2 is in force", StringComparison.Ordinal), s_patience, Journal);
        Assert.True(Carries());
    }

    private void FailsOver()
    {
        _bed.SetCarrier(0, false);
        Wait.Until(() => SeenAs() == $"{Plan.LinkAddress(1)}", s_patience, Journal);
        _bed.SetCarrier(0, true);
        Wait.Until(() => SeenAs() == $"{Plan.LinkAddress(0)}", s_patience, Journal);
        Assert.Contains("LINK=fiber", Box.Shell("journalctl -o export -u routerd").Output, StringComparison.Ordinal);
    }

    private void CarriesADownloadAcross(string what, Action act)
    {
        const long Length = 300L << 20;
        using BackgroundProgram download = _bed.Hosts[0].Start("bash", "-c", $"set -o pipefail; curl -sS -m 120 --limit-rate 60M http://{Plan.Servers[0]}/bytes/{Length} | sha256sum");
        Wait.Until(() => _bed.Hosts[0].Run("ss", "-Htn", "state", "established", "dport", "=", ":80").Text.Length > 0, s_patience, () => download.Said);
        act();
        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(120)));
        Assert.StartsWith(_web.Checksum(Length), download.Said.Trim(), StringComparison.Ordinal);
        Wait.Until(Carries, s_patience, Journal);
        Say($"a download across the {what} is whole");
    }

    private void LeavesNothing()
    {
        Say($"{Box.Run("dpkg", "--remove", "routerd").OrThrow()}");
        Assert.DoesNotContain("rt-", Box.Run("ip", "link").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("routerd", Box.Run("nft", "list", "tables").Output, StringComparison.Ordinal);
        Assert.True(Box.Run("test", "-f", "/etc/routerd/router.yaml").Succeeded);
        Box.Run("dpkg", "--purge", "routerd").OrThrow();
        Assert.Equal("", Box.Shell("ls -d /etc/routerd /var/lib/routerd /run/routerd 2>/dev/null").Text);
    }

    private bool Carries() => SeenAs().Length > 0;

    private string SeenAs() => _bed.Hosts[0].Run("curl", "-sS", "-m", "2", $"http://{Plan.Servers[0]}/").Text;

    private string Pid() => Box.Run("systemctl", "show", "-P", "MainPID", "routerd").Text;

    private string Journal() => Box.Run("journalctl", "--no-pager", "-u", "routerd").Output;

    private double Exposure()
    {
        string last = Box.Run("systemd-analyze", "security", "--no-pager", "routerd.service").Text.Split('\n')[^1];
        return double.Parse(last.Split("routerd.service: ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static void Say(string text) => TestContext.Current.SendDiagnosticMessage("{0}", text);
}
