using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Router.Wire.Quic;

namespace Router.Tests.Wire.Quic;

/// <summary>Initial packets as clients send them, protected step by step as RFC 9001 5 tells it and with nothing of ours.</summary>
internal static class Initials
{
    /// <summary>One packet.</summary>
    public static byte[] Seal(uint version, byte[] destination, byte[] source, byte[] frames, uint number = 0, int numberLength = 2, byte[]? token = null, byte[]? keyedBy = null)
    {
        bool isTwo = version == QuicVersion.Two;
        int rest = numberLength + frames.Length + 16;
        byte[] numberOctets = new byte[4], versionOctets = new byte[4], length = new byte[2];
        BinaryPrimitives.WriteUInt32BigEndian(numberOctets, number);
        BinaryPrimitives.WriteUInt32BigEndian(versionOctets, version);
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(0x4000 | rest));
        token ??= [];
        byte[] header =
        [
            (byte)((isTwo ? 0xd0 : 0xc0) | (numberLength - 1)), .. versionOctets, (byte)destination.Length, .. destination, (byte)source.Length, .. source,
            (byte)token.Length, .. token, .. length, .. numberOctets[(4 - numberLength)..],
        ];
        byte[] salt = Convert.FromHexString(isTwo ? "0dede3def700a6db819381be6e269dcbf9bd2ed9" : "38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
        byte[] secret = Expand(HKDF.Extract(HashAlgorithmName.SHA256, keyedBy ?? destination, salt), "client in", 32);
        string label = isTwo ? "quicv2 " : "quic ";
        byte[] nonce = Expand(secret, label + "iv", 12), sealedFrames = new byte[frames.Length], tag = new byte[16];
        for (int i = 0; i < 4; i++) nonce[8 + i] ^= numberOctets[i];
        using (var aes = new AesGcm(Expand(secret, label + "key", 16), 16)) aes.Encrypt(nonce, frames, sealedFrames, tag, header);
        byte[] packet = [.. header, .. sealedFrames, .. tag];
        int at = header.Length - numberLength;
        using var ecb = Aes.Create();
        ecb.Key = Expand(secret, label + "hp", 16);
        byte[] mask = ecb.EncryptEcb(packet.AsSpan(at + 4, 16), PaddingMode.None);
        packet[0] ^= (byte)(mask[0] & 0x0f);
        for (int i = 0; i < numberLength; i++) packet[at + i] ^= mask[1 + i];
        return packet;
    }

    /// <summary>A CRYPTO frame.</summary>
    public static byte[] Crypto(int offset, ReadOnlySpan<byte> data) =>
        [6, (byte)(0x40 | offset >> 8), (byte)offset, (byte)(0x40 | data.Length >> 8), (byte)data.Length, .. data];

    /// <summary>Frames of a datagram that is as long as a client's first has to be (RFC 9000 14.1).</summary>
    public static byte[] Padded(params byte[][] frames)
    {
        byte[] all = [.. frames.SelectMany(frame => frame)];
        return [.. all, .. new byte[Math.Max(0, 1162 - all.Length)]];
    }

    private static byte[] Expand(byte[] secret, string label, int length)
    {
        byte[] name = Encoding.ASCII.GetBytes("tls13 " + label);
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, [0, (byte)length, (byte)name.Length, .. name, 0]);
    }
}
