using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages.Changes;

/// <summary>The answers to `routerctl rollback --list` and `--show`.</summary>
internal static class KeptPage
{
    public static void Write(IReadOnlyList<KeptReport> kept, Screen screen)
    {
        var table = new AnswerTable(new Column("N", Right: true), new Column("IN-FORCE-SINCE"), new Column("BY"), new Column("FILES", 2, Right: true), new Column("OCTETS", 2, Right: true), new Column("STATE", 1));
        foreach (KeptReport one in kept)
        {
            bool isWhole = one.Damage is null;
            table.Add(Number(one.Number), one.Since.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), isWhole ? one.By : null, isWhole ? Number(one.Files) : null,
                isWhole ? Number(one.Octets) : null, isWhole ? one.Number == 0 ? new Cell("in force", Color.Green) : "kept" : new Cell($"damaged: {one.Damage}", Color.Red));
        }
        table.WriteTo(screen, "No configuration is kept.");
    }

    /// <summary>One file: its text as it was. Several: each under its name.</summary>
    public static void Write(IReadOnlyList<CheckedFile> files, Screen screen)
    {
        foreach (CheckedFile file in files)
        {
            if (files.Count > 1) screen.Line($"# ---- {file.Name}");
            foreach (string line in file.Text.TrimEnd('\n').Split('\n')) screen.Line(line.TrimEnd('\r'));
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
