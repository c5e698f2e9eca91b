namespace Router.Ctl;

/// <summary>
/// Which columns of a table are shown in a width, and how wide. Long words are cut first, to what is still read at a glance; then columns are
/// left out, those of the highest rank first; at last what is still too long is cut harder. Numbers are cut only when nothing else is left.
/// </summary>
internal static class ColumnFit
{
    /// <summary>To this width a text is cut before a column is left out for it.</summary>
    private const int Readable = 28;

    /// <param name="columns">All of them.</param>
    /// <param name="widthOf">The widest cell of a column.</param>
    /// <param name="width">What there is.</param>
    /// <param name="beside">What each column needs beside its cells.</param>
    public static List<(int Index, int Width)> Fitting(IReadOnlyList<Column> columns, Func<int, int> widthOf, int width, int beside)
    {
        List<(int Index, int Width)> kept = [.. Enumerable.Range(0, columns.Count).Select(index => (index, widthOf(index)))];
        while (Whole(kept, beside) > width)
        {
            if (TryShrink(columns, kept, Whole(kept, beside) - width, Readable)) continue;
            (int Index, int Width) last = kept.MaxBy(column => (columns[column.Index].Rank, column.Index));
            if (columns[last.Index].Rank == 0) break;
            kept.Remove(last);
            kept = [.. kept.Select(column => (column.Index, widthOf(column.Index)))];
        }
        while (Whole(kept, beside) > width && TryShrink(columns, kept, Whole(kept, beside) - width, 1))
        {
        }
        return kept;
    }

    private static int Whole(List<(int Index, int Width)> kept, int beside) => kept.Sum(column => column.Width + beside);

    // Takes what is too much from the widest column, but no more than half of what it has above the least.
    private static bool TryShrink(IReadOnlyList<Column> columns, List<(int Index, int Width)> kept, int tooMuch, int least)
    {
        int widest = -1;
        for (int i = 0; i < kept.Count; i++)
        {
            bool isNumber = columns[kept[i].Index].Right;
            if (isNumber && (least > 1 || kept.Exists(one => !columns[one.Index].Right && one.Width > least))) continue;
            if (kept[i].Width > least && (widest < 0 || kept[i].Width > kept[widest].Width)) widest = i;
        }
        if (widest < 0) return false;
        (int index, int width) = kept[widest];
        kept[widest] = (index, width - Math.Min(tooMuch, Math.Max(1, (width - least) / 2)));
        return true;
    }
}
