using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Router.Api;
using Router.Daemon.Systemd;

namespace Router.Daemon.Control;

/// <summary>
/// The control socket's requests: find the verb, read the query, ask the daemon. The verbs are the `switch` of
/// <see cref="AnswerAsync"/>; nothing is registered elsewhere.
///
/// Only files that are sent to be applied or checked are bodies that mean anything; the server bounds whatever is sent.
/// </summary>
internal sealed class ControlRequests(ControlVerbs verbs, Journal journal) : SocketRequests("control", journal)
{
    private readonly SemaphoreSlim _reload = new(1);

    public override void Dispose()
    {
        _reload.Dispose();
        base.Dispose();
    }

    protected override Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        ExpectMethod(context, path);
        bool isPost = HttpMethods.IsPost(context.Request.Method), isCheck = path == ControlPath.Check && isPost;
        if (path != ControlPath.Apply && path != ControlPath.Diff && !isCheck) ExpectNoLongBody(context.Request);
        IQueryCollection query = context.Request.Query;
        if (path is not (ControlPath.Flows or ControlPath.Hosts or ControlPath.Top or ControlPath.KillFlows or ControlPath.MoveHost or ControlPath.FreePlace or ControlPath.Login or ControlPath.Logout or ControlPath.Explain or ControlPath.Why or ControlPath.Capture or ControlPath.Apply
            or ControlPath.Events or ControlPath.Past or ControlPath.Drill or ControlPath.Diff or ControlPath.KeptFiles or ControlPath.Rollback)) Queries.None(query);
        ControlJson json = ControlJson.Wire;
        return path switch
        {
            ControlPath.Status => SendAsync(context, verbs.Status(), json.StatusReport),
            ControlPath.Links => SendAsync(context, verbs.Links(), json.IReadOnlyListLinkReport),
            ControlPath.Flows => SendAsync(context, verbs.Flows(Queries.Flows(query)), json.IReadOnlyListFlowReport),
            ControlPath.KillFlows => SendAsync(context, verbs.KillFlows(Queries.Kill(query)), json.KillReport),
            ControlPath.Hosts => SendAsync(context, verbs.Hosts(Queries.Hosts(query)), json.IReadOnlyListHostReport),
            ControlPath.Top => SendAsync(context, verbs.Top(Queries.Top(query)), json.TopReport),
            ControlPath.MoveHost => SendAsync(context, verbs.MoveHost(Queries.Move(query)), json.MoveReport),
            ControlPath.Rules => SendAsync(context, verbs.Rules(), json.IReadOnlyListRuleReport),
            ControlPath.Web => SendAsync(context, verbs.Web(), json.WebReport),
            ControlPath.License => SendAsync(context, verbs.License(), json.LicenseReport),
            ControlPath.FreePlace => SendAsync(context, verbs.FreePlace(Queries.Device(query)), json.FreedReport),
            ControlPath.Users => SendAsync(context, verbs.Users(), json.UsersReport),
            ControlPath.Login => SendAsync(context, verbs.Login(Queries.Login(query)), json.LoginChange),
            ControlPath.Logout => SendAsync(context, verbs.Logout(Queries.Login(query)), json.LoginChange),
            ControlPath.Check => isCheck ? CheckAsync(context) : SendAsync(context, verbs.Check(), json.CheckReport),
            ControlPath.Explain => SendAsync(context, verbs.Explain(Queries.Explain(query)), json.ExplainReport),
            ControlPath.Why => SendAsync(context, verbs.Why(Queries.Why(query)), json.IReadOnlyListWhyReport),
            ControlPath.Events => EventsAsync(context, Queries.Events(query)),
            ControlPath.Past => SendAsync(context, verbs.Past(Queries.Past(query)), json.IReadOnlyListPastReport),
            ControlPath.Capture => StreamAsync(context, "application/x-pcapng", verbs.Capture(Queries.Capture(query))),
            ControlPath.Drill => SendAsync(context, HttpMethods.IsPost(context.Request.Method) ? verbs.Drill(Queries.Drill(query)) : verbs.LastDrill() ?? throw NoDrill("There was no drill since routerd started."), json.DrillReport),
            ControlPath.StopDrill => SendAsync(context, verbs.StopDrill() ?? throw NoDrill("No drill is on."), json.DrillReport),
            ControlPath.Reload => ChangeAsync(context, verbs.Reload),
            ControlPath.Apply => ApplyAsync(context, ChangeQueries.Apply(query)),
            ControlPath.Diff => DiffAsync(context, ChangeQueries.Diff(query, isPost), isPost),
            ControlPath.Kept => SendAsync(context, verbs.Kept(), json.IReadOnlyListKeptReport),
            ControlPath.KeptFiles => SendAsync(context, verbs.KeptFiles(ChangeQueries.Number(query)), json.IReadOnlyListCheckedFile),
            ControlPath.Rollback => RollbackAsync(context, ChangeQueries.Rollback(query)),
            ControlPath.Confirm => SendAsync(context, verbs.Confirm()
                ? new ConfirmReport { Confirmed = true }
                : throw new RefusedRequest(StatusCodes.Status409Conflict, "nothing waits to be confirmed: it was confirmed, or taken back, before."), json.ConfirmReport),
            _ => throw Unknown(path),
        };
    }

    private async Task ApplyAsync(HttpContext context, ApplyQuery query)
    {
        byte[] text = await ReadBodyAsync(context, "the file", ControlPath.MostFileOctets);
        await ChangeAsync(context, () => verbs.Apply(text, query));
    }

    private Task RollbackAsync(HttpContext context, RollbackQuery query) => ChangeAsync(context, () => verbs.Rollback(query));

    private async Task DiffAsync(HttpContext context, DiffQuery query, bool isPost)
    {
        byte[]? text = isPost ? await ReadBodyAsync(context, "the file", ControlPath.MostFileOctets) : null;
        await SendAsync(context, verbs.Diff(query, text), ControlJson.Wire.DiffReport);
    }

    private async Task CheckAsync(HttpContext context)
    {
        byte[] body = await ReadBodyAsync(context, "a list of files", ControlPath.MostFileOctets);
        IReadOnlyList<CheckedFile>? files;
        try
        {
            files = JsonSerializer.Deserialize(body, ControlJson.Wire.IReadOnlyListCheckedFile);
        }
        catch (JsonException fault)
        {
            throw new RefusedRequest(StatusCodes.Status400BadRequest, $"The body is to be a list of files: {fault.Message}");
        }
        if (files is not { Count: > 0 } || files.Any(file => file is not { Name: not null, Text: not null }))
        {
            throw new RefusedRequest(StatusCodes.Status400BadRequest, "The body is to be a list of files, each with its name and text; one at least.");
        }
        await SendAsync(context, verbs.CheckFiles(files), ControlJson.Wire.CheckReport);
    }

    /// <summary>Changes come one after the other, so that the answer is about the file as it was after the request came in.</summary>
    private async Task ChangeAsync(HttpContext context, Func<ReloadReport> change)
    {
        await _reload.WaitAsync(context.RequestAborted);
        ReloadReport report;
        try
        {
            report = change();
        }
        finally
        {
            _reload.Release();
        }
        await SendAsync(context, report, ControlJson.Wire.ReloadReport);
    }

    private Task EventsAsync(HttpContext context, EventQuery query) => query.Follow
        ? StreamAsync(context, "application/x-ndjson", verbs.FollowEvents(query))
        : SendAsync(context, verbs.Events(query), ControlJson.Wire.IReadOnlyListEventReport);

    private static async Task StreamAsync(HttpContext context, string type, Func<Stream, CancellationToken, Task> write)
    {
        context.Response.ContentType = type;
        await write(context.Response.Body, context.RequestAborted);
    }

    private static void ExpectMethod(HttpContext context, string path)
    {
        string expected = path switch
        {
            ControlPath.Status or ControlPath.Links or ControlPath.Flows or ControlPath.Hosts or ControlPath.Top
                or ControlPath.Rules or ControlPath.Web or ControlPath.License or ControlPath.Users or ControlPath.Check or ControlPath.Explain or ControlPath.Why or ControlPath.Capture
                or ControlPath.Events or ControlPath.Past or ControlPath.Kept or ControlPath.KeptFiles => HttpMethods.Get,
            ControlPath.Drill or ControlPath.Diff => HttpMethods.IsPost(context.Request.Method) ? HttpMethods.Post : HttpMethods.Get,
            ControlPath.StopDrill or ControlPath.Reload or ControlPath.Rollback or ControlPath.Apply or ControlPath.Confirm or ControlPath.KillFlows or ControlPath.MoveHost or ControlPath.FreePlace or ControlPath.Login or ControlPath.Logout => HttpMethods.Post,
            _ => throw Unknown(path),
        };
        if (context.Request.Method == expected || (path == ControlPath.Check && HttpMethods.IsPost(context.Request.Method))) return;
        context.Response.Headers.Allow = expected;
        throw new RefusedRequest(StatusCodes.Status405MethodNotAllowed, $"{path} is asked by {expected}.");
    }

    private static RefusedRequest NoDrill(string why) => new(StatusCodes.Status404NotFound, why);
}
