using System.Text;

namespace Router.Ctl;

/// <summary>
/// A page that is drawn over the one before, in place: every line is written over the old one and its rest erased, then what is below. It
/// is sent as one piece, between the marks of a synchronised update (DEC private mode 2026) which terminals that do not know them pass
/// over, so nothing is ever seen half drawn. What is longer than the terminal is cut at its foot, and said to be.
///
/// Control functions are those of ECMA-48: CUP, EL, ED.
/// </summary>
internal static class Repaint
{
    private const string Begin = "\e[?2026h", End = "\e[?2026l", Home = "\e[H", EraseLine = "\e[K", EraseBelow = "\e[J";

    /// <param name="picture">Lines, each ended by a line feed.</param>
    /// <param name="rows">How many fit.</param>
    /// <param name="isFirst">Whether something else is on the terminal yet.</param>
    public static string Over(string picture, int rows, bool isFirst)
    {
        string[] lines = picture.TrimEnd('\n', '\r').Split('\n');
        int shown = lines.Length <= rows - 1 ? lines.Length : Math.Max(1, rows - 2);
        var text = new StringBuilder(Begin);
        if (isFirst) text.Append("\e[2J");
        text.Append(Home);
        for (int i = 0; i < shown; i++) text.Append(lines[i].TrimEnd('\r')).Append(EraseLine).Append("\r\n");
        if (shown < lines.Length) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"({lines.Length - shown} more lines: --limit, or a larger window){EraseLine}\r\n");
        return text.Append(EraseBelow).Append(End).ToString();
    }
}
