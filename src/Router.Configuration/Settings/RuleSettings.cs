using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Configuration;

/// <summary>What one item of a source or destination names.</summary>
public enum EndKind : byte
{
    /// <summary>Everything.</summary>
    Any,

    /// <summary>A zone, a link or `firewall`, by <see cref="EndTerm.Name"/>.</summary>
    Port,

    /// <summary>Any link.</summary>
    Internet,

    /// <summary>Addresses, <see cref="EndTerm.Range"/>.</summary>
    Range,

    /// <summary>A host, by <see cref="EndTerm.Name"/>, looked up before compiling.</summary>
    Host,

    /// <summary>Devices of logged-in users: `user:NAME`, `group:NAME` or `authenticated`, as <see cref="EndTerm.Name"/> says.</summary>
    User,
}

/// <summary>One item of a source or destination. Groups have become their members.</summary>
public readonly record struct EndTerm(EndKind Kind, string Name, AddressRange Range);

/// <summary>A traffic rule as written (product.md 3). Immutable once the reader has filled it in, field by field.</summary>
public sealed record RuleSettings
{
    public string Name { get; internal set; } = "";

    public bool Enabled { get; internal set; } = true;

    /// <summary>Any of these; never empty.</summary>
    public EndTerm[] Source { get; internal set; } = AnyEnd;

    /// <summary>Any of these; never empty.</summary>
    public EndTerm[] Destination { get; internal set; } = AnyEnd;

    /// <summary>Any of these; empty means any.</summary>
    public ServiceMatch[] Services { get; internal set; } = [];

    /// <summary>As written, and without that the family of the host that it forwards to.</summary>
    public RuleFamily Family { get => field == RuleFamily.Any && ForwardTo is { } target ? target.Family : field; internal set; }

    public RuleAction Action { get; internal set; }

    public RuleLog Log { get; internal set; }

    /// <summary>0 to 63, or -1 to leave it.</summary>
    public int Dscp { get; internal set; } = -1;

    /// <summary>When it holds, or null for always.</summary>
    public TimeRange? Time { get; internal set; }

    /// <summary>Names of links, in order; empty: the mode decides.</summary>
    public string[] Links { get; internal set; } = [];

    public bool Fallback { get; internal set; }

    public PinMode Pin { get; internal set; }

    public SourceNat Nat { get; internal set; }

    /// <summary>For <see cref="SourceNat.Fixed"/>.</summary>
    public Address NatAddress { get; internal set; }

    public bool FullCone { get; internal set; }

    public ForwardTarget? ForwardTo { get; internal set; }

    public FlowPlans OnLinkDown { get; internal set; } = FlowPlans.DownDefault;

    public FlowPlans OnLinkDegrade { get; internal set; } = FlowPlans.DegradeDefault;

    public FlowPlans OnLinkReturn { get; internal set; } = FlowPlans.ReturnDefault;

    /// <summary>`helpers`: which protocols are read along.</summary>
    public Gateway Gateways { get; internal set; } = Gateway.Default;

    internal static readonly EndTerm[] AnyEnd = [new(EndKind.Any, "any", default)];
}
