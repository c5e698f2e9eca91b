using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Reading;

/// <summary>What a list of flows is ordered by; each is a number of the flow, so that the first few of a million are found in one pass.</summary>
public enum FlowOrder : byte
{
    /// <summary>As they stand in the table, which costs no more than what is shown.</summary>
    Table,
    Age,
    Idle,
    Octets,
    OctetsIn,
    OctetsOut,
    Packets,
    Host,
    Link,
    Protocol,
}

/// <summary>
/// Which flows are meant: everything that is set must hold. It is asked of the entry as it lies in the table, before anything is made of
/// it, so that to look for three flows among a million makes three records.
/// </summary>
public sealed record FlowSelection
{
    /// <summary>Where the inside, the outside or the far end is.</summary>
    public Prefix? Host { get; init; }

    public byte? Protocol { get; init; }

    /// <summary>A port of any of its ends.</summary>
    public ushort? Port { get; init; }

    /// <summary>The link by which it leaves, or came in.</summary>
    public PortId? Link { get; init; }

    /// <summary>Where the inside end is one of these.</summary>
    public IReadOnlySet<Address>? InsideEnds { get; init; }

    /// <summary>Indexes of rules of the policy of <see cref="Generation"/>.</summary>
    public IReadOnlySet<int>? Rules { get; init; }

    public ushort Generation { get; init; }

    /// <summary>Only the daemon's own probes, or only others.</summary>
    public bool? Probes { get; init; }

    /// <summary>In words, as <see cref="LiveFlow.State"/>.</summary>
    public string? State { get; init; }

    /// <summary>Not admitted before; monotonic microseconds.</summary>
    public long? Since { get; init; }

    internal bool Fits(in Flow flow)
    {
        bool inbound = (flow.Traits & FlowTraits.Inbound) != 0;
        if (Protocol is { } protocol && flow.Protocol != protocol) return false;
        if (Link is { } link && (inbound ? flow.Ingress : flow.Egress) != link) return false;
        if (Since is { } since && flow.Created < since) return false;
        if (Probes is { } probes && probes != ((flow.Traits & FlowTraits.Probe) != 0)) return false;
        if (Rules is not null && (flow.PolicyGeneration != Generation || !Rules.Contains(flow.Rule) || (flow.Traits & FlowTraits.Probe) != 0)) return false;
        if (InsideEnds is not null && !InsideEnds.Contains(inbound ? flow.OutsideDestination : flow.InsideSource)) return false;
        if (Host is { } host && !HasEnd(flow, inbound, host)) return false;
        if (Port is { } port && !HasPort(flow, inbound, port)) return false;
        return State is null || LiveTables.State(flow) == State;
    }

    private static bool HasEnd(in Flow flow, bool inbound, Prefix host) => inbound
        ? host.Contains(flow.OutsideDestination) || host.Contains(flow.InsideDestination) || host.Contains(flow.InsideSource)
        : host.Contains(flow.InsideSource) || host.Contains(flow.OutsideSource) || host.Contains(flow.OutsideDestination);

    private static bool HasPort(in Flow flow, bool inbound, ushort port) => inbound
        ? flow.OutsideDestinationPort == port || flow.InsideDestinationPort == port || flow.InsideSourcePort == port
        : flow.InsideSourcePort == port || flow.OutsideSourcePort == port || flow.OutsideDestinationPort == port;
}
