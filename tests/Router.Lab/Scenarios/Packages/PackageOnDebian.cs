using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

using Router.Lab.Bed;
using Router.Lab.Clients;
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
        string deb = Directory.GetFiles(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Programs.Routerd)!, "..")), $"routerd_*_{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64")}.deb").Single();
        string mnt = Directory.CreateDirectory(Path.Combine(_bed.Directory, "mnt")).FullName;
        File.Copy(deb, Path.Combine(mnt, "routerd.deb"));
        Remake(deb, Path.Combine(mnt, "broken.deb"), "usr/sbin/routerd", "#!/bin/sh\nexit 1\n");
        Remake(deb, Path.Combine(mnt, "refusing.deb"), "usr/bin/routerctl", "#!/bin/sh\necho 'router.yaml:1:1: `zones` is called otherwise in this release; write `areas`'\nexit 2\n");
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
        Assert.True(Exposure("routerd") < 3.0, $"exposed {Exposure("routerd")}");
        Reloads();
        FailsOver();
        string pid = Pid();
        CarriesADownloadAcross("upgrade", () => Box.Run("dpkg", "-i", Package).OrThrow());
        Assert.NotEqual(pid, Pid());
        CarriesADownloadAcross("crash", () => Box.Run("kill", "-KILL", Pid()).OrThrow());
        LosesNothing();
        RefusesAnUpgradeThatDoesNotFit();
        TakesBackAnUpgradeThatDoesNotStart();
        ServesLogins();
        ServesANamespaceOfItsOwn();
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
        Assert.Contains("The daemon ended before it forwarded a packet", Box.Run("journalctl", "-x", "--no-pager", "-u", "routerd").Output, StringComparison.Ordinal);
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

    /// <summary>A datagram each millisecond: how long nothing passes, and that all of it arrives in the end.</summary>
    private void LosesNothing()
    {
        using var echo = EchoServer.Start(_bed.Internet, Plan.Servers[1], 7);
        using var stream = DatagramStream.Start(_bed.Hosts[0], Plan.LanHost(0), new IPEndPoint(Plan.Servers[1], 7), 1000);
        Wait.Until(() => stream.Answered > 500, s_patience, Journal);
        Say($"a stream of a datagram a millisecond that nothing happens to: longest pause {Pause(stream, () => { }):F0} ms");
        double restart = Pause(stream, () => Box.Run("systemctl", "restart", "routerd").OrThrow());
        WasRelayed();
        double upgrade = Pause(stream, () => Box.Run("dpkg", "-i", Package).OrThrow());
        WasRelayed();
        double crash = Pause(stream, () => Box.Run("kill", "-KILL", Pid()).OrThrow());
        double standstill = Pause(stream, () => Box.Run("kill", "-STOP", Pid()).OrThrow());
        long lost = stream.StopAndCountLost();
        Say($"nothing passed for: restart {restart:F0} ms, upgrade {upgrade:F0} ms, kill -9 {crash:F0} ms, kill -STOP with a watchdog of 2 s {standstill:F0} ms; of {stream.Sent} datagrams {lost} lost");
        Assert.Contains("watchdog", Journal(), StringComparison.OrdinalIgnoreCase);
        Assert.Single(stream.Changes);
        // A standstill fills a queue of 500 packets before it is noticed; all else loses nothing. The times are those of a machine that does other things too.
        Assert.InRange(lost, 0, 3000);
        Assert.All((double[])[restart, upgrade, crash], pause => Assert.InRange(pause, 0, 5000));
        Assert.InRange(standstill, 1000, 10_000);
    }

    // Each of the two processes that take over says how long packets waited for it.
    private void WasRelayed()
    {
        Wait.Until(() => Box.Run("systemctl", "is-active", "routerd-relay").Text == "inactive", s_patience, Journal);
        string[] said = [.. Box.Shell("journalctl --no-pager -t routerd | grep -o '[0-9.]* ms after process [0-9]* had stopped' | tail -n 2").Text.Split('\n')];
        Assert.Equal(2, said.Length);
        Say(string.Join(", ", said));
        Assert.Equal("0", Box.Run("systemctl", "show", "-P", "NRestarts", "routerd").Text);
    }

    private double Pause(DatagramStream stream, Action act)
    {
        string before = Pid();
        stream.TakeLongestGap();
        long sent = stream.Sent;
        act();
        Wait.Until(() => stream.Answered > sent + 500 && Box.Run("systemctl", "is-active", "routerd").Text == "active", s_patience, () => $"{before} to {Pid()}:\n{Journal()}");
        return stream.TakeLongestGap().TotalMilliseconds;
    }

    private void RefusesAnUpgradeThatDoesNotFit()
    {
        Outcome told = Box.Run("dpkg", "-i", "/mnt/refusing.deb").OrThrow();
        Assert.Contains("does not accept /etc/routerd/router.yaml", told.Output, StringComparison.Ordinal);
        IsThatOfBefore(told);
    }

    private void TakesBackAnUpgradeThatDoesNotStart()
    {
        // What was put back stays what is put back, until an upgrade succeeds.
        IsThatOfBefore(Box.Run("dpkg", "-i", "/mnt/broken.deb").OrThrow());
        Box.Run("dpkg", "-i", Package).OrThrow();
        Wait.Until(() => Executable() == "/usr/sbin/routerd", s_patience, Journal);
        IsThatOfBefore(Box.Run("dpkg", "-i", "/mnt/broken.deb").OrThrow());
        Box.Run("dpkg", "-i", Package).OrThrow();
        Wait.Until(() => Executable() == "/usr/sbin/routerd", s_patience, Journal);
    }

    private void IsThatOfBefore(Outcome told)
    {
        Assert.Contains("goes on with the program of before", told.Output, StringComparison.Ordinal);
        Wait.Until(Carries, s_patience, Journal);
        Wait.Until(() => Executable() == "/usr/lib/routerd/routerd.before", s_patience, Journal);
        Say($"an upgrade that is taken back:\n{told.Output}");
    }

    private string Executable() => Box.Shell("readlink /proc/$(systemctl show -P MainPID routerd)/exe").Text;

    private void ServesLogins()
    {
        Box.Run("systemctl", "enable", "--now", "router-web").OrThrow();
        Wait.Until(() => _bed.Hosts[0].Run("curl", "-sSkL", "-m", "2", $"https://{Plan.LanRouter}:4081/login").Text.Contains("<form", StringComparison.Ordinal), s_patience,
            () => Box.Run("journalctl", "--no-pager", "-u", "router-web").Output);
        RefusesNobodyOverItsRestart();
        Say(Box.Run("systemd-analyze", "security", "--no-pager", "router-web.service").Text.Split('\n')[^1]);
        Assert.True(Exposure("router-web") < 2.0, $"router-web is exposed {Exposure("router-web")}");
    }

    // Visitors who come one after the other, while router-web is restarted; systemd has its ports open.
    private void RefusesNobodyOverItsRestart()
    {
        Box.Run("systemctl", "stop", "router-web").OrThrow();
        Box.Run("systemctl", "enable", "--now", "router-web.socket").OrThrow();
        string page = $"https://{Plan.LanRouter}:4081/login";
        Assert.Contains("<form", _bed.Hosts[0].Run("curl", "-sSkL", "-m", "20", page).Text, StringComparison.Ordinal);
        Assert.Equal("active", Box.Run("systemctl", "is-active", "router-web").Text);
        using BackgroundProgram visitors = _bed.Hosts[0].Start("bash", "-c", $"for i in $(seq 200); do curl -sSkL -m 20 -o /dev/null {page} || echo turned away; done; echo all came");
        Box.Run("systemctl", "restart", "router-web").OrThrow();
        Box.Run("systemctl", "restart", "router-web").OrThrow();
        Assert.True(visitors.WaitForExit(TimeSpan.FromSeconds(60)), visitors.Said);
        Assert.Equal("all came", visitors.Said.Trim());
    }

    // Two more interfaces in a namespace of the box, so nothing is forwarded; that it lives there, and apart, is what is seen.
    private void ServesANamespaceOfItsOwn()
    {
        Box.Shell("ip netns add blue && ip -n blue link set lo up && ip -n blue link add lan0 type veth peer name lan1 && ip -n blue link add wan0 type veth peer name wan1 && mkdir -p /etc/routerd/blue").OrThrow();
        Box.Write("/etc/routerd/blue/router.yaml", "zones: { trusted: { interfaces: [lan0] } }\nlinks: { cable: { interface: wan0 } }\n");
        Outcome started = Box.Run("systemctl", "start", "routerd@blue");
        Assert.True(started.Succeeded, Box.Run("journalctl", "--no-pager", "-u", "routerd@blue").Output);
        Assert.Contains("cable", Box.Run("routerctl", "--socket", "/run/routerd@blue/control.sock", "links").OrThrow().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("cable", Box.Run("routerctl", "links").OrThrow().Output, StringComparison.Ordinal);
        Assert.Contains("rt-trusted", Box.Run("ip", "-n", "blue", "link").Output, StringComparison.Ordinal);
        Box.Run("systemctl", "restart", "routerd@blue").OrThrow();
        string after = Box.Run("journalctl", "--no-pager", "-u", "routerd@blue").Output;
        Assert.Matches(@"ms after process \d+ had stopped, \d+ queues and sockets were kept open", after);
        Assert.Contains("gives way to the next process", Box.Run("journalctl", "--no-pager", "-u", "routerd-relay@blue").Output, StringComparison.Ordinal);
    }

    private void LeavesNothing()
    {
        Say($"{Box.Run("dpkg", "--remove", "routerd").OrThrow()}");
        Assert.DoesNotContain("rt-", Box.Run("ip", "link").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("routerd", Box.Run("nft", "list", "tables").Output, StringComparison.Ordinal);
        Assert.True(Box.Run("test", "-f", "/etc/routerd/router.yaml").Succeeded);
        Box.Run("dpkg", "--purge", "routerd").OrThrow();
        Assert.DoesNotContain("rt-", Box.Run("ip", "-n", "blue", "link").Output, StringComparison.Ordinal);
        Assert.Equal("/etc/routerd/blue/router.yaml", Box.Shell("find /etc/routerd -type f; ls -d /var/lib/routerd* /run/routerd* /usr/lib/routerd 2>/dev/null").Text);
        Box.Run("rm", "-r", "/etc/routerd").OrThrow();
    }

    private bool Carries() => SeenAs().Length > 0;

    private string SeenAs() => _bed.Hosts[0].Run("curl", "-sS", "-m", "2", $"http://{Plan.Servers[0]}/").Text;

    private string Pid() => Box.Run("systemctl", "show", "-P", "MainPID", "routerd").Text;

    private string Journal() => Box.Run("journalctl", "--no-pager", "-u", "routerd").Output;

    private double Exposure(string unit)
    {
        string last = Box.Run("systemd-analyze", "security", "--no-pager", $"{unit}.service").Text.Split('\n')[^1];
        return double.Parse(last.Split($"{unit}.service: ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>A later release of the package, in which one program is another.</summary>
    private static void Remake(string deb, string to, string program, string script)
    {
        string tree = to + ".tree";
        Command.Run("dpkg-deb", ["-R", deb, tree]).OrThrow();
        File.WriteAllText(Path.Combine(tree, program), script);
        string control = Path.Combine(tree, "DEBIAN/control");
        File.WriteAllText(control, string.Join('\n', File.ReadAllLines(control).Select(line => line.StartsWith("Version: ", StringComparison.Ordinal) ? line + "+test" : line)) + "\n");
        Command.Run("dpkg-deb", ["--root-owner-group", "-Znone", "--build", tree, to]).OrThrow();
        Directory.Delete(tree, recursive: true);
    }

    private static void Say(string text) => TestContext.Current.SendDiagnosticMessage("{0}", text);
}
