using System.Text;

namespace Router.Configuration.Layers;

/// <summary>
/// A file's octets as text: at most <see cref="Most"/>, valid UTF-8 (with or without a byte order mark), no control characters but
/// tab and line ends. Anything else is refused with the place of the first fault, as a terminal or an editor would hide it.
/// </summary>
internal static class FileBytes
{
    /// <summary>Octets; about 30,000 rules.</summary>
    public const int Most = 4 * 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string? Read(string file, ErrorList errors)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            byte[] octets = new byte[Math.Min(Most + 1, Math.Max(stream.CanSeek ? stream.Length + 1 : 0, 4096))];
            int length = 0;
            while (length <= Most)
            {
                if (length == octets.Length) Array.Resize(ref octets, Math.Min(Most + 1, octets.Length * 2));
                int got = stream.Read(octets, length, octets.Length - length);
                if (got == 0) return Decode(file, octets.AsSpan(0, length), errors);
                length += got;
            }
            errors.Error(new Place(file, 0, 0), $"larger than {Most / (1024 * 1024)} MiB", "split it into fragments, or use networks and groups in place of single addresses");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Error(new Place(file, 0, 0), $"cannot be read: {fault.Message}", "check the path and its permissions");
        }
        return null;
    }

    public static string? Decode(string file, ReadOnlySpan<byte> octets, ErrorList errors)
    {
        if (octets.StartsWith(Encoding.UTF8.Preamble)) octets = octets[3..];
        string text;
        try
        {
            text = Strict.GetString(octets);
        }
        catch (DecoderFallbackException fault)
        {
            ReadOnlySpan<byte> before = octets[..Math.Clamp(fault.Index, 0, octets.Length)];
            int line = before.Count((byte)'\n') + 1;
            int column = before.Length - before.LastIndexOf((byte)'\n');
            errors.Error(new Place(file, line, column), "not UTF-8 text", "save the file as UTF-8");
            return null;
        }
        int bad = text.AsSpan().IndexOfAnyInRange('\0', '\b');
        if (bad < 0) bad = text.AsSpan().IndexOfAnyInRange('\u000b', '\f');
        if (bad < 0) bad = text.AsSpan().IndexOfAnyInRange('\u000e', '\u001f');
        if (bad < 0) bad = text.AsSpan().IndexOf('\u007f');
        if (bad < 0) return text;
        ReadOnlySpan<char> upTo = text.AsSpan(0, bad);
        var place = new Place(file, upTo.Count('\n') + 1, bad - upTo.LastIndexOf('\n'));
        errors.Error(place, $"a control character (U+{(int)text[bad]:X4})", "remove it; this is a text file");
        return null;
    }
}
