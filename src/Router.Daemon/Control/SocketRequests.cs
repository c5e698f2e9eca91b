using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Router.Api;
using Router.Daemon.Systemd;

namespace Router.Daemon.Control;

/// <summary>
/// One request on one of the daemon's sockets, from its line to its answer; which verbs there are, each socket says for itself.
///
/// An answer is serialized whole before its first octet is sent, so a verb that throws still gets a proper error: a sentence in JSON,
/// and a line in the journal where it is a bug and not the fault of whoever asked.
/// </summary>
/// <param name="name">Of the socket, for the journal.</param>
internal abstract class SocketRequests(string name, Journal journal) : IHttpApplication<HttpContext>, IDisposable
{

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (RefusedRequest refused)
        {
            await WriteAsync(context, refused.Status, new ErrorReport { Error = refused.Message }, ControlJson.Wire.ErrorReport);
        }
        catch (Exception fault) when (!context.RequestAborted.IsCancellationRequested)
        {
            journal.Write(Catalog.ControlFault, Priority.Error, $"{name}: {context.Request.Method} {context.Request.Path} failed: {fault}");
            var report = new ErrorReport { Error = $"routerd failed to answer: {fault.Message} (see journalctl -u routerd)." };
            await WriteAsync(context, StatusCodes.Status500InternalServerError, report, ControlJson.Wire.ErrorReport);
        }
        catch (OperationCanceledException)
        {
            // Whoever asked has gone; there is nobody to answer.
        }
    }

    public virtual void Dispose()
    {
    }

    /// <summary>Finds the verb and answers.</summary>
    /// <exception cref="RefusedRequest">The request cannot be served as it was asked.</exception>
    protected abstract Task AnswerAsync(HttpContext context);

    protected static async Task<byte[]> ReadBodyAsync(HttpContext context, string what, long mostOctets)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = mostOctets;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0) throw new RefusedRequest(StatusCodes.Status400BadRequest, $"The body is to be {what}, and it is empty.");
        return body.ToArray();
    }

    /// <summary>Most verbs read no body; a small one is passed over, a long one is not even read.</summary>
    protected static void ExpectNoLongBody(HttpRequest request)
    {
        if (request.ContentLength is null or <= ControlServer.MostBodyOctets) return;
        throw new RefusedRequest(StatusCodes.Status413PayloadTooLarge, $"A request may carry {ControlServer.MostBodyOctets} octets, not {request.ContentLength}.");
    }

    protected static RefusedRequest Unknown(string path) =>
        new(StatusCodes.Status404NotFound, $"There is no verb '{path}'; this routerd may be older than the one who asks.");

    protected static Task SendAsync<T>(HttpContext context, T report, JsonTypeInfo<T> type) =>
        WriteAsync(context, StatusCodes.Status200OK, report, type);

    private static async Task WriteAsync<T>(HttpContext context, int status, T report, JsonTypeInfo<T> type)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(report, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
