using System.Buffers.Binary;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Translation;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>Random packets of random flows: what was right comes out right, and the way back undoes the way out.</summary>
public class RewriteTests
{
    [Fact]
    public void The_way_out_is_right_and_the_way_back_undoes_it()
    {
        Random random = Dice.Roll();
        byte[] protocols = [Protocol.Tcp, Protocol.Udp, Protocol.Icmp, Protocol.UdpLite, Protocol.Sctp, Protocol.Gre];
        for (int round = 0; round < 5000; round++)
        {
            bool v4 = random.Next(2) == 0;
            byte protocol = protocols[random.Next(protocols.Length)];
            if (!v4 && protocol == Protocol.Icmp) protocol = Protocol.Icmp6;
            Flow flow = RandomFlow(random, v4, protocol);
            (flow.AddressDelta, flow.TransportDelta) = Rewrite.Deltas(flow);
            byte[] before = Packet(random, flow), after = [.. before];
            Assert.Equal(DropReason.None, Datagram.Read(after, verify: true, out Datagram packet));
            Assert.Equal(flow.ForwardKey, packet.Key(flow.Ingress));
            Rewrite.Apply(after, packet, flow, outward: true, unfinished: false);
            var sent = new Sent(flow.Egress, after, default);
            sent.CheckSums();
            FlowKey back = flow.ReverseKey;
            Assert.Equal((back.Destination, back.Source, back.DestinationPort, back.SourcePort),
                (sent.Read.Source, sent.Read.Destination, sent.Read.SourcePort, sent.Read.DestinationPort));

            // The same flow with its ends exchanged goes back.
            Flow mirrored = flow;
            (mirrored.InsideSource, mirrored.InsideDestination) = (flow.InsideDestination, flow.InsideSource);
            (mirrored.OutsideSource, mirrored.OutsideDestination) = (flow.OutsideDestination, flow.OutsideSource);
            (mirrored.InsideSourcePort, mirrored.InsideDestinationPort) = (flow.InsideDestinationPort, flow.InsideSourcePort);
            (mirrored.OutsideSourcePort, mirrored.OutsideDestinationPort) = (flow.OutsideDestinationPort, flow.OutsideSourcePort);
            (mirrored.AddressDelta, mirrored.TransportDelta) = Rewrite.Deltas(mirrored);
            Rewrite.Apply(after, packet, mirrored, outward: false, unfinished: false);
            Assert.Equal(before, after);
        }
    }

    private static Flow RandomFlow(Random random, bool v4, byte protocol)
    {
        bool hasPorts = protocol is Protocol.Tcp or Protocol.Udp, isQuery = protocol is Protocol.Icmp or Protocol.Icmp6;
        ushort fixedPort = random.Word();
        return new Flow
        {
            InsideSource = random.Address(v4), InsideDestination = random.Address(v4), OutsideSource = random.Address(v4), OutsideDestination = random.Address(v4),
            InsideSourcePort = hasPorts || isQuery ? random.Word() : Protocol.HasPorts(protocol) ? fixedPort : (ushort)0,
            OutsideSourcePort = hasPorts || isQuery ? random.Word() : Protocol.HasPorts(protocol) ? fixedPort : (ushort)0,
            InsideDestinationPort = hasPorts ? random.Word() : Protocol.HasPorts(protocol) ? (ushort)9 : (ushort)0,
            OutsideDestinationPort = hasPorts ? random.Word() : Protocol.HasPorts(protocol) ? (ushort)9 : (ushort)0,
            Protocol = protocol, Ingress = PathBed.Trusted, Egress = PathBed.One,
        };
    }

    private static byte[] Packet(Random random, in Flow flow)
    {
        byte[] upper = random.Octets(random.Next(20, 200));
        BinaryPrimitives.WriteUInt16BigEndian(upper, flow.InsideSourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(upper.AsSpan(2), flow.InsideDestinationPort);
        if (flow.Protocol == Protocol.Tcp) upper[12] = 0x50;
        // 0xffff is no checksum that anybody makes, and would come back as its other form.
        if (flow.Protocol == Protocol.UdpLite) upper[6] &= 0x7f;
        if (flow.Protocol is Protocol.Icmp or Protocol.Icmp6)
        {
            (upper[0], upper[1]) = (flow.Protocol == Protocol.Icmp ? Icmp4.EchoRequest : Icmp6.EchoRequest, 0);
            BinaryPrimitives.WriteUInt16BigEndian(upper.AsSpan(4), flow.InsideSourcePort);
        }
        byte[] packet = Make.Ip(flow.Protocol, flow.InsideSource, flow.InsideDestination, upper);
        // A checksum of 0 is a sender's that made none.
        int at = (flow.InsideSource.IsV4 ? 20 : 40) + Udp.ChecksumAt;
        if (flow.Protocol == Protocol.Udp && packet[at] == 0 && packet[at + 1] == 0) packet[at] = packet[at + 1] = 0xff;
        return packet;
    }
}
