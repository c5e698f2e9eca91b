namespace Router.Wire.Web;

/// <summary>
/// Path and query of a request in the one form in which patterns see them (RFC 3986 6.2.2): letters small, what was percent-encoded
/// without need decoded, and `.` and `..` taken out of the path, so that `/%70rivate`, `/Private` and `/x/../private` are one. The
/// server may tell letters apart; a pattern that does not costs at most a page too many.
/// </summary>
public static class UrlPath
{
    /// <summary>Octets that are looked at; what is behind them is left out.</summary>
    public const int MostOctets = 2048;

    /// <summary>Writes it.</summary>
    /// <param name="path">As sent, in origin form, or a query by itself.</param>
    /// <param name="room"><see cref="MostOctets"/>.</param>
    /// <returns>Octets written.</returns>
    public static int Write(ReadOnlySpan<byte> path, Span<byte> room)
    {
        int length = 0, query = -1;
        if (path.IsEmpty || path[0] != '/') room[length++] = (byte)'/';
        for (int i = 0; i < path.Length && length < MostOctets; i++)
        {
            byte letter = path[i];
            if (letter == '%' && TryDecode(path[i..], out byte decoded))
            {
                letter = decoded;
                i += 2;
            }
            if (letter == '#') break;
            if (letter == '?' && query < 0) query = length = WithoutDots(room[..length], isWhole: true);
            room[length++] = letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
            if (letter == '/' && query < 0) length = WithoutDots(room[..length], isWhole: false);
        }
        return query < 0 ? WithoutDots(room[..length], isWhole: true) : length;
    }

    // Takes a last segment of one or two dots away, behind a slash or at the path's end (RFC 3986 5.2.4).
    private static int WithoutDots(Span<byte> path, bool isWhole)
    {
        ReadOnlySpan<byte> front = isWhole ? path : path[..^1];
        if (front.EndsWith("/."u8)) return front.Length - 1;
        if (!front.EndsWith("/.."u8)) return path.Length;
        int parent = front[..^3].LastIndexOf((byte)'/');
        return Math.Max(parent, 0) + 1;
    }

    // Only what need not be encoded: an encoded slash is another thing than a slash.
    private static bool TryDecode(ReadOnlySpan<byte> text, out byte decoded)
    {
        decoded = 0;
        if (text.Length < 3 || !char.IsAsciiHexDigit((char)text[1]) || !char.IsAsciiHexDigit((char)text[2])) return false;
        decoded = (byte)(Digit(text[1]) << 4 | Digit(text[2]));
        return decoded is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9')
            or (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';
    }

    private static int Digit(byte letter) => letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
}
