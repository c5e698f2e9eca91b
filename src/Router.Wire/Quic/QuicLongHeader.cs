using System.Buffers.Binary;

namespace Router.Wire.Quic;

/// <summary>What a packet with a long header is for. Each version numbers them in its own way.</summary>
public enum QuicPacketKind : byte { Initial, EarlyData, Handshake, Retry, VersionNegotiation, OfUnknownVersion }

/// <summary>
/// The front of a QUIC packet with a long header (RFC 9000 17.2; the first part is the same in every version, RFC 8999 5.1):
/// <code>
///   0  form 1 (1 bit), fixed 1, type (2 bits), type-specific (4 bits)
///   1  version (4)
///   5  length of destination id (1), and so many octets, at most 20 in the known versions
///      length of source id (1), and so many octets
///      Initial only: length of token (number), and so many octets
///      Initial, 0-RTT, Handshake: length of the rest (number)
///      packet number (1 to 4), and the protected payload
/// </code>
/// Several packets may stand in one datagram, one behind the other (12.2); <see cref="Length"/> tells where the next begins.
/// </summary>
public readonly ref struct QuicLongHeader
{
    /// <summary>RFC 9000 17.2.</summary>
    public const int MostIdOctets = 20;

    public QuicPacketKind Kind { get; private init; }

    public uint Version { get; private init; }

    public ReadOnlySpan<byte> DestinationId { get; private init; }

    public ReadOnlySpan<byte> SourceId { get; private init; }

    /// <summary>The packet, from its first octet to its last.</summary>
    public ReadOnlySpan<byte> Packet { get; private init; }

    /// <summary>Where the packet number begins.</summary>
    public int NumberAt { get; private init; }

    /// <summary>Octets of the packet.</summary>
    public int Length => Packet.Length;

    /// <summary>Whether these octets begin with a long header at all, of whatever version.</summary>
    public static bool IsLong(ReadOnlySpan<byte> octets) => octets.Length > 0 && (octets[0] & 0x80) != 0;

    /// <summary>Reads the packet at the front of what is left of a datagram.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out QuicLongHeader header)
    {
        header = default;
        if (!IsLong(octets) || octets.Length < 7) return false;
        uint version = BinaryPrimitives.ReadUInt32BigEndian(octets[1..]);
        if (!TryPassId(octets, 5, out int middle) || !TryPassId(octets, middle, out int behind)) return false;
        ReadOnlySpan<byte> destination = octets[6..middle], source = octets[(middle + 1)..behind], rest = octets[behind..];
        QuicPacketKind kind = KindOf(octets[0], version);
        int end = octets.Length, number = octets.Length - rest.Length;
        if (QuicVersion.IsKnown(version))
        {
            // The fixed bit may be greased only once both sides have agreed on it (RFC 9287).
            if ((octets[0] & 0x40) == 0 || destination.Length > MostIdOctets || source.Length > MostIdOctets) return false;
            if (kind == QuicPacketKind.Initial && !TrySkipToken(ref rest)) return false;
            if (kind != QuicPacketKind.Retry)
            {
                if (!QuicNumber.TryTake(ref rest, out ulong length) || length > (ulong)rest.Length) return false;
                number = octets.Length - rest.Length;
                end = number + (int)length;
            }
        }
        header = new QuicLongHeader
        {
            Kind = kind, Version = version, DestinationId = destination, SourceId = source, Packet = octets[..end], NumberAt = number,
        };
        return true;
    }

    private static QuicPacketKind KindOf(byte first, uint version) => version switch
    {
        0 => QuicPacketKind.VersionNegotiation,
        QuicVersion.One => (QuicPacketKind)(first >> 4 & 3),
        // RFC 9369 3.2: one further, round and round.
        QuicVersion.Two => (QuicPacketKind)((first >> 4) - 1 & 3),
        _ => QuicPacketKind.OfUnknownVersion,
    };

    private static bool TryPassId(ReadOnlySpan<byte> octets, int at, out int behind)
    {
        behind = at < octets.Length ? at + 1 + octets[at] : int.MaxValue;
        return behind <= octets.Length;
    }

    private static bool TrySkipToken(ref ReadOnlySpan<byte> rest)
    {
        if (!QuicNumber.TryTake(ref rest, out ulong length) || length > (ulong)rest.Length) return false;
        rest = rest[(int)length..];
        return true;
    }
}
