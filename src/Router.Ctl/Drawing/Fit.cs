using System.Text;
using Spectre.Console;

namespace Router.Ctl;

/// <summary>Texts of a given width in columns of a terminal, where a letter of some scripts takes two.</summary>
internal static class Fit
{
    private const string Cut = "\u2026";

    /// <summary>The text if it fits, else its beginning and its end around an ellipsis: what tells addresses and names apart stands there.</summary>
    public static string Middle(string text, int width)
    {
        if (text.GetCellWidth() <= width) return text;
        if (width <= 1) return width == 1 ? Cut : "";
        int head = width / 2, tail = width - 1 - head;
        return Take(text.EnumerateRunes(), head) + Cut + string.Concat(Take(text.EnumerateRunes().Reverse(), tail).EnumerateRunes().Reverse());
    }

    /// <summary>Exactly that wide: cut in the middle or filled with spaces.</summary>
    public static string To(string text, int width, bool right = false)
    {
        string cut = Middle(text, width);
        string space = new(' ', Math.Max(0, width - cut.GetCellWidth()));
        return right ? space + cut : cut + space;
    }

    private static string Take(IEnumerable<Rune> runes, int width)
    {
        var taken = new StringBuilder();
        foreach (Rune rune in runes)
        {
            width -= rune.ToString().GetCellWidth();
            if (width < 0) break;
            taken.Append(rune);
        }
        return taken.ToString();
    }
}
