using System.Text;

namespace Router.Configuration.Layers.Yaml;

/// <summary>
/// The items of a file's `rules`, as far as indentation alone can tell them apart: a line `rules:` at the margin, and below it lines
/// that begin with `- `, all indented alike. Indentation does not settle it (a quoted text may hold such lines too), so whoever reads
/// a part of them by itself must see that each item ends where it is said to here.
/// </summary>
internal sealed class RuleItems
{
    /// <summary>One item with the comments and empty lines behind it: its characters in the text, and its lines from 1.</summary>
    public readonly record struct Span(Range Text, int Line, int NextLine);

    private readonly List<Span> _items = [];

    private RuleItems(int header, int indent) => (Header, Indent) = (header, indent);

    /// <summary>The line of `rules:`.</summary>
    public int Header { get; }

    /// <summary>Spaces before each dash.</summary>
    public int Indent { get; }

    public int Count => _items.Count;

    public Span this[int index] => _items[index];

    /// <summary>Null where it is not written so: as `rules: [...]`, with tabs, or twice.</summary>
    public static RuleItems? Find(string text)
    {
        // What YAML takes for the end of a line and we do not; and tabs, whose width is anybody's guess.
        if (text.AsSpan().IndexOfAny("\r\t\u0085\u2028\u2029") >= 0) return null;
        RuleItems? items = null;
        int header = 0, line = 0, start = -1, startLine = 0;
        bool ended = false;
        for (int at = 0; at < text.Length; at = EndOfLine(text, at) + 1)
        {
            line++;
            ReadOnlySpan<char> written = text.AsSpan(at, EndOfLine(text, at) - at);
            if (IsHeader(written))
            {
                if (header > 0) return null;
                header = line;
                continue;
            }
            int indent = written.Length - written.TrimStart(' ').Length;
            if (header == 0 || ended || indent == written.Length || written[indent] == '#') continue;
            bool begins = written[indent] == '-' && (indent + 1 == written.Length || written[indent + 1] == ' ');
            if (items is null && !begins) return null;
            items ??= new RuleItems(header, indent);
            if (indent > items.Indent) continue;
            if (start >= 0) items._items.Add(new Span(start..at, startLine, line));
            (start, startLine) = (at, line);
            ended = !begins || indent < items.Indent;
        }
        if (items is not null && !ended) items._items.Add(new Span(start..text.Length, startLine, line + 1));
        return items;
    }

    /// <summary>The text without some items; their lines stay, empty, so that all others keep their numbers.</summary>
    public string Without(string text, Predicate<int> left)
    {
        var rest = new StringBuilder(text.Length);
        int at = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!left(i)) continue;
            (int start, int length) = _items[i].Text.GetOffsetAndLength(text.Length);
            rest.Append(text, at, start - at).Append('\n', _items[i].NextLine - _items[i].Line);
            at = start + length;
        }
        return rest.Append(text, at, text.Length - at).ToString();
    }

    private static int EndOfLine(string text, int at) => text.IndexOf('\n', at) is >= 0 and int end ? end : text.Length;

    private static bool IsHeader(ReadOnlySpan<char> line) =>
        line.StartsWith("rules:") && (line[6..].Trim(' ').IsEmpty || line[6..].TrimStart(' ') is ['#', ..] && line[6] == ' ');
}
