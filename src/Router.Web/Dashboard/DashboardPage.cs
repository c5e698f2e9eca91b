using System.Collections.Frozen;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Router.Web.Serving;

namespace Router.Web.Dashboard;

/// <summary>
/// The dashboard's one page. It is a file with names in double braces, whose texts are put in escaped; the scripts get all texts of the language
/// as JSON, in a block that is data and not a script, and in which no `&lt;` can end it.
/// </summary>
internal static class DashboardPage
{
    private static readonly string s_page = Encoding.UTF8.GetString(Assets.Read("dashboard.html"));
    private static readonly FrozenDictionary<string, string> s_english = Words("en");
    private static readonly FrozenDictionary<string, string> s_german = Words("de");

    /// <param name="visit">The administrator's.</param>
    /// <param name="token">Of its forms.</param>
    public static string Write(Visit visit, string token)
    {
        bool isGerman = visit.Words.Tag.StartsWith("de", StringComparison.OrdinalIgnoreCase);
        FrozenDictionary<string, string> words = isGerman ? s_german : s_english;
        var page = new StringBuilder(s_page.Length * 2);
        ReadOnlySpan<char> rest = s_page;
        for (int open; (open = rest.IndexOf("{{")) >= 0;)
        {
            int close = rest.IndexOf("}}");
            string name = rest[(open + 2)..close].ToString();
            page.Append(rest[..open]).Append(name == "words" ? Json(words) : HtmlEncoder.Default.Encode(name switch
            {
                "lang" => isGerman ? "de" : "en",
                "form" => token,
                "who" => visit.Visitor.User ?? "",
                _ => words[name],
            }));
            rest = rest[(close + 2)..];
        }
        return page.Append(rest).ToString();
    }

    /// <summary>The texts of a language, by name.</summary>
    internal static FrozenDictionary<string, string> Words(string language) =>
        Encoding.UTF8.GetString(Assets.Read($"words-{language}.txt")).Split('\n').Where(line => line.Length > 0 && line[0] != '#')
            .ToFrozenDictionary(line => line[..line.IndexOf(':')], line => line[(line.IndexOf(':') + 1)..].Trim());

    // The default encoder of JSON escapes `<`, `>` and `&` too.
    private static string Json(FrozenDictionary<string, string> words)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            foreach ((string name, string text) in words) json.WriteString(name, text);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }
}
