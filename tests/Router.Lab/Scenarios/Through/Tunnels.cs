using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Through;

/// <summary>
/// Tunnels of real programs from a LAN host to a server on the Internet, which sees the link's address and answers to that.
/// Interfaces and files carry the lab's number, since some programs keep their sockets in one place for the whole machine.
/// </summary>
public sealed partial class Tunnels(DaemonLab lab) : IClassFixture<DaemonLab>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _number = $"{Environment.ProcessId % 100_000}";

    private Topology Bed => lab.Bed;

    [Fact]
    public void A_wireguard_tunnel_carries_both_ways_and_its_server_sees_our_address()
    {
        Assert.SkipUnless(WireguardPeer.Available, "no WireGuard here: packages wireguard-go and wireguard-tools");
        (WireguardPeer server, WireguardPeer client) = WireguardPeer.Tunnel(Bed, Bed.Hosts[0], Plan.Servers[0]);
        using (server)
        using (client)
        {
            AssertCarries(Bed.Hosts[0], "10.77.0.1");
            AssertCarries(Bed.Internet, "10.77.0.2");
            Assert.InRange(Who.LinkOf(server.Endpoint), 0, 2);
        }
    }

    [Theory]
    [InlineData("udp", "udp")]
    [InlineData("tcp-client", "tcp-server")]
    public void An_openvpn_tunnel_carries_both_ways(string here, string there)
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/openvpn"), "no OpenVPN here: package openvpn");
        string key = Path.Combine(Bed.Directory, "openvpn.key");
        Command.Run("openvpn", ["--genkey", "secret", key]).OrThrow();
        string[] common = ["--dev-type", "tun", "--secret", key, "--cipher", "AES-256-CBC", "--auth", "SHA256", "--ping", "1"];
        using BackgroundProgram server = Bed.Internet.Start("openvpn",
            [.. common, "--dev", "of" + _number, "--proto", there, "--local", $"{Plan.Servers[0]}", "--port", "1194", "--ifconfig", "10.78.0.1", "10.78.0.2"]);
        using BackgroundProgram client = Bed.Hosts[1].Start("openvpn",
            [.. common, "--dev", "on" + _number, "--proto", here, "--remote", $"{Plan.Servers[0]}", "1194", "--nobind", "--ifconfig", "10.78.0.2", "10.78.0.1"]);
        client.WaitToSay("Initialization Sequence Completed", Patience);
        AssertCarries(Bed.Hosts[1], "10.78.0.1");
        AssertCarries(Bed.Internet, "10.78.0.2");
    }

    [Fact]
    public void An_ipsec_tunnel_finds_that_it_is_translated_and_carries_both_ways()
    {
        Assert.SkipUnless(IpsecPeer.Available, "no strongSwan here: packages strongswan-starter and libcharon-extra-plugins");
        using BackgroundProgram server = IpsecPeer.Start(Bed, Bed.Internet, "far", "10.79.0.1", ("near", "10.79.0.2"), Plan.Servers[2], remote: null);
        server.WaitToSay("added configuration", Patience);
        using BackgroundProgram client = IpsecPeer.Start(Bed, Bed.Hosts[2], "near", "10.79.0.2", ("far", "10.79.0.1"), Plan.LanHost(2), Plan.Servers[2]);
        client.WaitToSay("local host is behind NAT", Patience);
        client.WaitToSay("CHILD_SA tunnel{1} established", Patience);
        AssertCarries(Bed.Hosts[2], "-I", "10.79.0.2", "10.79.0.1");
        AssertCarries(Bed.Internet, "-I", "10.79.0.1", "10.79.0.2");
    }

    [GeneratedRegex("([0-9]+) packets transmitted")]
    private static partial Regex Sent();

    private static void AssertCarries(NetworkNamespace from, params string[] to)
    {
        Wait.Until(() => from.Run("ping", ["-n", "-c1", "-W1", "-s", "1300", .. to]).Succeeded, Patience, () => $"{to[^1]} does not answer");
        // Until twenty are answered: a tunnel over TCP may keep one back for longer than ping waits for its last.
        Outcome large = from.Run("ping", ["-n", "-q", "-c20", "-i0.02", "-w5", "-s", "1300", .. to]);
        Assert.True(large.Output.Contains("20 received", StringComparison.Ordinal), large.Output);
        Assert.InRange(int.Parse(Sent().Match(large.Output).Groups[1].Value, CultureInfo.InvariantCulture), 20, 22);
    }
}
