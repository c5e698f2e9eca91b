using System.Net;
using Router.Api.Web;
using Router.Web.Words;

namespace Router.Web.Serving;

/// <summary>What pages are made by: the settings of one moment with the texts and the logo that belong to them. Immutable [S].</summary>
internal sealed record PortalState(WebSettings Settings, Library Library)
{
    /// <summary>The pages' address for somebody who reached us by one of our own.</summary>
    public string HomeFor(IPAddress? local) => $"https://{Settings.Hostname ?? Literal(local)}:{Settings.Https}";

    /// <summary>Whether a Host header names us: by our name, or by the address that was connected to. Another name is somebody else's that
    /// leads here, whose pages could read ours (DNS rebinding).</summary>
    public bool IsOurs(string host, IPAddress? local) =>
        (Settings.Hostname is { } name && host.Equals(name, StringComparison.OrdinalIgnoreCase)) || host == Literal(local);

    private static string Literal(IPAddress? local)
    {
        if (local is null) return "localhost";
        IPAddress plain = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        return plain.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{new IPAddress(plain.GetAddressBytes())}]" : plain.ToString();
    }
}
