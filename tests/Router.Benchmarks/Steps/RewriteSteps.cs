using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Reading;
using Router.Forwarding.Translation;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>
/// Writing a flow's other addresses and ports into a packet, with its checksums mended. A step translates a packet, and then back by
/// the same flow turned inside out, so that it ends as it began; the price is that of one of the two. It answers the checksum that
/// the packet had in between.
/// </summary>
public class RewriteSteps : StepSet
{
    private static readonly End s_inside = Make.End("192.168.10.5:5000"), s_outside = Make.End("198.51.100.2:61000"), s_server = Make.End("192.0.2.1:80");
    private static readonly End s_inside6 = Make.End("[fd00:10::5]:5000"), s_outside6 = Make.End("[2001:db8:1::2]:61000"), s_server6 = Make.End("[2001:db8:9::1]:80");

    private Subject? _tcp, _udp, _echo, _unfinished, _tcp6;

    [Benchmark(OperationsPerInvoke = 2)]
    public int Tcp() => _tcp!.ThereAndBack();

    [Benchmark(OperationsPerInvoke = 2)]
    public int Udp() => _udp!.ThereAndBack();

    [Benchmark(OperationsPerInvoke = 2)]
    public int Icmp_echo() => _echo!.ThereAndBack();

    /// <summary>With a checksum that holds only its pseudo-header's sum.</summary>
    [Benchmark(OperationsPerInvoke = 2)]
    public int Unfinished_tcp() => _unfinished!.ThereAndBack();

    [Benchmark(OperationsPerInvoke = 2)]
    public int Tcp_over_IPv6() => _tcp6!.ThereAndBack();

    protected override void Build()
    {
        _tcp = new Subject(Segment(s_inside, s_server), Segment(s_outside, s_server));
        _udp = new Subject(Make.Udp(s_inside, s_server), Make.Udp(s_outside, s_server));
        _echo = new Subject(Make.Echo("192.168.10.5", "192.0.2.1", 5000), Make.Echo("198.51.100.2", "192.0.2.1", 61000));
        _unfinished = new Subject(Unfinished(s_inside, s_server), Unfinished(s_outside, s_server), isUnfinished: true);
        _tcp6 = new Subject(Segment(s_inside6, s_server6), Segment(s_outside6, s_server6));
    }

    protected override void Prove()
    {
        Expect(_tcp!.ChecksumInBetween, Tcp);
        Expect(_udp!.ChecksumInBetween, Udp);
        Expect(_echo!.ChecksumInBetween, Icmp_echo);
        Expect(_unfinished!.ChecksumInBetween, Unfinished_tcp);
        Expect(_tcp6!.ChecksumInBetween, Tcp_over_IPv6);
        foreach (Subject subject in new[] { _tcp, _udp, _echo, _unfinished, _tcp6 }) subject.Prove();
    }

    private static byte[] Segment(End from, End to) => Make.Tcp(from, to, TcpFlags.Ack, data: 100);

    private static byte[] Unfinished(End from, End to)
    {
        byte[] packet = Segment(from, to);
        Make.Unfinish(packet);
        return packet;
    }

    /// <summary>A packet as it has to look on either side, and the flow that makes one of the other.</summary>
    private sealed class Subject
    {
        private readonly byte[] _before, _after, _octets;
        private readonly Datagram _packet;
        private readonly Flow _there, _back;
        private readonly bool _isUnfinished;
        private readonly int _checksumAt;

        public Subject(byte[] before, byte[] after, bool isUnfinished = false)
        {
            (_before, _after, _octets, _isUnfinished) = (before, after, [.. before], isUnfinished);
            Assert.Equal(DropReason.None, Datagram.Read(before, verify: true, out _packet));
            Assert.Equal(DropReason.None, Datagram.Read(after, verify: true, out Datagram translated));
            (_there, _back) = (FlowBetween(_packet, translated), FlowBetween(translated, _packet));
            _checksumAt = _packet.Transport + Make.ChecksumAt(_packet.Protocol);
        }

        public int ChecksumInBetween => BinaryPrimitives.ReadUInt16BigEndian(_after.AsSpan(_checksumAt));

        public int ThereAndBack()
        {
            Rewrite.Apply(_octets, _packet, _there, outward: true, _isUnfinished);
            int checksum = BinaryPrimitives.ReadUInt16BigEndian(_octets.AsSpan(_checksumAt));
            Rewrite.Apply(_octets, _packet, _back, outward: true, _isUnfinished);
            return checksum;
        }

        /// <summary>Every octet is right, there and back.</summary>
        public void Prove()
        {
            Rewrite.Apply(_octets, _packet, _there, outward: true, _isUnfinished);
            Assert.Equal(_after, _octets);
            Rewrite.Apply(_octets, _packet, _back, outward: true, _isUnfinished);
            Assert.Equal(_before, _octets);
        }

        private static Flow FlowBetween(in Datagram inside, in Datagram outside)
        {
            var flow = new Flow
            {
                InsideSource = inside.Source, InsideSourcePort = inside.SourcePort, OutsideSource = outside.Source, OutsideSourcePort = outside.SourcePort,
                InsideDestination = inside.Destination, InsideDestinationPort = inside.DestinationPort,
                OutsideDestination = outside.Destination, OutsideDestinationPort = outside.DestinationPort,
                Protocol = inside.Protocol,
            };
            (flow.AddressDelta, flow.TransportDelta) = Rewrite.Deltas(flow);
            return flow;
        }
    }
}
