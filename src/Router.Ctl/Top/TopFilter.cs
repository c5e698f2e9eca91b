using System.Globalization;
using System.Net;
using Router.Api;

namespace Router.Ctl.Top;

/// <summary>
/// What is typed behind `/`: words of which all must hold. `10.0.0.5`, `10.0.0.0/24`, `:443` or `443`, `tcp`, `link=dsl`, `rule=Mail`,
/// `user=tony`, `state=established`; a word by itself is a link if there is one of that name, else a user.
/// </summary>
internal static class TopFilter
{
    /// <param name="text">As it was typed.</param>
    /// <param name="links">Names of links.</param>
    /// <param name="complaint">What is wrong; null if nothing is.</param>
    public static FlowQuery? Read(string text, IEnumerable<string> links, out string? complaint)
    {
        complaint = null;
        var query = new FlowQuery();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            FlowQuery? next = With(query, word, links);
            if (next is null || next == query)
            {
                complaint = $"'{word}' narrows nothing; write 10.0.0.5, 10.0.0.0/24, :443, tcp, link=, rule=, user= or state=, each once";
                return null;
            }
            query = next;
        }
        return query;
    }

    private static FlowQuery? With(FlowQuery query, string word, IEnumerable<string> links)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && equals < word.Length - 1)
        {
            string value = word[(equals + 1)..];
            return word[..equals] switch
            {
                "host" => query with { Host = value },
                "link" => query with { Link = value },
                "rule" => query with { Rule = value.Replace('_', ' ') },
                "user" => query with { User = value },
                "state" when FlowQuery.States.Contains(value) => query with { State = value },
                "port" => Port(query, value),
                _ => null,
            };
        }
        if (word is "tcp" or "udp" or "icmp" or "icmpv6" or "gre" or "esp" or "sctp") return query with { Protocol = word };
        if (word.All(char.IsAsciiDigit) || (word[0] == ':' && word.Length > 1 && word[1..].All(char.IsAsciiDigit))) return Port(query, word.TrimStart(':'));
        string address = word.Split('/')[0];
        if (IPAddress.TryParse(address, out _) && address.AsSpan().ContainsAny('.', ':')) return query with { Host = word };
        return FlowQuery.States.Contains(word) ? query with { State = word } : links.Contains(word) ? query with { Link = word } : query with { User = word };
    }

    private static FlowQuery? Port(FlowQuery query, string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? query with { Port = port } : null;
}
