using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Routers;

namespace Router.Lab.Bench;

/// <summary>
/// A lab without bridge and shims, one host wired to lan0, and a router in it. The kernel's and routerd's are alike but for
/// the router, stand side by side, and are measured in turn, so that a disturbance of the machine meets both.
/// </summary>
internal sealed class BenchLab : IDisposable
{
    public BenchLab(Func<Topology, RouterUnderTest> router)
    {
        Bed = Topology.Raise(new BedOptions { Hosts = 1, Bridge = false, Providers = 2 });
        Router = router(Bed);
        Router.Start();
        // Ports enough for connections that follow each other quickly, below what one outside address can map.
        Host.Sysctl("ipv4/ip_local_port_range=10000 59999", "ipv4/tcp_tw_reuse=1");
        Bed.Internet.Sysctl("ipv4/tcp_tw_reuse=1");
    }

    public Topology Bed { get; }

    public RouterUnderTest Router { get; }

    public NetworkNamespace Host => Bed.Hosts[0];

    public NetworkNamespace Internet => Bed.Internet;

    /// <summary>The MAC address of lan0, to which a host sends what is for the Internet.</summary>
    public string RouterMac()
    {
        Outcome link = Bed.Router.Run("ip", "-json", "link", "show", "lan0").OrThrow();
        return JsonNode.Parse(link.Output)![0]!["address"]!.GetValue<string>().Replace(":", "-", StringComparison.Ordinal).ToUpperInvariant();
    }

    public void Dispose()
    {
        Router.Dispose();
        Bed.Dispose();
    }
}
