using Router.Api.Web;
using Router.Web.Serving;
using Router.Web.Words;

namespace Router.Web.Pages;

/// <summary>Why something cannot be opened: by a web rule, for want of a place, or because of something that went wrong.</summary>
internal static class RefusalPages
{
    /// <param name="visit">Whose page it is.</param>
    /// <param name="rule">The rule that stopped him; null if it is gone by now.</param>
    /// <param name="wanted">What he wanted to open, or null.</param>
    /// <param name="login">Where he can log in, if nobody is logged in on his device; else null.</param>
    public static Markup Blocked(Visit visit, RuleText? rule, Uri? wanted, string? login)
    {
        Lexicon words = visit.Words;
        Markup lead = wanted is null ? default : Markup.Of($"<p>{words.With(Say.BlockedLead, wanted.Host)}</p>\n");
        Markup text = rule?.Text is { } written ? Markup.Paragraphs(written) : default;
        Markup name = rule is null ? default : Markup.Of($"<p><small>{words.With(Say.BlockedRule, rule.Name)}</small></p>\n");
        Markup invitation = login is null ? default : Markup.Of($"<p><a class=\"button\" href=\"{login}\">{words[Say.BlockedLogin]}</a></p>\n");
        return Frame.Write(visit, words[Say.BlockedTitle], Markup.Of($"{lead}{text}{name}{invitation}"));
    }

    /// <summary>The licence has no place free.</summary>
    public static Markup Full(Visit visit) => Plain(visit, Say.FullTitle, Say.FullLead, Say.FullHelp);

    /// <summary>The licence has ended.</summary>
    public static Markup Ended(Visit visit) => Plain(visit, Say.EndedTitle, Say.EndedLead, Say.EndedHelp);

    public static Markup Error(Visit visit, Say what) =>
        Frame.Write(visit, visit.Words[Say.ErrorTitle], Markup.Of($"<p role=\"alert\">{visit.Words[what]}</p>\n"));

    private static Markup Plain(Visit visit, Say title, Say lead, Say help) =>
        Frame.Write(visit, visit.Words[title], Markup.Of($"<p>{visit.Words[lead]}</p>\n<p>{visit.Words[help]}</p>\n"));
}
