using System.Buffers.Binary;
using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>
/// ICMP errors belong to the flow of the packet that they quote (RFC 5508 4, RFC 4787 REQ-10). The quoted packet travelled away
/// from whoever is told now, so it is looked up with its two ends exchanged. Then the quoted header is put back into what that
/// host once sent, the outer header is given the flow's other addresses, and the ICMP checksum is made anew: it was verified
/// before, so nothing wrong is healed. An error neither refreshes nor ends a flow (REQ-10, RFC 5508 REQ-6).
///
/// The outer source stays when a router on the way speaks to an inside host, so that traceroute sees it; what goes outward from
/// behind us has our outside address (RFC 5508 REQ-5).
/// </summary>
internal static class IcmpErrors
{
    /// <summary>The key, at the port where the error came in, of the packet that answers the quoted one.</summary>
    public static DropReason ReadQuoted(Span<byte> octets, in Datagram packet, PortId ingress, out Datagram quoted, out FlowKey key)
    {
        quoted = default;
        key = default;
        Span<byte> icmp = octets[packet.Transport..packet.Length];
        uint seed = packet.V4 ? 0 : Checksum.PseudoHeader(packet.Source, packet.Destination, Protocol.Icmp6, icmp.Length);
        if (Checksum.Sum(icmp, seed) != 0xffff) return DropReason.BadIcmpChecksum;
        Span<byte> inner = icmp[Icmp.HeaderLength..];
        bool isRead = packet.V4 ? TryReadV4(inner, ref quoted) : TryReadV6(inner, ref quoted);
        if (!isRead) return DropReason.IcmpUnexplained;
        key = new FlowKey(quoted.Destination, quoted.Source, quoted.DestinationPort, quoted.SourcePort, quoted.Protocol, ingress);
        return DropReason.None;
    }

    /// <summary>Translates the error for the other side of the flow.</summary>
    /// <param name="octets">The error.</param>
    /// <param name="packet">The same, read.</param>
    /// <param name="quoted">What it quotes, read.</param>
    /// <param name="flow">The flow that explains it.</param>
    /// <param name="outward">The error goes Inside to Outside; the quoted packet went the other way.</param>
    public static void Apply(Span<byte> octets, in Datagram packet, in Datagram quoted, in Flow flow, bool outward)
    {
        Address near = outward ? flow.OutsideSource : flow.InsideDestination;
        Address told = outward ? flow.OutsideDestination : flow.InsideSource;
        Address quotedOf = outward ? flow.InsideSource : flow.OutsideDestination;
        bool isToInternet = outward != ((flow.Traits & FlowTraits.Inbound) != 0);
        Address source = isToInternet || packet.Source == quotedOf ? near : packet.Source;
        Span<byte> icmp = octets[packet.Transport..packet.Length];
        RewriteQuoted(icmp[Icmp.HeaderLength..], quoted, flow, outward, near, told);
        if (packet.V4)
        {
            Ipv4 header = Ipv4.Over(octets);
            header.Source = source;
            header.Destination = told;
            header.RewriteChecksum();
        }
        else
        {
            Ipv6 header = Ipv6.Over(octets);
            header.Source = source;
            header.Destination = told;
        }
        Icmp view = Icmp.Over(icmp);
        view.Checksum = 0;
        view.Checksum = Checksum.Of(icmp, packet.V4 ? 0 : Checksum.PseudoHeader(source, told, Protocol.Icmp6, icmp.Length));
    }

    // The quoted packet went from `told` to `near`, in the addresses of the side where the error now goes.
    private static void RewriteQuoted(Span<byte> inner, in Datagram quoted, in Flow flow, bool outward, Address near, Address told)
    {
        ChecksumDelta addresses = default(ChecksumDelta).Replace(quoted.Source, told).Replace(quoted.Destination, near);
        ushort from = outward ? flow.OutsideDestinationPort : flow.InsideSourcePort;
        ushort to = outward ? flow.OutsideSourcePort : flow.InsideDestinationPort;
        if (quoted.V4)
        {
            Ipv4 header = Ipv4.Over(inner);
            header.Source = told;
            header.Destination = near;
            header.HeaderChecksum = addresses.ApplyToComplete(header.HeaderChecksum);
        }
        else
        {
            Ipv6 header = Ipv6.Over(inner);
            header.Source = told;
            header.Destination = near;
        }
        if (quoted.Shape == Shape.LaterFragment) return;
        Span<byte> transport = inner[quoted.Transport..];
        switch (quoted.Protocol)
        {
            case Protocol.Tcp or Protocol.Udp when transport.Length >= 4:
                BinaryPrimitives.WriteUInt16BigEndian(transport, from);
                BinaryPrimitives.WriteUInt16BigEndian(transport[2..], to);
                ChecksumDelta all = addresses.Replace(quoted.SourcePort, from).Replace(quoted.DestinationPort, to);
                int at = quoted.Protocol == Protocol.Tcp ? Tcp.ChecksumAt : Udp.ChecksumAt;
                MendQuoted(transport, at, all, isUdp: quoted.Protocol == Protocol.Udp);
                break;
            case Protocol.Icmp or Protocol.Icmp6 when transport.Length >= 8:
                BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)(from | to));
                ChecksumDelta id = default(ChecksumDelta).Replace((ushort)(quoted.SourcePort | quoted.DestinationPort), (ushort)(from | to));
                MendQuoted(transport, Icmp.ChecksumAt, quoted.V4 ? id : id + addresses, isUdp: false);
                break;
            case Protocol.Gre when quoted.IsCall && EnhancedGre.TryRead(transport, out EnhancedGre gre, out _):
                gre.CallId = to;
                break;
        }
    }

    // Most errors quote no more than eight octets of transport; a checksum that is not there is not mended (RFC 5508 REQ-4).
    private static void MendQuoted(Span<byte> transport, int at, ChecksumDelta delta, bool isUdp)
    {
        if (transport.Length < at + 2) return;
        ushort old = BinaryPrimitives.ReadUInt16BigEndian(transport[at..]);
        BinaryPrimitives.WriteUInt16BigEndian(transport[at..], isUdp ? delta.ApplyToUdp(old) : delta.ApplyToComplete(old));
    }

    private static bool TryReadV4(Span<byte> inner, ref Datagram quoted)
    {
        if (!Ipv4.TryReadQuoted(inner, out Ipv4 header, out _)) return false;
        quoted.V4 = true;
        quoted.Source = header.Source;
        quoted.Destination = header.Destination;
        quoted.Protocol = header.Protocol;
        quoted.Transport = header.HeaderLength;
        if (header.FragmentOffset != 0) quoted.Shape = Shape.LaterFragment;
        return TryReadPorts(inner[quoted.Transport..], ref quoted);
    }

    private static bool TryReadV6(Span<byte> inner, ref Datagram quoted)
    {
        if (!Ipv6.TryReadQuoted(inner, out Ipv6 header, out _) || !header.TryWalk(out Ipv6Upper upper, out _)) return false;
        quoted.Source = header.Source;
        quoted.Destination = header.Destination;
        quoted.Protocol = upper.Protocol;
        quoted.Transport = upper.Offset;
        if (upper.FragmentOffset != 0) quoted.Shape = Shape.LaterFragment;
        return TryReadPorts(inner[quoted.Transport..], ref quoted);
    }

    // A quoted later fragment names no ports, so no flow can be found for it.
    private static bool TryReadPorts(Span<byte> transport, ref Datagram quoted)
    {
        if (quoted.Shape == Shape.LaterFragment) return false;
        if (quoted.Protocol is Protocol.Icmp or Protocol.Icmp6)
        {
            if (transport.Length < 8 || !Icmp.IsQuery(transport[0], !quoted.V4)) return false;
            ushort id = BinaryPrimitives.ReadUInt16BigEndian(transport[4..]);
            if (transport[0] is Icmp4.EchoReply or Icmp4.TimestampReply or Icmp6.EchoReply) quoted.DestinationPort = id;
            else quoted.SourcePort = id;
            return true;
        }
        if (quoted.Protocol == Protocol.Gre && EnhancedGre.TryRead(transport, out EnhancedGre gre, out _))
            (quoted.SourcePort, quoted.DestinationPort) = (EnhancedGre.ProtocolType, gre.CallId);
        if (!Protocol.HasPorts(quoted.Protocol)) return true;
        if (transport.Length < 4) return false;
        quoted.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(transport);
        quoted.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(transport[2..]);
        return true;
    }
}
