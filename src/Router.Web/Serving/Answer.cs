using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Router.Web.Pages;

namespace Router.Web.Serving;

/// <summary>
/// How an answer is written: whole, with its length, and with the headers that keep a page from being framed, guessed at, stored, or given
/// scripts of somebody else. Pages have no script at all, so none is allowed; but for the dashboard, which has files of its own, and may ask us.
/// </summary>
internal static class Answer
{
    private const string Policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const string DashboardPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    /// <summary>The page with scripts.</summary>
    public static Task DashboardAsync(HttpContext context, string page)
    {
        context.Response.Headers.CacheControl = "no-store";
        return WriteAsync(context, StatusCodes.Status200OK, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page), DashboardPolicy);
    }

    /// <summary>A file that a browser may keep, if it asks each time whether it is still the right one.</summary>
    public static Task AssetAsync(HttpContext context, byte[] octets, string type, int status)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return WriteAsync(context, status, type, octets);
    }

    /// <summary>Begins an answer of which more comes as it happens (WHATWG HTML 9.2).</summary>
    public static void BeginStream(HttpContext context)
    {
        Protect(context.Response.Headers, Policy);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "text/event-stream";
    }

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

    private static void Protect(IHeaderDictionary headers, string policy)
    {
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static Task WriteAsync(HttpContext context, int status, string type, byte[] body, string policy = Policy)
    {
        Protect(context.Response.Headers, policy);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        // A 304 has no body, and a length of 0 would be that of the file (RFC 9110 8.6).
        if (status != StatusCodes.Status304NotModified) context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) || body.Length == 0 ? Task.CompletedTask : context.Response.Body.WriteAsync(body).AsTask();
    }
}
