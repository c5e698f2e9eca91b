using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Life;

/// <summary>The lab with an echo server outside and one inside, which a rule forwards to: for streams that are begun on either side.</summary>
internal sealed class EchoBothWays : IDisposable
{
    private const int Port = 7;

    /// <summary>For router.yaml: what leads to the server inside.</summary>
    public static readonly string Rules = $"""
        - name: Echo inside
          source: [internet]
          destination: [firewall]
          service: [udp/{Port}]
          action: allow
          forward_to: {Plan.LanHost(1)}
        """;

    private readonly EchoServer _outside, _inside;

    public EchoBothWays()
    {
        _outside = EchoServer.Start(Bed.Internet, Plan.Servers[1], Port);
        _inside = EchoServer.Start(Bed.Hosts[1], Plan.LanHost(1), Port);
    }

    public Topology Bed { get; } = Topology.Raise();

    /// <summary>From a host to the server outside.</summary>
    public DatagramStream Outward(int perSecond) => DatagramStream.Start(Bed.Hosts[0], Plan.LanHost(0), new IPEndPoint(Plan.Servers[1], Port), perSecond);

    /// <summary>From outside, by the first link's address, to the server inside.</summary>
    public DatagramStream Inward(int perSecond) => DatagramStream.Start(Bed.Internet, Plan.Servers[0], new IPEndPoint(Plan.LinkAddress(0), Port), perSecond);

    public void Dispose()
    {
        _inside.Dispose();
        _outside.Dispose();
        Bed.Dispose();
    }
}
