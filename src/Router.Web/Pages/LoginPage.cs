using Router.Web.Serving;
using Router.Web.Words;

namespace Router.Web.Pages;

/// <summary>Name and password.</summary>
internal static class LoginPage
{
    /// <param name="visit">Whose page it is.</param>
    /// <param name="token">Of the form.</param>
    /// <param name="wanted">Sealed, or null.</param>
    /// <param name="complaint">What went wrong, or null.</param>
    /// <param name="user">What he typed before.</param>
    public static Markup Write(Visit visit, string token, string? wanted, string? complaint = null, string user = "")
    {
        Lexicon words = visit.Words;
        bool again = user.Length > 0;
        Markup name = Markup.Of($"<input id=\"user\" name=\"user\" value=\"{user}\" autocomplete=\"username\" autocapitalize=\"none\" autocorrect=\"off\" spellcheck=\"false\" maxlength=\"256\" required{Focus(!again)}>");
        Markup password = Markup.Of($"<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" maxlength=\"256\" required{Focus(again)}>");
        return Frame.Write(visit, words[Say.LoginTitle], Markup.Of($"""
            {(complaint is null ? default : Frame.Bad(complaint))}<p>{words[Say.LoginLead]}</p>
            <form method="post" action="/login">
            {Frame.Hidden(token, wanted)}
            <label for="user">{words[Say.LoginUser]}</label>
            {name}
            <label for="password">{words[Say.LoginPassword]}</label>
            {password}
            <button type="submit">{words[Say.LoginButton]}</button>
            </form>

            """));
    }

    private static Markup Focus(bool here) => here ? Markup.Of($" autofocus") : default;
}
