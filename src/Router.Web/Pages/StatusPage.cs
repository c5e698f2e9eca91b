using Router.Api.Web;
using Router.Web.Serving;
using Router.Web.Words;

namespace Router.Web.Pages;

/// <summary>Who is on this device, since when, and which other devices are his.</summary>
internal static class StatusPage
{
    /// <param name="visit">Whose page it is.</param>
    /// <param name="token">Of its forms.</param>
    /// <param name="isHis">Whether the user typed his password in this browser: only then his other devices are shown.</param>
    /// <param name="news">What has just happened, or nothing.</param>
    /// <param name="onward">Where he wanted to go, or null.</param>
    public static Markup Write(Visit visit, string token, bool isHis, Markup news, Uri? onward)
    {
        Lexicon words = visit.Words;
        Visitor visitor = visit.Visitor;
        Markup further = onward is null ? default
            : Markup.Of($"<p><a class=\"button\" href=\"{onward.AbsoluteUri}\" rel=\"noreferrer\">{words.With(Say.StatusContinue, onward.Host)}</a></p>\n");
        if (visitor.IsAdministrator && isHis) further = Markup.Of($"{further}<p><a class=\"button\" href=\"/dashboard\">{words[Say.DashboardLink]}</a></p>\n");
        Markup body = Markup.Of($"{news}{Who(visit)}{further}{(visitor.User is null ? Offer(visit) : Logout(words, token))}");
        if (visitor.User is not null && isHis) body = Markup.Of($"{body}{Devices(visit, token)}");
        else if (visitor is { User: not null, Devices.Count: > 1 }) body = Markup.Of($"{body}<p><a href=\"/login\">{words[Say.DevicesAgain]}</a></p>\n");
        return Frame.Write(visit, words[Say.StatusTitle], body, onward);
    }

    private static Markup Who(Visit visit)
    {
        (Lexicon words, Visitor visitor) = (visit.Words, visit.Visitor);
        string who = visitor.User is { } user ? words.With(Say.StatusUser, user)
            : visitor.Until is not null ? words[Say.StatusGuest]
            : visitor.Lacks == "nothing" ? words[Say.StatusFree] : words[Say.StatusNobody];
        var now = DateTimeOffset.FromUnixTimeSeconds(visit.Now);
        Markup automatic = visitor.Method == "automatic" ? Markup.Of($"<p>{words[Say.StatusAutomatic]}</p>\n") : default;
        Markup until = visitor.Until is { } end ? Markup.Of($"<p>{words.With(Say.StatusUntil, words.Span(end - now))}</p>\n") : default;
        return Markup.Of($"<p><strong>{who}</strong></p>\n{automatic}{until}");
    }

    private static Markup Offer(Visit visit) =>
        visit.Zone?.Welcome is null ? Markup.Of($"<p><a class=\"button\" href=\"/login\">{visit.Words[Say.StatusLogin]}</a></p>\n") : default;

    private static Markup Logout(Lexicon words, string token) => Markup.Of($"""
        <form method="post" action="/logout">
        {Frame.Hidden(token, null)}
        <button type="submit">{words[Say.StatusLogout]}</button>
        </form>

        """);

    private static Markup Devices(Visit visit, string token)
    {
        Lexicon words = visit.Words;
        return Markup.Of($"""
            <h2 id="devices">{words[Say.DevicesTitle]}</h2>
            <table class="devices" role="table" aria-labelledby="devices">
            <thead><tr><th scope="col">{words[Say.DevicesDevice]}</th><th scope="col">{words[Say.DevicesTime]}</th><th scope="col">{words[Say.DevicesIn]}</th><th scope="col">{words[Say.DevicesOut]}</th><th scope="col">{words[Say.DevicesAction]}</th></tr></thead>
            <tbody>
            {Markup.Join(visit.Visitor.Devices.Select(device => Row(visit, device, token)))}</tbody>
            </table>

            """);
    }

    private static Markup Row(Visit visit, VisitorDevice device, string token)
    {
        Lexicon words = visit.Words;
        string since = words.With(Say.StatusSince, words.Span(DateTimeOffset.FromUnixTimeSeconds(visit.Now) - device.Since));
        string name = device.Addresses is [var first, ..] ? first : device.Id;
        Markup action = device.IsThis ? Markup.Of($"{words[Say.DevicesThis]}") : Markup.Of($"""
            <form method="post" action="/drop">{Frame.Hidden(token, null)}<input type="hidden" name="device" value="{device.Id}"><button class="quiet" type="submit">{words.With(Say.DevicesDrop, name)}</button></form>
            """);
        return Markup.Of($"""
            <tr><th scope="row">{name}<small>{device.Mac}</small></th><td data-name="{words[Say.DevicesTime]}">{since}</td><td data-name="{words[Say.DevicesIn]}">{Volume(device.OctetsIn)}</td><td data-name="{words[Say.DevicesOut]}">{Volume(device.OctetsOut)}</td><td>{action}</td></tr>

            """);
    }

    private static string Volume(long? octets) => octets is { } known ? Lexicon.Volume(known) : "–";
}
