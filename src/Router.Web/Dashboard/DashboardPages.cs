using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Api.Web;
using Router.Api.Web.Dashboard;
using Router.Web.Daemon;
using Router.Web.Serving;
using Router.Web.Sessions;
using Router.Web.Words;

namespace Router.Web.Dashboard;

/// <summary>
/// What is below `/dashboard`, for an administrator in the browser in which he typed his password, and for nobody else:
///
///     GET  /dashboard           the page
///     GET  /dashboard/live      how the router is, as it changes (server-sent events)
///     GET  /dashboard/course    how the links did, for the charts
///     GET  /dashboard/flows     live flows that fit a filter
///     GET  /dashboard/events    what happened
///     POST /dashboard/act       one of five acts, with the page's token
///
/// routerd looks again, with each question, whether he is one.
/// </summary>
internal sealed class DashboardPages(RouterClient router, Seal seal, SessionTable sessions, LiveHub hub, SharedAnswers answers, TimeProvider time)
{
    private const string Json = "application/json; charset=utf-8";
    private const int MostText = 200;

    // Then the browser asks anew, and everything is looked at again; the page's token, too, is younger than its life.
    private static readonly TimeSpan StreamLife = TimeSpan.FromMinutes(30);

    private static readonly string[] s_flowFields = ["host", "port", "protocol", "link", "user", "rule", "sort"];

    public Task AnswerAsync(Visit visit, string path)
    {
        bool isPost = HttpMethods.IsPost(visit.Context.Request.Method);
        bool isHis = sessions.Find(visit.SessionSecret, visit.Visitor, visit.Now) is not null;
        if (!isHis || !visit.Visitor.IsAdministrator)
        {
            if (path != "/dashboard") return RefuseAsync(visit, StatusCodes.Status403Forbidden, "Only for administrators.");
            return isHis ? PortalPages.ErrorAsync(visit, Say.DashboardOnly, StatusCodes.Status403Forbidden) : Answer.GoAsync(visit.Context, $"/login?to={WantedPage.Dashboard}");
        }
        return (path, isPost) switch
        {
            ("/dashboard", false) => Answer.DashboardAsync(visit.Context, DashboardPage.Write(visit, Forms.Token(seal, visit))),
            ("/dashboard/live", false) => StreamAsync(visit),
            ("/dashboard/course", false) => ShareAsync(visit, PortalPath.Course, "span"),
            ("/dashboard/flows", false) => ShareAsync(visit, PortalPath.Flows, s_flowFields),
            ("/dashboard/events", false) => ShareAsync(visit, PortalPath.Events, "link"),
            ("/dashboard/act", true) => ActAsync(visit),
            _ => PortalPages.ErrorAsync(visit, Say.ErrorNotFound, StatusCodes.Status404NotFound),
        };
    }

    private static Task RefuseAsync(Visit visit, int status, string why) =>
        Answer.TextAsync(visit.Context, JsonSerializer.Serialize(new ErrorReport { Error = why }, PortalJson.Wire.ErrorReport), Json, status);

    private async Task ShareAsync(Visit visit, string path, params string[] fields)
    {
        var query = new StringBuilder();
        if (path == PortalPath.Flows) query.Append("limit=200");
        foreach (string field in fields)
        {
            string value = visit.Context.Request.Query[field].ToString();
            if (value.Length > MostText) value = value[..MostText];
            if (value.Length > 0) query.Append(CultureInfo.InvariantCulture, $"{(query.Length > 0 ? "&" : "")}{field}={Uri.EscapeDataString(value)}");
        }
        try
        {
            byte[] body = await answers.AskAsync(path, query.ToString(), visit.Address);
            await Answer.TextAsync(visit.Context, Encoding.UTF8.GetString(body), Json);
        }
        catch (RouterSilent silent)
        {
            await RefuseAsync(visit, silent.IsRefusal ? StatusCodes.Status400BadRequest : StatusCodes.Status503ServiceUnavailable, silent.Sentence);
        }
    }

    private async Task StreamAsync(Visit visit)
    {
        if (hub.Enter(visit.Address) is not { } viewer)
        {
            await RefuseAsync(visit, StatusCodes.Status503ServiceUnavailable, "Too many look already.");
            return;
        }
        using var life = new CancellationTokenSource(StreamLife, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(life.Token, visit.Context.RequestAborted);
        try
        {
            string token = Forms.Token(seal, visit);
            Answer.BeginStream(visit.Context);
            Stream body = visit.Context.Response.Body;
            await body.WriteAsync(LiveHub.Event("token", Encoding.ASCII.GetBytes(token)), end.Token);
            await body.FlushAsync(end.Token);
            await foreach (byte[] news in viewer.Events.Reader.ReadAllAsync(end.Token))
            {
                await body.WriteAsync(news, end.Token);
                await body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The browser has gone, or is to come back.
        }
        finally
        {
            hub.Leave(viewer);
        }
    }

    private async Task ActAsync(Visit visit)
    {
        if (await Forms.ReadAsync(seal, visit) is not { } form)
        {
            await TellAsync(visit, new Outcome { Done = false, Refusal = "old", Sentence = visit.Words[Say.FormOld] }, StatusCodes.Status403Forbidden);
            return;
        }
        _ = int.TryParse(form["seconds"], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds);
        var order = new ActOrder { Address = visit.Address, Act = form["act"].ToString(), Subject = form["subject"], Link = form["link"], Flows = form["flows"] == "yes", Seconds = seconds };
        try
        {
            await TellAsync(visit, await router.ActAsync(order), StatusCodes.Status200OK);
        }
        catch (RouterSilent silent)
        {
            await TellAsync(visit, new Outcome { Done = false, Refusal = "refused", Sentence = silent.Sentence }, StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static Task TellAsync(Visit visit, Outcome outcome, int status) => Answer.TextAsync(visit.Context, JsonSerializer.Serialize(outcome, PortalJson.Wire.Outcome), Json, status);
}
