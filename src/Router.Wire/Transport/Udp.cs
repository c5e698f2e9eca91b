using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>
/// UDP datagram (RFC 768), a header of 8 octets and its data:
/// <code>
///   0  Source Port (2)       4  Length (2), header included
///   2  Destination Port (2)  6  Checksum (2), 0 where IPv4's sender made none
/// </code>
/// A first fragment and a quotation hold less than the length says, so <see cref="TryRead"/> asks only that the length can be;
/// <see cref="IsWhole"/> tells. Octets behind the length are not data (RFC 9868 puts options there).
/// </summary>
public readonly ref struct Udp
{
    public const int HeaderLength = 8;

    /// <summary>Where the checksum stands, for <c>Offload.ChecksumOffset</c>.</summary>
    public const int ChecksumAt = 6;

    private const int SourcePortAt = 0;
    private const int DestinationPortAt = 2;
    private const int LengthAt = 4;

    private readonly Span<byte> _octets;

    private Udp(Span<byte> octets) => _octets = octets;

    /// <param name="octets">From the UDP header to the end of the packet.</param>
    public static bool TryRead(Span<byte> octets, out Udp view, out WireError error)
    {
        view = default;
        error = octets.Length < HeaderLength ? WireError.Truncated
            : BinaryPrimitives.ReadUInt16BigEndian(octets[LengthAt..]) < HeaderLength ? WireError.BadTotalLength
            : WireError.None;
        if (error != WireError.None) return false;
        view = new Udp(octets);
        return true;
    }

    /// <summary>A view to build a datagram of exactly this length with. Holds old octets: begin with <see cref="Begin"/>.</summary>
    public static Udp Over(Span<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, HeaderLength);
        return new Udp(octets);
    }

    /// <summary>Writes a header for a datagram as long as the view. The checksum is 0 and left to the end.</summary>
    public void Begin(ushort sourcePort, ushort destinationPort)
    {
        SourcePort = sourcePort;
        DestinationPort = destinationPort;
        Length = (ushort)_octets.Length;
        Checksum = 0;
    }

    public ushort SourcePort
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[SourcePortAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[SourcePortAt..], value);
    }

    public ushort DestinationPort
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[DestinationPortAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[DestinationPortAt..], value);
    }

    /// <summary>Header and data, in octets, of the whole datagram even in its first fragment.</summary>
    public ushort Length
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[LengthAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[LengthAt..], value);
    }

    /// <summary>Complete, 0 for none, or only the pseudo-header's folded sum where the kernel left it unfinished.</summary>
    public ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[ChecksumAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[ChecksumAt..], value);
    }

    /// <summary>Whether all that the length promises is here.</summary>
    public bool IsWhole => Length <= _octets.Length;

    /// <summary>The data, as far as it is here.</summary>
    public Span<byte> Payload => _octets[HeaderLength..Math.Min(Length, _octets.Length)];

    /// <summary>Header and data, and what stands behind them in the packet.</summary>
    public Span<byte> Octets => _octets;
}
