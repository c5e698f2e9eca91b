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
}

/// <summary>One item of a source or destination. Groups have become their members.</summary>
public readonly record struct EndTerm(EndKind Kind, string Name, AddressRange Range);

/// <summary>A traffic rule as written (product.md 3).</summary>
public sealed record RuleSettings
{
    public required string Name { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>Any of these; never empty.</summary>
    public EndTerm[] Source { get; init; } = AnyEnd;

    /// <summary>Any of these; never empty.</summary>
    public EndTerm[] Destination { get; init; } = AnyEnd;

    /// <summary>Any of these; empty means any.</summary>
    public ServiceMatch[] Services { get; init; } = [];

    public RuleFamily Family { get; init; }

    public RuleAction Action { get; init; }

    public RuleLog Log { get; init; }

    /// <summary>0 to 63, or -1 to leave it.</summary>
    public int Dscp { get; init; } = -1;

    /// <summary>When it holds, or null for always.</summary>
    public TimeRange? Time { get; init; }

    /// <summary>Names of links, in order; empty: the mode decides.</summary>
    public string[] Links { get; init; } = [];

    public bool Fallback { get; init; }

    public PinMode Pin { get; init; }

    public SourceNat Nat { get; init; }

    /// <summary>For <see cref="SourceNat.Fixed"/>.</summary>
    public Address NatAddress { get; init; }

    public bool FullCone { get; init; }

    public ForwardTarget? ForwardTo { get; init; }

    public FlowPlans OnLinkDown { get; init; } = FlowPlans.DownDefault;

    public FlowPlans OnLinkReturn { get; init; } = FlowPlans.ReturnDefault;

    internal static readonly EndTerm[] AnyEnd = [new(EndKind.Any, "any", default)];
}
