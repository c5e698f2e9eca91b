using Router.Configuration.Layers;
using Router.Configuration.Reference;

namespace Router.Configuration.Reading;

/// <summary>Reads the `welcome` of a zone. The password stands there in plain text: it is told to every guest, and lets nobody in anywhere else.</summary>
internal static class WelcomeReader
{
    private const int MostTextLetters = 4000;
    private const int MostPasswordLetters = 100;

    private static readonly KeySet s_keys = new(LinkParts.Welcome);

    public static WelcomeSettings Read(Setting setting)
    {
        var welcome = new WelcomeSettings("", null, TimeSpan.FromHours(8));
        foreach ((string name, Setting value) in setting.Fields(s_keys))
        {
            welcome = name switch
            {
                "text" => welcome with { Text = Text(value, MostTextLetters) ?? "" },
                "password" => welcome with { Password = Text(value, MostPasswordLetters) },
                _ => welcome with { Pass = value.Duration(TimeSpan.FromSeconds(10), TimeSpan.FromDays(365)) ?? welcome.Pass },
            };
        }
        return welcome;
    }

    private static string? Text(Setting value, int most)
    {
        if (value.Text() is not { } text) return null;
        if (text.Length is > 0 && text.Length <= most) return text;
        value.Error($"`{value.Label}` has {text.Length} characters", $"write 1 to {most}");
        return null;
    }
}
