using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Router.Ports.Linux;

namespace Router.Ports;

/// <summary>
/// The Ethernet header in front of an IP packet, and the padding behind it (IEEE 802.3 3.2.7: a frame has 60 octets at least, so
/// that a short IP packet arrives with a tail that is not its own).
///
///     offset  0       6       12    14
///            | to    | from  | type | IP
/// </summary>
internal static unsafe class LinkFraming
{
    private const int V4Header = 20;
    private const int V6Header = 40;
    private const byte HopByHop = 0;

    /// <summary>Writes the header that ends where the IP packet begins. The type follows the version nibble.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* ip, ulong to, ulong from)
    {
        ushort type = *ip >> 4 == 6 ? (ushort)LinuxIfPacket.ETH_P_IPV6 : (ushort)LinuxIfPacket.ETH_P_IP;
        Unsafe.WriteUnaligned(ip - 14, BinaryPrimitives.ReverseEndianness(to << 16 | from >> 32));
        Unsafe.WriteUnaligned(ip - 6, BinaryPrimitives.ReverseEndianness((uint)from));
        Unsafe.WriteUnaligned(ip - 2, BinaryPrimitives.ReverseEndianness(type));
    }

    /// <summary>
    /// The length without padding, from the IP header's own length. Where that is longer than what came, or shorter than a
    /// header, the packet contradicts itself: it is left as it is, for the parser to refuse by name.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Trim(byte* ip, int length)
    {
        if (length < V4Header) return length;
        int version = *ip >> 4;
        int said = version switch
        {
            4 => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(ip + 2)),
            6 when length >= V6Header => V6Length(ip, length),
            _ => length,
        };
        return said < V4Header || said > length ? length : said;
    }

    /// <summary>A payload length of 0 in front of a hop-by-hop header announces a jumbogram (RFC 2675), not an end.</summary>
    private static int V6Length(byte* ip, int length)
    {
        int payload = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(ip + 4));
        return payload == 0 && ip[6] == HopByHop ? length : V6Header + payload;
    }
}
