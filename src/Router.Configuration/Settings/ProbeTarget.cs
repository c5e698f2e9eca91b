using Router.Forwarding.Rules;

namespace Router.Configuration;

/// <summary>How a probe asks: an ICMP echo, a TCP connection that is closed again at once, a DNS question, a GET over HTTP or HTTPS.</summary>
public enum ProbeKind { Icmp, Tcp, Dns, Web }

/// <summary>Whom a link's probe asks.</summary>
/// <param name="Kind">How.</param>
/// <param name="Host">An address or a name as text, or null for the link's own gateway.</param>
/// <param name="Port">Of TCP, DNS and the web; else 0.</param>
public sealed record ProbeTarget(ProbeKind Kind, string? Host, ushort Port)
{
    /// <summary>The port of name servers (RFC 1035 4.2.1).</summary>
    public const ushort DnsPort = 53;

    public static readonly ProbeTarget Gateway = new(ProbeKind.Icmp, null, 0);

    /// <summary>The name that a DNS server is asked for; null for other kinds.</summary>
    public string? Question { get; init; }

    /// <summary>What a web server is asked, and has to answer; null for other kinds.</summary>
    public WebCheck? Web { get; init; }

    /// <summary>Which addresses of a name are meant; any: IPv4 where the link has it.</summary>
    public RuleFamily Family { get; init; }

    /// <summary>As it is written.</summary>
    public override string ToString() => Kind switch
    {
        ProbeKind.Icmp => Host is null ? "gateway" : $"icmp:{Host}",
        ProbeKind.Tcp => $"tcp:{(Host!.Contains(':') ? $"[{Host}]" : Host)}:{Port}",
        ProbeKind.Dns => $"dns:{Host ?? "gateway"}/{Question}",
        ProbeKind.Web => Web!.Url.OriginalString,
    };
}

/// <summary>What a web server is asked, and what is a right answer.</summary>
/// <param name="Url">http or https, without credentials.</param>
/// <param name="Status">The one status that is right; null for any of 200 to 299.</param>
/// <param name="Text">What has to stand in the body, octet for octet in UTF-8; null if anything may.</param>
public sealed record WebCheck(Uri Url, int? Status, string? Text)
{
    /// <summary>How much of a body is read, octets.</summary>
    public const int MostBody = 16 * 1024;

    public bool IsStatus(int status) => Status is { } one ? status == one : status is >= 200 and <= 299;
}
