using System.Buffers.Binary;
using System.Text;

namespace Router.Tests.Wire.Web;

/// <summary>Hellos as clients send them, of any length.</summary>
internal static class Hellos
{
    /// <summary>A ClientHello with its handshake header.</summary>
    /// <param name="name">The server name; null for none.</param>
    /// <param name="padding">Octets of a padding extension (RFC 7685), or none.</param>
    /// <param name="encrypted">Whether an encrypted hello is in it.</param>
    public static byte[] Handshake(string? name, int padding = 0, bool encrypted = false)
    {
        var extensions = new List<byte>();
        Extension(extensions, 0x2b, [2, 3, 4]);
        if (encrypted) Extension(extensions, 0xfe0d, new byte[180]);
        if (padding > 0) Extension(extensions, 21, new byte[padding]);
        if (name is not null)
        {
            byte[] text = Encoding.ASCII.GetBytes(name);
            Extension(extensions, 0, [.. Long(text.Length + 3), 0, .. Long(text.Length), .. text]);
        }
        byte[] random = new byte[32];
        new Random(1).NextBytes(random);
        byte[] body = [3, 3, .. random, 32, .. new byte[32], .. Long(4), 0x13, 0x01, 0x13, 0x02, 1, 0, .. Long(extensions.Count), .. extensions];
        return [1, (byte)(body.Length >> 16), .. Long(body.Length & 0xffff), .. body];
    }

    /// <summary>The same in records of at most so many octets each.</summary>
    public static byte[] Records(byte[] handshake, int fragment = 16384) =>
        [.. handshake.Chunk(fragment).SelectMany(part => (byte[])[22, 3, 1, .. Long(part.Length), .. part])];

    public static byte[] Long(int number)
    {
        byte[] octets = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)number);
        return octets;
    }

    private static void Extension(List<byte> to, int type, byte[] data) => to.AddRange([.. Long(type), .. Long(data.Length), .. data]);
}
