namespace Router.Wire.Web;

/// <summary>
/// What frames the data of a chunked body (RFC 9112 7.1):
/// <code>
///   [CRLF]                       behind the data of the chunk before
///   size in hex [; extensions] CRLF
///   data of that size, or, behind size 0, trailer fields and an empty line
/// </code>
/// As in the head, a line end without CR or LF and control characters are unreadable: an extension is where requests are smuggled.
/// </summary>
public static class HttpChunk
{
    /// <summary>Octets of a size line at the most.</summary>
    public const int MostLine = 256;

    // Sixteen digits less one, so that sizes can be added to.
    private const int MostDigits = 15;

    /// <summary>Reads the line in front of a chunk's data.</summary>
    /// <param name="octets">From the end of the head, or of the data before, on.</param>
    /// <param name="isFirst">Whether it is the first chunk, so that no data stands before.</param>
    /// <param name="length">Octets of the line, with the end of the data before.</param>
    /// <param name="size">Octets of data; 0 ends the body, and trailers follow.</param>
    public static WebReading ReadSize(ReadOnlySpan<byte> octets, bool isFirst, out int length, out ulong size)
    {
        (length, size) = (0, 0);
        int start = isFirst ? 0 : 2;
        if (!isFirst && !"\r\n"u8.StartsWith(octets[..Math.Min(2, octets.Length)])) return WebReading.Unreadable;
        if (octets.Length <= start) return WebReading.Incomplete;
        ReadOnlySpan<byte> line = octets[start..];
        int digits = 0;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits])) size = size << 4 | Digit(line[digits++]);
        if (digits > MostDigits || (digits == 0)) return WebReading.Unreadable;
        if (digits == line.Length) return WebReading.Incomplete;
        int end = line[digits..].IndexOfAnyInRange((byte)0, (byte)31);
        if (line[digits] is not ((byte)';' or (byte)'\r' or (byte)' ' or (byte)'\t')) return WebReading.Unreadable;
        if (end < 0) return line.Length > MostLine ? WebReading.Unreadable : WebReading.Incomplete;
        end += digits;
        if (line[end] != '\r' || end > MostLine) return WebReading.Unreadable;
        if (end + 1 == line.Length) return WebReading.Incomplete;
        if (line[end + 1] != '\n') return WebReading.Unreadable;
        length = start + end + 2;
        return WebReading.Whole;
    }

    /// <summary>Reads the trailer fields and the empty line behind the last chunk.</summary>
    public static WebReading ReadTrailers(ReadOnlySpan<byte> octets, out int length)
    {
        length = 0;
        if ("\r\n"u8.StartsWith(octets[..Math.Min(2, octets.Length)]))
        {
            length = octets.Length >= 2 ? 2 : 0;
            return length > 0 ? WebReading.Whole : WebReading.Incomplete;
        }
        int end = octets.IndexOf("\r\n\r\n"u8);
        if (end >= 0) length = end + 4;
        if (end > HttpHead.MostOctets || (end < 0 && octets.Length > HttpHead.MostOctets)) return WebReading.Unreadable;
        return end >= 0 ? WebReading.Whole : WebReading.Incomplete;
    }

    private static ulong Digit(byte letter) => letter switch
    {
        <= (byte)'9' => (ulong)(letter - '0'),
        _ => (ulong)((letter | 0x20) - 'a' + 10),
    };
}
