namespace Router.Api;

/// <summary>A local host that is pinned to a link, or has live flows.</summary>
public sealed record HostReport
{
    /// <summary>Its address.</summary>
    public required string Host { get; init; }

    /// <summary>The zone it is in; null if it is not known any more.</summary>
    public string? Zone { get; init; }

    /// <summary>The link it is pinned to for all destinations; null for a host whose flows are placed one by one, or site by site.</summary>
    public string? Link { get; init; }

    /// <summary>How long the pin has stood on that link; null without one.</summary>
    public double? PinAgeSeconds { get; init; }

    /// <summary>Why that link: "Placed" (by weight), "LinkDown" (its link before went down), "Moved" (by hand), "Degraded" (its link before was slow or lossy) or "Restored". Null without a pin.</summary>
    public string? Reason { get; init; }

    /// <summary>The link that the pin was on before; null if it never changed.</summary>
    public string? MovedFrom { get; init; }

    /// <summary>Live flows of the host, those with sites included.</summary>
    public required long Flows { get; init; }

    /// <summary>Who is logged in there now; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>Its pins for single sites (`pin: site`), by address.</summary>
    public IReadOnlyList<SitePinReport> Sites { get; init; } = [];
}

/// <summary>What a host has with one site, held to one link. Fields as in <see cref="HostReport"/>.</summary>
public sealed record SitePinReport
{
    /// <summary>The site's addresses: "203.0.113.0/24".</summary>
    public required string Site { get; init; }

    public required string Link { get; init; }

    public required double PinAgeSeconds { get; init; }

    public required string Reason { get; init; }

    public string? MovedFrom { get; init; }

    public required long Flows { get; init; }
}

/// <summary>Which hosts are asked for; everything that is set must hold.</summary>
public sealed record HostQuery
{
    public const int MostHosts = 100_000;

    /// <summary>An address, or a network that it is in.</summary>
    public string? Host { get; init; }

    /// <summary>The link that it is pinned to, for all destinations or for a site.</summary>
    public string? Link { get; init; }

    public string? Zone { get; init; }

    public string? User { get; init; }

    /// <summary>As <see cref="SortOrder"/> reads it; null: by address.</summary>
    public string? Sort { get; init; }

    /// <summary>How many at most, 1 to <see cref="MostHosts"/>; of those in order the first.</summary>
    public int Limit { get; init; } = 1000;

    /// <summary>Orders that begin with the most.</summary>
    public static IReadOnlyList<string> Numbers { get; } = ["flows", "age"];

    /// <summary>Orders that begin with the least.</summary>
    public static IReadOnlyList<string> Words { get; } = ["host", "link", "zone", "user"];

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText()
        .Add("host", Host).Add("link", Link).Add("zone", Zone).Add("user", User).Add("sort", Sort).Add("limit", Limit).ToString();
}

/// <summary>Which host's pins are to be moved by hand.</summary>
public sealed record MoveQuery
{
    /// <summary>Its address.</summary>
    public required string Host { get; init; }

    /// <summary>Where to.</summary>
    public required string Link { get; init; }

    /// <summary>Whether its live flows go along, each as its rule's `on_link_down` says.</summary>
    public bool Flows { get; init; }

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText().Add("host", Host).Add("link", Link).Add("flows", Flows ? "yes" : null).ToString();
}

/// <summary>What a move by hand did.</summary>
public sealed record MoveReport
{
    public required string Host { get; init; }

    public required string Link { get; init; }

    /// <summary>Pins that were moved: the host's own, and those for single sites. 0: all were there already.</summary>
    public required int Pins { get; init; }

    /// <summary>The links that they left.</summary>
    public required IReadOnlyList<string> From { get; init; }

    /// <summary>Live flows that stay on the link that they have, until they end.</summary>
    public required int FlowsKept { get; init; }

    /// <summary>Live flows that were given the new link.</summary>
    public required int FlowsMoved { get; init; }

    /// <summary>Live flows that were ended, so that their programs open them anew, by the new link.</summary>
    public required int FlowsReset { get; init; }
}
