using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Router.Wire;

/// <summary>
/// One address of either family in 16 octets: IPv6 as it is, IPv4 as its mapped form ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
/// Tables, keys and rules therefore know one shape only. The halves are numbers: comparing them compares the octets.
/// </summary>
/// <param name="High">Octets 0 to 7, as a number read big-endian.</param>
/// <param name="Low">Octets 8 to 15, as a number read big-endian.</param>
public readonly record struct Address(ulong High, ulong Low) : IComparable<Address>
{
    private const ulong MappedPrefix = 0x0000_ffff_0000_0000;

    /// <summary>The IPv4 address of this number (192.0.2.1 is 0xC0000201).</summary>
    public static Address FromV4(uint number) => new(0, MappedPrefix | number);

    /// <summary>Reads four octets.</summary>
    public static Address ReadV4(ReadOnlySpan<byte> octets) => FromV4(BinaryPrimitives.ReadUInt32BigEndian(octets));

    /// <summary>Reads sixteen octets.</summary>
    public static Address ReadV6(ReadOnlySpan<byte> octets) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(octets), BinaryPrimitives.ReadUInt64BigEndian(octets[8..]));

    public static Address From(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        return address.AddressFamily == AddressFamily.InterNetwork ? ReadV4(octets) : ReadV6(octets);
    }

    public bool IsV4 => High == 0 && Low >> 32 == 0xffff;

    /// <summary>The IPv4 number; of use only where <see cref="IsV4"/> holds.</summary>
    public uint V4 => (uint)Low;

    /// <summary>All bits zero, in either family.</summary>
    public bool IsUnspecified => High == 0 && Low is 0 or MappedPrefix;

    public bool IsLoopback => IsV4 ? V4 >> 24 == 127 : High == 0 && Low == 1;

    public bool IsMulticast => IsV4 ? V4 >> 28 == 0xe : High >> 56 == 0xff;

    public bool IsLinkLocal => IsV4 ? V4 >> 16 == 0xa9fe : High >> 54 == 0x3fa;

    /// <summary>255.255.255.255, which no router passes on (RFC 1812 5.3.5.1).</summary>
    public bool IsLimitedBroadcast => IsV4 && V4 == uint.MaxValue;

    /// <summary>240/4, reserved for ever (RFC 1112 4); the limited broadcast address lies in it.</summary>
    public bool IsReserved => IsV4 && V4 >> 28 == 0xf;

    /// <summary>0/8, "this network" (RFC 1122 3.2.1.3).</summary>
    public bool IsThisNetwork => IsV4 && V4 >> 24 == 0;

    /// <summary>RFC 1918 space, shared space (RFC 6598), or unique local IPv6 (RFC 4193).</summary>
    public bool IsPrivate => IsV4
        ? V4 >> 24 == 10 || V4 >> 20 == 0xac1 || V4 >> 16 == 0xc0a8 || V4 >> 22 == 0x191
        : High >> 57 == 0x7e;

    public void WriteV4(Span<byte> octets) => BinaryPrimitives.WriteUInt32BigEndian(octets, V4);

    public void WriteV6(Span<byte> octets)
    {
        BinaryPrimitives.WriteUInt64BigEndian(octets, High);
        BinaryPrimitives.WriteUInt64BigEndian(octets[8..], Low);
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[16];
        WriteV6(octets);
        return new IPAddress(IsV4 ? octets[12..] : octets);
    }

    /// <summary>
    /// Reads dotted decimal and the forms of RFC 4291 2.2, and refuses what else the platform takes: a zone index ("%eth0"), since an
    /// address here has no interface; brackets and ports; and IPv4 in fewer parts, in hexadecimal or with leading zeros, which it
    /// reads as octal, to the surprise of whoever wrote 010.0.0.1.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address)
    {
        address = default;
        if (text is null || text.AsSpan().ContainsAny("%/[]") || !IPAddress.TryParse(text, out IPAddress? parsed)) return false;
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text) return false;
        address = From(parsed);
        return true;
    }

    public static Address Parse(string text) =>
        TryParse(text, out Address address) ? address : throw new FormatException($"'{text}' is not an IP address");

    public int CompareTo(Address other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;

    public override string ToString() => ToIPAddress().ToString();
}
