using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Router.Wire;

namespace Router.Forwarding.Flows;

/// <summary>What can be said of a packet with regard to flows.</summary>
internal enum Shape : byte
{
    /// <summary>Has a key of its own: TCP, UDP, another transport, or an ICMP query.</summary>
    Keyed,

    /// <summary>An ICMP error: its flow is that of the packet quoted in it.</summary>
    IcmpError,

    /// <summary>A fragment other than the first: its flow is that of the first.</summary>
    LaterFragment,

    /// <summary>ICMP that a router neither translates nor passes on: redirects, neighbour discovery and their like.</summary>
    IcmpOther,
}

/// <summary>
/// A packet as the path sees it: read once, at the door, from octets that may say anything. Whatever it holds has been checked
/// against the octets' length, so that later steps may index by it.
/// </summary>
internal struct Datagram
{
    public Address Source, Destination;

    /// <summary>
    /// For ICMP queries the identifier is the port of the asking side and the other is 0. For a packet of a PPTP call
    /// (<see cref="IsCall"/>) the call id is the destination's port, and the source's is <see cref="EnhancedGre.ProtocolType"/>.
    /// Both are 0 where there are none.
    /// </summary>
    public ushort SourcePort, DestinationPort;
    public byte Protocol;
    public byte TimeToLive;
    public Shape Shape;
    public bool V4;
    public bool DontFragment;

    /// <summary>It signs its addresses (AH, RFC 4302), so that behind a translation no receiver can take it.</summary>
    public bool IsSigned;

    /// <summary>It is one of several pieces.</summary>
    public bool IsFragment;
    public bool MoreFragments;

    /// <summary>Octets in front of this piece.</summary>
    public ushort FragmentOffset;
    public uint FragmentId;

    /// <summary>Where the transport header begins.</summary>
    public int Transport;

    /// <summary>Octets of the packet, padding left out.</summary>
    public int Length;
    public TcpFlags Flags;
    public byte IcmpType;

    /// <summary>It opens a TCP connection.</summary>
    public readonly bool IsSyn => Protocol == Wire.Protocol.Tcp
        && (Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst | TcpFlags.Fin)) == TcpFlags.Syn;

    /// <summary>It belongs to the middle of a TCP connection: ACK, and nothing that begins or ends one.</summary>
    public readonly bool IsMidstream => Protocol == Wire.Protocol.Tcp
        && (Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst | TcpFlags.Fin)) == TcpFlags.Ack;

    /// <summary>It bears a PPTP call's id.</summary>
    public readonly bool IsCall => Protocol == Wire.Protocol.Gre && SourcePort != 0;

    /// <summary>No flow goes by its call id, so it belongs to the one between its two hosts, as all other GRE.</summary>
    public void ForgetCall() => (SourcePort, DestinationPort) = (0, 0);

    public readonly FlowKey Key(PortId ingress) => new(Source, Destination, SourcePort, DestinationPort, Protocol, ingress);

    /// <summary>The first packet of a flow that nobody has begun: a SYN, a query, or whatever begins in its protocol.</summary>
    public static Datagram First(Address from, byte protocol, Address to, ushort port)
    {
        bool isEcho = protocol is Wire.Protocol.Icmp or Wire.Protocol.Icmp6;
        return new Datagram
        {
            V4 = to.IsV4, Source = from, Destination = to, Protocol = protocol, SourcePort = isEcho ? (ushort)1 : (ushort)0,
            DestinationPort = port, Flags = TcpFlags.Syn, IcmpType = to.IsV4 ? Icmp4.EchoRequest : Icmp6.EchoRequest, TimeToLive = 64,
        };
    }

    /// <summary>Reads a packet. <paramref name="verify"/>: check the IPv4 header's sum, for what no kernel has checked before.</summary>
    public static DropReason Read(Span<byte> octets, bool verify, out Datagram packet)
    {
        packet = default;
        if (octets.IsEmpty) return DropReason.Truncated;
        DropReason reason = (octets[0] >> 4) switch
        {
            4 => ReadV4(octets, verify, ref packet),
            6 => ReadV6(octets, ref packet),
            _ => DropReason.BadVersion,
        };
        if (reason != DropReason.None) return reason;
        return packet.Shape == Shape.LaterFragment ? DropReason.None : ReadTransport(octets[packet.Transport..packet.Length], ref packet);
    }

    private static DropReason ReadV4(Span<byte> octets, bool verify, ref Datagram packet)
    {
        if (!Ipv4.TryRead(octets, out Ipv4 header, out WireError error)) return Name(error);
        if (verify && !header.ChecksumOk) return DropReason.BadHeaderChecksum;
        if (header.HeaderLength > Ipv4.MinHeaderLength)
        {
            if (!header.TryCheckOptions(out _)) return DropReason.BadOption;
            if (header.HasSourceRoute) return DropReason.SourceRoute;
        }
        packet.V4 = true;
        packet.Source = header.Source;
        packet.Destination = header.Destination;
        packet.Protocol = header.Protocol;
        packet.TimeToLive = header.TimeToLive;
        packet.DontFragment = header.DontFragment;
        packet.IsSigned = header.Protocol == Wire.Protocol.Ah;
        packet.Transport = header.HeaderLength;
        packet.Length = header.TotalLength;
        if (!header.IsFragment) return DropReason.None;
        packet.IsFragment = true;
        packet.MoreFragments = header.MoreFragments;
        packet.FragmentOffset = (ushort)header.FragmentOffset;
        packet.FragmentId = header.Id;
        return CheckFragment(ref packet);
    }

    private static DropReason ReadV6(Span<byte> octets, ref Datagram packet)
    {
        if (!Ipv6.TryRead(octets, out Ipv6 header, out WireError error)) return Name(error);
        if (!header.TryWalk(out Ipv6Upper chain, out error)) return Name(error);
        if (chain.HasRoutingType0) return DropReason.RoutingHeader;
        packet.Source = header.Source;
        packet.Destination = header.Destination;
        packet.Protocol = chain.Protocol;
        packet.TimeToLive = header.HopLimit;
        packet.DontFragment = true;
        packet.IsSigned = chain.HasAuthentication;
        packet.Transport = chain.Offset;
        packet.Length = header.TotalLength;
        // An atomic fragment is a whole packet (RFC 6946).
        if (!chain.IsFragment) return DropReason.None;
        packet.IsFragment = true;
        packet.MoreFragments = chain.MoreFragments;
        packet.FragmentOffset = (ushort)chain.FragmentOffset;
        packet.FragmentId = chain.FragmentId;
        return CheckFragment(ref packet);
    }

    // Pieces that end past the largest packet, or are so small that the ports or flags lie in the next one (RFC 1858, 3128).
    private static DropReason CheckFragment(ref Datagram packet)
    {
        int data = packet.Length - packet.Transport;
        if (packet.FragmentOffset + data + packet.Transport > 65535) return DropReason.FragmentTooLong;
        if (data == 0 || (packet.MoreFragments && data % 8 != 0)) return DropReason.FragmentTiny;
        if (packet.FragmentOffset == 0) return DropReason.None;
        packet.Shape = Shape.LaterFragment;
        return packet.Protocol == Wire.Protocol.Tcp && packet.FragmentOffset < Tcp.MinHeaderLength
            ? DropReason.FragmentOverlap : DropReason.None;
    }

    private static DropReason ReadTransport(Span<byte> transport, ref Datagram packet)
    {
        switch (packet.Protocol)
        {
            case Wire.Protocol.Tcp:
                if (!Tcp.TryRead(transport, out Tcp tcp, out _)) return Broken(packet);
                packet.SourcePort = tcp.SourcePort;
                packet.DestinationPort = tcp.DestinationPort;
                packet.Flags = tcp.Flags;
                return DropReason.None;
            case Wire.Protocol.Icmp when packet.V4:
            case Wire.Protocol.Icmp6 when !packet.V4:
                return ReadIcmp(transport, ref packet);
            case Wire.Protocol.Gre:
                if (EnhancedGre.TryRead(transport, out EnhancedGre gre, out _)) (packet.SourcePort, packet.DestinationPort) = (EnhancedGre.ProtocolType, gre.CallId);
                return DropReason.None;
            default:
                if (!Wire.Protocol.HasPorts(packet.Protocol)) return DropReason.None;
                if (transport.Length < 8) return Broken(packet);
                packet.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(transport);
                packet.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(transport[2..]);
                return DropReason.None;
        }
    }

    private static DropReason ReadIcmp(Span<byte> transport, ref Datagram packet)
    {
        if (!Icmp.TryRead(transport, out Icmp icmp, out _)) return Broken(packet);
        packet.IcmpType = icmp.Type;
        if (!Icmp.IsQuery(icmp.Type, !packet.V4))
        {
            bool redirected = packet.V4 ? icmp.Type is Icmp4.Redirect or Icmp4.SourceQuench : icmp.Type == Icmp6.Redirect;
            packet.Shape = Icmp.IsError(icmp.Type, !packet.V4) && !redirected ? Shape.IcmpError : Shape.IcmpOther;
        }
        else if (icmp.Type is Icmp4.EchoReply or Icmp4.TimestampReply or Icmp6.EchoReply)
        {
            packet.DestinationPort = icmp.Identifier;
        }
        else
        {
            packet.SourcePort = icmp.Identifier;
        }
        return DropReason.None;
    }

    private static DropReason Broken(in Datagram packet) => packet.IsFragment ? DropReason.FragmentTiny : DropReason.BadTransportHeader;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DropReason Name(WireError error) => error switch
    {
        WireError.Truncated => DropReason.Truncated,
        WireError.BadVersion => DropReason.BadVersion,
        WireError.BadHeaderLength => DropReason.BadHeaderLength,
        WireError.BadTotalLength => DropReason.BadTotalLength,
        WireError.BadChecksum => DropReason.BadHeaderChecksum,
        WireError.BadOption or WireError.BadFormat or WireError.BadHeaderOrder => DropReason.BadOption,
        WireError.TooManyHeaders => DropReason.TooManyHeaders,
        WireError.MappedSource => DropReason.MartianSource,
        WireError.MappedDestination => DropReason.BadDestination,
        WireError.None => DropReason.None,
        _ => throw new ArgumentOutOfRangeException(nameof(error)),
    };
}
