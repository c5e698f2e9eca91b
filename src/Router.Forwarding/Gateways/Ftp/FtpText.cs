using System.Buffers.Text;
using System.Text;
using Router.Wire;

namespace Router.Forwarding.Gateways.Ftp;

/// <summary>Where a line of FTP names an endpoint: the endpoint, and which octets of the line are to name another in its place.</summary>
internal readonly record struct FtpEndpoint(Address Host, ushort Port, int At, int Length);

/// <summary>
/// The four ways in which FTP names an endpoint (RFC 959 4.1.2 and 4.2, RFC 2428), found and written. Pure. Numbers are decimal, and
/// have at most three digits, or five in EPRT and EPSV; whatever is otherwise is no endpoint.
///
///   PORT h1,h2,h3,h4,p1,p2                          client, active
///   EPRT |1|h1.h2.h3.h4|port|   EPRT |2|v6|port|    client, active
///   227 any text (h1,h2,h3,h4,p1,p2) any text       server, answer to PASV; the brackets are a custom, not a rule
///   229 any text (|||port|) any text                server, answer to EPSV; the host is the one that the client talks to
/// </summary>
internal static class FtpText
{
    /// <summary>Reads a PORT command's argument.</summary>
    public static bool TryReadPort(ReadOnlySpan<byte> line, out FtpEndpoint endpoint)
    {
        endpoint = default;
        int at = Argument(line, "PORT "u8);
        return at > 0 && TrySix(line, at, out endpoint);
    }

    /// <summary>Reads an EPRT command's argument.</summary>
    public static bool TryReadEprt(ReadOnlySpan<byte> line, out FtpEndpoint endpoint)
    {
        endpoint = default;
        int at = Argument(line, "EPRT "u8);
        if (at <= 0 || line.Length - at < 8) return false;
        byte bar = line[at];
        if (bar is < 33 or > 126 || line[at + 2] != bar || line[at + 1] is not ((byte)'1' or (byte)'2')) return false;
        int host = at + 3, hostLength = line[host..].IndexOf(bar);
        if (hostLength is < 2 or > 45) return false;
        int port = host + hostLength + 1;
        int end = ReadNumber(line, port, 5, out int number);
        if (end < 0 || number is < 1 or > 65535 || end >= line.Length || line[end] != bar) return false;
        if (!TryHost(line.Slice(host, hostLength), v4: line[at + 1] == (byte)'1', out Address address)) return false;
        endpoint = new FtpEndpoint(address, (ushort)number, at, end + 1 - at);
        return true;
    }

    /// <summary>Reads the endpoint in an answer 227: the first six numbers with commas in a row.</summary>
    public static bool TryReadPassive(ReadOnlySpan<byte> line, out FtpEndpoint endpoint)
    {
        endpoint = default;
        if (!line.StartsWith("227 "u8)) return false;
        for (int at = 4; at < line.Length; at++)
        {
            if (!char.IsAsciiDigit((char)line[at]) || char.IsAsciiDigit((char)line[at - 1])) continue;
            if (TrySix(line, at, out endpoint)) return true;
        }
        return false;
    }

    /// <summary>Reads the port in an answer 229; the host is left unspecified.</summary>
    public static bool TryReadExtendedPassive(ReadOnlySpan<byte> line, out FtpEndpoint endpoint)
    {
        endpoint = default;
        if (!line.StartsWith("229 "u8)) return false;
        int at = line.IndexOf((byte)'(') + 1;
        if (at == 0 || line.Length - at < 6) return false;
        byte bar = line[at];
        if (bar is < 33 or > 126 || line[at + 1] != bar || line[at + 2] != bar) return false;
        int end = ReadNumber(line, at + 3, 5, out int number);
        if (end < 0 || number is < 1 or > 65535 || end + 1 >= line.Length || line[end] != bar || line[end + 1] != (byte)')') return false;
        endpoint = new FtpEndpoint(default, (ushort)number, at + 3, end - at - 3);
        return true;
    }

    /// <summary>Writes h1,h2,h3,h4,p1,p2. Answers its octets; at most 23.</summary>
    public static int WriteSix(Span<byte> to, Address host, ushort port)
    {
        int length = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            length += WriteNumber(to[length..], (byte)(host.V4 >> shift));
            to[length++] = (byte)',';
        }
        length += WriteNumber(to[length..], port >> 8);
        to[length++] = (byte)',';
        return length + WriteNumber(to[length..], port & 255);
    }

    /// <summary>Octets of the longest endpoint that is written: |2|, eight groups of four digits with colons between, |, five digits, |.</summary>
    public const int MostWritten = 3 + 39 + 1 + 5 + 1;

    /// <summary>Writes |1|h1.h2.h3.h4|port|, or |2|h1:h2:h3:h4:h5:h6:h7:h8|port| with no group left out. Answers its octets.</summary>
    public static int WriteExtended(Span<byte> to, Address host, ushort port)
    {
        (host.IsV4 ? "|1|"u8 : "|2|"u8).CopyTo(to);
        int length = 3;
        for (int shift = 24; host.IsV4 && shift >= 0; shift -= 8)
        {
            length += WriteNumber(to[length..], (byte)(host.V4 >> shift));
            to[length++] = shift == 0 ? (byte)'|' : (byte)'.';
        }
        for (int group = 0; !host.IsV4 && group < 8; group++)
        {
            ulong half = group < 4 ? host.High : host.Low;
            Utf8Formatter.TryFormat((ushort)(half >> (48 - 16 * (group & 3))), to[length..], out int digits, 'x');
            length += digits;
            to[length++] = group == 7 ? (byte)'|' : (byte)':';
        }
        length += WriteNumber(to[length..], port);
        to[length++] = (byte)'|';
        return length;
    }

    /// <summary>Writes a number in decimal. Answers its octets.</summary>
    public static int WriteNumber(Span<byte> to, int number)
    {
        Utf8Formatter.TryFormat(number, to, out int length);
        return length;
    }

    /// <summary>Where a verb's argument begins, or -1 if the line is another's. Verbs are of either case (RFC 959 5.3).</summary>
    public static int Argument(ReadOnlySpan<byte> line, ReadOnlySpan<byte> verb) =>
        line.Length > verb.Length && Ascii.EqualsIgnoreCase(line[..verb.Length], verb) ? verb.Length : -1;

    private static bool TrySix(ReadOnlySpan<byte> line, int at, out FtpEndpoint endpoint)
    {
        endpoint = default;
        uint host = 0;
        int port = 0, next = at;
        for (int i = 0; i < 6; i++)
        {
            next = ReadNumber(line, next, 3, out int number);
            if (next < 0 || number > 255) return false;
            if (i < 4) host = host << 8 | (uint)number;
            else port = port << 8 | number;
            if (i == 5) break;
            if (next >= line.Length || line[next] != (byte)',') return false;
            next++;
        }
        if (port == 0) return false;
        endpoint = new FtpEndpoint(Address.FromV4(host), (ushort)port, at, next - at);
        return true;
    }

    // The place behind a number of at most so many digits, or -1.
    private static int ReadNumber(ReadOnlySpan<byte> line, int at, int mostDigits, out int number)
    {
        number = 0;
        int start = at;
        for (; at < line.Length && char.IsAsciiDigit((char)line[at]); at++)
        {
            if (at - start == mostDigits) return -1;
            number = number * 10 + (line[at] - '0');
        }
        return at > start ? at : -1;
    }

    private static bool TryHost(ReadOnlySpan<byte> text, bool v4, out Address address)
    {
        address = default;
        if (v4) return TryFour(text, out address);
        Span<char> letters = stackalloc char[45];
        int length = Encoding.ASCII.GetChars(text, letters);
        if (letters[..length].ContainsAny('%', '[', '/') || !System.Net.IPAddress.TryParse(letters[..length], out System.Net.IPAddress? parsed)) return false;
        address = Address.From(parsed);
        return !address.IsV4;
    }

    private static bool TryFour(ReadOnlySpan<byte> text, out Address address)
    {
        uint host = 0;
        address = default;
        int next = 0;
        for (int i = 0; i < 4; i++)
        {
            next = ReadNumber(text, next, 3, out int number);
            if (next < 0 || number > 255) return false;
            host = host << 8 | (uint)number;
            if (i == 3) break;
            if (next >= text.Length || text[next] != (byte)'.') return false;
            next++;
        }
        address = Address.FromV4(host);
        return next == text.Length;
    }
}
