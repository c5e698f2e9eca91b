using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>A link whose volume of the month is paid for: what is counted, and what follows when it runs out.</summary>
public sealed class Volumes : IDisposable
{
    private const int Download = 5_000_000;

    private readonly Topology _bed = Topology.Raise();
    private readonly WebServer _web;
    private readonly RouterDaemon _router;

    public Volumes()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _router = new RouterDaemon(_bed, new RouterYaml { Mode = "failover" });
    }

    public void Dispose()
    {
        _web.Dispose();
        _router.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_download_is_counted_by_the_link_and_outlives_a_stop_and_a_kill()
    {
        _router.Start();
        Get(Download);
        long counted = Counted("fiber", atLeast: Download);
        Assert.InRange(counted, Download, Download * 11 / 10);
        Assert.InRange(Month("dsl"), 0, 10_000);
        _router.Stop();
        _router.Start();
        Assert.InRange(Month("fiber"), counted, counted + 100_000);
        Wait.Until(() => File.Exists(Book) && File.ReadAllText(Book).Contains(" fiber ", StringComparison.Ordinal), TimeSpan.FromSeconds(15), () => "nothing is written down");
        _router.Kill();
        _router.Start();
        Assert.InRange(Month("fiber"), counted, counted + 100_000);
    }

    [Fact]
    public void From_nine_tenths_on_new_flows_take_another_link_and_live_ones_stay()
    {
        Cap("{ volume: 5 MB, at_limit: steer }");
        _router.Start();
        using BackgroundProgram drip = _bed.Hosts[1].Start("curl", "-sSN", "-m", "20", $"http://{Plan.Servers[1]}/drip/100");
        drip.WaitToSay("\n", TimeSpan.FromSeconds(5));
        Get(Download);
        Wait.Until(() => _router.Log.Contains("link fiber: ", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => _router.Log);
        Assert.Contains("so other links go first until", _router.Log, StringComparison.Ordinal);
        Assert.Equal(1, Who.LinkOf(_bed.Hosts[0]));
        Assert.True(drip.Running);
        Assert.Contains("fiber is short of volume", _router.Show("links").Output, StringComparison.Ordinal);
        // With no other there it goes on to serve.
        foreach (int link in (int[])[1, 2]) _bed.SetCarrier(link, false);
        _router.WaitForLink("lte", "down", TimeSpan.FromSeconds(2));
        Assert.Equal(0, Who.LinkOf(_bed.Hosts[0]));
    }

    [Fact]
    public void A_link_that_is_to_stop_carries_nothing_more_and_all_else_goes_on()
    {
        Cap("{ volume: 5 MB, at_limit: stop }");
        _router.Start();
        using BackgroundProgram drip = _bed.Hosts[1].Start("curl", "-sSN", "-m", "20", $"http://{Plan.Servers[1]}/drip/200");
        drip.WaitToSay("\n", TimeSpan.FromSeconds(5));
        Get(Download * 2);
        Wait.Until(() => _router.Log.Contains("so nothing passes by it until", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => _router.Log);
        drip.WaitForExit(TimeSpan.FromSeconds(5));
        Assert.Contains("reset", drip.Said, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, Who.LinkOf(_bed.Hosts[1]));
        Assert.Equal("standby", _router.LinkState("fiber")); // healthy: its probes pass
        Assert.False(_bed.Router.Run("curl", "-sS", "-m", "2", "--interface", $"{Plan.LinkAddress(0)}", $"http://{Plan.Servers[0]}/").Succeeded);
    }

    private string Book => Path.Combine(Path.GetDirectoryName(_router.ControlSocket)!, "state", "volume");

    private void Cap(string cap) => _router.Write(File.ReadAllText(_router.ConfigurationFile).Replace("fiber: { interface: wan0,", $"fiber: {{ interface: wan0, cap: {cap},", StringComparison.Ordinal));

    // It may well end before its time, when the link is closed under it.
    private void Get(int octets) => _bed.Hosts[0].Run("curl", "-sS", "-m", "10", "-o", "/dev/null", $"http://{Plan.Servers[0]}/bytes/{octets}");

    private long Counted(string link, long atLeast)
    {
        Wait.Until(() => Month(link) >= atLeast, TimeSpan.FromSeconds(5), () => $"{_router.Ask("links")}");
        return Month(link);
    }

    private long Month(string link)
    {
        JsonNode volume = _router.Ask("links").AsArray().First(one => (string?)one!["name"] == link)!["volume"]!;
        return volume["monthIn"]!.GetValue<long>() + volume["monthOut"]!.GetValue<long>();
    }
}
