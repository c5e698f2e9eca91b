using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Licences;

/// <summary>The base of five users with five devices each, by machines in namespaces of their own.</summary>
public sealed class BaseLicence
{
    [Fact]
    public void Twenty_five_machines_pass_and_the_26th_does_when_one_has_idled_out_across_restart_and_crash()
    {
        using var lab = new LicensedLab(new RouterYaml { License = "device_idle: 10s", Timeouts = "udp_dns: 5s" }, hosts: 26);
        IReadOnlyList<NetworkNamespace> hosts = lab.Bed.Hosts;
        foreach (int host in Enumerable.Range(0, 25).Where(host => host != 6)) Assert.True(LicensedLab.Passes(hosts[host]), lab.Router.Log);
        Assert.True(LicensedLab.Resolves(hosts[6]));
        Assert.Equal(25, lab.Places);
        Assert.False(LicensedLab.Passes(hosts[25]));
        Assert.Equal("no place", (string?)lab.RefusalOf(Plan.LanHost(25))!["why"]);
        Assert.False(LicensedLab.Passes(hosts[25]));
        Assert.Single(lab.Router.Log.Split('\n'), line => line.Contains($"{Plan.LanHost(25)}", StringComparison.Ordinal) && line.Contains("is refused, as all 25 places", StringComparison.Ordinal));
        Assert.Single(lab.Router.Log.Split('\n'), line => line.Contains("places of devices are taken: 4 of 5", StringComparison.Ordinal));
        Assert.Single(lab.Router.Log.Split('\n'), line => line.Contains("licence: 25 of 25 places of devices are taken", StringComparison.Ordinal));

        Assert.True(LicensedLab.Resolves(hosts[6]));
        lab.Router.Kill();
        lab.Router.Start();
        Assert.Equal(25, lab.Places);
        Assert.True(LicensedLab.Resolves(hosts[6]));
        Assert.False(LicensedLab.Passes(hosts[25]));
        Assert.True(LicensedLab.Passes(hosts[0]));
        lab.Router.Stop();
        lab.Router.Start();
        Assert.Equal(25, lab.Places);
        Assert.True(LicensedLab.Passes(hosts[24]));
        Assert.False(LicensedLab.Passes(hosts[25]));

        Wait.Until(() => LicensedLab.Passes(hosts[25]), TimeSpan.FromSeconds(40), () => $"nobody idles out: {lab.License}");
        Assert.False(LicensedLab.Resolves(hosts[6]));
        Assert.Equal(25, lab.Places);
        Assert.Contains($"place of {Plan.LanHost(6)}", lab.Router.Log, StringComparison.Ordinal);
        Assert.Null(lab.RefusalOf(Plan.LanHost(25)));
    }

    [Fact]
    public void Both_families_of_a_machine_are_one_device_and_guests_and_local_traffic_take_nothing()
    {
        using var lab = new LicensedLab(new RouterYaml { License = "device_idle: 1m" });
        Assert.True(lab.Bed.Hosts[0].Run("ping", "-c1", "-W2", $"{Plan.LanRouter}").Succeeded);
        Assert.True(LicensedLab.Passes(lab.Bed.Guest));
        Assert.Equal(0, lab.Places);

        Assert.True(LicensedLab.Passes(lab.Bed.Hosts[0]));
        Assert.True(LicensedLab.Passes(lab.Bed.Hosts[0], $"[{Plan.Server6}]"), lab.Router.Log);
        Assert.Equal(1, lab.Places);
        JsonNode place = lab.PlaceOf(Plan.LanHost(0))!;
        Assert.Equal([$"{Plan.LanHost(0)}", $"{Plan.LanHost6(0)}"], place["addresses"]!.AsArray().Select(address => (string)address!));
        Assert.Equal(lab.Bed.Hosts[0].Run("cat", "/sys/class/net/eth0/address").Text, (string?)place["mac"]);
        Assert.Equal("tcp with 198.18.0.10:80", (string?)place["reason"]);

        // The other way round: its second device begins with IPv6.
        Assert.True(LicensedLab.Passes(lab.Bed.Hosts[1], $"[{Plan.Server6}]"));
        Assert.True(LicensedLab.Passes(lab.Bed.Hosts[1]));
        Assert.Equal(2, lab.Places);
    }

    [Fact]
    public void At_the_limit_a_device_with_a_place_is_known_by_its_second_address_and_reserved_ones_have_theirs()
    {
        using var lab = new LicensedLab(new RouterYaml { License = "mode: per-host\ndevice_idle: 1m" }, hosts: 6);
        string printer = lab.Bed.Hosts[5].Run("cat", "/sys/class/net/eth0/address").Text;
        lab.Router.Write(new RouterYaml { License = $"mode: per-host\ndevice_idle: 1m\nreserved: [{{ mac: \"{printer}\", name: printer }}]" });
        lab.Router.Reload();
        foreach (int host in Enumerable.Range(0, 4)) Assert.True(LicensedLab.Passes(lab.Bed.Hosts[host]));
        Assert.Equal(5, lab.Places);
        Assert.False(LicensedLab.Passes(lab.Bed.Hosts[4]));
        // Its first packet is faster than the kernel's news of whose address that is, so the kernel is asked (decision 024).
        foreach (int host in Enumerable.Range(0, 4)) Assert.True(LicensedLab.Passes(lab.Bed.Hosts[host], $"[{Plan.Server6}]"), $"{host}: {lab.License}");
        Assert.True(LicensedLab.Passes(lab.Bed.Hosts[5]));
        Assert.Equal(5, lab.Places);
        Assert.Equal("printer", (string?)lab.PlaceOf(Plan.LanHost(5))!["name"]);
        Assert.Contains("[##############################] 5 of 5, 1 of them kept for reserved devices", lab.Tell("license"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_is_freed_by_hand_is_for_the_next_and_live_flows_of_the_first_end()
    {
        using var lab = new LicensedLab(new RouterYaml { License = "mode: per-host" }, hosts: 6);
        using BackgroundProgram stream = lab.Bed.Hosts[0].Start("nc", "-v", $"{Plan.Servers[0]}", "80");
        foreach (int host in Enumerable.Range(1, 4)) Assert.True(LicensedLab.Passes(lab.Bed.Hosts[host]));
        Wait.Until(() => lab.Places == 5, TimeSpan.FromSeconds(5), () => $"{lab.License}");
        Assert.False(LicensedLab.Passes(lab.Bed.Hosts[5]));
        Assert.Contains("live flows were ended", lab.Tell("license", "free", $"{Plan.LanHost(0)}"), StringComparison.Ordinal);
        Assert.True(LicensedLab.Passes(lab.Bed.Hosts[5]));
        Assert.False(LicensedLab.Passes(lab.Bed.Hosts[0]));
        stream.WaitForExit(TimeSpan.FromSeconds(5));
        Assert.Contains("has no place", lab.Tell("license", "free", $"{Plan.LanHost(0)}"), StringComparison.Ordinal);
    }
}
