using YamlDotNet.Core;

namespace Router.Configuration.Layers.Yaml;

/// <summary>Turns the parser's complaint into a sentence with a remedy, for the mistakes that people do make.</summary>
internal static class SyntaxFault
{
    /// <summary>Adds the error. The parser often points to where the broken part began, so a tab is looked for from there on.</summary>
    public static void Tell(string file, string text, YamlException fault, ErrorList errors)
    {
        (int line, int column) = ((int)Math.Max(1, fault.Start.Line), (int)Math.Max(1, fault.Start.Column));
        if (TabbedLine(text, line) is { } tabbed)
        {
            errors.Error(new Place(file, tabbed.Line, tabbed.Column), "a tab cannot indent YAML", "indent with spaces");
            return;
        }
        errors.Error(new Place(file, line, column), Describe(fault, out string remedy), remedy);
    }

    private static string Describe(Exception fault, out string remedy)
    {
        remedy = "mend the line, or the one before it";
        string reason = (fault.InnerException ?? fault).Message.Trim().TrimEnd('.');
        string said = reason.Length > 160 ? reason[..160] : reason;
        if (said.Contains("mapping values are not allowed", StringComparison.OrdinalIgnoreCase))
        {
            remedy = "quote a value that holds `: `, and indent keys of one mapping alike";
        }
        else if (said.Contains("expected", StringComparison.OrdinalIgnoreCase))
        {
            remedy = "look for a missing quote, bracket or `:`, and for indentation that differs";
        }
        return $"not valid YAML: {said}";
    }

    private static (int Line, int Column)? TabbedLine(string text, int first)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (++number < first) continue;
            ReadOnlySpan<char> indent = line[..^line.TrimStart(" \t").Length];
            if (indent.Contains('\t')) return (number, indent.IndexOf('\t') + 1);
        }
        return null;
    }
}
