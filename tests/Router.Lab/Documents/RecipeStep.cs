using System.Text.RegularExpressions;

namespace Router.Lab.Documents;

/// <summary>One thing to do: a configuration to write, or a command.</summary>
/// <param name="Place">Where the command is typed; empty for a configuration.</param>
/// <param name="Text">The configuration, or the command.</param>
/// <param name="Says">The lines that the page shows below the command.</param>
internal sealed partial record RecipeStep(string Place, string Text, List<string> Says)
{
    private const string Anything = "...";

    public bool IsConfiguration => Place.Length == 0;

    /// <summary>Whether it only looks, so that it may be asked again until what it shows has come about.</summary>
    public bool OnlyLooks => Looking().IsMatch(Text);

    /// <summary>Whether a command said what the page shows.</summary>
    public bool IsSaidBy(string output) => Fit(Lines(output), [.. Says.SelectMany(Lines)]);

    private static bool Fit(ReadOnlySpan<string> said, ReadOnlySpan<string> shown)
    {
        if (shown.IsEmpty) return said.IsEmpty;
        if (shown[0] != Anything) return !said.IsEmpty && Fits(said[0], shown[0]) && Fit(said[1..], shown[1..]);
        for (int skipped = 0; skipped <= said.Length; skipped++)
        {
            if (Fit(said[skipped..], shown[1..])) return true;
        }
        return false;
    }

    private static bool Fits(string said, string shown) =>
        Regex.IsMatch(said, $"^{string.Join(".*", shown.Split(Anything).Select(Regex.Escape))}$", RegexOptions.None, TimeSpan.FromSeconds(1));

    private static string[] Lines(string text) =>
        [.. text.Split('\n').Select(line => Blanks().Replace(line.Trim(), " ")).Where(line => line.Length > 0)];

    [GeneratedRegex("^(routerctl (status|links|hosts( |$)(?!move)|flows( |$)(?!kill)|users|license( |$)(?!free)|rules|events|explain|why|check|diff)|journalctl|curl)")]
    private static partial Regex Looking();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();
}
