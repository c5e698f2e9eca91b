using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Router.Wire;

/// <summary>
/// IPv4 packet (RFC 791 3.1), a header of 20 to 60 octets and its payload:
/// <code>
///   0  Version (4 bits), IHL (4 bits, words)   8  Time to Live (1)
///   1  Type of Service (1)                     9  Protocol (1)
///   2  Total Length (2)                       10  Header Checksum (2)
///   4  Identification (2)                     12  Source Address (4)
///   6  Flags (3 bits), Fragment Offset        16  Destination Address (4)
///      (13 bits, in units of 8 octets)        20  Options, to IHL * 4
/// </code>
/// <see cref="TryRead"/> checks version, lengths and their order, and cuts the view to the total length, so Ethernet's padding is
/// left out. It does not read the checksum, as not every caller needs to: see <see cref="ChecksumOk"/>. Writing the IHL or the
/// total length voids what was checked: take a new view after that.
/// </summary>
/// <remarks>
/// Accessors go through the span with its bounds checks, here and in all views. They cost a compare that always falls the same
/// way, and they are what stands between a hostile packet and the memory next to it.
/// </remarks>
public readonly ref struct Ipv4
{
    public const int MinHeaderLength = 20;
    public const int MaxHeaderLength = 60;

    private const int VersionAt = 0;
    private const int TypeOfServiceAt = 1;
    private const int TotalLengthAt = 2;
    private const int IdAt = 4;
    private const int FlagsAt = 6;
    private const int TimeToLiveAt = 8;
    private const int ProtocolAt = 9;
    private const int ChecksumAt = 10;
    private const int SourceAt = 12;
    private const int DestinationAt = 16;

    private const ushort ReservedFlag = 0x8000;
    private const ushort DontFragmentFlag = 0x4000;
    private const ushort MoreFragmentsFlag = 0x2000;
    private const ushort OffsetMask = 0x1fff;

    private readonly Span<byte> _octets;

    private Ipv4(Span<byte> octets) => _octets = octets;

    /// <summary>Reads a whole packet. Octets behind its total length are left out of the view.</summary>
    public static bool TryRead(Span<byte> octets, out Ipv4 view, out WireError error)
    {
        if (!TryReadQuoted(octets, out view, out error)) return false;
        int total = view.TotalLength;
        if (total <= octets.Length) return true;
        view = default;
        error = WireError.BadTotalLength;
        return false;
    }

    /// <summary>
    /// Reads a packet of which only the beginning is there, as an ICMP error quotes it: the header must be whole, the total length
    /// may promise more than came.
    /// </summary>
    public static bool TryReadQuoted(Span<byte> octets, out Ipv4 view, out WireError error)
    {
        view = default;
        error = Check(octets);
        if (error != WireError.None) return false;
        int total = BinaryPrimitives.ReadUInt16BigEndian(octets[TotalLengthAt..]);
        view = new Ipv4(total < octets.Length ? octets[..total] : octets);
        return true;
    }

    /// <summary>A view to build a packet of exactly this length with. Holds old octets: begin with <see cref="Begin"/>.</summary>
    public static Ipv4 Over(Span<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, MinHeaderLength);
        return new Ipv4(octets);
    }

    /// <summary>
    /// Writes a whole header for a packet as long as the view: no fragment, id 0, DF clear, type of service 0, and a right checksum.
    /// </summary>
    /// <param name="headerLength">Octets, a multiple of 4; options beyond 20 are filled with End of Options.</param>
    public void Begin(byte protocol, byte timeToLive, Address source, Address destination, int headerLength = MinHeaderLength)
    {
        Span<byte> header = _octets[..headerLength];
        header.Clear();
        header[VersionAt] = (byte)(0x40 | headerLength / 4);
        TotalLength = (ushort)_octets.Length;
        TimeToLive = timeToLive;
        Protocol = protocol;
        Source = source;
        Destination = destination;
        RewriteChecksum();
    }

    /// <summary>Octets of the header, options included.</summary>
    public int HeaderLength => (_octets[VersionAt] & 0xf) * 4;

    /// <summary>The second octet whole: DSCP and ECN.</summary>
    public byte TrafficClass
    {
        get => _octets[TypeOfServiceAt];
        set => _octets[TypeOfServiceAt] = value;
    }

    /// <summary>The six bits of the code point (RFC 2474); writing it keeps ECN.</summary>
    public byte Dscp
    {
        get => (byte)(_octets[TypeOfServiceAt] >> 2);
        set => _octets[TypeOfServiceAt] = (byte)(value << 2 | _octets[TypeOfServiceAt] & 3);
    }

    public ushort TotalLength
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[TotalLengthAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[TotalLengthAt..], value);
    }

    public ushort Id
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[IdAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[IdAt..], value);
    }

    /// <summary>The reserved bit, DF, MF and the offset in units of 8 octets, as they stand in the header.</summary>
    public ushort FlagsAndOffset
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[FlagsAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[FlagsAt..], value);
    }

    public bool ReservedBit => (FlagsAndOffset & ReservedFlag) != 0;

    public bool DontFragment
    {
        get => (FlagsAndOffset & DontFragmentFlag) != 0;
        set => FlagsAndOffset = (ushort)(value ? FlagsAndOffset | DontFragmentFlag : FlagsAndOffset & ~DontFragmentFlag);
    }

    public bool MoreFragments => (FlagsAndOffset & MoreFragmentsFlag) != 0;

    /// <summary>Where this payload belongs in the datagram, in octets: 0 to 65528.</summary>
    public int FragmentOffset => (FlagsAndOffset & OffsetMask) * 8;

    /// <summary>Whether the datagram came in pieces and this is one.</summary>
    public bool IsFragment => (FlagsAndOffset & (MoreFragmentsFlag | OffsetMask)) != 0;

    /// <summary>Whether it is a piece, the one that has the upper header.</summary>
    public bool IsFirstFragment => (FlagsAndOffset & (MoreFragmentsFlag | OffsetMask)) == MoreFragmentsFlag;

    /// <summary>Writes more-fragments and offset; keeps the reserved bit and DF.</summary>
    /// <param name="offset">In octets, a multiple of 8.</param>
    public void SetFragment(int offset, bool more) => FlagsAndOffset = (ushort)(
        FlagsAndOffset & (ReservedFlag | DontFragmentFlag) | (more ? MoreFragmentsFlag : 0) | offset / 8 & OffsetMask);

    public byte TimeToLive
    {
        get => _octets[TimeToLiveAt];
        set => _octets[TimeToLiveAt] = value;
    }

    /// <summary>See <see cref="Wire.Protocol"/>.</summary>
    public byte Protocol
    {
        get => _octets[ProtocolAt];
        set => _octets[ProtocolAt] = value;
    }

    public ushort HeaderChecksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[ChecksumAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[ChecksumAt..], value);
    }

    public bool ChecksumOk => Checksum.Sum(Header) == 0xffff;

    public void RewriteChecksum()
    {
        HeaderChecksum = 0;
        HeaderChecksum = Checksum.Of(Header);
    }

    /// <summary>The source as a number, for those who stay within this family.</summary>
    public uint SourceNumber
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(_octets[SourceAt..]);
        set => BinaryPrimitives.WriteUInt32BigEndian(_octets[SourceAt..], value);
    }

    public uint DestinationNumber
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(_octets[DestinationAt..]);
        set => BinaryPrimitives.WriteUInt32BigEndian(_octets[DestinationAt..], value);
    }

    /// <summary>Writing an address, of this family, leaves the checksums to the caller.</summary>
    public Address Source
    {
        get => Address.FromV4(SourceNumber);
        set => SourceNumber = value.V4;
    }

    public Address Destination
    {
        get => Address.FromV4(DestinationNumber);
        set => DestinationNumber = value.V4;
    }

    public Span<byte> Header => _octets[..HeaderLength];

    /// <summary>What follows the header, to the total length (or to where a quotation ends).</summary>
    public Span<byte> Payload => _octets[HeaderLength..];

    /// <summary>Header and payload.</summary>
    public Span<byte> Octets => _octets;

    public Ipv4Options Options => new(_octets[MinHeaderLength..HeaderLength]);

    /// <summary>Whether the sender names routers on the way (RFC 791 LSRR, SSRR), which we refuse to follow (RFC 7126 4.3).</summary>
    public bool HasSourceRoute
    {
        get
        {
            if (HeaderLength == MinHeaderLength) return false;
            foreach (Ipv4Option option in Options)
            {
                if (option.Type is Ipv4Option.LooseSourceRoute or Ipv4Option.StrictSourceRoute) return true;
            }
            return false;
        }
    }

    /// <summary>Whether all options have a length that fits and, where they carry a pointer, one that can be.</summary>
    public bool TryCheckOptions(out WireError error)
    {
        error = WireError.None;
        if (HeaderLength == MinHeaderLength) return true;
        Ipv4Options options = Options;
        while (options.MoveNext())
        {
            if (!options.Current.IsSound) error = WireError.BadOption;
        }
        if (options.Error != WireError.None) error = options.Error;
        return error == WireError.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WireError Check(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < MinHeaderLength) return WireError.Truncated;
        if (octets[VersionAt] >> 4 != 4) return WireError.BadVersion;
        int header = (octets[VersionAt] & 0xf) * 4;
        if (header < MinHeaderLength) return WireError.BadHeaderLength;
        if (header > octets.Length) return WireError.Truncated;
        return BinaryPrimitives.ReadUInt16BigEndian(octets[TotalLengthAt..]) < header ? WireError.BadTotalLength : WireError.None;
    }
}
