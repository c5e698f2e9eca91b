using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Router.Api.Web;
using Router.Web.Daemon;
using Router.Web.Dashboard;
using Router.Web.Listening;
using Router.Web.Metrics;
using Router.Web.Pages;
using Router.Web.Words;

namespace Router.Web.Serving;

/// <summary>
/// Every request, on either port, from its head to its answer: whose name it was sent to, the files that need no visitor, who it is, and then
/// the page. Whatever goes wrong becomes a page with a sentence, and a line in the journal if it is ours to mend.
/// </summary>
internal sealed class Portal(PortalPages pages, MetricsPage metrics, RouterClient router, Func<PortalState> state, Log log, TimeProvider time) : IHttpApplication<HttpContext>
{
    private static readonly byte[] Style = ReadStyle();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        PortalState now = state();
        try
        {
            await AnswerAsync(context, now);
        }
        catch (RouterSilent silent)
        {
            log.Error(silent.Message);
            await SorryAsync(context, now, Say.ErrorNoRouter, StatusCodes.Status503ServiceUnavailable);
        }
        catch (Exception bad) when (bad is BadHttpRequestException or InvalidDataException)
        {
            await SorryAsync(context, now, Say.ErrorBad, (bad as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest);
        }
        catch (Exception fault) when (fault is not OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            log.Error($"{context.Request.Method} {context.Request.Path} failed: {fault}");
            await SorryAsync(context, now, Say.ErrorTitle, StatusCodes.Status500InternalServerError);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // Whoever asked has gone.
        }
    }

    private async Task AnswerAsync(HttpContext context, PortalState now)
    {
        string path = context.Request.Path.Value ?? "/";
        IPAddress? local = context.Connection.LocalIpAddress;
        if (path == "/metrics")
        {
            await metrics.AnswerAsync(context, now);
            return;
        }
        if (WebPorts.Of(now.Settings).Metrics is { } alone && alone.Port == context.Connection.LocalPort)
        {
            await Answer.TextAsync(context, "Here are metrics only, at /metrics.\n", "text/plain; charset=utf-8", StatusCodes.Status404NotFound);
            return;
        }
        if (!now.IsOurs(context.Request.Host.Host, local))
        {
            if (!context.Request.IsHttps && CaptiveApi.Probe(path) is { } elsewhere) await ProbeAsync(context, now, elsewhere);
            else await Answer.GoAsync(context, now.HomeFor(local) + "/", StatusCodes.Status302Found);
            return;
        }
        if (Assets.Has(path)) await Assets.AnswerAsync(context, path);
        else if (path == "/style.css") await Answer.FileAsync(context, Style, "text/css; charset=utf-8");
        else if (path == "/logo" && now.Library.Logo is { } logo) await Answer.FileAsync(context, logo.Octets, logo.Type);
        else if (!context.Request.IsHttps && CaptiveApi.Probe(path) is { } probe) await ProbeAsync(context, now, probe);
        else await PageAsync(await MeetAsync(context, now), path);
    }

    private Task PageAsync(Visit visit, string path) =>
        visit.Visitor.Zone is null ? PortalPages.ErrorAsync(visit, Say.ErrorNotHere, StatusCodes.Status403Forbidden) : pages.AnswerAsync(visit, path);

    private async Task ProbeAsync(HttpContext context, PortalState now, (int Status, string Body, string Type) answer)
    {
        Visit visit = await MeetAsync(context, now);
        if (visit.Visitor.Lacks == "nothing") await Answer.TextAsync(context, answer.Body, answer.Type, answer.Status);
        else await Answer.GoAsync(context, visit.Home + "/", StatusCodes.Status302Found);
    }

    private async Task<Visit> MeetAsync(HttpContext context, PortalState now)
    {
        return new Visit(context, now, await router.LookAsync(Visit.Plain(context.Connection.RemoteIpAddress)), time.GetUtcNow().ToUnixTimeSeconds());
    }

    // A page for somebody of whom nothing is known.
    private Task SorryAsync(HttpContext context, PortalState now, Say what, int status)
    {
        if (context.Response.HasStarted) return Task.CompletedTask;
        var nobody = new Visitor { Address = "0.0.0.0", Lacks = "nothing" };
        return PortalPages.ErrorAsync(new Visit(context, now, nobody, time.GetUtcNow().ToUnixTimeSeconds()), what, status);
    }

    private static byte[] ReadStyle()
    {
        using Stream stream = typeof(Portal).Assembly.GetManifestResourceStream("style.css")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
