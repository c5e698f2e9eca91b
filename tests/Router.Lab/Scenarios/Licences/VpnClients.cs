using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Licences;

/// <summary>A client of a real WireGuard server on the box is a device of its own, known by its address.</summary>
public sealed class VpnClients
{
    [Fact]
    public void A_vpn_client_takes_a_place_though_the_machine_that_it_runs_on_takes_none()
    {
        Assert.SkipUnless(WireguardPeer.Available, "no WireGuard here: packages wireguard-go and wireguard-tools");
        string number = $"{Environment.ProcessId % 100_000}", inside = "wr" + number;
        var yaml = new RouterYaml
        {
            License = "device_idle: 1m",
            Zones = $"vpn: {{ interfaces: [{inside}] }}",
            Rules = "- name: Tunnels of guests\n  source: [guest]\n  destination: [firewall]\n  service: [udp/51820]\n  action: allow\n"
                + "- name: Clients of the tunnel\n  source: [vpn]\n  destination: [internet]\n  action: allow",
        };
        using var lab = new LicensedLab(yaml);
        using WireguardPeer server = WireguardPeer.Start(lab.Bed, lab.Bed.Router, inside), client = WireguardPeer.Start(lab.Bed, lab.Bed.Guest, "wc" + number);
        server.Configure("10.77.0.1", "listen-port", "51820", "peer", client.Public, "allowed-ips", "10.77.0.2/32");
        client.Configure("10.77.0.2", "peer", server.Public, "allowed-ips", "0.0.0.0/0", "endpoint", $"{Plan.GuestRouter}:51820");
        lab.Bed.Guest.Run("ip", "route", "add", $"{Plan.Servers[1]}/32", "dev", "wc" + number, "src", "10.77.0.2").OrThrow();
        Assert.True(LicensedLab.Passes(lab.Bed.Guest));
        Assert.Equal(0, lab.Places);

        Wait.Until(() => LicensedLab.Passes(lab.Bed.Guest, $"{Plan.Servers[1]}"), TimeSpan.FromSeconds(10), () => $"nothing comes through the tunnel\n{lab.Router.Log}");
        Assert.Equal(1, lab.Places);
        JsonNode place = lab.PlaceOf("10.77.0.2")!;
        Assert.Equal("vpn", (string?)place["zone"]);
        Assert.Null(place["mac"]);
    }
}
