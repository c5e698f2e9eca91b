using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Through;

/// <summary>A link that takes 1,400 octets, behind which nobody hears "too big": R5 and U13.</summary>
public sealed class PathMtuThroughTheKernel() : PathMtu(bed => new KernelRouter(bed));

public sealed class PathMtuThroughRouterd() : PathMtu(bed => new RouterDaemon(bed, new RouterYaml { Mode = "single", Weights = [1] }))
{
    /// <summary>Beyond the provider large packets are lost and nobody says so; the connection opens and then hangs.</summary>
    [Fact]
    public void Sender_of_large_segments_that_get_lost_is_told_of()
    {
        Bed.Providers[0].RunWithInput("""
            table ip hole {
                chain through {
                    type filter hook forward priority 0
                    ip length > 1000 drop
                }
            }
            """, "nft", "-f", "-").OrThrow();
        using var upload = Bed.Hosts[0].Start("bash", "-c", $"exec 3<>/dev/tcp/{Plan.Servers[0]}/80; head -c 200000 /dev/zero >&3; cat <&3");
        Wait.Until(() => Router.Log.Contains($"octets get lost beyond {RouterYaml.LinkNames[0]}", StringComparison.Ordinal), TimeSpan.FromSeconds(15), () => Router.Log);
    }
}

public abstract class PathMtu : IDisposable
{
    private const int Mtu = 1400;

    private readonly Topology _bed;
    private readonly RouterUnderTest _router;

    private protected Topology Bed => _bed;

    private protected RouterDaemon Router => (RouterDaemon)_router;

    private readonly WebServer _web;

    internal PathMtu(Func<Topology, RouterUnderTest> router)
    {
        _bed = Topology.Raise(new BedOptions { Providers = 1, LinkMtu = new Dictionary<int, int> { [0] = Mtu } });
        _router = router(_bed);
        _router.Start();
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        // The provider says "too big" to nobody, so a server that sends 1,500 octets would wait for ever.
        _bed.Providers[0].RunWithInput("""
            table inet quiet {
                chain out {
                    type filter hook output priority 0
                    icmp type destination-unreachable drop
                    icmpv6 type packet-too-big drop
                }
            }
            """, "nft", "-f", "-").OrThrow();
    }

    public void Dispose()
    {
        _web.Dispose();
        _router.Dispose();
        _bed.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tcp_is_clamped_to_the_link(bool ipv6)
    {
        const int length = 5_000_000;
        string server = ipv6 ? $"[{Plan.Server6}]" : $"{Plan.Servers[0]}";
        string sum = _bed.Hosts[0].Shell($"curl -sS -m 5 http://{server}/bytes/{length} | sha256sum").OrThrow().Text;
        Assert.Equal(_web.Checksum(length), sum.Split(' ')[0]);
    }

    [Fact]
    public void A_packet_that_may_not_be_fragmented_is_answered_with_the_mtu()
    {
        Outcome ping = _bed.Hosts[0].Run("ping", "-n", "-c1", "-W1", "-M", "do", "-s", "1472", $"{Plan.Servers[0]}");
        Assert.Contains($"From {Plan.LanRouter}", ping.Output, StringComparison.Ordinal);
        Assert.Contains($"mtu = {Mtu}", ping.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Ipv6_is_always_answered_with_the_mtu()
    {
        Outcome ping = _bed.Hosts[0].Run("ping", "-6", "-n", "-c1", "-W1", "-M", "do", "-s", "1452", $"{Plan.Server6}");
        Assert.Contains($"mtu={Mtu}", ping.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_packet_that_may_be_fragmented_is()
    {
        using var echo = EchoServer.Start(_bed.Internet, Plan.Servers[0], 7);
        (_, int echoed) = Datagram.Exchange(_bed.Hosts[0], new IPEndPoint(Plan.Servers[0], 7), new byte[30_000]);
        Assert.Equal(30_000, echoed);
        Outcome ping = _bed.Hosts[0].Run("ping", "-n", "-c1", "-W1", "-M", "dont", "-s", "1472", $"{Plan.Servers[0]}");
        Assert.Contains("1 received", ping.Output, StringComparison.Ordinal);
    }
}
