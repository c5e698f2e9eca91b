using System.Text;

namespace Router.Ctl.Top;

/// <summary>Keys that are not letters.</summary>
internal enum Named
{
    None, Up, Down, PageUp, PageDown, Home, End, Enter, Escape, Backspace, Tab, Quit, Suspend, Redraw,
}

/// <summary>One key: a letter, or one that has a name.</summary>
internal readonly record struct Key(Named Name, Rune Letter = default)
{
    public static implicit operator Key(Named name) => new(name);
}

/// <summary>
/// What a terminal sends as keys (ECMA-48, and what xterm, screen, tmux, the Linux console and VT220s make of it). A sequence arrives in one
/// read, so an ESC with nothing behind it is the key of that name.
/// </summary>
internal static class Keys
{
    /// <summary>The keys in what one read has brought. What is not known is passed over.</summary>
    public static List<Key> Read(ReadOnlySpan<byte> octets)
    {
        var keys = new List<Key>();
        while (octets.Length > 0)
        {
            if (octets[0] == 0x1b && octets.Length > 1 && octets[1] is (byte)'[' or (byte)'O')
            {
                int end = 2;
                while (end < octets.Length && octets[end] is < 0x40 or > 0x7e) end++;
                if (end < octets.Length && NameOf(octets[2..end], octets[end]) is var name and not Named.None) keys.Add(name);
                octets = octets[Math.Min(octets.Length, end + 1)..];
                continue;
            }
            if (octets[0] is < 0x20 or 0x7f)
            {
                if (NameOf(octets[0]) is var name and not Named.None) keys.Add(name);
                octets = octets[1..];
                continue;
            }
            _ = Rune.DecodeFromUtf8(octets, out Rune letter, out int length);
            if (letter != Rune.ReplacementChar) keys.Add(new Key(Named.None, letter));
            octets = octets[length..];
        }
        return keys;
    }

    private static Named NameOf(byte control) => control switch
    {
        3 => Named.Quit,
        8 or 0x7f => Named.Backspace,
        9 => Named.Tab,
        10 or 13 => Named.Enter,
        12 => Named.Redraw,
        26 => Named.Suspend,
        0x1b => Named.Escape,
        _ => Named.None,
    };

    private static Named NameOf(ReadOnlySpan<byte> parameters, byte final) => (char)final switch
    {
        'A' => Named.Up,
        'B' => Named.Down,
        'H' => Named.Home,
        'F' => Named.End,
        'Z' => Named.Tab,
        '~' when parameters.Length > 0 => (char)parameters[0] switch
        {
            '1' or '7' => Named.Home,
            '4' or '8' => Named.End,
            '5' => Named.PageUp,
            '6' => Named.PageDown,
            _ => Named.None,
        },
        _ => Named.None,
    };
}
