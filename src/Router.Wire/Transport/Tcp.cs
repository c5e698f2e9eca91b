using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>The control bits of a TCP header (RFC 9293 3.1; AE is RFC 9768's name for what RFC 3540 called NS).</summary>
[Flags]
public enum TcpFlags : ushort
{
    None = 0,
    Fin = 0x001,
    Syn = 0x002,
    Rst = 0x004,
    Psh = 0x008,
    Ack = 0x010,
    Urg = 0x020,
    Ece = 0x040,
    Cwr = 0x080,
    Ae = 0x100,
}

/// <summary>
/// TCP segment (RFC 9293 3.1), a header of 20 to 60 octets and its data:
/// <code>
///   0  Source Port (2)                        13  control bits CWR..FIN (1)
///   2  Destination Port (2)                   14  Window (2)
///   4  Sequence Number (4)                    16  Checksum (2)
///   8  Acknowledgment Number (4)              18  Urgent Pointer (2)
///  12  Data Offset (4 bits, words),           20  Options, to Data Offset * 4
///      reserved (3 bits), AE (1 bit)
/// </code>
/// Read from a packet that is no fragment, or from the first one: <see cref="TryRead"/> asks for the whole header, so a tiny first
/// fragment (RFC 1858) is refused as truncated. Writing the data offset voids what was checked.
/// </summary>
public readonly ref struct Tcp
{
    public const int MinHeaderLength = 20;
    public const int MaxHeaderLength = 60;

    /// <summary>Where the checksum stands, for <c>Offload.ChecksumOffset</c>.</summary>
    public const int ChecksumAt = 16;

    private const int SourcePortAt = 0;
    private const int DestinationPortAt = 2;
    private const int SequenceAt = 4;
    private const int AcknowledgmentAt = 8;
    private const int DataOffsetAt = 12;
    private const int WindowAt = 14;
    private const int UrgentAt = 18;

    private const ushort FlagsMask = 0x1ff;

    private readonly Span<byte> _octets;

    private Tcp(Span<byte> octets) => _octets = octets;

    /// <param name="octets">From the TCP header to the end of the packet.</param>
    public static bool TryRead(Span<byte> octets, out Tcp view, out WireError error)
    {
        view = default;
        error = Check(octets);
        if (error != WireError.None) return false;
        view = new Tcp(octets);
        return true;
    }

    /// <summary>A view to build a segment of exactly this length with. Holds old octets: begin with <see cref="Begin"/>.</summary>
    public static Tcp Over(Span<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, MinHeaderLength);
        return new Tcp(octets);
    }

    /// <summary>Writes a header, all of it zero but for these. The checksum is left to the end, see <see cref="Checksum"/>.</summary>
    /// <param name="headerLength">Octets, a multiple of 4; options are filled with End of Option List.</param>
    public void Begin(ushort sourcePort, ushort destinationPort, TcpFlags flags, int headerLength = MinHeaderLength)
    {
        _octets[..headerLength].Clear();
        SourcePort = sourcePort;
        DestinationPort = destinationPort;
        _octets[DataOffsetAt] = (byte)(headerLength / 4 << 4);
        Flags = flags;
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

    public uint Sequence
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(_octets[SequenceAt..]);
        set => BinaryPrimitives.WriteUInt32BigEndian(_octets[SequenceAt..], value);
    }

    public uint Acknowledgment
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(_octets[AcknowledgmentAt..]);
        set => BinaryPrimitives.WriteUInt32BigEndian(_octets[AcknowledgmentAt..], value);
    }

    /// <summary>Octets of the header, options included (the field counts words).</summary>
    public int DataOffset => (_octets[DataOffsetAt] >> 4) * 4;

    /// <summary>Writing them keeps the data offset and the reserved bits.</summary>
    public TcpFlags Flags
    {
        get => (TcpFlags)(BinaryPrimitives.ReadUInt16BigEndian(_octets[DataOffsetAt..]) & FlagsMask);
        set => BinaryPrimitives.WriteUInt16BigEndian(
            _octets[DataOffsetAt..],
            (ushort)(BinaryPrimitives.ReadUInt16BigEndian(_octets[DataOffsetAt..]) & ~FlagsMask | (ushort)value & FlagsMask));
    }

    /// <summary>As it stands in the header, not scaled.</summary>
    public ushort Window
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[WindowAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[WindowAt..], value);
    }

    /// <summary>Complete, or only the pseudo-header's folded sum where the kernel left it unfinished.</summary>
    public ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[ChecksumAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[ChecksumAt..], value);
    }

    public ushort Urgent
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[UrgentAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[UrgentAt..], value);
    }

    /// <summary>The data, to the end of the packet.</summary>
    public Span<byte> Payload => _octets[DataOffset..];

    /// <summary>Header and data.</summary>
    public Span<byte> Octets => _octets;

    /// <summary>Sequence numbers it takes: its data, and one each for SYN and FIN (RFC 9293 3.4, SEG.LEN).</summary>
    public int SequenceLength => _octets.Length - DataOffset
        + ((Flags & TcpFlags.Syn) != 0 ? 1 : 0) + ((Flags & TcpFlags.Fin) != 0 ? 1 : 0);

    public TcpOptions Options => new(_octets[..DataOffset]);

    /// <summary>Finds the maximum segment size option (RFC 9293 3.7.1).</summary>
    /// <param name="offset">Where its 16-bit value stands, counted from the first octet of the header; it may be odd.</param>
    public bool TryFindMss(out int offset)
    {
        foreach (TcpOption option in Options)
        {
            if (option.Kind != TcpOption.MaximumSegmentSize || option.Length != 4) continue;
            offset = option.At + 2;
            return true;
        }
        offset = 0;
        return false;
    }

    /// <summary>The shift of the window scale option, at most 14 (RFC 7323 2.3), or -1 without one.</summary>
    public int WindowScale
    {
        get
        {
            foreach (TcpOption option in Options)
            {
                if (option.Kind == TcpOption.WindowScale && option.Length == 3) return Math.Min(_octets[option.At + 2], (byte)14);
            }
            return -1;
        }
    }

    private static WireError Check(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < MinHeaderLength) return WireError.Truncated;
        int header = (octets[DataOffsetAt] >> 4) * 4;
        if (header < MinHeaderLength) return WireError.BadHeaderLength;
        return header > octets.Length ? WireError.Truncated : WireError.None;
    }
}
