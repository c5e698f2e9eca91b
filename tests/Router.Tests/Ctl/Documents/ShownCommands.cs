using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Router.Tests.Ctl.Documents;

/// <summary>
/// The commands that the project's pages show. In Markdown: lines of fenced blocks behind a prompt (`$ `, `# `, `router# `), as what else stands there
/// is what they said; lines of indented blocks and of `sh`, with a prompt or without; and code within sentences. In manual pages: lines between `.EX` and `.EE`, and what one line sets in bold.
/// </summary>
internal static partial class ShownCommands
{
    public static string Root { get; } = Find();

    /// <summary>Every page for people that is kept with the sources.</summary>
    public static IEnumerable<string> Pages() =>
        [Path.Combine(Root, "README.md"), .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories), .. Directory.GetFiles(Path.Combine(Root, "packaging", "man"))];

    public static IEnumerable<ShownCommand> In(string file)
    {
        string name = Path.GetRelativePath(Root, file);
        string[] lines = File.ReadAllLines(file);
        return file.EndsWith(".md", StringComparison.Ordinal) ? InMarkdown(name, lines) : InManual(name, lines);
    }

    /// <param name="name">As it is told with what is wrong.</param>
    /// <param name="lines">Of the page.</param>
    public static IEnumerable<ShownCommand> InMarkdown(string name, string[] lines)
    {
        string? block = null;
        for (int i = 0; i < lines.Length; i++)
        {
            string place = $"{name}:{i + 1}";
            if (lines[i].TrimStart() is ['`', '`', '`', .. string kind]) block = block is null ? kind : null;
            else if (block is not null || lines[i].StartsWith("    ", StringComparison.Ordinal))
            {
                foreach (ShownCommand command in Typed(lines[i], place, hasPrompt: block is not (null or "sh"))) yield return command;
            }
            else
            {
                // "routerd stops; flows are kept": what it says in the journal, not what is typed. Its one verb is teardown.
                foreach (Match code in Code().Matches(lines[i]).Where(code => !Said().IsMatch(code.Groups[1].Value)))
                {
                    foreach (ShownCommand command in ShownCommand.In(code.Groups[1].Value.Replace("\\|", "|", StringComparison.Ordinal), place, isTyped: false)) yield return command;
                }
            }
        }
    }

    /// <param name="name">As it is told with what is wrong.</param>
    /// <param name="lines">Of the page.</param>
    public static IEnumerable<ShownCommand> InManual(string name, string[] lines)
    {
        bool isExample = false;
        for (int i = 0; i < lines.Length; i++)
        {
            string place = $"{name}:{i + 1}", plain = Escape().Replace(lines[i].Replace("\\-", "-", StringComparison.Ordinal).Replace("\\(aq", "'", StringComparison.Ordinal), "");
            if (plain is ".EX" or ".EE") isExample = plain == ".EX";
            IEnumerable<ShownCommand> commands = isExample ? Typed(plain, place, hasPrompt: false)
                : plain.StartsWith(".B ", StringComparison.Ordinal) ? ShownCommand.In(plain[3..].Replace("\"", "", StringComparison.Ordinal), place, isTyped: false) : [];
            foreach (ShownCommand command in commands) yield return command;
        }
    }

    private static IEnumerable<ShownCommand> Typed(string line, string place, bool hasPrompt)
    {
        Match prompt = Prompt().Match(line);
        return hasPrompt && !prompt.Success ? [] : ShownCommand.In(line[prompt.Length..].Trim(), place, isTyped: true);
    }

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".."));

    [GeneratedRegex("(?<!`)`([^`]+)`(?!`)")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\s*[a-z0-9@~:-]*[#$] ")]
    private static partial Regex Prompt();

    [GeneratedRegex(@"^(routerd|router-web) (?!-|\[|teardown\b)")]
    private static partial Regex Said();

    [GeneratedRegex(@"\\f[A-Z]|\\&")]
    private static partial Regex Escape();
}
