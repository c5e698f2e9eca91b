using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>What a walk over the extension headers of an IPv6 packet found. Offsets count from its first octet.</summary>
public struct Ipv6Upper
{
    /// <summary>
    /// The upper layer's protocol. In a fragment other than the first it is what the fragment header says comes next in the whole
    /// datagram, which may be an extension header; nothing at <see cref="Offset"/> can be read as a header then.
    /// </summary>
    public byte Protocol;

    /// <summary>Whether routing header type 0 was among them, which must not be followed (RFC 5095).</summary>
    public bool HasRoutingType0;

    /// <summary>Whether an authentication header was among them, which signs the addresses (RFC 4302).</summary>
    public bool HasAuthentication;

    public bool MoreFragments;

    /// <summary>Where the upper header begins, or the piece of the datagram. May be the packet's end.</summary>
    public int Offset;

    /// <summary>Where the fragment header stands, or 0: there is none.</summary>
    public int FragmentHeaderAt;

    /// <summary>Where in the datagram's fragmentable part this piece belongs, in octets: 0 to 65528.</summary>
    public int FragmentOffset;

    public uint FragmentId;

    public readonly bool HasFragmentHeader => FragmentHeaderAt != 0;

    /// <summary>A fragment header on a datagram that is whole (RFC 6946): no other piece may be looked for.</summary>
    public readonly bool IsAtomicFragment => HasFragmentHeader && FragmentOffset == 0 && !MoreFragments;

    /// <summary>Whether the datagram came in pieces and this is one.</summary>
    public readonly bool IsFragment => FragmentOffset != 0 || MoreFragments;

    /// <summary>Whether it is a piece, the one that has the upper header.</summary>
    public readonly bool IsFirstFragment => FragmentOffset == 0 && MoreFragments;
}

/// <summary>
/// The chain of IPv6 extension headers (RFC 8200 4). Each tells the kind of the next in its first octet:
/// <code>
///   hop-by-hop, destination options, routing    next (1), length (1, in 8 octets beyond the first 8), ...; routing: type (1)
///   fragment                                    next (1), reserved (1), offset (13 bits) reserved (2) M (1), id (4): 8 octets
///   authentication (RFC 4302)                   next (1), length (1, in 4 octets beyond the first 8), ...
/// </code>
/// Anything else ends the chain: it is the upper layer, or one that we cannot see through (ESP, none, unknown). The walk has a
/// limit, since a packet can carry thousands, and each costs a step.
/// </summary>
internal static class Ipv6Extensions
{
    /// <summary>How many we walk. RFC 8200 4.1 lists seven occurrences in a chain that makes sense.</summary>
    internal const int Limit = 8;

    private const int Unit = 8;

    /// <param name="octets">The packet, at least its fixed header.</param>
    internal static WireError Walk(ReadOnlySpan<byte> octets, byte next, out Ipv6Upper upper)
    {
        upper = new Ipv6Upper { Protocol = next, Offset = Ipv6.HeaderLength };
        for (int walked = 0; IsExtension(upper.Protocol); walked++)
        {
            if (walked == Limit) return WireError.TooManyHeaders;
            if (upper.Protocol == Protocol.HopByHop && walked > 0) return WireError.BadHeaderOrder;
            ReadOnlySpan<byte> header = octets[upper.Offset..];
            if (header.Length < Unit) return WireError.Truncated;
            WireError error = Step(header, ref upper);
            if (error != WireError.None) return error;
            if (upper.FragmentOffset != 0) break;
        }
        return WireError.None;
    }

    private static bool IsExtension(byte protocol) => protocol is Protocol.HopByHop or Protocol.Routing or Protocol.Fragment
        or Protocol.DestinationOptions or Protocol.Ah;

    /// <summary>Takes in one header, of which at least 8 octets are there, and moves on behind it.</summary>
    private static WireError Step(ReadOnlySpan<byte> header, ref Ipv6Upper upper)
    {
        int length = upper.Protocol switch
        {
            Protocol.Fragment => Unit,
            Protocol.Ah => (header[1] + 2) * 4,
            _ => (header[1] + 1) * Unit,
        };
        if (length > header.Length) return WireError.Truncated;
        if (upper.Protocol == Protocol.Routing && header[2] == 0) upper.HasRoutingType0 = true;
        upper.HasAuthentication |= upper.Protocol == Protocol.Ah;
        if (upper.Protocol == Protocol.Fragment)
        {
            if (upper.HasFragmentHeader) return WireError.BadHeaderOrder;
            ushort word = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
            upper.FragmentHeaderAt = upper.Offset;
            upper.FragmentOffset = word & 0xfff8;
            upper.MoreFragments = (word & 1) != 0;
            upper.FragmentId = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        }
        upper.Protocol = header[0];
        upper.Offset += length;
        return WireError.None;
    }
}
