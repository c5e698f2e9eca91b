using System.Buffers.Binary;
using System.Text;

namespace Router.Fuzz;

/// <summary>A ClientHello with a name, for the fuzzer to damage.</summary>
internal static class SoundHello
{
    /// <summary>With its handshake header.</summary>
    public static byte[] Handshake(string name)
    {
        byte[] text = Encoding.ASCII.GetBytes(name);
        byte[] extension = [0, 0, .. Long(text.Length + 5), .. Long(text.Length + 3), 0, .. Long(text.Length), .. text, 0, 0x2b, 0, 3, 2, 3, 4];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, .. Long(extension.Length), .. extension];
        return [1, 0, .. Long(body.Length), .. body];
    }

    /// <summary>In records of so many octets.</summary>
    public static byte[] Records(string name, int fragment) =>
        [.. Handshake(name).Chunk(fragment).SelectMany(part => (byte[])[22, 3, 1, .. Long(part.Length), .. part])];

    private static byte[] Long(int number)
    {
        byte[] octets = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)number);
        return octets;
    }
}
