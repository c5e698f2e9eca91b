using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using System.Text;

namespace Router.Daemon.History;

/// <summary>
/// One line of a file that may be cut or damaged at any octet:
///
///     CCCCCCCC SP TEXT LF
///
/// C is the CRC-32C (RFC 3720 B.4) of TEXT in UTF-8, eight hexadecimal digits in lower case. TEXT has no control characters, so whoever
/// has lost the thread finds it again behind the next LF: what is damaged is one line, and the next one is whole.
/// </summary>
internal static class CheckedLine
{
    /// <summary>Longest text in octets; a longer one is cut before it is written, and not believed when it is read.</summary>
    public const int MostOctets = 4096;

    private const int HeadOctets = 9;

    /// <summary>Adds a line. Control characters become spaces.</summary>
    public static void Write(ArrayBufferWriter<byte> to, string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text.Length > MostOctets ? text[..MostOctets] : text);
        Span<byte> kept = octets.AsSpan(0, Math.Min(octets.Length, MostOctets));
        foreach (ref byte octet in kept)
        {
            if (octet is < 0x20 or 0x7F) octet = (byte)' ';
        }
        Utf8Formatter.TryFormat(Sum(kept), to.GetSpan(HeadOctets), out int written, new StandardFormat('x', 8));
        to.Advance(written);
        to.Write(" "u8);
        to.Write(kept);
        to.Write("\n"u8);
    }

    /// <summary>Takes the text out of a line that has lost its LF; false if it is not as it was written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out string text)
    {
        text = "";
        if (line.Length < HeadOctets || line.Length > HeadOctets + MostOctets || line[HeadOctets - 1] != ' ') return false;
        if (!Utf8Parser.TryParse(line[..(HeadOctets - 1)], out uint sum, out int read, 'x') || read != HeadOctets - 1) return false;
        if (sum != Sum(line[HeadOctets..])) return false;
        text = Encoding.UTF8.GetString(line[HeadOctets..]);
        return true;
    }

    private static uint Sum(ReadOnlySpan<byte> octets)
    {
        uint sum = uint.MaxValue;
        foreach (byte octet in octets) sum = BitOperations.Crc32C(sum, octet);
        return ~sum;
    }
}
