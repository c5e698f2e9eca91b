namespace Router.Api;

/// <summary>The web rules in force, and what has been read on the web since routerd started.</summary>
public sealed record WebReport
{
    /// <summary>Top down.</summary>
    public required IReadOnlyList<WebRuleReport> Rules { get; init; }

    /// <summary>"allow" or "deny".</summary>
    public required string Unreadable { get; init; }

    /// <summary>The ports on which the web is looked for.</summary>
    public required IReadOnlyList<int> Ports { get; init; }

    /// <summary>HTTP requests that were read, and hellos of TLS and of QUIC.</summary>
    public required long Requests { get; init; }

    public required long TlsHellos { get; init; }

    public required long QuicHellos { get; init; }

    /// <summary>Hellos without a server name.</summary>
    public required long Nameless { get; init; }

    /// <summary>Hellos with an encrypted hello in them, or what looks like one.</summary>
    public required long EncryptedHellos { get; init; }

    /// <summary>Connections that could not be read.</summary>
    public required long UnreadableCount { get; init; }

    /// <summary>Requests and connections that were not let through.</summary>
    public required long Refused { get; init; }

    /// <summary>Redirects that were given to hosts that had to log in, or found no place in the licence.</summary>
    public required long PortalRedirects { get; init; }
}

/// <summary>A web rule in force.</summary>
public sealed record WebRuleReport
{
    /// <summary>Its place in the list, from 1.</summary>
    public required int Index { get; init; }

    public required string Name { get; init; }

    /// <summary>"allow", "deny", "drop" or "redirect".</summary>
    public required string Action { get; init; }

    /// <summary>False while it is switched off or outside its time range.</summary>
    public required bool Active { get; init; }

    /// <summary>Requests and connections that it decided on since it was first loaded.</summary>
    public required long Hits { get; init; }

    /// <summary>When it last did; null for never.</summary>
    public DateTimeOffset? LastMatch { get; init; }

    /// <summary>Names in its list files, and the octets that they take.</summary>
    public required long ListNames { get; init; }

    public required long ListOctets { get; init; }
}
