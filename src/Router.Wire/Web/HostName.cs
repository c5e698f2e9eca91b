using System.Buffers.Binary;

namespace Router.Wire.Web;

/// <summary>
/// The host that a request or a hello names, as it is compared: in small letters, without the dot that may end it, without a port;
/// an address as an <see cref="Address"/>. Names of other scripts come here in their ASCII form (punycode, RFC 5891 4.4), as browsers
/// send them; raw UTF-8 and percent-encoding, which servers take differently, are refused.
///
/// An IPv4 address is four decimal numbers. What ends in a number and is none (`0x7f.1`, `127.1`, `010.0.0.1`) is refused, as some
/// would reach an address by it.
/// </summary>
public readonly ref struct HostName
{
    /// <summary>RFC 1035 2.3.4, in text.</summary>
    public const int MostOctets = 253;

    /// <summary>The name, or nothing if it is an address.</summary>
    public ReadOnlySpan<byte> Name { get; private init; }

    public Address Address { get; private init; }

    public bool IsAddress { get; private init; }

    /// <summary>The port that stands behind it, or 0.</summary>
    public ushort Port { get; private init; }

    /// <summary>A host that is known by its address only.</summary>
    public static HostName Of(Address address) => new() { Address = address, IsAddress = true };

    /// <summary>Reads `host`, `host:port`, `192.0.2.1` or `[2001:db8::1]:port`.</summary>
    /// <param name="text">What was sent.</param>
    /// <param name="room">Where the name is written to; <see cref="MostOctets"/> will do.</param>
    /// <param name="host">The host; its name lies in <paramref name="room"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, Span<byte> room, out HostName host)
    {
        host = default;
        int colon = text.LastIndexOf((byte)':');
        ushort port = 0;
        bool isBracketed = text.Length > 0 && text[0] == '[';
        if (colon >= 0 && (!isBracketed || text[colon - 1] == ']'))
        {
            if (!TryReadPort(text[(colon + 1)..], out port)) return false;
            text = text[..colon];
        }
        if (isBracketed)
        {
            if (text.Length < 4 || text[^1] != ']' || !TryReadV6(text[1..^1], out Address six)) return false;
            host = new HostName { Address = six, IsAddress = true, Port = port };
            return true;
        }
        if (text.Length > 0 && text[^1] == '.') text = text[..^1];
        if (!TryCopy(text, room)) return false;
        ReadOnlySpan<byte> name = room[..text.Length], last = name[(name.LastIndexOf((byte)'.') + 1)..];
        if (!char.IsAsciiDigit((char)last[0]))
        {
            host = new HostName { Name = name, Port = port };
            return true;
        }
        if (last.ContainsAnyInRange((byte)'g', (byte)'w') || last.ContainsAnyInRange((byte)'y', (byte)'z') || last.Contains((byte)'-'))
        {
            host = new HostName { Name = name, Port = port };
            return true;
        }
        if (!TryReadV4(name, out Address four)) return false;
        host = new HostName { Address = four, IsAddress = true, Port = port };
        return true;
    }

    // An empty port means the scheme's own (RFC 3986 3.2.3).
    private static bool TryReadPort(ReadOnlySpan<byte> text, out ushort port)
    {
        port = 0;
        if (text.Length > 5) return false;
        int number = 0;
        foreach (byte digit in text)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            number = (number * 10) + (digit - '0');
        }
        port = (ushort)number;
        return number <= ushort.MaxValue;
    }

    private static bool TryCopy(ReadOnlySpan<byte> text, Span<byte> room)
    {
        if (text.IsEmpty || text.Length > MostOctets || text.Length > room.Length) return false;
        byte before = (byte)'.';
        for (int i = 0; i < text.Length; i++)
        {
            byte letter = text[i];
            if (letter is >= (byte)'A' and <= (byte)'Z') letter |= 0x20;
            bool isLetter = letter is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'_';
            if (!isLetter && (letter != '.' || before == '.')) return false;
            room[i] = before = letter;
        }
        return before != '.';
    }

    private static bool TryReadV4(ReadOnlySpan<byte> text, out Address address)
    {
        address = default;
        uint number = 0;
        int parts = 0;
        while (true)
        {
            int dot = text.IndexOf((byte)'.');
            ReadOnlySpan<byte> part = dot < 0 ? text : text[..dot];
            if (part.Length is 0 or > 3 || part.ContainsAnyExceptInRange((byte)'0', (byte)'9') || (part.Length > 1 && part[0] == '0')) return false;
            int value = 0;
            foreach (byte digit in part) value = (value * 10) + (digit - '0');
            if (value > 255 || ++parts > 4) return false;
            number = number << 8 | (uint)value;
            if (dot < 0) break;
            text = text[(dot + 1)..];
        }
        address = Address.FromV4(number);
        return parts == 4;
    }

    // RFC 4291 2.2: groups of hex digits, one run of zeros as `::`, the last 32 bits perhaps as IPv4.
    private static bool TryReadV6(ReadOnlySpan<byte> text, out Address address)
    {
        address = default;
        Span<ushort> groups = stackalloc ushort[8];
        groups.Clear();
        int count = 0, gap = -1;
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            text = text[2..];
        }
        while (!text.IsEmpty)
        {
            int colon = text.IndexOf((byte)':');
            ReadOnlySpan<byte> part = colon < 0 ? text : text[..colon];
            if (colon < 0 && part.Contains((byte)'.'))
            {
                if (count > 6 || !TryReadV4(part, out Address tail)) return false;
                (groups[count], groups[count + 1], count) = ((ushort)(tail.V4 >> 16), (ushort)tail.V4, count + 2);
                break;
            }
            if (count == 8 || !TryReadGroup(part, out groups[count])) return false;
            count++;
            if (colon < 0) break;
            text = text[(colon + 1)..];
            if (text.IsEmpty) return false;
            if (text[0] != ':') continue;
            if (gap >= 0) return false;
            gap = count;
            text = text[1..];
        }
        if (gap < 0 ? count != 8 : count > 7) return false;
        if (gap >= 0)
        {
            groups[gap..count].CopyTo(groups[(8 - (count - gap))..]);
            groups[gap..(8 - (count - gap))].Clear();
        }
        Span<byte> octets = stackalloc byte[16];
        for (int i = 0; i < 8; i++) BinaryPrimitives.WriteUInt16BigEndian(octets[(2 * i)..], groups[i]);
        address = Address.ReadV6(octets);
        return true;
    }

    private static bool TryReadGroup(ReadOnlySpan<byte> text, out ushort group)
    {
        group = 0;
        if (text.Length is 0 or > 4) return false;
        foreach (byte digit in text)
        {
            if (!char.IsAsciiHexDigit((char)digit)) return false;
            group = (ushort)(group << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10));
        }
        return true;
    }
}
