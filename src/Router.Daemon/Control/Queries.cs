using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Router.Api;

namespace Router.Daemon.Control;

/// <summary>
/// Reads the queries of requests: each name at most once, none that is not known, every value checked here, so that a typing
/// error is an answer with a sentence and not a list that is empty for no visible reason.
/// </summary>
internal static class Queries
{
    /// <exception cref="RefusedRequest">A name or a value that is wrong.</exception>
    public static FlowQuery Flows(IQueryCollection query)
    {
        AllowOnly(query, "host", "link", "rule", "port", "protocol", "limit");
        return new FlowQuery
        {
            Host = Address(query, "host"),
            Link = Text(query, "link"),
            Rule = Text(query, "rule"),
            Port = Number(query, "port", 0, 65535),
            Protocol = Protocol(query),
            Limit = Number(query, "limit", 1, FlowQuery.MostFlows) ?? new FlowQuery().Limit,
        };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong or missing.</exception>
    public static ExplainQuery Explain(IQueryCollection query)
    {
        AllowOnly(query, "from", "zone", "protocol", "destination", "port");
        return new ExplainQuery
        {
            From = Address(query, "from") ?? throw Missing("from"),
            Zone = Text(query, "zone"),
            Protocol = Protocol(query) ?? throw Missing("protocol"),
            Destination = Address(query, "destination") ?? throw Missing("destination"),
            Port = Number(query, "port", 0, 65535),
        };
    }

    /// <exception cref="RefusedRequest">Anything is asked of a verb that takes no query.</exception>
    public static void None(IQueryCollection query) => AllowOnly(query);

    private static void AllowOnly(IQueryCollection query, params ReadOnlySpan<string> names)
    {
        foreach (string given in query.Keys)
        {
            if (names.Contains(given)) continue;
            string known = names.IsEmpty ? "takes no parameters" : $"knows {string.Join(", ", names)}";
            throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{given}' is no parameter of this verb, which {known}.");
        }
    }

    private static string? Text(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values)) return null;
        if (values is [{ Length: > 0 } value]) return value;
        throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{name}' must be given once, and not be empty.");
    }

    private static string? Address(IQueryCollection query, string name)
    {
        if (Text(query, name) is not { } text) return null;
        if (IPAddress.TryParse(text, out IPAddress? address) && text.AsSpan().ContainsAny('.', ':')) return address.ToString();
        throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{text}' is no address; write it like 10.0.0.5 or 2001:db8::5.");
    }

    private static string? Protocol(IQueryCollection query)
    {
        if (Text(query, "protocol") is not { } text) return null;
        string name = text.ToLowerInvariant();
        if (name is "tcp" or "udp" or "icmp" or "icmpv6") return name;
        if (byte.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
        {
            return number switch { 6 => "tcp", 17 => "udp", 1 => "icmp", 58 => "icmpv6", _ => number.ToString(CultureInfo.InvariantCulture) };
        }
        throw new RefusedRequest(StatusCodes.Status400BadRequest,
            $"'{text}' is no protocol; write tcp, udp, icmp, icmpv6, or an IP protocol number.");
    }

    private static int? Number(IQueryCollection query, string name, int least, int most)
    {
        if (Text(query, name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
        {
            return number;
        }
        throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{name}' must be a number from {least} to {most}, not '{text}'.");
    }

    private static RefusedRequest Missing(string name) =>
        new(StatusCodes.Status400BadRequest, $"'{name}' is missing.");
}
