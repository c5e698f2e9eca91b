using static Router.Lab.Bench.BenchProgram;

namespace Router.Lab.Bench;

/// <summary>The outcome, a row for each measure.</summary>
internal sealed class BenchTable
{
    private static readonly string[] s_head = ["what", "unit", "kernel", "routerd", "ratio", "asked", ""];

    private readonly List<string[]> _rows = [s_head];

    public void Add(Measure measure, double kernel, double? ours)
    {
        string own = ours is { } value ? Number(value, measure.Digits) : "";
        string ratio = ours is { } some ? Number(some / kernel, 2) : "";
        string verdict = ours is { } number ? Verdict(measure.Reached(kernel, number)) : "";
        _rows.Add([measure.Name, measure.Unit, Number(kernel, measure.Digits), own, ratio, measure.Target, verdict]);
    }

    public void Add(OwnMeasure measure, double ours) =>
        _rows.Add([measure.Name, measure.Unit, "", Number(ours, measure.Digits), "", measure.Target, Verdict(measure.Reached(ours))]);

    public void Print(TextWriter to)
    {
        int[] widths = [.. s_head.Select((_, column) => _rows.Max(row => row[column].Length))];
        to.WriteLine();
        foreach (string[] row in _rows)
        {
            IEnumerable<string> cells = row.Select((cell, column) => column is >= 2 and <= 4 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            to.WriteLine(string.Join("  ", cells).TrimEnd());
            if (row == s_head) to.WriteLine(string.Join("  ", widths.Select(width => new string('-', Math.Max(width, 1)))));
        }
    }

    private static string Verdict(bool reached) => reached ? "reached" : "MISSED";
}
