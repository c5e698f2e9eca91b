using System.Globalization;
using System.Net;
using System.Text;
using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Configuration.Reading.Probing;

/// <summary>
/// Reads one item of `targets`:
///
///     gateway   icmp:HOST   tcp:HOST:PORT   dns:SERVER/NAME   http://HOST/PATH   https://HOST/PATH
///     { url: https://HOST/PATH, status: 204, text: OK, family: ipv6 }      { target: "tcp:HOST:443", family: ipv6 }
///
/// HOST is an address (IPv6 in brackets where a port follows) or a name; SERVER may be `gateway` too.
/// </summary>
internal static class TargetReader
{
    private const int MostText = 256;

    private static readonly KeySet Keys = new(LinkParts.Target);

    /// <summary>The target, or null if something is wrong, which has been told.</summary>
    public static ProbeTarget? Read(Setting item) => item.Raw is { } text ? Parse(text, item) : ReadMapping(item);

    private static ProbeTarget? ReadMapping(Setting item)
    {
        ProbeTarget? target = null;
        bool named = false;
        (int? status, string? text, RuleFamily family) = (null, null, RuleFamily.Any);
        foreach ((string name, Setting value) in item.Fields(Keys))
        {
            switch (name)
            {
                case "status":
                    status = value.Number(100, 599);
                    break;
                case "text":
                    text = BodyText(value);
                    break;
                case "family":
                    family = value.Word(("any", RuleFamily.Any), ("ipv4", RuleFamily.IPv4), ("ipv6", RuleFamily.IPv6)) ?? RuleFamily.Any;
                    break;
                default:
                    if (named) value.Error("a target has one `url` or one `target`", "keep one of the two");
                    named = true;
                    target = value.Text() is { } written ? name == "url" ? Url(written, value) : Parse(written, value) : null;
                    break;
            }
        }
        if (!named) item.Error("the target does not say whom to ask", "write `url: https://HOST/PATH`, or `target:` with a probe of another kind");
        return target is null ? null : Complete(target, status, text, family, item);
    }

    private static ProbeTarget? Complete(ProbeTarget target, int? status, string? text, RuleFamily family, Setting item)
    {
        if (target.Web is null && (status ?? (object?)text) is not null)
        {
            item.Error($"`{target}` has no status and no text", "write them beside a `url`, or remove them");
            return null;
        }
        bool isV4 = Address.TryParse(target.Host, out Address host) && host.IsV4;
        if (!host.IsUnspecified && family != RuleFamily.Any && isV4 != (family == RuleFamily.IPv4))
        {
            item.Error($"{target.Host} is not of that family", "change `family` or the address");
            return null;
        }
        return target with { Family = family, Web = target.Web is { } web ? web with { Status = status, Text = text } : null };
    }

    private static string? BodyText(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= MostText) return text;
        value.Error($"a `text` of {Encoding.UTF8.GetByteCount(text)} octets", $"write 1 to {MostText} octets that stand in the first {WebCheck.MostBody / 1024} KiB of the page");
        return null;
    }

    private static ProbeTarget? Parse(string text, Setting item)
    {
        (string kind, string rest) = text.IndexOf(':') is > 0 and int colon ? (text[..colon].ToLowerInvariant(), text[(colon + 1)..]) : (text.ToLowerInvariant(), "");
        ProbeTarget? target = kind switch
        {
            "gateway" when rest.Length == 0 => ProbeTarget.Gateway,
            "icmp" => Host(rest, bracketed: false) is { } host ? new ProbeTarget(ProbeKind.Icmp, host, 0) : null,
            "tcp" => Tcp(rest),
            "dns" => Dns(rest),
            "http" or "https" => Url(text, item),
            _ => null,
        };
        if (target is null && kind is not ("http" or "https"))
        {
            item.Error($"`{text}` is not a probe's target",
                "write `gateway`, `icmp:1.1.1.1`, `tcp:9.9.9.9:443`, `tcp:[2620:fe::fe]:443`, `dns:9.9.9.9/example.com` or `https://example.com/ok`");
        }
        return target;
    }

    private static ProbeTarget? Tcp(string rest)
    {
        int colon = rest.LastIndexOf(':');
        if (colon <= 0 || Host(rest[..colon], bracketed: true) is not { } host) return null;
        return ushort.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            ? new ProbeTarget(ProbeKind.Tcp, host, port) : null;
    }

    private static ProbeTarget? Dns(string rest)
    {
        int slash = rest.IndexOf('/');
        if (slash <= 0 || !EndReader.IsHostName(rest[(slash + 1)..])) return null;
        string question = rest[(slash + 1)..].TrimEnd('.').ToLowerInvariant();
        if (rest[..slash].Equals("gateway", StringComparison.OrdinalIgnoreCase)) return new ProbeTarget(ProbeKind.Dns, null, ProbeTarget.DnsPort) { Question = question };
        return Host(rest[..slash], bracketed: false) is { } host ? new ProbeTarget(ProbeKind.Dns, host, ProbeTarget.DnsPort) { Question = question } : null;
    }

    private static ProbeTarget? Url(string text, Setting item)
    {
        string? flaw = !Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") ? "is not an http or https URL"
            : url.UserInfo.Length > 0 ? "has a user name in it"
            : url.Fragment.Length > 0 ? "has a fragment, which no server sees"
            : Host(url.IdnHost, bracketed: false) is null ? "has a host that is neither an address nor a name with a dot" : null;
        if (flaw is null) return new ProbeTarget(ProbeKind.Web, Host(url!.IdnHost, bracketed: false), (ushort)url.Port) { Web = new WebCheck(url, null, null) };
        item.Error($"`{text}` {flaw}", "write `https://example.com/ok`");
        return null;
    }

    /// <summary>
    /// An address that can be asked, or a name, as text; null for anything else. An IPv6 address in front of a port needs its
    /// brackets, as `1:2` could be read two ways.
    /// </summary>
    private static string? Host(string text, bool bracketed)
    {
        bool isBracketed = text.StartsWith('[') && text.EndsWith(']');
        if (isBracketed) text = text[1..^1];
        else if (bracketed && text.Contains(':')) return null;
        if (Address.TryParse(text, out Address address))
            return address.IsUnspecified || address.IsMulticast || address.IsLoopback || address.IsLinkLocal ? null : address.ToString();
        return !isBracketed && EndReader.IsHostName(text) && !IPAddress.TryParse(text, out _) ? text.TrimEnd('.').ToLowerInvariant() : null;
    }
}
