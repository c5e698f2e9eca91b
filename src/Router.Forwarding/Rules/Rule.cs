using Router.Forwarding.Gateways;
using Router.Forwarding.Links;
using Router.Wire;

namespace Router.Forwarding.Rules;

/// <summary>What a rule does with a flow: <see cref="Deny"/> answers (RST, or ICMP "administratively prohibited"), <see cref="Drop"/> is silent.</summary>
public enum RuleAction : byte { Allow, Deny, Drop }

/// <summary>What is written to the journal.</summary>
[Flags]
public enum RuleLog : byte { None = 0, Connections = 1, Packets = 2 }

/// <summary>Which family a rule speaks of.</summary>
public enum RuleFamily : byte { Any, IPv4, IPv6 }

/// <summary>What is placed on a link as one: everything of a host, each connection by itself, or what a host has with one site.</summary>
public enum PinMode : byte { Host, Connection, Site }

/// <summary>Source translation: to the link's address, to a written one, or none.</summary>
public enum SourceNat : byte { Auto, Off, Fixed }

/// <summary>
/// What becomes of a live flow for which there is a better link: it stays; it goes on by the better one; it is ended; or it stays for a
/// time (<see cref="Policy.DrainTime"/>) and is ended then.
/// </summary>
public enum FlowPlan : byte { Keep, Move, Reset, Drain }

/// <summary>A <see cref="FlowPlan"/> for each protocol that makes a difference.</summary>
public readonly record struct FlowPlans(FlowPlan Tcp, FlowPlan Udp, FlowPlan Icmp, FlowPlan Other)
{
    public static readonly FlowPlans DownDefault = new(FlowPlan.Reset, FlowPlan.Move, FlowPlan.Move, FlowPlan.Move);
    public static readonly FlowPlans ReturnDefault = new(FlowPlan.Keep, FlowPlan.Keep, FlowPlan.Keep, FlowPlan.Keep);

    /// <summary>As <see cref="ReturnDefault"/>: a link that is slow or lossy is better than a connection cut.</summary>
    public static readonly FlowPlans DegradeDefault = new(FlowPlan.Keep, FlowPlan.Keep, FlowPlan.Keep, FlowPlan.Keep);

    public FlowPlan For(byte protocol) => protocol switch { 6 => Tcp, 17 => Udp, 1 or 58 => Icmp, _ => Other };
}

/// <summary>Where destination NAT leads: a host, and a port or 0 to keep the port.</summary>
public readonly record struct ForwardTarget(Address Host, ushort Port)
{
    public RuleFamily Family => Host.IsV4 ? RuleFamily.IPv4 : RuleFamily.IPv6;
}

/// <summary>One traffic rule, compiled: names have become ports, ranges and numbers. Immutable but for its counters.</summary>
public sealed class Rule
{
    public required string Name
    {
        get;
        init
        {
            field = value;
            Mark = MarkOf(value);
        }
    }

    /// <summary>Stands for the name in a flow, which outlives policies and processes: FNV-1a over its letters, case apart.</summary>
    public uint Mark { get; private init; }

    /// <summary>The mark of a name.</summary>
    public static uint MarkOf(string name)
    {
        uint mark = 0x811c9dc5;
        foreach (char letter in name) mark = (mark ^ char.ToLowerInvariant(letter)) * 0x01000193;
        return mark;
    }

    /// <summary>False while it is switched off, or outside its time range; such a rule matches nothing.</summary>
    public bool Active { get; init; } = true;

    public Selector Source { get; init; } = Selector.Any;

    public Selector Destination { get; init; } = Selector.Any;

    /// <summary>Empty means any.</summary>
    public ServiceMatch[] Services { get; init; } = [];

    /// <summary>A rule that forwards to a host speaks of that host's family only: packets are not carried from one into the other.</summary>
    public RuleFamily Family { get => ForwardTo?.Family ?? field; init; }

    public required RuleAction Action { get; init; }

    public RuleLog Log { get; init; }

    /// <summary>The code point to write, or -1 to leave it (RFC 2474).</summary>
    public int Dscp { get; init; } = -1;

    /// <summary>The links that it names, in order; empty: the mode decides.</summary>
    public PortId[] Links { get; init; } = [];

    /// <summary>Whether other links may serve while none of <see cref="Links"/> is usable.</summary>
    public bool Fallback { get; init; }

    public PinMode Pin { get; init; }

    public SourceNat Nat { get; init; }

    /// <summary>For <see cref="SourceNat.Fixed"/>.</summary>
    public Address NatAddress { get; init; }

    /// <summary>What it says to a sender: an address of the other family says nothing to this one.</summary>
    public SourceNat NatFor(Address source) => Nat == SourceNat.Fixed && NatAddress.IsV4 != source.IsV4 ? SourceNat.Auto : Nat;

    /// <summary>Endpoint-independent filtering for what this rule maps (RFC 4787 5).</summary>
    public bool FullCone { get; init; }

    public ForwardTarget? ForwardTo { get; init; }

    /// <summary>Which protocols are read along (RFC 2663 2.9), where a flow goes to their port.</summary>
    public Gateway Gateways { get; init; } = Gateway.Default;

    public FlowPlans OnLinkDown { get; init; } = FlowPlans.DownDefault;

    public FlowPlans OnLinkDegrade { get; init; } = FlowPlans.DegradeDefault;

    public FlowPlans OnLinkReturn { get; init; } = FlowPlans.ReturnDefault;

    /// <summary>The plans for what has happened to a flow's link.</summary>
    internal FlowPlans On(LinkEvent happened) => happened switch
    {
        LinkEvent.Down => OnLinkDown,
        LinkEvent.Degrade => OnLinkDegrade,
        LinkEvent.Return => OnLinkReturn,
        LinkEvent.None => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    /// <summary>Kept from the same rule of the policy before, so that a reload does not begin to count anew.</summary>
    public RuleCounters Counters { get; init; } = new();
}

/// <summary>What a rule has seen. Written by the forwarding thread [F]; others read numbers that may be a moment old.</summary>
public sealed class RuleCounters
{
    public long Flows;
    public long Packets;
    public long Octets;

    /// <summary>When it last matched, monotonic microseconds; 0 for never.</summary>
    public long LastMatch;
}
