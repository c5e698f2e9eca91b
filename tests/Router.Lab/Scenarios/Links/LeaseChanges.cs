using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>A link whose address is leased, by real dnsmasq and udhcpc, while people work. Host 1 prefers it, and comes back to it.</summary>
public sealed class LeaseChanges : IDisposable
{
    private const string First = "198.51.100.10", Second = "198.51.100.20", Gateway = "198.51.100.1", OtherGateway = "198.51.100.254";

    private static readonly IPEndPoint Echo = new(Plan.Servers[0], 7);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly WebServer _web;
    private readonly EchoServer _echo;
    private readonly RouterDaemon _router;
    private readonly LeaseServer? _server;
    private readonly LeaseClient? _client;

    public LeaseChanges()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Echo.Address, Echo.Port);
        _router = new RouterDaemon(_bed, new RouterYaml
        {
            Mode = "failover", Health = "interval: 100ms\ntimeout: 300ms\nup_after: 3\nhold_down: 0s", AllowOutMore = "on_link_return: { udp: move }",
        });
        if (!LeaseClient.Available) return;
        _server = LeaseServer.Start(_bed, 0, First, Gateway);
        _client = LeaseClient.Start(_bed, 0);
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _client?.Dispose();
        _server?.Dispose();
        _echo.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void Renewals_of_a_short_lease_disturb_nothing()
    {
        Skip();
        using DatagramStream stream = Stream();
        string before = _router.Log;
        for (int renewal = 0; renewal < 5; renewal++) _client!.RenewAndWait();
        long lost = stream.StopAndCountLost();
        Assert.True(lost == 0, $"{lost} lost\n{_router.Show("status").Output}\n{_router.Log}");
        Assert.Single(stream.Changes);
        Assert.Equal(before, _router.Log);
    }

    [Fact]
    public void A_renewal_with_a_new_gateway_ends_no_flow()
    {
        Skip();
        _bed.Providers[0].Run("ip", "addr", "add", OtherGateway + "/24", "dev", "cust").OrThrow();
        using BackgroundProgram download = _bed.Hosts[0].Start("curl", "-sS", "-m", "30", "--limit-rate", "4M", "-o", "/dev/null", "-w", "%{size_download}", $"http://{Plan.Servers[0]}/bytes/12000000");
        using DatagramStream stream = Stream();
        _server!.Change(First, OtherGateway);
        _client!.RenewAndWait();
        Wait.Until(() => DefaultRoute().Contains(OtherGateway, StringComparison.Ordinal), Patience, DefaultRoute);
        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(30)), download.Said);
        Assert.Equal("12000000", download.Said.Trim());
        long lost = stream.StopAndCountLost();
        TestContext.Current.SendDiagnosticMessage("new gateway: {0} of {1} datagrams lost, 5 ms apart", lost, stream.Sent);
        Assert.InRange(lost, 0, 10);
        Assert.Single(stream.Changes);
        Assert.DoesNotContain("fiber is down", _router.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_renewal_with_a_new_address_flows_go_on_by_it()
    {
        Skip();
        using DatagramStream stream = Stream();
        _server!.Change(Second, Gateway);
        _client!.RenewAndWait();
        Wait.Until(() => Seen(stream) == Second, Patience, () => $"seen as {string.Join(", ", stream.Changes)}\n{_client.Said}\n{_router.Log}");
        Assert.Equal(Second, Who.Is(_bed.Hosts[0]));
        // While there was no address, the other link had it.
        Assert.Equal([First, $"{Plan.LinkAddress(1)}", Second], stream.Changes.Select(change => change.SeenAs.Split(':')[0]));
        TestContext.Current.SendDiagnosticMessage("new address: {0} of {1} datagrams lost, 5 ms apart", stream.StopAndCountLost(), stream.Sent);
        Assert.Equal("up", _router.LinkState("fiber"));
    }

    // Begun once the gateways have answered: until the kernel knows their MACs, nothing leaves.
    private DatagramStream Stream()
    {
        Wait.Until(() => _router.Ask("links").AsArray().All(link => link!["latencyMilliseconds"] is not null), Patience, () => $"not all links are probed:\n{_router.Log}");
        DatagramStream stream = DatagramStream.Start(_bed.Hosts[0], Plan.LanHost(0), Echo, 200);
        Wait.Until(() => Seen(stream) == First && stream.Answered > 100, Patience, () => $"seen as {string.Join(", ", stream.Changes)}\n{_router.Log}");
        return stream;
    }

    private static string Seen(DatagramStream stream) => stream.Changes is [.., var last] ? last.SeenAs.Split(':')[0] : "nobody";

    private string DefaultRoute() => _bed.Router.Run("ip", "-4", "route", "show", "default", "dev", "wan0").Text;

    private static void Skip() => Assert.SkipUnless(LeaseClient.Available, "no DHCP client here: package udhcpc");
}
