using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>
/// Resets (RFC 9293 3.5.2), whole packets with finished checksums, for a connection that a rule refuses, that nobody knows any
/// more, or whose link is gone. A host believes a reset only if its sequence number is the very next that it expects (RFC 5961
/// 3.2), or, while it has only sent a SYN, if it acknowledges that SYN; the caller of <see cref="Build"/> knows these numbers from
/// the flow, <see cref="Answer"/> takes them from the segment that it answers.
/// </summary>
internal static class TcpReset
{
    /// <summary>Octets at the most.</summary>
    public const int MaxLength = Ipv6.HeaderLength + Tcp.MinHeaderLength;

    /// <summary>Writes a reset.</summary>
    /// <param name="to">At least <see cref="MaxLength"/> octets.</param>
    /// <param name="source">Who it seems to come from: the other end of the connection.</param>
    /// <param name="destination">Who gets it, in the same family.</param>
    /// <param name="sourcePort">The other end's port.</param>
    /// <param name="destinationPort">The port of who gets it.</param>
    /// <param name="sequence">What the receiver expects next.</param>
    /// <param name="acknowledgment">What it has sent so far; written only with ACK.</param>
    /// <param name="withAck">Whether ACK is set.</param>
    /// <returns>Octets of the packet.</returns>
    public static int Build(
        Span<byte> to, Address source, Address destination, ushort sourcePort, ushort destinationPort,
        uint sequence, uint acknowledgment, bool withAck)
    {
        int header = Envelope.HeaderLength(source.IsV4);
        Span<byte> packet = to[..(header + Tcp.MinHeaderLength)];
        Envelope.Seal(packet, Protocol.Tcp, trafficClass: 0, source, destination);
        Tcp tcp = Tcp.Over(packet[header..]);
        tcp.Begin(sourcePort, destinationPort, withAck ? TcpFlags.Rst | TcpFlags.Ack : TcpFlags.Rst);
        tcp.Sequence = sequence;
        tcp.Acknowledgment = withAck ? acknowledgment : 0;
        tcp.Checksum = Checksum.Of(tcp.Octets, Checksum.PseudoHeader(source, destination, Protocol.Tcp, tcp.Octets.Length));
        return packet.Length;
    }

    /// <summary>
    /// Answers a segment as a host without such a connection would (RFC 9293 3.10.7.1). The segment's checksum is not looked at: it
    /// may be unfinished. One part of a super-packet would be answered as the whole is.
    /// </summary>
    /// <param name="to">At least <see cref="MaxLength"/> octets, apart from <paramref name="packet"/>.</param>
    /// <param name="packet">The IP packet.</param>
    /// <returns>Octets of the answer; 0 for what must not be answered: a reset, a piece of a segment, what is not from one host to one other.</returns>
    public static int Answer(Span<byte> to, Span<byte> packet)
    {
        if (!Subject.TryRead(packet, out Subject subject) || subject.Protocol != Protocol.Tcp || subject.IsFragment) return 0;
        if (!subject.SourceIsOneHost || !subject.DestinationIsOneHost) return 0;
        if (!Tcp.TryRead(subject.Upper, out Tcp tcp, out _) || (tcp.Flags & TcpFlags.Rst) != 0) return 0;
        bool acknowledges = (tcp.Flags & TcpFlags.Ack) != 0;
        return Build(
            to, subject.Destination, subject.Source, tcp.DestinationPort, tcp.SourcePort,
            sequence: acknowledges ? tcp.Acknowledgment : 0,
            acknowledgment: tcp.Sequence + (uint)tcp.SequenceLength,
            withAck: !acknowledges);
    }
}
