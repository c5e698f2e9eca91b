using Router.Lab.Bed;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Through;

/// <summary>
/// What a program behind us finds out about its translation by itself (RFC 5780): coturn's discovery asks coturn's server from one
/// port and looks from where the answers come and to whom they get through.
/// </summary>
public sealed class NatDiscovery : IDisposable
{
    private readonly Topology _bed = Topology.Raise();
    private readonly RouterDaemon _router;

    public NatDiscovery()
    {
        _router = new RouterDaemon(_bed, new RouterYaml
        {
            Rules = $$"""
                - name: A console
                  source: [{{Plan.LanHost(1)}}]
                  destination: [internet]
                  service: [udp]
                  action: allow
                  nat: { full_cone: true }
                """,
        });
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _bed.Dispose();
    }

    [Theory]
    [InlineData(0, "Address and Port Dependent Filtering")]
    [InlineData(1, "Endpoint Independent Filtering")]
    public void A_host_finds_one_mapping_for_all_and_the_filtering_that_its_rule_says(int host, string filtering)
    {
        Assert.SkipUnless(StunServer.Available, "no coturn here: package coturn");
        using StunServer server = StunServer.Start(_bed, _bed.Internet);
        string mapped = Discover(host, "-m"), filtered = Discover(host, "-f");
        Assert.Contains("NAT with Endpoint Independent Mapping", mapped, StringComparison.Ordinal);
        Assert.Contains("NAT with " + filtering, filtered, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_reaches_itself_by_its_outside_address()
    {
        Assert.SkipUnless(StunServer.Available, "no coturn here: package coturn");
        using StunServer server = StunServer.Start(_bed, _bed.Internet);
        Assert.Contains("Received a request (maybe a successful hairpinning)", Discover(1, "-H"), StringComparison.Ordinal);
    }

    private string Discover(int host, string what) =>
        _bed.Hosts[host].Run("turnutils_natdiscovery", what, "-L", $"{Plan.LanHost(host)}", $"{Plan.Servers[0]}").Output;
}
