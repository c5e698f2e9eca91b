using System.Buffers.Binary;

namespace Router.Wire.Quic;

/// <summary>
/// The end of a connection that has hardly begun, said in the server's name: an Initial packet with one CONNECTION_CLOSE frame (RFC
/// 9000 10.2.3, 19.19). A client gives up at once, where silence would keep it trying for ten seconds and more.
/// <code>
///   0  form 1, fixed 1, type Initial, number length - 1      length of the rest
///   1  version                                               packet number 0 (4)
///   5  the client's source id as destination                 0x1c, error (number), frame type 0, reason of 0 octets
///      its destination id as source                          tag (16)
///      token of 0 octets
/// </code>
/// </summary>
public static class InitialClose
{
    /// <summary>Octets at the most.</summary>
    public const int MaxLength = 7 + 2 * QuicLongHeader.MostIdOctets + 1 + 2 + 4 + 5 + 16;

    /// <summary>CONNECTION_REFUSED (RFC 9000 20.1): the server will not have it.</summary>
    public const byte Refused = 2;

    private const int NumberLength = 4, TagLength = 16;

    /// <summary>Writes the packet that answers one.</summary>
    /// <param name="to">At least <see cref="MaxLength"/> octets.</param>
    /// <param name="asked">The client's Initial.</param>
    /// <param name="keys">Of the server, for the same connection.</param>
    /// <returns>Octets of the packet.</returns>
    public static int Build(Span<byte> to, in QuicLongHeader asked, InitialKeys keys)
    {
        ReadOnlySpan<byte> close = [0x1c, Refused, 0, 0];
        to[0] = (byte)((asked.Version == QuicVersion.Two ? 0xd0 : 0xc0) | (NumberLength - 1));
        BinaryPrimitives.WriteUInt32BigEndian(to[1..], asked.Version);
        int at = 5;
        at = WriteId(to, at, asked.SourceId);
        at = WriteId(to, at, asked.DestinationId);
        to[at++] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)(0x4000 | (NumberLength + close.Length + TagLength)));
        at += 2;
        int number = at;
        to.Slice(at, NumberLength).Clear();
        close.CopyTo(to[(at + NumberLength)..]);
        at += NumberLength + close.Length + TagLength;
        keys.Seal(to[..at], number);
        return at;
    }

    private static int WriteId(Span<byte> to, int at, ReadOnlySpan<byte> id)
    {
        to[at] = (byte)id.Length;
        id.CopyTo(to[(at + 1)..]);
        return at + 1 + id.Length;
    }
}
