using System.Buffers.Binary;
using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>
/// Writes a flow's other addresses and ports into a packet, and mends what sums over them, without looking at the rest
/// (RFC 1624, RFC 3022 4.2). A checksum that was wrong stays wrong. In a super-packet one delta serves all segments.
///
/// A finished checksum covers addresses and ports. An unfinished one (see Offload) is the sum of the pseudo-header alone, so only
/// the addresses count there: the ports are summed with the rest when somebody finishes it. ICMP has no pseudo-header in IPv4.
/// </summary>
internal static class Rewrite
{
    /// <summary>What the way out adds to sums over the addresses, and to the transport checksum.</summary>
    public static (ushort Address, ushort Transport) Deltas(in Flow flow)
    {
        ChecksumDelta addresses = default(ChecksumDelta)
            .Replace(flow.InsideSource, flow.OutsideSource)
            .Replace(flow.InsideDestination, flow.OutsideDestination);
        ChecksumDelta ports = default(ChecksumDelta)
            .Replace(flow.InsideSourcePort, flow.OutsideSourcePort)
            .Replace(flow.InsideDestinationPort, flow.OutsideDestinationPort);
        return (addresses.Value, flow.Protocol == Protocol.Icmp ? ports.Value : (addresses + ports).Value);
    }

    /// <param name="octets">The packet.</param>
    /// <param name="packet">The same, read.</param>
    /// <param name="flow">Its flow, with translation.</param>
    /// <param name="outward">From Inside to Outside, else back.</param>
    /// <param name="unfinished">Whether the transport checksum holds only its pseudo-header.</param>
    public static void Apply(Span<byte> octets, in Datagram packet, in Flow flow, bool outward, bool unfinished)
    {
        Address source = outward ? flow.OutsideSource : flow.InsideDestination;
        Address destination = outward ? flow.OutsideDestination : flow.InsideSource;
        var addresses = new ChecksumDelta(outward ? flow.AddressDelta : (ushort)~flow.AddressDelta);
        if (packet.V4)
        {
            Ipv4 header = Ipv4.Over(octets);
            header.Source = source;
            header.Destination = destination;
            header.HeaderChecksum = addresses.ApplyToComplete(header.HeaderChecksum);
        }
        else
        {
            Ipv6 header = Ipv6.Over(octets);
            header.Source = source;
            header.Destination = destination;
        }
        if (packet.Shape == Shape.LaterFragment) return;
        var transport = new ChecksumDelta(outward ? flow.TransportDelta : (ushort)~flow.TransportDelta);
        ushort sourcePort = outward ? flow.OutsideSourcePort : flow.InsideDestinationPort;
        ushort destinationPort = outward ? flow.OutsideDestinationPort : flow.InsideSourcePort;
        ApplyTransport(octets[packet.Transport..], packet.Protocol, sourcePort, destinationPort, unfinished ? addresses : transport, unfinished);
    }

    private static void ApplyTransport(
        Span<byte> transport, byte protocol, ushort sourcePort, ushort destinationPort, ChecksumDelta delta, bool unfinished)
    {
        switch (protocol)
        {
            case Protocol.Tcp:
                WritePorts(transport, sourcePort, destinationPort);
                Mend(transport[16..], delta, unfinished);
                break;
            case Protocol.Udp:
                WritePorts(transport, sourcePort, destinationPort);
                if (unfinished) Mend(transport[6..], delta, unfinished);
                else BinaryPrimitives.WriteUInt16BigEndian(transport[6..], delta.ApplyToUdp(BinaryPrimitives.ReadUInt16BigEndian(transport[6..])));
                break;
            case Protocol.UdpLite or Protocol.Dccp:
                Mend(transport[6..], delta, unfinished);
                break;
            case Protocol.Icmp or Protocol.Icmp6:
                // The asking side's identifier is the only port there is.
                BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)(sourcePort | destinationPort));
                Mend(transport[2..], delta, unfinished);
                break;
            case Protocol.Gre when sourcePort == EnhancedGre.ProtocolType && EnhancedGre.TryRead(transport, out EnhancedGre gre, out _):
                gre.CallId = destinationPort;
                break;
        }
    }

    private static void WritePorts(Span<byte> transport, ushort source, ushort destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(transport, source);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], destination);
    }

    private static void Mend(Span<byte> checksum, ChecksumDelta delta, bool unfinished)
    {
        ushort old = BinaryPrimitives.ReadUInt16BigEndian(checksum);
        BinaryPrimitives.WriteUInt16BigEndian(checksum, unfinished ? delta.ApplyToPartial(old) : delta.ApplyToComplete(old));
    }
}
