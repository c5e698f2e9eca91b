using Router.Forwarding.Identities;
using Router.Forwarding.Web;

namespace Router.Configuration.Web;

/// <summary>`web_rules` and `web`: what may be read on the web, as written. Immutable.</summary>
public sealed record WebSettings
{
    /// <summary>Top down.</summary>
    public IReadOnlyList<WebRuleSettings> Rules { get; init; } = [];

    /// <summary>What becomes of that which cannot be read.</summary>
    public bool DeniesUnreadable { get; init; }

    /// <summary>Where the web is looked for.</summary>
    public ushort[] Ports { get; init; } = WebPolicy.None.Ports;
}

/// <summary>A web rule as written (product.md 7). Immutable once the reader has filled it in.</summary>
public sealed record WebRuleSettings
{
    public string Name { get; internal set; } = "";

    public bool Enabled { get; internal set; } = true;

    /// <summary>Hosts and URLs; together with <see cref="Lists"/> empty, all of them.</summary>
    public WebPattern[] Patterns { get; internal set; } = [];

    /// <summary>Names from files.</summary>
    public NameSet[] Lists { get; internal set; } = [];

    /// <summary>Whom it is for; null for everybody.</summary>
    public IdentitySet? Users { get; internal set; }

    /// <summary>Names of zones; empty for all.</summary>
    public string[] Zones { get; internal set; } = [];

    public TimeRange? Time { get; internal set; }

    public WebAction Action { get; internal set; }

    public string? Text { get; internal set; }

    /// <summary>Where a redirect leads.</summary>
    public string? Target { get; internal set; }
}
