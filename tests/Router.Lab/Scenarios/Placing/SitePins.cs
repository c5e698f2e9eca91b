using System.Net;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Placing;

/// <summary>`pin: site`, counted by what servers in many networks see of one real client (decision 018).</summary>
public sealed class SitePins : IDisposable
{
    private const int Sites = 12;

    private readonly Topology _bed = Topology.Raise();
    private readonly WebServer _web;
    private readonly RouterDaemon _router;

    public SitePins()
    {
        foreach (int site in Enumerable.Range(0, Sites))
        {
            foreach (int server in new[] { 0, 1 }) _bed.Internet.Run("ip", "addr", "add", $"{ServerOf(site, server)}/32", "dev", "lo").OrThrow();
        }
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _router = new RouterDaemon(_bed, new RouterYaml { Pin = "site" });
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void One_host_uses_all_links_and_no_site_ever_sees_two_of_them()
    {
        int[] first = [.. Enumerable.Range(0, Sites).Select(LinkOf)];
        Assert.Equal((8, 4), (first.Count(link => link == 0), first.Count(link => link == 1)));
        Assert.Equal(first, Enumerable.Range(0, Sites).Select(LinkOf));

        JsonNode host = _router.Ask("hosts").AsArray().Single(one => (string?)one!["host"] == $"{Plan.LanHost(0)}")!;
        Assert.Null((string?)host["link"]);
        Assert.Equal(Enumerable.Range(0, Sites).Select(site => ($"198.18.{100 + site}.0/24", RouterYaml.LinkNames[first[site]], "Placed")),
            host["sites"]!.AsArray().Select(site => ((string)site!["site"]!, (string)site["link"]!, (string)site["reason"]!)));

        _router.Kill();
        _router.Start();
        Assert.Equal(first, Enumerable.Range(0, Sites).Select(LinkOf));

        _bed.SetCarrier(1, false);
        _router.WaitForLink("dsl", "down", TimeSpan.FromSeconds(5));
        Assert.All(Enumerable.Range(0, Sites), site => Assert.Equal(0, LinkOf(site)));
        string page = _router.Show("hosts").OrThrow().Output;
        Assert.Equal(4, page.Split('\n').Count(line => line.Contains("dsl went down", StringComparison.Ordinal)));
    }

    // By both servers of the site.
    private int LinkOf(int site)
    {
        int[] links = [.. new[] { 0, 1 }.Select(server => Who.LinkOf(Who.Is(_bed.Hosts[0], ServerOf(site, server))))];
        Assert.Equal(links[0], links[1]);
        return links[0];
    }

    private static IPAddress ServerOf(int site, int server) => IPAddress.Parse($"198.18.{100 + site}.{10 + (100 * server)}");
}
