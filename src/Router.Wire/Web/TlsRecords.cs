using System.Buffers.Binary;

namespace Router.Wire.Web;

/// <summary>
/// The records in which a client's first handshake message comes (RFC 8446 5.1):
/// <code>
///   0  type (1), 22 for handshake     3  length (2), 1 to 16384
///   1  legacy_record_version (2)      5  a part of the handshake
/// </code>
/// The message may be spread over as many records as its sender likes.
/// </summary>
public static class TlsRecords
{
    /// <summary>The type of the records in which a connection begins.</summary>
    public const byte Handshake = 22;

    private const int HeaderLength = 5, MostFragment = 16 * 1024;

    /// <summary>Whether these octets can be the beginning of such a record.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> octets) =>
        (octets.Length < 1 || octets[0] == Handshake) && (octets.Length < 2 || octets[1] == 3) && (octets.Length < 3 || octets[2] <= 4);

    /// <summary>Reads the hello from the beginning of a TLS connection.</summary>
    /// <param name="octets">What the client has sent so far.</param>
    /// <param name="room">For a hello in several records: <see cref="ClientHello.HeaderLength"/> and <see cref="ClientHello.MostOctets"/>.</param>
    /// <param name="hello">The hello; its name lies in one of the two.</param>
    public static WebReading ReadHello(ReadOnlySpan<byte> octets, Span<byte> room, out ClientHello hello)
    {
        hello = default;
        if (!MayBegin(octets)) return WebReading.Unreadable;
        if (!TryFragment(octets, out ReadOnlySpan<byte> fragment, out bool isWhole)) return octets.Length < HeaderLength ? WebReading.Incomplete : WebReading.Unreadable;
        // Nearly always one record has all of it.
        WebReading reading = ClientHello.Read(fragment, out hello);
        if (reading != WebReading.Incomplete || !isWhole) return reading;
        int length = 0;
        for (ReadOnlySpan<byte> rest = octets; ; rest = rest[(HeaderLength + fragment.Length)..])
        {
            if (!MayBegin(rest)) return WebReading.Unreadable;
            if (!TryFragment(rest, out fragment, out isWhole)) return rest.Length < HeaderLength ? WebReading.Incomplete : WebReading.Unreadable;
            ReadOnlySpan<byte> part = fragment[..Math.Min(fragment.Length, room.Length - length)];
            part.CopyTo(room[length..]);
            length += part.Length;
            if (!isWhole || part.Length < fragment.Length) break;
            if (ClientHello.Read(room[..length], out hello) is not WebReading.Incomplete and var early) return early;
        }
        return ClientHello.Read(room[..length], out hello);
    }

    // What there is of a record's content.
    private static bool TryFragment(ReadOnlySpan<byte> octets, out ReadOnlySpan<byte> fragment, out bool isWhole)
    {
        fragment = default;
        isWhole = false;
        if (octets.Length < HeaderLength) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(octets[3..]);
        if (length is 0 or > MostFragment) return false;
        isWhole = octets.Length - HeaderLength >= length;
        fragment = octets.Slice(HeaderLength, Math.Min(length, octets.Length - HeaderLength));
        return true;
    }
}
