using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>
/// Reading a packet at the path's door. A step answers where the transport header begins and, above that, the source port, which is
/// 0 where a packet has none.
/// </summary>
public class DatagramSteps : StepSet
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Pc6 = "[fd00:10::5]:5000", Web6 = "[2001:db8:9::1]:80";

    // No-operation, and record route with room for one address (RFC 791 3.1).
    private const string Options = "0107070400000000";

    private readonly byte[] _tcp = Make.Tcp(Pc, Web, TcpFlags.Ack, data: 100), _udp = Make.Udp(Pc, Web);
    private readonly byte[] _tcp6 = Make.Tcp(Pc6, Web6, TcpFlags.Ack, data: 100), _udp6 = Make.Udp(Pc6, Web6);
    private readonly byte[] _echo = Make.Echo("192.168.10.5", "192.0.2.1", 5000), _withOptions = Make.Udp(Pc, Web).WithOptions(Options);
    private readonly byte[][] _pieces = Pieces.Break(Make.Udp(Pc, Web, 4000), 1000, 7), _pieces6 = Pieces.Break(Make.Udp(Pc6, Web6, 4000), 1000, 7);

    [Benchmark]
    public int Tcp() => Read(_tcp);

    [Benchmark]
    public int Udp() => Read(_udp);

    /// <summary>With the header's checksum looked at, as no kernel has done so.</summary>
    [Benchmark]
    public int Udp_from_a_link() => Read(_udp, verify: true);

    [Benchmark]
    public int Icmp_echo() => Read(_echo);

    [Benchmark]
    public int Udp_with_IP_options() => Read(_withOptions);

    [Benchmark]
    public int First_fragment() => Read(_pieces[0]);

    [Benchmark]
    public int Later_fragment() => Read(_pieces[1]);

    [Benchmark]
    public int Tcp_over_IPv6() => Read(_tcp6);

    [Benchmark]
    public int Udp_over_IPv6() => Read(_udp6);

    [Benchmark]
    public int First_fragment_of_IPv6() => Read(_pieces6[0]);

    protected override void Build() { }

    protected override void Prove()
    {
        Expect(Answer(20, 5000), Tcp);
        Expect(Answer(20, 5000), Udp);
        Expect(Answer(20, 5000), Udp_from_a_link);
        Expect(Answer(20, 5000), Icmp_echo);
        Expect(Answer(28, 5000), Udp_with_IP_options);
        Expect(Answer(20, 5000), First_fragment);
        Expect(Answer(20, 0), Later_fragment);
        Expect(Answer(40, 5000), Tcp_over_IPv6);
        Expect(Answer(40, 5000), Udp_over_IPv6);
        Expect(Answer(48, 5000), First_fragment_of_IPv6);
    }

    private static int Answer(int transport, int port) => port << 16 | transport;

    private static int Read(byte[] octets, bool verify = false)
    {
        DropReason reason = Datagram.Read(octets, verify, out Datagram packet);
        return reason == DropReason.None ? Answer(packet.Transport, packet.SourcePort) : -(int)reason;
    }
}
