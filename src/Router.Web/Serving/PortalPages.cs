using System.Globalization;
using Microsoft.AspNetCore.Http;
using Router.Api.Web;
using Router.Web.Daemon;
using Router.Web.Dashboard;
using Router.Web.Pages;
using Router.Web.Sessions;
using Router.Web.Words;

namespace Router.Web.Serving;

/// <summary>
/// The pages behind HTTPS, by path; and of those, on the HTTP port, what needs no secret: the landing, the refusals, and the welcome of a
/// zone that asks no password. There a telephone that does not know our certificate sees a page and not a warning.
/// </summary>
internal sealed class PortalPages(RouterClient router, Seal seal, SessionTable sessions, Logins logins, DashboardPages dashboard)
{
    public Task AnswerAsync(Visit visit, string path)
    {
        string method = visit.Context.Request.Method;
        bool isGet = HttpMethods.IsGet(method) || HttpMethods.IsHead(method), isPost = HttpMethods.IsPost(method);
        if (!isGet && !isPost) return ErrorAsync(visit, Say.ErrorBad, StatusCodes.Status405MethodNotAllowed);
        if (!visit.IsSecure && path is not ("/go" or "/blocked" or "/refused") && !(path == "/welcome" && visit.Zone?.Welcome is { AsksPassword: false }))
        {
            return Answer.GoAsync(visit.Context, visit.Home + (isGet && path is "/login" or "/welcome" ? path : "/"), StatusCodes.Status302Found);
        }
        if (path == "/dashboard" || path.StartsWith("/dashboard/", StringComparison.Ordinal)) return dashboard.AnswerAsync(visit, path);
        return (path, isPost) switch
        {
            ("/", false) => StatusAsync(visit, default),
            ("/go", false) => LandAsync(visit),
            ("/login", false) => logins.ShowAsync(visit, visit.Context.Request.Query["to"]),
            ("/login", true) => logins.PostAsync(visit),
            ("/logout", true) => LogoutAsync(visit),
            ("/drop", true) => DropAsync(visit),
            ("/welcome", false) => WelcomeAsync(visit, visit.Context.Request.Query["to"], null),
            ("/welcome", true) => WelcomedAsync(visit),
            ("/captive-portal/api", false) => CaptiveApi.AnswerAsync(visit),
            _ => ErrorAsync(visit, Say.ErrorNotFound, StatusCodes.Status404NotFound),
        };
    }

    public static Task ErrorAsync(Visit visit, Say what, int status) => Answer.PageAsync(visit.Context, RefusalPages.Error(visit, what), status);

    /// <summary>Where the path leads those it holds back: `/go?why=...&amp;to=URL&amp;rule=N`.</summary>
    private async Task LandAsync(Visit visit)
    {
        IQueryCollection query = visit.Context.Request.Query;
        Uri? wanted = WantedPage.Read(query["to"]);
        string onward = wanted is null ? "" : $"?to={Uri.EscapeDataString(WantedPage.Close(seal, visit.Address, wanted, visit.Now))}";
        switch (query["why"].ToString())
        {
            case "login" or "welcome" when visit.Visitor.Lacks == "nothing":
                // He may already, so nothing is followed for him: this may be a link that somebody made.
                await Answer.GoAsync(visit.Context, visit.Home + "/", StatusCodes.Status302Found);
                break;
            case "login":
                await Answer.GoAsync(visit.Context, $"{visit.Home}/login{onward}", StatusCodes.Status302Found);
                break;
            case "welcome":
                await Answer.GoAsync(visit.Context, (visit.Zone?.Welcome is { AsksPassword: false } ? "" : visit.Home) + "/welcome" + onward, StatusCodes.Status302Found);
                break;
            case "web":
                RuleText? rule = int.TryParse(query["rule"], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? await router.RuleAsync(number) : null;
                string? login = visit.Visitor.User is null && visit.Visitor.Zone is not null && visit.Zone?.Welcome is null ? $"{visit.Home}/login{onward}" : null;
                await Answer.PageAsync(visit.Context, RefusalPages.Blocked(visit, rule, wanted, login), StatusCodes.Status403Forbidden);
                break;
            case "licence":
                await Answer.PageAsync(visit.Context, RefusalPages.Full(visit), StatusCodes.Status403Forbidden);
                break;
            case "ended":
                await Answer.PageAsync(visit.Context, RefusalPages.Ended(visit), StatusCodes.Status403Forbidden);
                break;
            default:
                await ErrorAsync(visit, Say.ErrorBad, StatusCodes.Status400BadRequest);
                break;
        }
    }

    private Task StatusAsync(Visit visit, Markup news)
    {
        Visitor visitor = visit.Visitor;
        string? closed = visit.Context.Request.Query["to"];
        if (visitor.User is null && visitor.Lacks is "login" or "welcome")
        {
            return Answer.GoAsync(visit.Context, $"/{visitor.Lacks}{(closed is null ? "" : $"?to={Uri.EscapeDataString(closed)}")}", StatusCodes.Status302Found);
        }
        bool isHis = sessions.Find(visit.SessionSecret, visitor, visit.Now) is not null;
        return Answer.PageAsync(visit.Context, StatusPage.Write(visit, Forms.Token(seal, visit), isHis, news, WantedPage.Open(seal, visit.Address, closed, visit.Now)));
    }

    private async Task LogoutAsync(Visit visit)
    {
        if (await Forms.ReadAsync(seal, visit) is null)
        {
            await StatusAsync(visit, Frame.Bad(visit.Words[Say.FormOld]));
            return;
        }
        await router.LogoutAsync(new LogoutOrder { Address = visit.Address });
        sessions.End(visit.SessionSecret);
        visit.DropSession();
        Visitor after = visit.Visitor with { User = null, Method = null, Since = null, Until = null, Devices = [], Lacks = "nothing" };
        await Answer.PageAsync(visit.Context, StatusPage.Write(visit.As(after), Forms.Token(seal, visit), false, Frame.Good(visit.Words[Say.StatusLoggedOut]), null));
    }

    // Only in the browser in which he typed his password: a device that is taken for his by its address is not enough.
    private async Task DropAsync(Visit visit)
    {
        IFormCollection? form = await Forms.ReadAsync(seal, visit);
        if (form is null || sessions.Find(visit.SessionSecret, visit.Visitor, visit.Now) is null)
        {
            await StatusAsync(visit, Frame.Bad(visit.Words[form is null ? Say.FormOld : Say.DevicesAgain]));
            return;
        }
        string device = form["device"].ToString();
        bool isKnown = visit.Visitor.Devices.Any(one => one.Id == device && !one.IsThis);
        bool isDone = isKnown && (await router.DropAsync(new DropOrder { Address = visit.Address, Device = device })).Done;
        Visitor after = await router.LookAsync(System.Net.IPAddress.Parse(visit.Address));
        await StatusAsync(visit.As(after), isDone ? Frame.Good(visit.Words[Say.DevicesDropped]) : Frame.Bad(visit.Words[Say.DevicesNotDropped]));
    }

    private Task WelcomeAsync(Visit visit, string? wanted, string? complaint, int status = StatusCodes.Status200OK) =>
        visit.Zone?.Welcome is { } welcome
            ? Answer.PageAsync(visit.Context, WelcomePage.Write(visit, welcome, Forms.Token(seal, visit), wanted, complaint), status)
            : ErrorAsync(visit, Say.WelcomeNone, StatusCodes.Status404NotFound);

    private async Task WelcomedAsync(Visit visit)
    {
        IFormCollection? form = await Forms.ReadAsync(seal, visit);
        if (form is null)
        {
            await WelcomeAsync(visit, null, visit.Words[Say.FormOld], StatusCodes.Status403Forbidden);
            return;
        }
        string? wanted = form["to"], password = form["password"];
        (TimeSpan wait, Outcome? outcome) = await logins.WelcomeAsync(visit, password);
        if (outcome is null)
        {
            await WelcomeAsync(visit, wanted, visit.Words.With(Say.LoginWait, visit.Words.Wait(wait)), StatusCodes.Status429TooManyRequests);
        }
        else if (!outcome.Done)
        {
            await WelcomeAsync(visit, wanted, visit.Words[outcome.Refusal == "wrong-password" ? Say.WelcomeWrong : Say.WelcomeNone], StatusCodes.Status403Forbidden);
        }
        else
        {
            Visitor after = await router.LookAsync(System.Net.IPAddress.Parse(visit.Address));
            Visit then = visit.As(after);
            Uri? onward = WantedPage.Open(seal, visit.Address, wanted, visit.Now);
            await Answer.PageAsync(visit.Context, StatusPage.Write(then, Forms.Token(seal, then), false, default, onward));
        }
    }
}
