using System.Text;
using Router.Configuration.Layers;
using Router.Forwarding.Web;
using Router.Wire.Web;

namespace Router.Configuration.Web;

/// <summary>
/// A file of host names, one on each line, each of which stands for itself and all names beneath it:
/// <code>
///   # a comment, here or behind a name
///   example.net
///   *.example.org              the same as without `*.`
///   bücher.example             of any script, in UTF-8; or in punycode
///   0.0.0.0 ads.example.com    as hosts files have it: the address does not matter
/// </code>
/// It is read in pieces of 64 KiB and never held as text, so a million names take no more memory than the set that they end in. What is
/// wrong is told by line and column, and never quoted: the path to a file may be written by whoever may only steer the daemon.
/// </summary>
internal static class NameListFile
{
    public const int MostNames = 20_000_000;

    private const int LongestLine = 4096, Piece = 64 * 1024, OctetsPerName = 16;

    /// <summary>Reads a file; null if it has faults, which are told.</summary>
    public static NameSet? Read(string path, ErrorList errors)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return Read(path, stream, stream.CanSeek ? stream.Length : 0, errors);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Error(new Place(path, 0, 0), $"cannot be read: {fault.Message}", "check the path and its permissions");
            return null;
        }
    }

    private static NameSet? Read(string path, Stream stream, long length, ErrorList errors)
    {
        var names = new NameSetBuilder((int)Math.Min(length / OctetsPerName, MostNames));
        byte[] buffer = new byte[Piece + LongestLine], room = new byte[HostName.MostOctets];
        int before = errors.Count, line = 0, count = 0, kept = 0;
        for (bool isOver = false; !isOver;)
        {
            int got = stream.Read(buffer, kept, buffer.Length - kept);
            isOver = got == 0;
            Span<byte> text = buffer.AsSpan(0, kept + got);
            if (line == 0 && text.StartsWith(Encoding.UTF8.Preamble)) text = text[3..];
            while (!text.IsEmpty)
            {
                int end = text.IndexOf((byte)'\n');
                if (end < 0 && !isOver && text.Length <= LongestLine) break;
                line++;
                Span<byte> one = end < 0 ? text : text[..end];
                if (one.Length > LongestLine || (end < 0 && !isOver))
                {
                    errors.Error(new Place(path, line, 1), $"a line of more than {LongestLine} octets", "this is a file of host names, one on each line");
                    return null;
                }
                if (!Take(one, room, names, out int column)) errors.Error(new Place(path, line, column), "not a host name", "write one name on each line, such as `example.net`");
                if (++count > MostNames || errors.Count - before > ErrorList.Most)
                {
                    if (count > MostNames) errors.Error(new Place(path, line, 1), $"more than {MostNames} lines", "split it over several routers, or use suffixes");
                    return null;
                }
                text = end < 0 ? default : text[(end + 1)..];
            }
            kept = text.Length;
            text.CopyTo(buffer);
        }
        return errors.Count == before ? names.Build() : null;
    }

    // One line. A line that says nothing is right too.
    private static bool Take(ReadOnlySpan<byte> line, byte[] room, NameSetBuilder names, out int column)
    {
        column = 1;
        int comment = line.IndexOf((byte)'#');
        if (comment >= 0) line = line[..comment];
        ReadOnlySpan<byte> text = line.Trim(" \t\r"u8);
        if (text.IsEmpty) return true;
        column = line.IndexOfAnyExcept(" \t"u8) + 1;
        int space = text.IndexOfAny((byte)' ', (byte)'\t');
        if (space >= 0)
        {
            // A hosts file's own lines name the machine itself, by names without a dot.
            if (!HostName.TryRead(text[0] == ':' ? [(byte)'[', .. text[..space], (byte)']'] : text[..space], room, out HostName address) || !address.IsAddress) return false;
            text = text[space..].TrimStart(" \t"u8);
            column += space + 1;
            if (text.IndexOf((byte)'.') < 0) return true;
        }
        if (text.StartsWith("*."u8)) text = text[2..];
        if (!Ascii.IsValid(text))
        {
            if (!WebPattern.TryAscii(Encoding.UTF8.GetString(text), out string ascii)) return false;
            text = Encoding.ASCII.GetBytes(ascii);
        }
        if (!HostName.TryRead(text, room, out HostName host) || host.IsAddress || host.Port != 0) return false;
        names.Add(host.Name);
        return true;
    }
}
