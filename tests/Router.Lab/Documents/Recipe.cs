using System.Text.RegularExpressions;

namespace Router.Lab.Documents;

/// <summary>
/// A page of docs as something that can be followed. Of the page only its fenced blocks count, in their order:
///
///     ```yaml       a configuration: what /etc/routerd/router.yaml holds from then on
///     ```console    commands, each behind a prompt that says where it is typed (`router#`, `host1$`, `guest$`, `outside$`), and what it says
///
/// In what a command says, `...` stands for anything: within a line for any text, alone for any lines. Columns may be wider or narrower.
/// </summary>
internal sealed partial record Recipe(string Name, IReadOnlyList<RecipeStep> Steps)
{
    public static Recipe Read(string file)
    {
        var steps = new List<RecipeStep>();
        foreach (Match block in Fence().Matches(File.ReadAllText(file)))
        {
            string text = block.Groups["text"].Value;
            if (block.Groups["kind"].Value == "yaml") steps.Add(new RecipeStep("", text, []));
            else steps.AddRange(Commands(file, text));
        }
        if (steps is not [{ IsConfiguration: true }, ..]) throw new LabException($"{file} shows no configuration before its first command");
        return new Recipe(Path.GetFileNameWithoutExtension(file), steps);
    }

    private static List<RecipeStep> Commands(string file, string text)
    {
        var steps = new List<RecipeStep>();
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (Prompt().Match(line) is { Success: true } prompt) steps.Add(new RecipeStep(prompt.Groups["place"].Value, prompt.Groups["command"].Value, []));
            else if (steps.Count == 0) throw new LabException($"{file}: '{line}' stands before any command");
            else steps[^1].Says.Add(line);
        }
        return steps;
    }

    [GeneratedRegex("^```(?<kind>yaml|console)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(?<place>router|host[1-3]|guest|outside)[#$] (?<command>.+)$")]
    private static partial Regex Prompt();
}
