using System.Text;
using Spectre.Console;

namespace Router.Ctl;

/// <summary>A column of a <see cref="AnswerTable"/>. Of columns that do not fit the terminal, those with the highest rank go first.</summary>
/// <param name="Title">In capitals, one word.</param>
/// <param name="Rank">0 stays in any case.</param>
/// <param name="Right">Whether its cells stand at the right, as numbers do.</param>
internal sealed record Column(string Title, int Rank = 0, bool Right = false);

/// <summary>A cell: its text, and the colour it has on a terminal.</summary>
internal readonly record struct Cell(string Text, Color? Color = null)
{
    public static implicit operator Cell(string? text) => new(text ?? "-");
}

/// <summary>
/// A table of an answer. On a terminal it cuts long words in the middle, where they say least, and leaves out columns until the rest fits
/// (<see cref="ColumnFit"/>); a row is always a line. Elsewhere it prints every column, whole.
/// </summary>
internal sealed class AnswerTable(params Column[] columns)
{
    private const int PlainGap = 2;

    /// <summary>Borders and spaces beside a cell, and the one at the end of a row.</summary>
    private const int Frame = 3, LastBorder = 1;

    private readonly List<Cell[]> _rows = [];

    public void Add(params Cell[] cells)
    {
        if (cells.Length != columns.Length) throw new ArgumentException($"{cells.Length} cells for {columns.Length} columns", nameof(cells));
        _rows.Add(Array.ConvertAll(cells, cell => cell with { Text = Screen.Clean(cell.Text) }));
    }

    /// <summary>Prints the table, or the sentence if it has no rows.</summary>
    public void WriteTo(Screen screen, string ifEmpty)
    {
        if (_rows.Count == 0) screen.Line(ifEmpty);
        else if (screen.Terminal is { } terminal) terminal.Write(Build(ColumnFit.Fitting(columns, WidthOf, terminal.Profile.Width - LastBorder, Frame)));
        else WritePlain(screen);
    }

    private int WidthOf(int index) =>
        Math.Max(columns[index].Title.GetCellWidth(), _rows.Max(row => row[index].Text.GetCellWidth()));

    private Table Build(List<(int Index, int Width)> kept)
    {
        var table = new Table { Border = TableBorder.Rounded, BorderStyle = new Style(Color.Grey) };
        foreach ((int index, int width) in kept)
        {
            var header = new Text(Fit.Middle(columns[index].Title, width), new Style(decoration: Decoration.Bold));
            table.AddColumn(new TableColumn(header) { Alignment = columns[index].Right ? Justify.Right : Justify.Left, NoWrap = true });
        }
        foreach (Cell[] row in _rows)
        {
            table.AddRow(kept.Select(column => new Text(Fit.Middle(row[column.Index].Text, column.Width), new Style(row[column.Index].Color))));
        }
        return table;
    }

    private void WritePlain(Screen screen)
    {
        int[] widths = [.. Enumerable.Range(0, columns.Length).Select(WidthOf)];
        screen.Line(PlainRow(Array.ConvertAll(columns, column => column.Title), widths));
        foreach (Cell[] row in _rows) screen.Line(PlainRow(Array.ConvertAll(row, cell => cell.Text), widths));
    }

    private string PlainRow(string[] texts, int[] widths)
    {
        var line = new StringBuilder();
        for (int i = 0; i < texts.Length; i++)
        {
            int padding = widths[i] - texts[i].GetCellWidth();
            if (columns[i].Right) line.Append(' ', padding).Append(texts[i]);
            else line.Append(texts[i]).Append(' ', padding);
            line.Append(' ', PlainGap);
        }
        return line.ToString().TrimEnd();
    }
}
