using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Router.Daemon.Systemd;

/// <summary>
/// Writes one event as octets, in journald's native form or as a line of text. What strangers can put into a value (a host
/// name, a rule's name) never becomes a field or a line of its own.
///
///     native: NAME=value\n                                  if the value has no newline
///             NAME\n, length as 8 octets little-endian, value, \n     if it has one
/// </summary>
internal static class JournalEntry
{
    /// <summary>Longest value in characters; the rest is cut, so that an entry always fits into one datagram.</summary>
    private const int MostCharacters = 16 * 1024;

    /// <summary>Adds one field in native form.</summary>
    /// <exception cref="ArgumentException">The name is none that journald takes: A to Z, 0 to 9 and _, a letter first.</exception>
    public static void Field(ArrayBufferWriter<byte> to, ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        if (!IsName(name)) throw new ArgumentException($"'{name}' cannot name a journal field", nameof(name));
        value = Cut(value);
        Encoding.UTF8.GetBytes(name, to);
        if (value.Contains('\n'))
        {
            to.Write("\n"u8);
            BinaryPrimitives.WriteInt64LittleEndian(to.GetSpan(sizeof(long)), Encoding.UTF8.GetByteCount(value));
            to.Advance(sizeof(long));
        }
        else
        {
            to.Write("="u8);
        }
        Encoding.UTF8.GetBytes(value, to);
        to.Write("\n"u8);
    }

    /// <summary>Adds one line for people, led by the time in UTC.</summary>
    public static void PlainLine(ArrayBufferWriter<byte> to, DateTimeOffset now, Priority priority, ReadOnlySpan<char> message)
    {
        Encoding.UTF8.GetBytes(now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture), to);
        to.Write(priority switch
        {
            Priority.Critical => "critical: "u8,
            Priority.Error => "error: "u8,
            Priority.Warning => "warning: "u8,
            Priority.Notice or Priority.Info => ""u8,
        });
        OneLine(to, message);
    }

    /// <summary>Adds one line that begins with the priority, as sd-daemon(3) has it.</summary>
    public static void PrefixedLine(ArrayBufferWriter<byte> to, Priority priority, ReadOnlySpan<char> message)
    {
        to.Write([(byte)'<', (byte)('0' + (int)priority), (byte)'>']);
        OneLine(to, message);
    }

    private static void OneLine(ArrayBufferWriter<byte> to, ReadOnlySpan<char> message)
    {
        message = Cut(message);
        if (message.ContainsAnyInRange('\0', '\x1f') || message.ContainsAnyInRange('\x7f', '\x9f')) message = Flat(message);
        Encoding.UTF8.GetBytes(message, to);
        to.Write("\n"u8);
    }

    /// <summary>The message with spaces for control characters, so that it neither breaks the line nor moves a terminal's cursor.</summary>
    private static ReadOnlySpan<char> Flat(ReadOnlySpan<char> message)
    {
        char[] flat = message.ToArray();
        foreach (ref char character in flat.AsSpan())
        {
            if (char.IsControl(character)) character = ' ';
        }
        return flat;
    }

    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> value)
    {
        if (value.Length <= MostCharacters) return value;
        int end = char.IsHighSurrogate(value[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters;
        return value[..end];
    }

    private static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterUpper(name[0]) && !name.ContainsAnyExcept(NameCharacters);

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}
