using System.Text;

namespace Router.Tests.Ctl.Documents;

/// <summary>A command as a page shows it.</summary>
/// <param name="Place">File and line, as compilers write it.</param>
/// <param name="Program">`routerctl`, `routerd` or `router-web`.</param>
/// <param name="Words">What follows it, as the shell hands it over.</param>
/// <param name="IsTyped">Whether it stands behind a prompt or in a block of code, so that it must be whole; within a sentence the name of a verb is enough.</param>
internal sealed record ShownCommand(string Place, string Program, string[] Words, bool IsTyped)
{
    private static readonly string[] s_programs = ["routerctl", "routerd", "router-web"];

    /// <summary>The commands of a line that are ours, whatever stands in front of them or behind: `A | B`, `A &amp;&amp; B`, `sudo A`.</summary>
    public static IEnumerable<ShownCommand> In(string line, string place, bool isTyped)
    {
        foreach (List<string> words in Split(line))
        {
            int program = words.FindIndex(word => s_programs.Contains(word.Split('/')[^1]));
            bool isFirst = program == 0 || (program > 0 && words[..program].TrueForAll(word => word == "sudo" || word.Contains('=', StringComparison.Ordinal)));
            if (isFirst) yield return new ShownCommand(place, words[program].Split('/')[^1], [.. words[(program + 1)..]], isTyped);
        }
    }

    /// <summary>
    /// Words of each command, by the rules of a shell as far as pages use them: quotes, backslashes, `|`, `;`, `&amp;`, and what follows `&gt;` or `&lt;`
    /// is no word of it. Text behind ` #` is a remark.
    /// </summary>
    public static List<List<string>> Split(string line)
    {
        var commands = new List<List<string>> { new() };
        var word = new StringBuilder();
        bool isWord = false, isFile = false;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char letter = line[i];
            if (quote != '\0')
            {
                if (letter == quote) quote = '\0';
                else word.Append(letter);
            }
            else if (letter is '\'' or '"') (quote, isWord) = (letter, true);
            else if (letter == '\\' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
                isWord = true;
            }
            else if (letter == '#' && !isWord) break;
            else if (letter is ' ' or '|' or ';' or '&' or '>' or '<')
            {
                if (isWord && !isFile) commands[^1].Add(word.ToString());
                if (isWord) isFile = false;
                word.Clear();
                isWord = false;
                if (letter is '|' or ';' or '&') commands.Add([]);
                else if (letter is '>' or '<') isFile = true;
            }
            else
            {
                word.Append(letter);
                isWord = true;
            }
        }
        if (isWord && !isFile) commands[^1].Add(word.ToString());
        commands.RemoveAll(words => words.Count == 0);
        return commands;
    }

    /// <summary>
    /// The words with what a synopsis adds taken away: brackets around what may be left out, dots for what may be repeated. Where a number
    /// belongs one is put; every other word in capitals is as good as what it stands for.
    /// </summary>
    public string[] Plain() =>
        [.. Words.Select(word => word.Replace("...", "", StringComparison.Ordinal).Replace("…", "", StringComparison.Ordinal))
            .Select(word => IsAddress(word) ? word : word.Trim('[', ']')).Where(word => word.Length > 0).Select(word => word is "N" or "SECONDS" ? "1" : word)];

    // [2001:db8::1]:443 keeps its brackets.
    private static bool IsAddress(string word) => word.Contains("]:", StringComparison.Ordinal);

    public override string ToString() => $"{Place}: {Program} {string.Join(' ', Words)}";
}
