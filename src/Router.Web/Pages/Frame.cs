using Router.Web.Serving;
using Router.Web.Words;

namespace Router.Web.Pages;

/// <summary>What is around every page: one heading, one main part, a link to it for keyboards, whom to ask.</summary>
internal static class Frame
{
    /// <param name="visit">Whose page it is.</param>
    /// <param name="title">Heading and title, without markup.</param>
    /// <param name="body">What is below the heading.</param>
    /// <param name="onward">Where the page leads by itself after a second, or null.</param>
    public static Markup Write(Visit visit, string title, Markup body, Uri? onward = null)
    {
        Lexicon words = visit.Words;
        Markup refresh = onward is null ? default : Markup.Of($"<meta http-equiv=\"refresh\" content=\"1; url={onward.AbsoluteUri}\">\n");
        Markup logo = visit.Library.Logo is null ? default : Markup.Of($"<img src=\"/logo\" alt=\"\">");
        Markup contact = visit.Settings.Contact is { } who ? Markup.Of($"<p>{words.With(Say.Contact, who)}</p>") : default;
        return Markup.Of($"""
            <!DOCTYPE html>
            <html lang="{words.Tag}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title}</title>
            <link rel="stylesheet" href="/style.css">
            <link rel="icon" href="data:,">
            {refresh}</head>
            <body>
            <a class="skip" href="#content">{words[Say.SkipToContent]}</a>
            <header>{logo}</header>
            <main id="content">
            <h1>{title}</h1>
            {body}</main>
            <footer>{contact}</footer>
            </body>
            </html>

            """);
    }

    /// <summary>A message that a screen reader says at once.</summary>
    public static Markup Bad(string text) => Markup.Of($"<p class=\"bad\" role=\"alert\">{text}</p>\n");

    public static Markup Good(string text) => Markup.Of($"<p class=\"good\" role=\"status\" aria-live=\"polite\">{text}</p>\n");

    /// <summary>What every form carries: its token, and where its owner wanted to go.</summary>
    public static Markup Hidden(string token, string? wanted) => Markup.Of(
        $"<input type=\"hidden\" name=\"form\" value=\"{token}\">{(wanted is null ? default : Markup.Of($"<input type=\"hidden\" name=\"to\" value=\"{wanted}\">"))}");
}
