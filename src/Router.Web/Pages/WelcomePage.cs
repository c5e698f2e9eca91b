using Router.Api.Web;
using Router.Web.Serving;
using Router.Web.Words;

namespace Router.Web.Pages;

/// <summary>What guests are shown before they are let in: the administrator's text, for how long, and perhaps a password to type.</summary>
internal static class WelcomePage
{
    public static Markup Write(Visit visit, WebWelcome welcome, string token, string? wanted, string? complaint = null)
    {
        Lexicon words = visit.Words;
        Markup password = welcome.AsksPassword ? Markup.Of($"""
            <label for="password">{words[Say.WelcomePassword]}</label>
            <input id="password" name="password" type="password" autocomplete="off" maxlength="256" required autofocus>

            """) : default;
        return Frame.Write(visit, words[Say.WelcomeTitle], Markup.Of($"""
            {(complaint is null ? default : Frame.Bad(complaint))}{Markup.Paragraphs(welcome.Text)}<p>{words.With(Say.WelcomePass, words.Span(TimeSpan.FromSeconds(welcome.PassSeconds)))}</p>
            <form method="post" action="/welcome">
            {Frame.Hidden(token, wanted)}
            {password}<button type="submit">{words[Say.WelcomeButton]}</button>
            </form>

            """));
    }
}
