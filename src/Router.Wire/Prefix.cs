using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Router.Wire;

/// <summary>A network: an address and how many of its leading bits count, in bits of its own family (0 to 32, or 0 to 128).</summary>
public readonly record struct Prefix
{
    /// <summary>The network's first address: host bits are cleared.</summary>
    public Address First { get; }

    /// <summary>The network's last address (for IPv4 the directed broadcast).</summary>
    public Address Last { get; }

    public int Length { get; }

    /// <param name="length">0 to 32, or 0 to 128.</param>
    public Prefix(Address address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, address.IsV4 ? 32 : 128);
        int bits = address.IsV4 ? length + 96 : length;
        ulong high = bits >= 64 ? ulong.MaxValue : bits == 0 ? 0 : ulong.MaxValue << (64 - bits);
        ulong low = bits <= 64 ? 0 : ulong.MaxValue << (128 - bits);
        First = new Address(address.High & high, address.Low & low);
        Last = new Address(address.High | ~high, address.Low | ~low);
        Length = length;
    }

    public bool IsV4 => First.IsV4;

    /// <summary>Never across families: ::/0 holds no IPv4 address, though mapped ones lie between its ends.</summary>
    public bool Contains(Address address) => address >= First && address <= Last && address.IsV4 == IsV4;

    /// <summary>Reads "192.0.2.0/24" or "2001:db8::/32"; a bare address is a network of one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Prefix prefix)
    {
        prefix = default;
        int slash = text?.IndexOf('/') ?? -1;
        if (!Address.TryParse(slash < 0 ? text : text![..slash], out Address address)) return false;
        int most = address.IsV4 ? 32 : 128;
        int length = most;
        if (slash >= 0
            && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > most)) return false;
        prefix = new Prefix(address, length);
        return true;
    }

    public override string ToString() => $"{First}/{Length}";
}
