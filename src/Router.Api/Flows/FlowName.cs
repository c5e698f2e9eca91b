using System.Globalization;
using System.Net;

namespace Router.Api;

/// <summary>
/// How people name a live flow: by its number, or by what they see of it in `routerctl flows` or in a log: a protocol, and one or more
/// of its ends, in any order: `17`, `10.0.0.5:40000`, `tcp 10.0.0.5:40000 198.18.0.10:443`. Everything that is said must fit. An end
/// without a port fits every port, unless it is a flow's whole name: an address alone names a host, not a flow.
/// </summary>
public sealed record FlowName
{
    private const int MostWords = 5;

    /// <summary>Its number in the table; null if it is named by its ends.</summary>
    public int? Id { get; private init; }

    /// <summary>In lower case, or null for any.</summary>
    public string? Protocol { get; private init; }

    /// <summary>Ends that it must have, in any order. Port 0 stands for every port.</summary>
    public IReadOnlyList<EndpointReport> Ends { get; private init; } = [];

    /// <summary>Reads a name.</summary>
    /// <param name="text">Words with spaces between.</param>
    /// <param name="complaint">What is wrong with it, as a sentence; null if nothing is.</param>
    public static FlowName? Read(string text, out string? complaint)
    {
        complaint = $"'{text}' names no flow; write its number or an end, as routerctl flows shows them: 17, or 10.0.0.5:40000, or tcp 10.0.0.5:40000.";
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ends = new List<EndpointReport>();
        var name = new FlowName();
        foreach (string word in words)
        {
            if (ReadEnd(word) is { } end) ends.Add(end);
            else if (words.Length == 1 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int id)) name = name with { Id = id };
            else if (name.Protocol is null && word.All(char.IsAsciiLetterOrDigit)) name = name with { Protocol = word.ToLowerInvariant() };
            else return null;
        }
        bool isNamed = name.Id is not null || ends.Count > 1 || (ends.Count == 1 && (ends[0].Port != 0 || name.Protocol is not null));
        if (!isNamed || words.Length > MostWords) return null;
        complaint = null;
        return name with { Ends = ends };
    }

    /// <summary>"10.0.0.5:443", "[2001:db8::5]:443", or an address alone.</summary>
    private static EndpointReport? ReadEnd(string word)
    {
        bool isBare = !word.StartsWith('[') && word.Count(c => c == ':') != 1;
        int colon = isBare ? -1 : word.LastIndexOf(':');
        if (colon == 0) return null;
        string host = (colon < 0 ? word : word[..colon]).TrimStart('[').TrimEnd(']');
        ushort port = 0;
        if (colon > 0 && !ushort.TryParse(word.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)) return null;
        return host.AsSpan().ContainsAny('.', ':') && IPAddress.TryParse(host, out IPAddress? address) ? new EndpointReport { Address = address.ToString(), Port = port } : null;
    }
}
