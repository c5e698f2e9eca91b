using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>
/// ARP for IPv4 over Ethernet (RFC 826), 28 octets; any other kind is <see cref="WireError.BadFormat"/>:
/// <code>
///   0  ar$hrd hardware space (2) = 1       8  ar$sha sender hardware address (6)
///   2  ar$pro protocol space (2) = 0x0800 14  ar$spa sender protocol address (4)
///   4  ar$hln (1) = 6                     18  ar$tha target hardware address (6)
///   5  ar$pln (1) = 4                     24  ar$tpa target protocol address (4)
///   6  ar$op opcode (2)
/// </code>
/// </summary>
public readonly ref struct Arp
{
    public const int HeaderLength = 28;
    public const ushort Request = 1;
    public const ushort Reply = 2;

    // The first six octets of the only kind that we read: hrd, pro, hln, pln.
    private const ulong Kind = 0x0001_0800_0604;

    private const int OperationAt = 6;
    private const int SenderMacAt = 8;
    private const int SenderAt = 14;
    private const int TargetMacAt = 18;
    private const int TargetAt = 24;

    private readonly Span<byte> _octets;

    private Arp(Span<byte> octets) => _octets = octets;

    public static bool TryRead(Span<byte> octets, out Arp view, out WireError error)
    {
        view = default;
        error = octets.Length < HeaderLength ? WireError.Truncated
            : Ethernet.ReadMac(octets) != Kind ? WireError.BadFormat
            : WireError.None;
        if (error != WireError.None) return false;
        view = new Arp(octets[..HeaderLength]);
        return true;
    }

    /// <summary>A view to build a packet with: writes the kind, leaves old octets in the other fields.</summary>
    public static Arp Over(Span<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, HeaderLength);
        Ethernet.WriteMac(octets, Kind);
        return new Arp(octets[..HeaderLength]);
    }

    public ushort Operation
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[OperationAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[OperationAt..], value);
    }

    public ulong SenderMac
    {
        get => Ethernet.ReadMac(_octets[SenderMacAt..]);
        set => Ethernet.WriteMac(_octets[SenderMacAt..], value);
    }

    public Address Sender
    {
        get => Address.ReadV4(_octets[SenderAt..]);
        set => value.WriteV4(_octets[SenderAt..]);
    }

    public ulong TargetMac
    {
        get => Ethernet.ReadMac(_octets[TargetMacAt..]);
        set => Ethernet.WriteMac(_octets[TargetMacAt..], value);
    }

    public Address Target
    {
        get => Address.ReadV4(_octets[TargetAt..]);
        set => value.WriteV4(_octets[TargetAt..]);
    }
}
