using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Router.Web.Pages;

/// <summary>
/// A piece of HTML. It is made of an interpolated string, whose literal parts are ours and go in as they are, and whose holes are
/// somebody else's and are escaped, always:
///
///     Markup.Of($"<p>{name}</p>")
///
/// Only a hole that is itself a <see cref="Markup"/> goes in unescaped. There is no other way to make one, so no page can forget it.
/// Attributes are written in double quotes, which the escaping covers.
/// </summary>
internal readonly struct Markup
{
    private readonly string? _text;

    private Markup(string text) => _text = text;

    public bool IsEmpty => string.IsNullOrEmpty(_text);

    public static Markup Of(Writer text) => new(text.Take());

    /// <summary>One after the other.</summary>
    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part._text)));

    /// <summary>What somebody wrote over several lines: an empty line begins a paragraph.</summary>
    public static Markup Paragraphs(string text) => Join(text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(paragraph => Of($"<p>{paragraph}</p>\n")));

    public override string ToString() => _text ?? "";

    /// <summary>Collects an interpolated string.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Writer(int literals, int holes)
    {
        private readonly StringBuilder _text = new(literals + (holes * 32));

        public void AppendLiteral(string ours) => _text.Append(ours);

        public void AppendFormatted(Markup markup) => _text.Append(markup._text);

        public void AppendFormatted(string? text) => _text.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public void AppendFormatted(int number) => _text.Append(number.ToString(CultureInfo.InvariantCulture));

        public string Take() => _text.ToString();
    }
}
