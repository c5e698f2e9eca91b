using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Placing;

/// <summary>Which link a host or a connection is placed on (product.md 1), counted by what the servers saw.</summary>
public sealed class Placement : IDisposable
{
    private readonly Topology _bed = Topology.Raise();
    private readonly WebServer _web;
    private RouterDaemon? _router;

    public Placement() => _web = WebServer.Start(_bed.Internet, _bed.Directory);

    public void Dispose()
    {
        _web.Dispose();
        _router?.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_thousand_hosts_are_spread_one_to_two_by_weights_4_and_8()
    {
        Start(new RouterYaml { Weights = [8, 4, 0] });
        int[] perLink = CountByLink(0, 1000);
        Assert.InRange(perLink[0], 637, 697); // two thirds, within 3 points
        Assert.Equal(1000, perLink[0] + perLink[1]);
        Assert.Equal(0, perLink[2]);
    }

    [Fact]
    public void A_host_keeps_its_link_and_different_hosts_download_by_different_links()
    {
        Start(new RouterYaml());
        foreach (var host in _bed.Hosts)
        {
            int link = Who.LinkOf(host);
            for (int i = 0; i < 10; i++) Assert.Equal(link, Who.LinkOf(Who.Is(host, Plan.Servers[i % 3])));
        }
        Assert.Equal(2, _bed.Hosts.Select(Who.LinkOf).Distinct().Count());
    }

    [Fact]
    public void With_a_pin_per_connection_one_host_uses_both_links_by_weight()
    {
        Start(new RouterYaml { Pin = "connection" });
        int[] perLink = new int[3];
        for (int i = 0; i < 120; i++) perLink[Who.LinkOf(_bed.Hosts[0])]++;
        Assert.InRange(perLink[0], 76, 84);
        Assert.Equal(120, perLink[0] + perLink[1]);
    }

    [Fact]
    public void A_link_of_weight_0_carries_only_what_a_rule_sends_there()
    {
        Start(new RouterYaml { Rules = NamedLink(Plan.LanHost(2).ToString(), "lte", fallback: false) });
        Assert.Equal(2, Who.LinkOf(_bed.Hosts[2]));
        Assert.NotEqual(2, Who.LinkOf(_bed.Hosts[0]));
        Assert.NotEqual(2, Who.LinkOf(_bed.Hosts[1]));
    }

    [Theory]
    [InlineData("single")]
    [InlineData("failover")]
    [InlineData("balance")]
    public void A_rule_that_names_a_link_works_in_every_mode(string mode)
    {
        Start(new RouterYaml { Mode = mode, Rules = NamedLink(Plan.LanHost(0).ToString(), "dsl", fallback: false) });
        Assert.Equal(1, Who.LinkOf(_bed.Hosts[0]));
        if (mode != "balance") Assert.Equal(0, Who.LinkOf(_bed.Hosts[1]));
    }

    [Fact]
    public void Without_fallback_the_traffic_of_a_named_link_is_refused_while_the_link_is_down_and_with_it_takes_another()
    {
        Start(new RouterYaml
        {
            Rules = NamedLink(Plan.LanHost(0).ToString(), "dsl", fallback: false) + "\n" + NamedLink(Plan.LanHost(1).ToString(), "dsl", fallback: true),
        });
        Assert.Equal(1, Who.LinkOf(_bed.Hosts[0]));
        Assert.Equal(1, Who.LinkOf(_bed.Hosts[1]));

        _bed.SetCarrier(1, false);
        _router!.WaitForLink("dsl", "down", TimeSpan.FromSeconds(2));

        Assert.Equal(0, Who.LinkOf(_bed.Hosts[1]));
        Assert.False(_bed.Hosts[0].Run("curl", "-sS", "-m", "1", $"http://{Plan.Servers[0]}/").Succeeded);
    }

    [Fact]
    public void In_failover_the_first_usable_link_of_the_order_carries_everything()
    {
        Start(new RouterYaml { Mode = "failover", Weights = [8, 4, 2] });
        Assert.Equal([30, 0, 0], CountByLink(0, 30));

        _bed.SetCarrier(0, false);
        _router!.WaitForLink("fiber", "down", TimeSpan.FromSeconds(2));
        Assert.Equal([0, 30, 0], CountByLink(0, 30));

        _bed.SetCarrier(1, false);
        _router!.WaitForLink("dsl", "down", TimeSpan.FromSeconds(2));
        Assert.Equal([0, 0, 30], CountByLink(0, 30));
    }

    [Fact]
    public void A_local_program_bound_to_a_links_address_leaves_by_that_link()
    {
        Start(new RouterYaml());
        foreach (int link in new[] { 0, 1, 2 })
        {
            string address = Plan.LinkAddress(link).ToString();
            Assert.Equal(address, Who.Is(_bed.Router, Plan.Servers[1], "--interface", address));
        }
    }

    private void Start(RouterYaml yaml)
    {
        _router = new RouterDaemon(_bed, yaml);
        _router.Start();
    }

    private int[] CountByLink(int first, int count)
    {
        int[] perLink = new int[3];
        foreach (string seenAs in Crowd.AskWhoTheyAre(_bed.Hosts[0], first, count, Plan.Servers[0]).Values) perLink[Who.LinkOf(seenAs)]++;
        return perLink;
    }

    private static string NamedLink(string source, string link, bool fallback) => $"""
        - name: {source} by {link}
          source: [{source}]
          destination: [internet]
          action: allow
          link: {link}
          fallback: {(fallback ? "true" : "false")}
        """;
}
