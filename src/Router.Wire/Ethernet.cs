using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>Values of the EtherType field that we meet.</summary>
public static class EtherType
{
    public const ushort Ipv4 = 0x0800;
    public const ushort Arp = 0x0806;

    /// <summary>802.1Q: two octets of tag, then the real EtherType.</summary>
    public const ushort Vlan = 0x8100;

    public const ushort Ipv6 = 0x86dd;
}

/// <summary>
/// Ethernet II header, 14 octets:
/// <code>
///   0  Destination (6)
///   6  Source (6)
///  12  EtherType (2)
///  14  payload; short frames are padded to 60 octets, so it may be longer than the packet in it
/// </code>
/// MAC addresses are their six octets read as a big-endian number.
/// </summary>
public readonly ref struct Ethernet
{
    public const int HeaderLength = 14;

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public const ulong Broadcast = 0xffff_ffff_ffff;

    private const int DestinationAt = 0;
    private const int SourceAt = 6;
    private const int EtherTypeAt = 12;

    private readonly Span<byte> _octets;

    private Ethernet(Span<byte> octets) => _octets = octets;

    public static bool TryRead(Span<byte> octets, out Ethernet view, out WireError error)
    {
        bool enough = octets.Length >= HeaderLength;
        view = enough ? new Ethernet(octets) : default;
        error = enough ? WireError.None : WireError.Truncated;
        return enough;
    }

    /// <summary>A view to build a header with. Holds old octets until every field is written.</summary>
    public static Ethernet Over(Span<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, HeaderLength);
        return new Ethernet(octets);
    }

    public ulong Destination
    {
        get => ReadMac(_octets[DestinationAt..]);
        set => WriteMac(_octets[DestinationAt..], value);
    }

    public ulong Source
    {
        get => ReadMac(_octets[SourceAt..]);
        set => WriteMac(_octets[SourceAt..], value);
    }

    public ushort EtherType
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[EtherTypeAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[EtherTypeAt..], value);
    }

    public Span<byte> Payload => _octets[HeaderLength..];

    /// <summary>Reads six octets as a number.</summary>
    public static ulong ReadMac(ReadOnlySpan<byte> octets) =>
        (ulong)BinaryPrimitives.ReadUInt16BigEndian(octets) << 32 | BinaryPrimitives.ReadUInt32BigEndian(octets[2..]);

    /// <summary>Writes the low 48 bits of a number as six octets.</summary>
    public static void WriteMac(Span<byte> octets, ulong mac)
    {
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)(mac >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(octets[2..], (uint)mac);
    }
}
