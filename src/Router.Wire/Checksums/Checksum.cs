using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Router.Wire;

/// <summary>
/// The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.
/// </summary>
/// <remarks>
/// Words: "sum" is what was added up, folded into 16 bits or not; "checksum" is the complement of a folded sum, the form that
/// stands in a finished header. A sum over header and checksum together comes out as 0xffff when the checksum is right.
///
/// The sum does not depend on byte order (RFC 1071 2 B): words are added as this machine reads them and the result is swapped
/// once. A vector's lane takes a low and a high word at each step, at most 2 * 0xffff; <see cref="Block"/> steps fit its 32 bits.
/// </remarks>
public static class Checksum
{
    // 2 * 0xffff * 0x8000 < 2^32.
    private const int Block = 0x8000;

    /// <summary>
    /// The folded sum of octets, not complemented. An odd last octet counts as the high half of a word (RFC 1071 1).
    /// </summary>
    /// <param name="octets">Any length. Only the last part of something summed in parts may be odd.</param>
    /// <param name="seed">A sum to go on from: <see cref="PseudoHeader"/>, or the sum of the parts in front.</param>
    public static ushort Sum(ReadOnlySpan<byte> octets, uint seed = 0)
    {
        ulong sum = 0;
        ReadOnlySpan<Vector<uint>> vectors = MemoryMarshal.Cast<byte, Vector<uint>>(octets);
        if (vectors.Length > 0)
        {
            sum = SumVectors(vectors);
            octets = octets[(vectors.Length * Vector<byte>.Count)..];
        }
        foreach (uint word in MemoryMarshal.Cast<byte, uint>(octets)) sum += word;
        octets = octets[(octets.Length & ~3)..];
        if (octets.Length >= 2)
        {
            sum += MemoryMarshal.Read<ushort>(octets);
            octets = octets[2..];
        }
        if (octets.Length > 0) sum += BitConverter.IsLittleEndian ? octets[0] : (uint)octets[0] << 8;
        ushort native = Fold(sum);
        return Fold((ulong)seed + (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(native) : native));
    }

    /// <summary>The checksum of octets, the complement of their sum: what to write into a field that was 0 meanwhile.</summary>
    public static ushort Of(ReadOnlySpan<byte> octets, uint seed = 0) => (ushort)~Sum(octets, seed);

    /// <summary>
    /// The sum of what TCP, UDP and ICMPv6 cover in front of their header (RFC 9293 3.1, RFC 768, RFC 8200 8.1), not folded.
    /// </summary>
    /// <param name="source">Its family decides the form.</param>
    /// <param name="destination">Of the same family.</param>
    /// <param name="protocol">The upper protocol's number, not that of an extension header.</param>
    /// <param name="length">Octets of the upper header and its payload.</param>
    public static uint PseudoHeader(Address source, Address destination, byte protocol, int length) =>
        Words(source) + Words(destination) + protocol + ((uint)length >> 16) + (ushort)length;

    /// <summary>
    /// Finishes a checksum that holds only its pseudo-header's sum, as the kernel or a card would. A result of 0 is written as 0xffff,
    /// which UDP demands and the others take for the same.
    /// </summary>
    /// <param name="packet">To the end of what is covered.</param>
    /// <param name="start">Where the covered octets begin (Offload.ChecksumStart).</param>
    /// <param name="offset">Where in them the checksum stands (Offload.ChecksumOffset).</param>
    /// <returns>False, with nothing written, if these lie outside the packet.</returns>
    public static bool Finish(Span<byte> packet, int start, int offset)
    {
        if ((uint)start > packet.Length || (uint)offset > packet.Length - start - sizeof(ushort)) return false;
        ushort finished = Of(packet[start..]);
        BinaryPrimitives.WriteUInt16BigEndian(packet[(start + offset)..], finished == 0 ? (ushort)0xffff : finished);
        return true;
    }

    /// <summary>Folds a sum into 16 bits by adding the carries back in. Zero only if the sum is.</summary>
    internal static ushort Fold(ulong sum)
    {
        sum = (sum >> 32) + (uint)sum;
        sum = (sum >> 16) + (ushort)sum;
        sum = (sum >> 16) + (ushort)sum;
        return (ushort)((sum >> 16) + (ushort)sum);
    }

    /// <summary>The words of an address as its own family carries it: two for IPv4, eight for IPv6. Not folded.</summary>
    internal static uint Words(Address address)
    {
        uint sum = (uint)(ushort)(address.Low >> 16) + (ushort)address.Low;
        if (address.IsV4) return sum;
        return sum + (ushort)(address.Low >> 48) + (ushort)(address.Low >> 32)
            + (ushort)(address.High >> 48) + (ushort)(address.High >> 32) + (ushort)(address.High >> 16) + (ushort)address.High;
    }

    private static ulong SumVectors(ReadOnlySpan<Vector<uint>> vectors)
    {
        ulong total = 0;
        var lowWord = new Vector<uint>(0xffff);
        while (vectors.Length > 0)
        {
            ReadOnlySpan<Vector<uint>> block = vectors[..Math.Min(vectors.Length, Block)];
            Vector<uint> lanes = Vector<uint>.Zero;
            foreach (Vector<uint> vector in block) lanes += (vector & lowWord) + (vector >>> 16);
            for (int lane = 0; lane < Vector<uint>.Count; lane++) total += lanes[lane];
            vectors = vectors[block.Length..];
        }
        return total;
    }
}
