using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>
/// IPv6 packet (RFC 8200 3), a fixed header of 40 octets and what it announces:
/// <code>
///   0  Version (4 bits), Traffic Class (8 bits), Flow Label (20 bits)
///   4  Payload Length (2): extension headers and upper layer
///   6  Next Header (1)
///   7  Hop Limit (1)
///   8  Source Address (16)
///  24  Destination Address (16)
/// </code>
/// <see cref="TryRead"/> checks version and length and cuts the view to the payload length. It refuses IPv4-mapped addresses, which
/// no wire ever carries (RFC 6890 2.2.3) and which everybody behind it would take for IPv4 (<see cref="Address"/>). A payload length of 0 means nothing
/// follows: jumbograms (RFC 2675) are longer than any link of ours. Extension headers are walked by <see cref="TryWalk"/>.
/// Writing the payload length voids what was checked.
/// </summary>
public readonly ref struct Ipv6
{
    public const int HeaderLength = 40;

    /// <summary>Every link carries a packet of this size (RFC 8200 5).</summary>
    public const int MinMtu = 1280;

    /// <summary>Where the source stands; a parameter problem may point there.</summary>
    public const int SourceAt = 8;

    private const int VersionAt = 0;
    private const int PayloadLengthAt = 4;
    private const int NextHeaderAt = 6;
    private const int HopLimitAt = 7;
    private const int DestinationAt = 24;

    private readonly Span<byte> _octets;

    private Ipv6(Span<byte> octets) => _octets = octets;

    /// <summary>Reads a whole packet. Octets behind its payload length are left out of the view.</summary>
    public static bool TryRead(Span<byte> octets, out Ipv6 view, out WireError error)
    {
        if (!TryReadQuoted(octets, out view, out error)) return false;
        if (HeaderLength + view.PayloadLength <= octets.Length) return true;
        view = default;
        error = WireError.BadTotalLength;
        return false;
    }

    /// <summary>Reads a packet of which only the beginning is there, as an ICMPv6 error quotes it; the fixed header must be whole.</summary>
    public static bool TryReadQuoted(Span<byte> octets, out Ipv6 view, out WireError error)
    {
        view = default;
        error = octets.Length < HeaderLength ? WireError.Truncated
            : octets[VersionAt] >> 4 != 6 ? WireError.BadVersion
            : Address.ReadV6(octets[SourceAt..]).IsV4 ? WireError.MappedSource
            : Address.ReadV6(octets[DestinationAt..]).IsV4 ? WireError.MappedDestination
            : WireError.None;
        if (error != WireError.None) return false;
        int total = HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(octets[PayloadLengthAt..]);
        view = new Ipv6(total < octets.Length ? octets[..total] : octets);
        return true;
    }

    /// <summary>A view to build a packet of exactly this length with. Holds old octets: begin with <see cref="Begin"/>.</summary>
    public static Ipv6 Over(Span<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, HeaderLength);
        return new Ipv6(octets);
    }

    /// <summary>Writes a whole header for a packet as long as the view: traffic class and flow label 0.</summary>
    public void Begin(byte nextHeader, byte hopLimit, Address source, Address destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_octets, 6u << 28);
        PayloadLength = (ushort)(_octets.Length - HeaderLength);
        NextHeader = nextHeader;
        HopLimit = hopLimit;
        Source = source;
        Destination = destination;
    }

    /// <summary>DSCP and ECN, the same octet as in IPv4.</summary>
    public byte TrafficClass
    {
        get => (byte)(BinaryPrimitives.ReadUInt16BigEndian(_octets) >> 4);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(_octets) & 0xf00f | value << 4));
    }

    /// <summary>The six bits of the code point (RFC 2474); writing it keeps ECN.</summary>
    public byte Dscp
    {
        get => (byte)(TrafficClass >> 2);
        set => TrafficClass = (byte)(value << 2 | TrafficClass & 3);
    }

    /// <summary>20 bits.</summary>
    public uint FlowLabel
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(_octets) & 0xfffff;
        set => BinaryPrimitives.WriteUInt32BigEndian(_octets, BinaryPrimitives.ReadUInt32BigEndian(_octets) & ~0xfffffu | value & 0xfffff);
    }

    /// <summary>Octets behind the fixed header.</summary>
    public ushort PayloadLength
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[PayloadLengthAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[PayloadLengthAt..], value);
    }

    /// <summary>Fixed header and payload, in octets: what IPv4 calls total length.</summary>
    public int TotalLength => HeaderLength + PayloadLength;

    /// <summary>What follows the fixed header, often not yet the upper layer: see <see cref="TryWalk"/>.</summary>
    public byte NextHeader
    {
        get => _octets[NextHeaderAt];
        set => _octets[NextHeaderAt] = value;
    }

    public byte HopLimit
    {
        get => _octets[HopLimitAt];
        set => _octets[HopLimitAt] = value;
    }

    /// <summary>Writing an address leaves the checksums to the caller.</summary>
    public Address Source
    {
        get => Address.ReadV6(_octets[SourceAt..]);
        set => value.WriteV6(_octets[SourceAt..]);
    }

    public Address Destination
    {
        get => Address.ReadV6(_octets[DestinationAt..]);
        set => value.WriteV6(_octets[DestinationAt..]);
    }

    /// <summary>What follows the fixed header: extension headers first, if there are any.</summary>
    public Span<byte> Payload => _octets[HeaderLength..];

    /// <summary>Fixed header and payload.</summary>
    public Span<byte> Octets => _octets;

    /// <summary>Finds the upper layer behind the extension headers.</summary>
    public bool TryWalk(out Ipv6Upper upper, out WireError error)
    {
        error = Ipv6Extensions.Walk(_octets, NextHeader, out upper);
        return error == WireError.None;
    }
}
