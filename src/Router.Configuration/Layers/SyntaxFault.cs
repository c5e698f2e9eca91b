using YamlDotNet.Core;

namespace Router.Configuration.Layers;

/// <summary>Turns the parser's complaint into a sentence with a remedy, for the mistakes that people do make.</summary>
internal static class SyntaxFault
{
    public static string Describe(YamlException fault, string text, out string remedy)
    {
        string line = LineOf(text, fault.Start.Line);
        string indent = line[..^line.TrimStart(' ', '\t').Length];
        if (indent.Contains('\t'))
        {
            remedy = "indent with spaces";
            return "a tab cannot indent YAML";
        }
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

    private static string LineOf(string text, long number)
    {
        ReadOnlySpan<char> rest = text;
        foreach (Range range in rest.Split('\n'))
        {
            if (--number <= 0) return rest[range].ToString();
        }
        return "";
    }
}
