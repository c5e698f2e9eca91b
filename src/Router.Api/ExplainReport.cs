namespace Router.Api;

/// <summary>The decision on a packet that was never sent, step by step.</summary>
public sealed record ExplainReport
{
    /// <summary>What was tried, in the order in which it was tried; ends with the rule that matched.</summary>
    public required IReadOnlyList<ExplainStep> Steps { get; init; }

    /// <summary>The answer in one sentence.</summary>
    public required string Verdict { get; init; }

    /// <summary>Whether such a packet would pass.</summary>
    public required bool Allowed { get; init; }

    /// <summary>The link it would leave by; null if it would not, or not to the Internet.</summary>
    public string? Link { get; init; }

    /// <summary>The source address that the far end would see; null if the packet would not pass.</summary>
    public string? SourceAddress { get; init; }

    /// <summary>The host's pin in words, with its age; null without one.</summary>
    public string? Pin { get; init; }

    /// <summary>Who is at the source address, as rules see it: a user with groups, or a guest; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>Which host names of the rules the two addresses belong to, and which have none now; in words.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];
}

/// <summary>One thing that was looked at on the way.</summary>
public sealed record ExplainStep
{
    /// <summary>Name of the rule, or of the step that is no rule, such as "destination NAT".</summary>
    public required string Rule { get; init; }

    public required bool Matched { get; init; }

    /// <summary>Why it did or did not.</summary>
    public required string Why { get; init; }
}

/// <summary>A packet to be explained.</summary>
public sealed record ExplainQuery
{
    /// <summary>Source address.</summary>
    public required string From { get; init; }

    /// <summary>The zone or link it comes in by; null: where the source address belongs.</summary>
    public string? Zone { get; init; }

    /// <summary>As if this user were logged in there; null: as it is.</summary>
    public string? User { get; init; }

    /// <summary>"tcp", "udp", "icmp", "icmpv6", or an IP protocol number; null if only the web rules are asked.</summary>
    public string? Protocol { get; init; }

    /// <summary>Destination address; null if only the web rules are asked.</summary>
    public string? Destination { get; init; }

    /// <summary>Destination port, for protocols that have one.</summary>
    public int? Port { get; init; }

    /// <summary>What is wanted on the web there, to be asked of the web rules; null for nothing.</summary>
    public string? Url { get; init; }

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText()
        .Add("from", From).Add("zone", Zone).Add("protocol", Protocol)
        .Add("destination", Destination).Add("port", Port).Add("user", User).Add("url", Url).ToString();
}
