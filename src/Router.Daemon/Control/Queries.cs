using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Wire;

namespace Router.Daemon.Control;

/// <summary>
/// Reads the queries of requests: each name at most once, none that is not known, every value checked here, so that a typing
/// error is an answer with a sentence and not a list that is empty for no visible reason.
/// </summary>
internal static class Queries
{
    /// <summary>What narrows a list of flows.</summary>
    private static readonly string[] s_filter = ["host", "link", "rule", "port", "protocol", "user", "state", "since"];

    /// <exception cref="RefusedRequest">A name or a value that is wrong.</exception>
    public static FlowQuery Flows(IQueryCollection query)
    {
        AllowOnly(query, [.. s_filter, "sort", "limit"]);
        return Filter(query) with { Sort = Sort(query, FlowQuery.Numbers, FlowQuery.Words), Limit = Number(query, "limit", 1, FlowQuery.MostFlows) ?? new FlowQuery().Limit };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong.</exception>
    public static HostQuery Hosts(IQueryCollection query)
    {
        AllowOnly(query, "host", "link", "zone", "user", "sort", "limit");
        return new HostQuery
        {
            Host = Network(query, "host"),
            Link = Text(query, "link"),
            Zone = Text(query, "zone"),
            User = Text(query, "user"),
            Sort = Sort(query, HostQuery.Numbers, HostQuery.Words),
            Limit = Number(query, "limit", 1, HostQuery.MostHosts) ?? new HostQuery().Limit,
        };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong.</exception>
    public static TopQuery Top(IQueryCollection query)
    {
        AllowOnly(query, [.. s_filter, "sort", "rows"]);
        string sort = Text(query, "sort") ?? new TopQuery().Sort;
        if (!TopQuery.Orders.Contains(sort)) throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{sort}' is no order; there are {string.Join(", ", TopQuery.Orders)}.");
        return new TopQuery { Which = Filter(query), Sort = sort, Rows = Number(query, "rows", 1, TopQuery.MostRows) ?? new TopQuery().Rows };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong, or nothing that narrows it.</exception>
    public static FlowQuery Kill(IQueryCollection query)
    {
        AllowOnly(query, [.. s_filter, "all"]);
        FlowQuery filter = Filter(query);
        bool all = Text(query, "all") is "yes";
        if (filter.IsNarrow != all) return filter;
        throw new RefusedRequest(StatusCodes.Status400BadRequest, all
            ? "'all' ends every flow: leave it out, or what narrows it."
            : "Nothing narrows this, so every live flow would end: say which, or all=yes.");
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong or missing.</exception>
    public static MoveQuery Move(IQueryCollection query)
    {
        AllowOnly(query, "host", "link", "flows");
        if (Text(query, "flows") is not (null or "yes")) throw new RefusedRequest(StatusCodes.Status400BadRequest, "'flows' is 'yes' or left out.");
        return new MoveQuery
        {
            Host = Address(query, "host") ?? throw Missing("host"),
            Link = Text(query, "link") ?? throw Missing("link"),
            Flows = Text(query, "flows") is not null,
        };
    }

    /// <exception cref="RefusedRequest">No device is named.</exception>
    public static string Device(IQueryCollection query)
    {
        AllowOnly(query, "device");
        return Text(query, "device") ?? throw Missing("device");
    }

    private static FlowQuery Filter(IQueryCollection query)
    {
        string? state = Text(query, "state");
        if (state is not null && !FlowQuery.States.Contains(state))
        {
            throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{state}' is no state; there are {string.Join(", ", FlowQuery.States)}.");
        }
        return new FlowQuery
        {
            State = state,
            Since = Time(query, "since"),
            Host = Network(query, "host"),
            Link = Text(query, "link"),
            Rule = Text(query, "rule"),
            Port = Number(query, "port", 0, 65535),
            Protocol = Protocol(query),
            User = Text(query, "user"),
        };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong.</exception>
    public static LoginQuery Login(IQueryCollection query)
    {
        AllowOnly(query, "user", "address");
        return new LoginQuery { User = Text(query, "user"), Address = Address(query, "address") };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong or missing.</exception>
    public static ExplainQuery Explain(IQueryCollection query)
    {
        AllowOnly(query, "from", "zone", "protocol", "destination", "port", "url", "user");
        string? url = Text(query, "url");
        return new ExplainQuery
        {
            From = Address(query, "from") ?? throw Missing("from"),
            Zone = Text(query, "zone"),
            Protocol = Protocol(query) ?? (url is null ? throw Missing("protocol") : null),
            Destination = Address(query, "destination") ?? (url is null ? throw Missing("destination") : null),
            User = Text(query, "user"),
            Port = Number(query, "port", 0, 65535),
            Url = url,
        };
    }

    /// <exception cref="RefusedRequest">It names no flow.</exception>
    public static FlowName Why(IQueryCollection query)
    {
        AllowOnly(query, "flow");
        string text = Text(query, "flow") ?? throw Missing("flow");
        return FlowName.Read(text, out string? complaint) ?? throw new RefusedRequest(StatusCodes.Status400BadRequest, complaint!);
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong.</exception>
    public static CaptureQuery Capture(IQueryCollection query)
    {
        AllowOnly(query, "port", "drop", "host", "protocol", "service", "count", "seconds");
        return new CaptureQuery
        {
            Port = Text(query, "port"),
            Drop = Text(query, "drop"),
            Host = Address(query, "host"),
            Protocol = Protocol(query),
            Service = Number(query, "service", 1, 65535),
            Count = Number(query, "count", 1, CaptureQuery.MostPackets) ?? new CaptureQuery().Count,
            Seconds = Number(query, "seconds", 1, CaptureQuery.MostSeconds) ?? new CaptureQuery().Seconds,
        };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong.</exception>
    public static EventQuery Events(IQueryCollection query)
    {
        AllowOnly(query, "since", "until", "link", "kind", "user", "device", "limit", "follow");
        return new EventQuery
        {
            Since = Time(query, "since"),
            Until = Time(query, "until"),
            Link = Text(query, "link"),
            Kind = Text(query, "kind"),
            User = Text(query, "user"),
            Device = Text(query, "device"),
            Limit = Number(query, "limit", 1, EventQuery.MostEvents) ?? new EventQuery().Limit,
            Follow = Text(query, "follow") is "yes",
        };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong or missing.</exception>
    public static PastQuery Past(IQueryCollection query)
    {
        AllowOnly(query, "at", "link", "minutes");
        return new PastQuery
        {
            At = Time(query, "at") ?? throw Missing("at"),
            Link = Text(query, "link"),
            Minutes = Number(query, "minutes", 1, PastQuery.MostMinutes) ?? PastQuery.UsualMinutes,
        };
    }

    /// <exception cref="RefusedRequest">A name or a value that is wrong or missing.</exception>
    public static DrillQuery Drill(IQueryCollection query)
    {
        AllowOnly(query, "link", "loss", "delay", "down", "seconds");
        return new DrillQuery
        {
            Link = Text(query, "link") ?? throw Missing("link"),
            Loss = Number(query, "loss", 0, 100) ?? 0,
            DelayMilliseconds = Number(query, "delay", 0, DrillQuery.MostDelay) ?? 0,
            Down = Text(query, "down") is "yes",
            Seconds = Number(query, "seconds", 1, DrillQuery.MostSeconds) ?? new DrillQuery { Link = "" }.Seconds,
        };
    }

    private static DateTimeOffset? Time(IQueryCollection query, string name)
    {
        if (Text(query, name) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)) return time;
        throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{text}' is no time; write it like 2026-11-22T14:05:00Z.");
    }

    /// <exception cref="RefusedRequest">Anything is asked of a verb that takes no query.</exception>
    public static void None(IQueryCollection query) => AllowOnly(query);

    internal static void AllowOnly(IQueryCollection query, params ReadOnlySpan<string> names)
    {
        foreach (string given in query.Keys)
        {
            if (names.Contains(given)) continue;
            string known = names.IsEmpty ? "takes no parameters" : $"knows {string.Join(", ", names)}";
            throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{given}' is no parameter of this verb, which {known}.");
        }
    }

    internal static string? Text(IQueryCollection query, string name)
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

    /// <summary>An address, or a network as 10.0.0.0/24, as it was written.</summary>
    private static string? Network(IQueryCollection query, string name)
    {
        if (Text(query, name) is not { } text) return null;
        if (!text.Contains('/', StringComparison.Ordinal)) return Address(query, name);
        if (Prefix.TryParse(text, out Prefix network)) return network.ToString();
        throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{text}' is no network; write it like 10.0.0.0/24 or 2001:db8::/32.");
    }

    private static string? Sort(IQueryCollection query, IReadOnlyList<string> numbers, IReadOnlyList<string> words)
    {
        if (Text(query, "sort") is not { } text) return null;
        return SortOrder.Read(text, numbers, words, out string? complaint) is null ? throw new RefusedRequest(StatusCodes.Status400BadRequest, complaint!) : text;
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

    internal static int? Number(IQueryCollection query, string name, int least, int most)
    {
        if (Text(query, name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
        {
            return number;
        }
        throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{name}' must be a number from {least} to {most}, not '{text}'.");
    }

    internal static RefusedRequest Missing(string name) =>
        new(StatusCodes.Status400BadRequest, $"'{name}' is missing.");
}
