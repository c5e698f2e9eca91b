using System.Net;
using Microsoft.AspNetCore.Http;
using Router.Api.Web;
using Router.Web.Words;

namespace Router.Web.Serving;

/// <summary>One request, and what is known of whoever makes it: what the browser says is text, what routerd says is who he is.</summary>
internal sealed class Visit(HttpContext context, PortalState state, Visitor visitor, long now)
{
    private const string FormCookie = "__Host-form";
    private const string SessionCookie = "__Host-session";

    /// <summary>An address as routerd knows it. A scope belongs to the box's own interfaces, not to the address (RFC 4007 11).</summary>
    public static IPAddress Plain(IPAddress? address) =>
        address is null ? IPAddress.None : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    /// <summary>The same request, after something has changed about the visitor.</summary>
    public Visit As(Visitor changed) => new(context, state, changed, now);

    public HttpContext Context => context;

    public WebSettings Settings => state.Settings;

    public Library Library => state.Library;

    public Visitor Visitor => visitor;

    public string Address => visitor.Address;

    /// <summary>Seconds since 1970.</summary>
    public long Now => now;

    public bool IsSecure => context.Request.IsHttps;

    public Lexicon Words { get; } = state.Library.Choose(context.Request.Headers.AcceptLanguage);

    public WebZone? Zone => Settings.Zones.FirstOrDefault(zone => zone.Name == visitor.Zone);

    /// <summary>By what failures are counted: the device, or where that cannot be seen, its address, or its IPv6 network.</summary>
    public string Device => visitor.Mac ?? Network(IPAddress.Parse(visitor.Address));

    /// <summary>Where the pages are, for this visitor: never what he says that our name is.</summary>
    public string Home => state.HomeFor(context.Connection.LocalIpAddress);

    /// <summary>What ties a form to this browser; made when it has none.</summary>
    public string FormNonce()
    {
        if (!IsSecure) return "";
        if (context.Request.Cookies[FormCookie] is { Length: > 20 and < 100 } known) return known;
        if (context.Items[FormCookie] is string made) return made;
        string fresh = Sessions.Seal.Random();
        context.Items[FormCookie] = fresh;
        context.Response.Cookies.Append(FormCookie, fresh, Cookie());
        return fresh;
    }

    public string? SessionSecret => IsSecure ? context.Request.Cookies[SessionCookie] : null;

    public void KeepSession(string secret) => context.Response.Cookies.Append(SessionCookie, secret, Cookie());

    public void DropSession() => context.Response.Cookies.Delete(SessionCookie, Cookie());

    // `__Host-`: only over HTTPS, only from this host, for all of it (RFC 6265bis 4.1.3.2). Lax, as people come here from other sites.
    private static CookieOptions Cookie() => new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, Path = "/" };

    private static string Network(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
        ? address.ToString() : Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8));
}
