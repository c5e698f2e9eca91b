namespace Router.Lab.Demo;

/// <summary>What the demo shows: chapters, lines, other programs' output, bars, and at the end the list of what was proved. Plain where it is no terminal.</summary>
internal sealed class Screen
{
    private const int Width = 100;

    private readonly bool _colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly List<(string What, bool Happened)> _proofs = [];
    private int _chapter;

    public bool AllHappened => _proofs.Count > 0 && _proofs.TrueForAll(proof => proof.Happened);

    public void Chapter(string title)
    {
        string head = $"== {++_chapter}  {title} ";
        Console.WriteLine();
        Console.WriteLine(Paint(head.PadRight(Width, '='), "1;36"));
    }

    public static void Line(string text) => Console.WriteLine("  " + text);

    /// <summary>A command as one would type it, and what it says.</summary>
    public void Typed(string command, string output, int mostLines = 20)
    {
        Console.WriteLine(Paint($"  $ {command}", "1"));
        string[] lines = output.TrimEnd().Split('\n');
        foreach (string line in lines.Take(mostLines)) Console.WriteLine("    " + line.TrimEnd());
        if (lines.Length > mostLines) Console.WriteLine($"    ... {lines.Length - mostLines} more");
        Console.WriteLine();
    }

    /// <summary>A share as a bar.</summary>
    public void Bar(string name, int part, int whole)
    {
        int length = whole == 0 ? 0 : (int)Math.Round(40.0 * part / whole);
        Console.WriteLine($"  {name,-8} {Paint(new string('#', length), "32")}{new string('.', 40 - length)} {part,5}  {(whole == 0 ? 0 : 100.0 * part / whole),5:F1} %");
    }

    /// <summary>Books one thing that was to happen, and says at once whether it did.</summary>
    public void Prove(string what, bool happened)
    {
        _proofs.Add((what, happened));
        Console.WriteLine(Mark(what, happened));
    }

    public void Summary(TimeSpan took)
    {
        Chapter($"What this run proved, in {took.TotalSeconds:F0} s");
        foreach ((string what, bool happened) in _proofs) Console.WriteLine(Mark(what, happened));
        Console.WriteLine();
        int failed = _proofs.Count(proof => !proof.Happened);
        Console.WriteLine(failed == 0
            ? Paint($"  All {_proofs.Count} happened.", "1;32")
            : Paint($"  {failed} of {_proofs.Count} did NOT happen.", "1;31"));
    }

    private string Mark(string what, bool happened) => happened ? $"  {Paint("[ok]", "32")} {what}" : $"  {Paint("[FAILED]", "1;31")} {what}";

    private string Paint(string text, string colour) => _colours ? $"\u001b[{colour}m{text}\u001b[0m" : text;
}
