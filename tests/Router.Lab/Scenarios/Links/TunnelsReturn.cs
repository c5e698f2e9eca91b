using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>
/// Tunnels of real programs leave a link that dies and come back to it when it returns, by `on_link_return: move` (product.md 2), and neither
/// end is started again. A counted stream goes through each tunnel all the time.
/// </summary>
public sealed class TunnelsReturn : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly RouterDaemon _router;

    public TunnelsReturn()
    {
        _router = new RouterDaemon(_bed, new RouterYaml
        {
            Mode = "failover", Health = "interval: 100ms\ntimeout: 300ms\nup_after: 3\nhold_down: 0s", AllowOutMore = "on_link_return: { udp: move }",
        });
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void Wireguard_follows_to_the_other_link_and_back()
    {
        Assert.SkipUnless(WireguardPeer.Available, "no WireGuard here: packages wireguard-go and wireguard-tools");
        (WireguardPeer server, WireguardPeer client) = WireguardPeer.Tunnel(_bed, _bed.Hosts[0], Plan.Servers[0]);
        using (server)
        using (client)
        {
            FollowThereAndBack("WireGuard", "10.77.0.2", "10.77.0.1", () => Who.LinkOf(server.Endpoint));
        }
    }

    [Fact]
    public void Openvpn_follows_to_the_other_link_and_back()
    {
        Assert.SkipUnless(OpenvpnPeer.Available, "no OpenVPN here: package openvpn");
        using BackgroundProgram server = OpenvpnPeer.Server(_bed, Plan.Servers[0]);
        server.WaitToSay("Initialization Sequence Completed", Patience);
        using BackgroundProgram client = OpenvpnPeer.Client(_bed, _bed.Hosts[0], Plan.Servers[0]);
        client.WaitToSay("Initialization Sequence Completed", Patience);
        FollowThereAndBack("OpenVPN", "10.78.0.2", "10.78.0.1", () => LinkOfFlow(1194));
        Assert.Equal(1, Count(client.Said, "Initialization Sequence Completed"));
        Assert.Equal(1, Count(server.Said, "Peer Connection Initiated"));
    }

    // On demand (-explicit only): the router moves the flow each time, but strongSwan does not always notice it by its first sign of life.
    [Fact(Explicit = true)]
    public void Ipsec_notices_by_its_own_means_that_it_is_seen_from_elsewhere_and_carries_again()
    {
        Assert.SkipUnless(IpsecPeer.Available, "no strongSwan here: packages strongswan-starter and libcharon-extra-plugins");
        using BackgroundProgram server = IpsecPeer.Start(_bed, _bed.Internet, "far", "10.79.0.1", ("near", "10.79.0.2"), Plan.Servers[2], remote: null);
        server.WaitToSay("added configuration", Patience);
        using BackgroundProgram client = IpsecPeer.Start(_bed, _bed.Hosts[0], "near", "10.79.0.2", ("far", "10.79.0.1"), Plan.LanHost(0), Plan.Servers[2], "dpdaction=restart", "dpddelay=1s");
        client.WaitToSay("CHILD_SA tunnel{1} established", Patience);
        // As whom the far end sees it, the client learns from the answer to its first sign of life (RFC 4555 3.8), which it sends on a quiet tunnel.
        client.WaitToSay("parsed INFORMATIONAL response", Patience);
        FollowThereAndBack("IPsec", "10.79.0.2", "10.79.0.1", () => LinkOfFlow(4500));
        Assert.Equal(2, Count(client.Said, "detected changes in NAT mappings, initiating MOBIKE update"));
        // This strongSwan, which carries ESP itself, makes new keys for the new address; the peers have not been introduced again.
        Assert.DoesNotContain("IKE_SA tunnel[2]", client.Said, StringComparison.Ordinal);
    }

    private void FollowThereAndBack(string what, string near, string far, Func<int> link)
    {
        var echo = new IPEndPoint(IPAddress.Parse(far), 7);
        using EchoServer server = EchoServer.Start(_bed.Internet, echo.Address, echo.Port);
        using DatagramStream stream = DatagramStream.Start(_bed.Hosts[0], IPAddress.Parse(near), echo, 100);
        Goes(stream, link, 0);
        long lost = Settled(stream);

        _bed.SetCarrier(0, false);
        Goes(stream, link, 1);
        long there = Settled(stream) - lost;

        _bed.SetCarrier(0, true);
        Goes(stream, link, 0);
        long back = Settled(stream) - lost - there;
        TestContext.Current.SendDiagnosticMessage("{0}: of datagrams 10 ms apart {1} lost on the way to the other link, {2} on the way back", what, there, back);
    }

    // Fifty answers in a row after it is seen by that link: the tunnel carries.
    private void Goes(DatagramStream stream, Func<int> link, int wanted)
    {
        Wait.Until(() => link() == wanted, Patience, () => $"it does not go by link {wanted}\n{_router.Log}");
        long before = stream.Answered;
        Wait.Until(() => stream.Answered >= before + 50, Patience, () => $"it carries nothing by link {wanted}, {stream.Answered} of {stream.Sent} were answered\n{_router.Log}");
    }

    private static long Settled(DatagramStream stream)
    {
        long lost = long.MaxValue;
        Wait.For(() => (lost = Math.Min(lost, stream.Sent - stream.Answered)) == 0, TimeSpan.FromMilliseconds(100));
        return lost;
    }

    private int LinkOfFlow(int port) => Array.IndexOf(RouterYaml.LinkNames, (string?)_router.Ask("flows").AsArray()
        .First(flow => flow!["remote"]!["port"]!.GetValue<int>() == port)!["link"]);

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
