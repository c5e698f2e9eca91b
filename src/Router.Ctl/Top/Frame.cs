using System.Text;
using Spectre.Console;

namespace Router.Ctl.Top;

/// <summary>How a piece of a line looks (ECMA-48: SGR).</summary>
internal enum Look
{
    Plain, Bold, Reverse, Green, Yellow, Red, Cyan, Dim,
}

/// <summary>
/// A whole screen of lines, each exactly as wide as it. <see cref="Changes"/> is what has to be written so that one becomes the next: only the
/// lines that differ, in one piece and between the marks of a synchronised update, so that nothing flickers and a serial line is not flooded.
/// </summary>
internal sealed class Frame(int columns, int rows, bool colour)
{
    private readonly List<string> _lines = [];

    public int Columns => columns;

    public int Rows => rows;

    /// <summary>Lines that have room below those that are there.</summary>
    public int Left => rows - _lines.Count;

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Adds a line of pieces; what is too long is cut, and the rest filled in the last look.</summary>
    public void Add(params ReadOnlySpan<(string Text, Look Look)> pieces)
    {
        if (Left <= 0) return;
        var line = new StringBuilder();
        int left = columns;
        for (int i = 0; i < pieces.Length; i++)
        {
            (string text, Look look) = pieces[i];
            string clean = Screen.Clean(text);
            bool isLast = i == pieces.Length - 1;
            int width = isLast ? left : Math.Min(left, clean.GetCellWidth());
            Paint(line, Fit.To(clean, width), look);
            left -= width;
        }
        _lines.Add(line.ToString());
    }

    /// <summary>Fills up with empty lines until so many are left.</summary>
    public void FillUntil(int left)
    {
        while (Left > left) Add(("", Look.Plain));
    }

    public string Changes(Frame? before)
    {
        bool isAnew = before is null || before.Columns != columns || before.Rows != rows;
        var text = new StringBuilder();
        if (isAnew) text.Append("\e[0m\e[2J");
        for (int row = 0; row < _lines.Count; row++)
        {
            if (!isAnew && row < before!._lines.Count && before._lines[row] == _lines[row]) continue;
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\e[{row + 1};1H").Append(_lines[row]);
        }
        return text.Length == 0 ? "" : $"\e[?2026h{text}\e[?2026l";
    }

    private void Paint(StringBuilder line, string text, Look look)
    {
        string? code = look switch
        {
            Look.Plain => null,
            Look.Bold => "1",
            Look.Reverse => "7",
            Look.Dim => colour ? "90" : null,
            Look.Green => colour ? "32" : null,
            Look.Yellow => colour ? "33" : "1",
            Look.Red => colour ? "31" : "1",
            Look.Cyan => colour ? "36" : null,
            _ => throw new ArgumentOutOfRangeException(nameof(look)),
        };
        if (code is null) line.Append(text);
        else line.Append("\e[").Append(code).Append('m').Append(text).Append("\e[0m");
    }
}
