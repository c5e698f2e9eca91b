using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Router.Web.Words;

/// <summary>
/// What pages say, in one language. Texts come from the file of that language in this program, and over it from one of the same name in
/// the administrator's directory, which need not have every line. What a language has no text for is said in English.
/// </summary>
/// <param name="tag">As `lang` and Accept-Language have it, such as "de" (BCP 47).</param>
internal sealed class Lexicon(string tag, FrozenDictionary<Say, string> texts, Lexicon? otherwise)
{
    public string Tag => tag;

    public string this[Say say] => texts.GetValueOrDefault(say) ?? otherwise?[say] ?? say.ToString();

    /// <summary>A text with something put in. A text without a place for it is said without it.</summary>
    public string With(Say say, string first, string second = "") =>
        this[say].Replace("{0}", first, StringComparison.Ordinal).Replace("{1}", second, StringComparison.Ordinal);

    /// <summary>How long something takes, to the minute, and at least one.</summary>
    public string Span(TimeSpan length)
    {
        if (length.TotalDays >= 2) return With(Say.Days, Number((int)length.TotalDays));
        int minutes = Math.Max(1, (int)Math.Round(length.TotalMinutes));
        return minutes < 60 ? With(Say.Minutes, Number(minutes)) : With(Say.Hours, Number(minutes / 60), Number(minutes % 60));
    }

    /// <summary>A short wait, in seconds below two minutes.</summary>
    public string Wait(TimeSpan length) => length.TotalSeconds < 120 ? $"{Number((int)Math.Ceiling(length.TotalSeconds))} s" : Span(length);

    /// <summary>Octets in the units that people know from their telephones.</summary>
    public static string Volume(long octets) => octets switch
    {
        < 1_000_000 => $"{Number((int)(octets / 1000))} kB",
        < 1_000_000_000 => $"{Number((int)(octets / 1_000_000))} MB",
        _ => string.Create(CultureInfo.InvariantCulture, $"{octets / 1e9:0.0} GB"),
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads `NAME: TEXT` lines. A line that is none, or names nothing that is ever said, is told and passed over.</summary>
    public static Dictionary<Say, string> Read(string text, Action<int, string> complain)
    {
        var texts = new Dictionary<Say, string>();
        int number = 0;
        foreach (ReadOnlySpan<char> written in text.EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = written.Trim();
            if (line.IsEmpty || line[0] == '#') continue;
            int colon = line.IndexOf(':');
            if (colon < 0) complain(number, "it is to be NAME: TEXT");
            else if (!Enum.TryParse(line[..colon].Trim(), ignoreCase: false, out Say say) || !Enum.IsDefined(say) || char.IsAsciiDigit(line[0])) complain(number, $"no page says '{line[..colon]}'");
            else texts[say] = line[(colon + 1)..].Trim().ToString();
        }
        return texts;
    }
}
