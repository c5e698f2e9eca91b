using System.Buffers.Binary;

namespace Router.Wire.Web;

/// <summary>
/// A TLS ClientHello (RFC 8446 4.1.2), the same in TLS 1.0 to 1.3 and in QUIC, behind its handshake header:
/// <code>
///   0  legacy_version (2)                cipher_suites (2 octets of length, and so many)
///   2  random (32)                       legacy_compression_methods (1, and so many)
///  34  legacy_session_id (1, and ≤ 32)   extensions (2, and so many): type (2), length (2), data
/// </code>
/// Of the extensions two are of use: server_name (type 0, RFC 6066 3) and encrypted_client_hello (0xfe0d), which says that another
/// hello is hidden in this one, or pretends that there were: clients do so on purpose, to look the same either way.
/// </summary>
public readonly ref struct ClientHello
{
    /// <summary>Octets at the most, its handshake header left out.</summary>
    public const int MostOctets = 16 * 1024;

    /// <summary>Handshake type and length, in front.</summary>
    public const int HeaderLength = 4;

    private const byte HandshakeType = 1;
    private const ushort ServerNameType = 0, EncryptedHelloType = 0xfe0d;

    /// <summary>The name that is asked for, as it was sent; empty without one.</summary>
    public ReadOnlySpan<byte> ServerName { get; private init; }

    /// <summary>It carries an encrypted hello, or what looks like one.</summary>
    public bool HasEncryptedHello { get; private init; }

    /// <summary>Reads a hello with its handshake header from the beginning of a handshake.</summary>
    /// <param name="octets">What is there of the handshake, without records.</param>
    /// <param name="hello">The hello; its name lies in <paramref name="octets"/>.</param>
    public static WebReading Read(ReadOnlySpan<byte> octets, out ClientHello hello)
    {
        hello = default;
        if (octets.Length > 0 && octets[0] != HandshakeType) return WebReading.Unreadable;
        if (octets.Length < HeaderLength) return WebReading.Incomplete;
        int length = octets[1] << 16 | BinaryPrimitives.ReadUInt16BigEndian(octets[2..]);
        if (length > MostOctets) return WebReading.Unreadable;
        if (octets.Length < HeaderLength + length) return WebReading.Incomplete;
        return TryRead(octets.Slice(HeaderLength, length), out hello) ? WebReading.Whole : WebReading.Unreadable;
    }

    private static bool TryRead(ReadOnlySpan<byte> body, out ClientHello hello)
    {
        hello = default;
        var rest = new Vectors(body);
        if (!rest.TryTake(34, out _) || !rest.TryTakeShort(out ReadOnlySpan<byte> session) || session.Length > 32) return false;
        if (!rest.TryTakeLong(out ReadOnlySpan<byte> suites) || suites.IsEmpty || suites.Length % 2 != 0) return false;
        if (!rest.TryTakeShort(out ReadOnlySpan<byte> compressions) || compressions.IsEmpty) return false;
        // TLS 1.2 and before may leave the extensions out.
        if (rest.IsEmpty) return true;
        if (!rest.TryTakeLong(out ReadOnlySpan<byte> octets) || !rest.IsEmpty) return false;
        ReadOnlySpan<byte> name = default;
        bool hasName = false, hasEncrypted = false;
        var extensions = new Vectors(octets);
        while (!extensions.IsEmpty)
        {
            if (!extensions.TryTake(2, out ReadOnlySpan<byte> kind) || !extensions.TryTakeLong(out ReadOnlySpan<byte> data)) return false;
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(kind);
            hasEncrypted |= type == EncryptedHelloType;
            if (type != ServerNameType) continue;
            if (hasName || !TryReadName(data, out name)) return false;
            hasName = true;
        }
        hello = new ClientHello { ServerName = name, HasEncryptedHello = hasEncrypted };
        return true;
    }

    // A list of names by type; there is one type, so there is one name (RFC 6066 3).
    private static bool TryReadName(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> name)
    {
        name = default;
        var outer = new Vectors(data);
        if (!outer.TryTakeLong(out ReadOnlySpan<byte> octets) || !outer.IsEmpty) return false;
        var list = new Vectors(octets);
        return list.TryTake(1, out ReadOnlySpan<byte> type) && type[0] == 0 && list.TryTakeLong(out name) && list.IsEmpty && !name.IsEmpty;
    }

    /// <summary>Takes parts of a known length, or with their length in front (RFC 8446 3.4), off the front.</summary>
    private ref struct Vectors(ReadOnlySpan<byte> octets)
    {
        private ReadOnlySpan<byte> _rest = octets;

        public readonly bool IsEmpty => _rest.IsEmpty;

        public bool TryTake(int count, out ReadOnlySpan<byte> part)
        {
            part = default;
            if (_rest.Length < count) return false;
            part = _rest[..count];
            _rest = _rest[count..];
            return true;
        }

        public bool TryTakeShort(out ReadOnlySpan<byte> part)
        {
            part = default;
            return TryTake(1, out ReadOnlySpan<byte> length) && TryTake(length[0], out part);
        }

        public bool TryTakeLong(out ReadOnlySpan<byte> part)
        {
            part = default;
            return TryTake(2, out ReadOnlySpan<byte> length) && TryTake(BinaryPrimitives.ReadUInt16BigEndian(length), out part);
        }
    }
}
