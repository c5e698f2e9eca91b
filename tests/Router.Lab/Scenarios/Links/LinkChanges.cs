using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>What happens to links besides dying: noticed and followed, without a restart (product.md 2). Failover from fiber to dsl to lte.</summary>
public sealed class LinkChanges : IDisposable
{
    private static readonly IPEndPoint Echo = new(Plan.Servers[0], 7);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly WebServer _web;
    private readonly EchoServer _echo;
    private readonly RouterDaemon _router;

    public LinkChanges()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Echo.Address, Echo.Port);
        _router = new RouterDaemon(_bed, new RouterYaml { Mode = "failover", Health = "interval: 500ms\ntimeout: 300ms\nup_after: 2\nhold_down: 0s" });
    }

    public void Dispose()
    {
        _router.Dispose();
        _echo.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_gateway_with_another_mac_is_found_and_its_flows_go_on()
    {
        _router.Start();
        TakeDownExceptFiber();
        using DatagramStream stream = Stream(0);
        _bed.Providers[0].Run("ip", "link", "set", "cust", "address", "02:00:00:00:99:01").OrThrow();
        long before = stream.Answered;
        TimeSpan took = Wait.Until(() => stream.Answered > before + 50, TimeSpan.FromSeconds(20), () => $"nobody answers any more\n{_bed.Router.Run("ip", "neigh").Text}\n{_router.Log}");
        Report($"a gateway with another MAC, which says nothing of it: {took.TotalSeconds:F1} s");
        Assert.Single(stream.Changes);
    }

    [Fact]
    public void Another_mtu_of_a_link_is_taken_up_at_once_and_a_download_goes_on()
    {
        _router.Start();
        using BackgroundProgram download = _bed.Hosts[0].Start("curl", "-sS", "-m", "30", "--limit-rate", "4M", "-o", "/dev/null", "-w", "%{size_download}", $"http://{Plan.Servers[0]}/bytes/12000000");
        Wait.Until(() => _web.Visits.Count > 0, Patience, () => "no download");
        Assert.True(PingOf(1472).Succeeded);
        _bed.Router.Run("ip", "link", "set", "wan0", "mtu", "1400").OrThrow();
        _bed.Providers[0].Run("ip", "link", "set", "cust", "mtu", "1400").OrThrow();
        Outcome told = PingOf(1472);
        Wait.Until(() => (told = PingOf(1472)).Output.Contains("mtu = 1400", StringComparison.Ordinal) || told.Error.Contains("mtu=1400", StringComparison.Ordinal), Patience, () => told.ToString());
        Assert.True(PingOf(1372).Succeeded);
        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(30)), download.Said);
        Assert.Equal("12000000", download.Said.Trim());
        Assert.Equal(0, Who.LinkOf(_bed.Hosts[0]));
    }

    [Fact]
    public void An_interface_that_is_removed_and_made_anew_serves_again()
    {
        _router.Start();
        using DatagramStream stream = Stream(0);
        _bed.RemoveLink(0);
        Wait.Until(() => IsOn(stream, 1), Patience, () => $"seen as {string.Join(", ", stream.Changes)}\n{_router.Log}");
        _bed.RestoreLink(0);
        TimeSpan took = UntilNewFlowsGoBy(0);
        Report($"an interface made anew: new flows by it after {took.TotalSeconds:F1} s");
        Assert.True(IsOn(stream, 1));
        Assert.Equal("up", _router.LinkState("fiber"));
    }

    [Fact]
    public void With_all_links_down_any_one_that_comes_back_carries()
    {
        _router.Start();
        for (int link = 0; link < 3; link++) _bed.SetCarrier(link, false);
        for (int link = 2; link >= 0; link--)
        {
            foreach (string name in RouterYaml.LinkNames) _router.WaitForLink(name, "down", Patience);
            _bed.SetCarrier(link, true);
            Report($"{RouterYaml.LinkNames[link]} alone is back: new flows by it after {UntilNewFlowsGoBy(link).TotalSeconds:F1} s");
            _bed.SetCarrier(link, false);
        }
    }

    [Fact]
    public void A_link_that_is_down_and_up_between_two_probes_serves_on_and_new_flows_find_a_way_all_the_time()
    {
        _router.Start();
        using DatagramStream stream = Stream(0);
        for (int i = 0; i < 3; i++)
        {
            _bed.SetCarrier(0, false);
            _bed.SetCarrier(0, true);
            Assert.InRange(Who.LinkOf(_bed.Hosts[0]), 0, 1);
        }
        UntilNewFlowsGoBy(0);
        long lost = stream.StopAndCountLost();
        Report($"down and up three times: {lost} of {stream.Sent} datagrams lost, 5 ms apart");
        Assert.InRange(lost, 0, 40);
        Assert.Equal("up", _router.LinkState("fiber"));
    }

    [Fact]
    public void Started_with_a_dead_link_it_uses_the_others_and_takes_that_one_up_when_it_lives()
    {
        _bed.SetCarrier(0, false);
        _router.Start();
        Assert.Equal(1, Who.LinkOf(_bed.Hosts[0]));
        Assert.Equal("down", _router.LinkState("fiber"));
        _bed.SetCarrier(0, true);
        Report($"a link that was dead at the start: new flows by it after {UntilNewFlowsGoBy(0).TotalSeconds:F1} s");
    }

    [Fact]
    public void Started_without_the_interface_of_any_link_it_takes_each_up_when_it_comes()
    {
        for (int link = 0; link < 3; link++) _bed.RemoveLink(link);
        _router.Start();
        Assert.All(RouterYaml.LinkNames, name => Assert.Equal("down", _router.LinkState(name)));
        Assert.Contains("Unreachable", _bed.Hosts[0].Run("ping", "-n", "-c1", "-W1", $"{Plan.Servers[0]}").Output, StringComparison.OrdinalIgnoreCase);
        for (int link = 2; link >= 0; link--)
        {
            _bed.RestoreLink(link);
            Report($"the interface of {RouterYaml.LinkNames[link]} has come: new flows by it after {UntilNewFlowsGoBy(link).TotalSeconds:F1} s");
        }
    }

    private void TakeDownExceptFiber()
    {
        foreach (int link in new[] { 1, 2 }) _bed.SetCarrier(link, false);
        foreach (string name in new[] { "dsl", "lte" }) _router.WaitForLink(name, "down", Patience);
    }

    private DatagramStream Stream(int link)
    {
        DatagramStream stream = DatagramStream.Start(_bed.Hosts[0], Plan.LanHost(0), Echo, 200);
        Wait.Until(() => IsOn(stream, link) && stream.Answered > 100, Patience, () => $"seen as {string.Join(", ", stream.Changes)}\n{_router.Log}");
        return stream;
    }

    private Outcome PingOf(int octets) => _bed.Hosts[0].Run("ping", "-n", "-c1", "-W1", "-M", "do", "-s", $"{octets}", $"{Plan.Servers[0]}");

    private TimeSpan UntilNewFlowsGoBy(int link)
    {
        TimeSpan? took = NewFlows.UntilSeenAs(Plan.LinkAddress(link), _bed.Hosts[0], Plan.LanHost(0), Plan.Servers[0], Patience);
        Assert.True(took.HasValue, $"no new flow goes by {RouterYaml.LinkNames[link]}\n{_router.Show("links").Output}\n{_router.Log}");
        return took.Value;
    }

    private static bool IsOn(DatagramStream stream, int link) => stream.Changes is [.., var last] && Who.LinkOf(last.SeenAs) == link;

    private static void Report(string what) => TestContext.Current.SendDiagnosticMessage("{0}", what);
}
