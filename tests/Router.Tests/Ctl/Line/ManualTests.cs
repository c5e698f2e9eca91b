using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Router.Ctl;

namespace Router.Tests.Ctl.Line;

/// <summary>The man page, the examples and the completion say what the program knows: nothing is missing there, and nothing is made up.</summary>
public partial class ManualTests
{
    public static TheoryData<string> Verbs => [.. Commands(CommandLine.Build()).Select(Examples.WordsOf).Where(words => words.Length > 0)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_examples_that_parse(string verb)
    {
        Assert.True(Examples.All.TryGetValue(verb, out (string Line, string For)[]? examples), $"`{verb}` has no example in Examples.cs");
        foreach ((string line, string purpose) in examples)
        {
            Assert.Empty(CommandLine.Build().Parse(line.Split(" | ")[0]).Errors);
            Assert.StartsWith(verb.Split(' ')[0], line, StringComparison.Ordinal);
            Assert.NotEmpty(purpose);
        }
    }

    [Fact]
    public void No_example_is_of_a_verb_that_is_gone() =>
        Assert.Empty(Examples.All.Keys.Where(words => words.Length > 0).Except(Commands(CommandLine.Build()).Select(Examples.WordsOf)));

    [Theory]
    [MemberData(nameof(Verbs))]
    public void The_man_page_has_every_verb_with_its_options(string verb)
    {
        Dictionary<string, string> entries = Entries();
        Assert.True(entries.TryGetValue(verb, out string? entry), $"packaging/man/routerctl.1 has no `.TP` for `{verb}`; it has {string.Join(", ", entries.Keys)}");
        Command command = Commands(CommandLine.Build()).Single(one => Examples.WordsOf(one) == verb);
        string[] known = [.. command.Options.Select(option => option.Name), .. Above(command), "--socket", "--json", "--bytes", "--help"];
        Assert.All(command.Options.Select(option => option.Name).Where(name => name != "--help"), name => Assert.True(Options(entry).Contains(name), $"the man page's entry of `{verb}` lacks {name}"));
        Assert.All(Options(entry), name => Assert.True(known.Contains(name), $"the man page's entry of `{verb}` has {name}, which the verb does not"));
    }

    [Fact]
    public void The_man_page_has_no_verb_that_is_gone() => Assert.Empty(Entries().Keys.Except(Commands(CommandLine.Build()).Select(Examples.WordsOf)));

    [Fact]
    public void The_man_page_has_the_options_of_all_verbs() =>
        Assert.All(CommandLine.Build().Options, option => Assert.Contains(option.Name, Options(Section("OPTIONS")), StringComparer.Ordinal));

    [Fact]
    public void The_page_of_routerctl_has_a_section_for_every_verb()
    {
        string[] headings = [.. File.ReadAllLines(Path.Combine(Root(), "docs", "routerctl.md")).Where(line => line.StartsWith("## ", StringComparison.Ordinal)).SelectMany(line => line[3..].Split(", "))];
        Assert.Empty(CommandLine.Build().Subcommands.Select(verb => verb.Name).Where(name => name != "help").Except(headings));
    }

    private static IEnumerable<Command> Commands(Command from) => from.Subcommands.SelectMany(Commands).Prepend(from);

    private static IEnumerable<string> Above(Command command) =>
        command.Parents.OfType<Command>().SelectMany(above => above.Options.Where(option => option.Recursive).Select(option => option.Name));

    /// <summary>The verbs' entries, by the words in front of the first option or argument.</summary>
    private static Dictionary<string, string> Entries()
    {
        var entries = new Dictionary<string, string>();
        foreach (string entry in Section("VERBS").Split(".TP\n")[1..])
        {
            string head = Plain(entry.Split('\n')[0]);
            string words = Words().Match(head).Value.TrimEnd();
            string known = Commands(CommandLine.Build()).Select(Examples.WordsOf).Where(verb => verb.Length > 0 && (words == verb || words.StartsWith(verb + ' ', StringComparison.Ordinal))).MaxBy(verb => verb.Length) ?? words;
            entries.Add(known, entry);
        }
        return entries;
    }

    private static string Section(string name)
    {
        string page = File.ReadAllText(Path.Combine(Root(), "packaging", "man", "routerctl.1"));
        return page.Split($".SH {name}\n")[1].Split("\n.SH ")[0] + "\n";
    }

    private static HashSet<string> Options(string text) => [.. Option().Matches(Plain(text)).Select(match => match.Value)];

    // Without roff's requests in front and escapes within.
    private static string Plain(string text) => Escape().Replace(text.Replace("\\-", "-", StringComparison.Ordinal), "").Replace("\"", "", StringComparison.Ordinal);

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".."));

    [GeneratedRegex(@"--[a-z][a-z-]*")]
    private static partial Regex Option();

    [GeneratedRegex(@"^\.[A-Z]+ |\\f[A-Z]")]
    private static partial Regex Escape();

    [GeneratedRegex(@"^[a-z][a-z ]*")]
    private static partial Regex Words();
}
