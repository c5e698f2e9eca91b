using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>
/// ICMP errors that we send ourselves, whole packets with finished checksums:
/// <code>
///   IP header | Type, Code, Checksum, Rest | the beginning of the packet that it is about
/// </code>
/// The quotation is the packet as it came to us, whatever the kernel has left undone on it: a super-packet is quoted with its own
/// total length, an unfinished checksum as it stands. Its sender looks at addresses, ports and sequence number, which are there.
/// </summary>
internal static class IcmpError
{
    /// <summary>The whole answer in IPv4 (RFC 1812 4.3.2.3).</summary>
    public const int MaxLengthV4 = 576;

    /// <summary>The whole answer in IPv6 (RFC 4443 2.4 c).</summary>
    public const int MaxLengthV6 = Ipv6.MinMtu;

    // Internetwork control, the precedence that RFC 1812 4.3.2.5 asks for in errors; ICMPv6 has no such rule.
    private const byte PrecedenceV4 = 0xc0;

    /// <summary>
    /// Whether any error may be sent about a packet (RFC 1122 3.2.2, RFC 1812 4.3.2.7, RFC 4443 2.4 e): not about an ICMP error, a
    /// piece other than the first, what went to many, or what came from no single host. The exceptions of RFC 4443 for multicast
    /// (too big, unknown option) are not made, as we forward none.
    /// </summary>
    public static bool MayAnswer(Span<byte> packet)
    {
        if (!Subject.TryRead(packet, out Subject subject) || subject.IsLaterFragment) return false;
        if (!subject.SourceIsOneHost || !subject.DestinationIsOneHost) return false;
        bool v6 = !subject.Source.IsV4;
        if (subject.Protocol != (v6 ? Protocol.Icmp6 : Protocol.Icmp)) return true;
        return Icmp.TryRead(subject.Upper, out Icmp icmp, out _) && !Icmp.IsError(icmp.Type, v6);
    }

    /// <summary>Writes an error to the packet's source. <see cref="MayAnswer"/> is asked before.</summary>
    /// <param name="to">At least <see cref="MaxLengthV6"/> octets, apart from <paramref name="packet"/>.</param>
    /// <param name="packet">The IP packet that it is about.</param>
    /// <param name="packetLength">How many octets of it are the packet; more may stand behind.</param>
    /// <param name="from">Our address, of the packet's family.</param>
    /// <param name="type">See <see cref="Icmp4"/> and <see cref="Icmp6"/>.</param>
    /// <param name="code">By type.</param>
    /// <param name="rest">Octets 4 to 7: the MTU in "fragmentation needed" and "packet too big", the pointer, or 0.</param>
    /// <returns>Octets of the error; 0 if the packet is of neither family or not of that of <paramref name="from"/>.</returns>
    public static int Build(Span<byte> to, ReadOnlySpan<byte> packet, int packetLength, Address from, byte type, byte code, uint rest)
    {
        packet = packet[..Math.Min(packetLength, packet.Length)];
        if (!TryReadSource(packet, out Address sender) || sender.IsV4 != from.IsV4) return 0;
        int header = Envelope.HeaderLength(from.IsV4);
        int most = (from.IsV4 ? MaxLengthV4 : MaxLengthV6) - header - Icmp.HeaderLength;
        ReadOnlySpan<byte> quoted = packet[..Math.Min(most, packet.Length)];
        Span<byte> answer = to[..(header + Icmp.HeaderLength + quoted.Length)];

        Icmp icmp = Icmp.Over(answer[header..]);
        icmp.Begin(type, code, rest);
        quoted.CopyTo(icmp.Body);
        if (from.IsV4)
        {
            icmp.Checksum = Checksum.Of(icmp.Octets);
            Envelope.Seal(answer, Protocol.Icmp, PrecedenceV4, from, sender);
        }
        else
        {
            icmp.Checksum = Checksum.Of(icmp.Octets, Checksum.PseudoHeader(from, sender, Protocol.Icmp6, icmp.Octets.Length));
            Envelope.Seal(answer, Protocol.Icmp6, trafficClass: 0, from, sender);
        }
        return answer.Length;
    }

    // Only as much as the answer needs: what is wrong with the rest of the header may be what the error is about.
    private static bool TryReadSource(ReadOnlySpan<byte> packet, out Address source)
    {
        source = default;
        if (packet.Length >= Ipv4.MinHeaderLength && packet[0] >> 4 == 4) source = Address.ReadV4(packet[12..]);
        else if (packet.Length >= Ipv6.HeaderLength && packet[0] >> 4 == 6) source = Address.ReadV6(packet[8..]);
        else return false;
        return true;
    }
}
