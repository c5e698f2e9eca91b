using System.Buffers.Text;
using System.Text;
using Router.Wire;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// The words that SIP (RFC 3261 25.1) and SDP (RFC 4566 9) are made of: numbers and addresses, read where they stand and written
/// anew. Pure; allocates nothing. Names of hosts are no addresses, and whoever writes one is left alone.
///
///   192.0.2.7   2001:db8::7   [2001:db8::7]       the brackets in URIs and Via, never in SDP
/// </summary>
internal static class SipText
{
    /// <summary>The longest address that is written: eight groups of four digits, in brackets.</summary>
    public const int MostHost = 41;

    public static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(text, word);

    public static bool Begins(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[..word.Length], word);

    public static bool IsBlank(byte octet) => octet is (byte)' ' or (byte)'\t';

    /// <summary>Blank, or a line's end, which within a header is a fold (RFC 3261 7.3.1).</summary>
    public static bool IsSpace(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    /// <summary>Octets of white space from a place on.</summary>
    public static int SpaceAt(ReadOnlySpan<byte> text, int at)
    {
        int end = at;
        while (end < text.Length && IsSpace(text[end])) end++;
        return end - at;
    }

    /// <summary>Reads a decimal number of one to so many digits, and its length. No sign, no space.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> text, int mostDigits, out int number, out int length)
    {
        (number, length) = (0, 0);
        for (; length < text.Length && char.IsAsciiDigit((char)text[length]); length++)
        {
            if (length == mostDigits) return false;
            number = number * 10 + (text[length] - '0');
        }
        return length > 0;
    }

    /// <summary>Reads a port, 0 to 65535.</summary>
    public static bool TryReadPort(ReadOnlySpan<byte> text, out ushort port, out int length)
    {
        bool isNumber = TryReadNumber(text, 5, out int number, out length) && number <= ushort.MaxValue;
        port = isNumber ? (ushort)number : (ushort)0;
        return isNumber;
    }

    /// <summary>Reads an address at the beginning of a text, as URIs and Via write it.</summary>
    public static bool TryReadHost(ReadOnlySpan<byte> text, out Address host, out int length)
    {
        if (text.IsEmpty || text[0] != (byte)'[') return TryReadV4(text, out host, out length);
        host = default;
        int close = text[..Math.Min(text.Length, 48)].IndexOf((byte)']');
        length = close + 1;
        return close > 0 && TryParseV6(text[1..close], out host);
    }

    /// <summary>Reads a whole word as an address, as SDP writes it.</summary>
    public static bool TryReadBareHost(ReadOnlySpan<byte> word, out Address host) =>
        word.Contains((byte)':') ? TryParseV6(word, out host) : TryReadV4(word, out host, out int length) && length == word.Length;

    /// <summary>Writes an address. Answers its octets, at most <see cref="MostHost"/>.</summary>
    public static int WriteHost(Span<byte> to, Address host, bool inBrackets)
    {
        int length = 0;
        if (host.IsV4)
        {
            for (int shift = 24; shift >= 0; shift -= 8)
            {
                length += WriteNumber(to[length..], (byte)(host.V4 >> shift));
                if (shift > 0) to[length++] = (byte)'.';
            }
            return length;
        }
        if (inBrackets) to[length++] = (byte)'[';
        for (int group = 0; group < 8; group++)
        {
            if (group > 0) to[length++] = (byte)':';
            ulong half = group < 4 ? host.High : host.Low;
            Utf8Formatter.TryFormat((ushort)(half >> (48 - group % 4 * 16)), to[length..], out int digits, new System.Buffers.StandardFormat('x'));
            length += digits;
        }
        if (inBrackets) to[length++] = (byte)']';
        return length;
    }

    /// <summary>Writes a number in decimal. Answers its octets.</summary>
    public static int WriteNumber(Span<byte> to, int number)
    {
        Utf8Formatter.TryFormat(number, to, out int length);
        return length;
    }

    // What goes on behind the fourth number with a letter, a digit, a dot or a dash is the name of a host.
    private static bool TryReadV4(ReadOnlySpan<byte> text, out Address host, out int length)
    {
        uint address = 0;
        (host, length) = (default, 0);
        for (int i = 0; i < 4; i++)
        {
            if (!TryReadNumber(text[length..], 3, out int number, out int digits) || number > 255) return false;
            address = address << 8 | (uint)number;
            length += digits;
            if (i == 3) break;
            if (length >= text.Length || text[length++] != (byte)'.') return false;
        }
        host = Address.FromV4(address);
        return length == text.Length || !(char.IsAsciiLetterOrDigit((char)text[length]) || text[length] is (byte)'.' or (byte)'-' or (byte)'_');
    }

    // RFC 4291 2.2, without the form that ends in dotted decimal: groups of one to four digits, at most one gap.
    private static bool TryParseV6(ReadOnlySpan<byte> text, out Address host)
    {
        Span<ushort> groups = stackalloc ushort[8];
        groups.Clear();
        host = default;
        int count = 0, gap = -1, at = 0;
        while (at < text.Length)
        {
            if (text[at..].StartsWith("::"u8) && gap < 0)
            {
                gap = count;
                at += 2;
                continue;
            }
            if (count > 0 && gap != count && text[at++] != (byte)':') return false;
            if (count == 8 || !TryReadGroup(text[at..], out groups[count], out int digits)) return false;
            count++;
            at += digits;
        }
        if (gap < 0 ? count != 8 : count > 7) return false;
        if (gap >= 0)
        {
            groups[gap..count].CopyTo(groups[(8 - (count - gap))..]);
            groups[gap..(8 - (count - gap))].Clear();
        }
        ulong high = 0, low = 0;
        for (int i = 0; i < 4; i++) (high, low) = (high << 16 | groups[i], low << 16 | groups[i + 4]);
        host = new Address(high, low);
        return !host.IsV4;
    }

    private static bool TryReadGroup(ReadOnlySpan<byte> text, out ushort group, out int digits)
    {
        (group, digits) = (0, 0);
        for (; digits < text.Length && char.IsAsciiHexDigit((char)text[digits]); digits++)
        {
            if (digits == 4) return false;
            int digit = text[digits] <= (byte)'9' ? text[digits] - '0' : (text[digits] | 0x20) - 'a' + 10;
            group = (ushort)(group << 4 | digit);
        }
        return digits > 0;
    }
}
