using System.Runtime.InteropServices;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Flows;

/// <summary>What is peculiar to a flow.</summary>
[Flags]
internal enum FlowTraits : byte
{
    None = 0,

    /// <summary>Addresses or ports change on the way.</summary>
    Translated = 1,

    /// <summary>It came in by a link.</summary>
    Inbound = 2,

    /// <summary>No other link will do, whatever this one's health: the sender is bound to the link's address, or it goes to the link's own network.</summary>
    Bound = 4,

    /// <summary>It comes from a zone and goes back into one by a link's address.</summary>
    Hairpin = 8,

    /// <summary>The rule writes a code point.</summary>
    Marked = 16,

    /// <summary>One of the daemon's own probes, which no rule decides on.</summary>
    Probe = 32,

    /// <summary>A gateway reads it (<see cref="Gateways.ApplicationGateways"/>).</summary>
    Watched = 64,

    /// <summary>A gateway opened the way for it; the rules are asked about its control flow.</summary>
    Expected = 128,
}

/// <summary>
/// One flow: 184 octets in mapped memory, three cache lines with the eight that the table puts in front. It says all that a
/// stateless rewriter needs. Inside and Outside are the two sides of us: Inside is where the first packet came in, Outside where
/// it went out. On a flow to the Internet InsideSource is the host and OutsideSource the link's address; on a mapped port
/// InsideDestination is the link's address and OutsideDestination the server behind it.
///
/// The first part is the identity: written before the flow is committed, never after, and verified after a restart. A flow that
/// changes its link or its translation is a new flow. The rest belongs to the forwarding thread [F]; a crash may tear it without
/// harm.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Flow : ITableEntry
{
    public static int IdentityOctets => 92;

    public static uint LayoutVersion => 3;

    public Address InsideSource, InsideDestination, OutsideSource, OutsideDestination;
    public ushort InsideSourcePort, InsideDestinationPort, OutsideSourcePort, OutsideDestinationPort;
    public byte Protocol;
    public PortId Ingress, Egress;

    /// <summary>The code point to write, if <see cref="FlowTraits.Marked"/>.</summary>
    public byte Dscp;

    /// <summary>The endpoint-independent mapping that it uses, or -1.</summary>
    public int Mapping;

    /// <summary>Monotonic microseconds.</summary>
    public long Created;

    /// <summary>What the way out adds to a sum over the addresses, and over addresses and ports (RFC 1624). The way in adds the complement.</summary>
    public ushort AddressDelta, TransportDelta;

    // ---- The identity ends here, at 92 octets. ----

    /// <summary>The host's pin, or -1.</summary>
    public int Pin;

    /// <summary>Index of the rule that allows it, in the policy of <see cref="PolicyGeneration"/>.</summary>
    public ushort Rule;

    public ushort PolicyGeneration;

    /// <summary>The plan under which it was last found right.</summary>
    public uint Epoch;

    /// <summary>Monotonic microseconds of the last packet that keeps it alive.</summary>
    public long LastUse;
    public ulong OctetsOut, OctetsIn;
    public uint PacketsOut, PacketsIn;

    /// <summary>The gateway's or neighbour's MAC on the flow's link, 0 while unknown.</summary>
    public ulong NextHop;

    /// <summary>The rule that admitted it (<see cref="Rules.Rule.Mark"/>), for `routerctl why`; the rule that allows it now may be another.</summary>
    public uint AdmittedBy;
    public TcpTrack Tcp;

    /// <summary>No part of the identity, since what is watched may be watched no longer.</summary>
    public FlowTraits Traits;

    /// <summary>What its rule wants told of it.</summary>
    public RuleLog Log;

    // ---- For `routerctl why`, as is AdmittedBy: written when it is admitted or moved, never read by the path. ----

    /// <summary>Why it is on its link, and why it left the link before, if it did.</summary>
    public LinkCause Cause;
    public LinkMove Moved;

    /// <summary>The link that it left, if <see cref="Moved"/> says so.</summary>
    public PortId Before;

    /// <summary>Counts a packet.</summary>
    public void Count(int octets, bool outward)
    {
        if (outward) (PacketsOut, OctetsOut) = (PacketsOut + 1, OctetsOut + (uint)octets);
        else (PacketsIn, OctetsIn) = (PacketsIn + 1, OctetsIn + (uint)octets);
    }

    /// <summary>Sound or pictures of a call, to or from the address that was announced for them.</summary>
    public readonly bool IsMedia => (Traits & (FlowTraits.Expected | FlowTraits.Bound)) == (FlowTraits.Expected | FlowTraits.Bound) && Protocol == Wire.Protocol.Udp;

    /// <summary>The same flow as it were if its local end had sent the first packet.</summary>
    public readonly Flow FromInside() => (Traits & FlowTraits.Inbound) == 0 ? this : this with
    {
        InsideSource = OutsideDestination,
        InsideSourcePort = OutsideDestinationPort,
        InsideDestination = OutsideSource,
        InsideDestinationPort = OutsideSourcePort,
        OutsideSource = InsideDestination,
        OutsideSourcePort = InsideDestinationPort,
        OutsideDestination = InsideSource,
        OutsideDestinationPort = InsideSourcePort,
        Ingress = Egress,
        Egress = Ingress,
        Traits = Traits & ~FlowTraits.Inbound,
    };

    public readonly FlowKey ForwardKey =>
        new(InsideSource, InsideDestination, InsideSourcePort, InsideDestinationPort, Protocol, Ingress);

    public readonly FlowKey ReverseKey =>
        new(OutsideDestination, OutsideSource, OutsideDestinationPort, OutsideSourcePort, Protocol, Egress);
}
