using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Router.Web.Pages;

namespace Router.Web.Serving;

/// <summary>
/// How an answer is written: whole, with its length, and with the headers that keep a page from being framed, guessed at, stored, or given
/// scripts of somebody else. Pages have no script at all, so none is allowed.
/// </summary>
internal static class Answer
{
    private const string Policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static Task PageAsync(HttpContext context, Markup page, int status = StatusCodes.Status200OK)
    {
        context.Response.Headers.CacheControl = "no-store";
        return WriteAsync(context, status, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page.ToString()));
    }

    /// <summary>Something that does not change while the program runs.</summary>
    public static Task FileAsync(HttpContext context, byte[] octets, string type)
    {
        context.Response.Headers.CacheControl = "public, max-age=300";
        return WriteAsync(context, StatusCodes.Status200OK, type, octets);
    }

    /// <summary>JSON or text that is only for whoever asked.</summary>
    public static Task TextAsync(HttpContext context, string text, string type, int status = StatusCodes.Status200OK)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        return WriteAsync(context, status, type, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Sends the browser to another page, by GET (303, RFC 9110 15.4.4). The URL is ours, or has been checked.</summary>
    public static Task GoAsync(HttpContext context, string url, int status = StatusCodes.Status303SeeOther)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = url;
        return WriteAsync(context, status, "text/plain; charset=utf-8", []);
    }

    private static Task WriteAsync(HttpContext context, int status, string type, byte[] body)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) || body.Length == 0 ? Task.CompletedTask : context.Response.Body.WriteAsync(body).AsTask();
    }
}
