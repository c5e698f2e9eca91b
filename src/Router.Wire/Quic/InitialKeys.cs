using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Router.Wire.Quic;

/// <summary>
/// What protects one direction's Initial packets (RFC 9001 5.2, RFC 9369 3.3): a key, an IV and a header protection key, all made from
/// the destination id of the client's first packet and a salt that everybody knows. It keeps nothing secret; it makes sure that
/// who answers has seen the question, and that nobody on the way reads along without meaning to.
/// </summary>
public sealed class InitialKeys : IDisposable
{
    private const int SecretLength = 32, KeyLength = 16, IvLength = 12, TagLength = 16, SampleLength = 16;

    private static readonly byte[] s_salt1 = Convert.FromHexString("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
    private static readonly byte[] s_salt2 = Convert.FromHexString("0dede3def700a6db819381be6e269dcbf9bd2ed9");

    private readonly AesGcm _payload;
    private readonly Aes _header;
    private readonly byte[] _iv = new byte[IvLength];

    /// <param name="version">A known one.</param>
    /// <param name="id">The destination id of the first Initial of the client, or of the first one behind a Retry.</param>
    /// <param name="ofServer">Whose packets they protect.</param>
    public InitialKeys(uint version, ReadOnlySpan<byte> id, bool ofServer)
    {
        Span<byte> common = stackalloc byte[SecretLength], secret = stackalloc byte[SecretLength], key = stackalloc byte[KeyLength];
        bool isTwo = version == QuicVersion.Two;
        HKDF.Extract(HashAlgorithmName.SHA256, id, isTwo ? s_salt2 : s_salt1, common);
        Expand(common, ofServer ? "server in"u8 : "client in"u8, secret);
        Expand(secret, isTwo ? "quicv2 iv"u8 : "quic iv"u8, _iv);
        Expand(secret, isTwo ? "quicv2 key"u8 : "quic key"u8, key);
        _payload = new AesGcm(key, TagLength);
        Expand(secret, isTwo ? "quicv2 hp"u8 : "quic hp"u8, key);
        _header = Aes.Create();
        _header.SetKey(key);
    }

    /// <summary>Takes the protection off a packet, and checks that nobody has changed it. The packet itself stays as it is.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="room">As much as the packet; header and payload are written to it.</param>
    /// <param name="payload">The frames, in <paramref name="room"/>.</param>
    public bool TryOpen(in QuicLongHeader header, Span<byte> room, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        ReadOnlySpan<byte> packet = header.Packet;
        int sample = header.NumberAt + 4;
        if (packet.Length < sample + SampleLength || packet.Length > room.Length) return false;
        packet.CopyTo(room);
        Span<byte> mask = stackalloc byte[SampleLength];
        _header.EncryptEcb(packet.Slice(sample, SampleLength), mask, PaddingMode.None);
        room[0] ^= (byte)(mask[0] & 0x0f);
        int numberLength = (room[0] & 3) + 1, data = header.NumberAt + numberLength, length = packet.Length - data - TagLength;
        uint number = 0;
        for (int i = 0; i < numberLength; i++) number = number << 8 | (room[header.NumberAt + i] ^= mask[1 + i]);
        if (length < 0) return false;
        Span<byte> nonce = stackalloc byte[IvLength];
        // The first packets of a connection have small numbers: what was sent of one is all of it.
        WriteNonce(nonce, number);
        try
        {
            _payload.Decrypt(nonce, packet.Slice(data, length), packet[^TagLength..], room.Slice(data, length), room[..data]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        payload = room.Slice(data, length);
        return true;
    }

    /// <summary>Protects a packet with the packet number 0.</summary>
    /// <param name="packet">Header, number and frames, with 16 octets behind them for the tag; 20 octets at least from the number on.</param>
    /// <param name="numberAt">Where the packet number stands.</param>
    public void Seal(Span<byte> packet, int numberAt)
    {
        int numberLength = (packet[0] & 3) + 1, data = numberAt + numberLength, length = packet.Length - data - TagLength;
        Span<byte> nonce = stackalloc byte[IvLength], mask = stackalloc byte[SampleLength], plain = stackalloc byte[length];
        WriteNonce(nonce, 0);
        packet.Slice(data, length).CopyTo(plain);
        _payload.Encrypt(nonce, plain, packet.Slice(data, length), packet[^TagLength..], packet[..data]);
        _header.EncryptEcb(packet.Slice(numberAt + 4, SampleLength), mask, PaddingMode.None);
        packet[0] ^= (byte)(mask[0] & 0x0f);
        for (int i = 0; i < numberLength; i++) packet[numberAt + i] ^= mask[1 + i];
    }

    public void Dispose()
    {
        _payload.Dispose();
        _header.Dispose();
    }

    // RFC 9001 5.3.
    private void WriteNonce(Span<byte> nonce, uint number)
    {
        _iv.CopyTo(nonce);
        Span<byte> last = nonce[^4..];
        BinaryPrimitives.WriteUInt32BigEndian(last, BinaryPrimitives.ReadUInt32BigEndian(last) ^ number);
    }

    // HKDF-Expand-Label without a context (RFC 8446 7.1).
    private static void Expand(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, Span<byte> output)
    {
        Span<byte> info = stackalloc byte[32];
        info[0] = 0;
        info[1] = (byte)output.Length;
        info[2] = (byte)(6 + label.Length);
        "tls13 "u8.CopyTo(info[3..]);
        label.CopyTo(info[9..]);
        info[9 + label.Length] = 0;
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, info[..(10 + label.Length)]);
    }
}
