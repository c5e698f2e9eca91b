using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Wire;

namespace Router.Forwarding.Reading;

/// <summary>An address and a port, for people.</summary>
public readonly record struct End(Address Address, ushort Port);

/// <summary>A live flow as it was at one moment.</summary>
/// <param name="Id">Its place in the table.</param>
/// <param name="Inside">The local end by its own address.</param>
/// <param name="Outside">The local end as the far end sees it.</param>
/// <param name="Remote">The far end.</param>
/// <param name="Ingress">Where its first packet came in.</param>
/// <param name="Egress">Where that packet went out.</param>
/// <param name="Inbound">Whether the far end began it.</param>
/// <param name="State">In words: the TCP state, or "one-way", "two-way".</param>
/// <param name="Created">Monotonic microseconds, as is <paramref name="LastUse"/>.</param>
/// <param name="Pinned">Whether a pin of its host chose its link.</param>
/// <param name="Bound">Whether a program of the box chose it, by its source address.</param>
/// <param name="Probe">Whether it is a probe of the daemon's own, which no rule decides on.</param>
public sealed record LiveFlow(
    int Id, byte Protocol, End Inside, End Outside, End Remote, PortId Ingress, PortId Egress, bool Inbound, int Rule, ushort PolicyGeneration,
    string State, long Created, long LastUse, long PacketsOut, long OctetsOut, long PacketsIn, long OctetsIn, bool Pinned, bool Bound, bool Probe)
{
    /// <summary>The rule that admitted it, as <see cref="Rules.Rule.Mark"/>.</summary>
    public uint AdmittedBy { get; init; }

    /// <summary>Why it is on its link.</summary>
    public LinkCause Cause { get; init; }

    /// <summary>The pin that chose its link, as <see cref="LivePin.Id"/>, or -1.</summary>
    public int Pin { get; init; } = -1;

    /// <summary>Whether that pin is for one site.</summary>
    public bool PinnedForSite => Cause is >= LinkCause.SiteByWeight and <= LinkCause.SitePinnedAsDegraded;

    /// <summary>If it followed its host's pin: why that stood there, and for how many microseconds then, or null if the pin has been moved since.</summary>
    public (string Reason, long? Stood)? PinThen { get; init; }

    /// <summary>Whether, and why, it left another link, and which.</summary>
    public (LinkMove Why, PortId From) Moved { get; init; }
}

/// <summary>A pin as it was at one moment.</summary>
/// <param name="Id">Its place in the table.</param>
/// <param name="Host">Whom it holds.</param>
/// <param name="Site">For which destinations; null for all.</param>
/// <param name="Link">Where.</param>
/// <param name="Reason">Why there, as the name of a <see cref="PinReason"/>.</param>
/// <param name="Since">Since when there, monotonic microseconds.</param>
/// <param name="From">The link before, if it was ever on another.</param>
/// <param name="Flows">Live flows that it holds.</param>
public sealed record LivePin(int Id, Address Host, Prefix? Site, PortId Link, string Reason, long Since, PortId? From, long Flows);

/// <summary>
/// Reads the shared tables while the path works on them: each entry is copied whole or not at all, and the path does not notice
/// (<see cref="Router.Tables.MappedTable{T}.TryRead"/>). What is read is a moment old.
/// </summary>
public sealed class LiveTables(ForwardingTables tables)
{
    public int FlowCapacity => tables.Flows.Capacity;

    /// <summary>Live flows, as the path counts them.</summary>
    public int FlowCount => tables.Flows.Count;

    public int PinCapacity => tables.Pins.Capacity;

    public IEnumerable<LiveFlow> Flows()
    {
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            if (tables.Flows.TryRead(id, out Flow flow)) yield return Describe(id, flow);
        }
    }

    /// <summary>One flow by its place in the table; null if it is gone.</summary>
    public LiveFlow? Flow(int id) => tables.Flows.IsLive(id) && tables.Flows.TryRead(id, out Flow flow) ? Describe(id, flow) : null;

    /// <summary>Flows that fit, in an order, no more than so many; those that have ended since they were found are left out.</summary>
    /// <param name="which">Those that are meant.</param>
    /// <param name="order">What they are ordered by.</param>
    /// <param name="mostFirst">The largest, the oldest, the longest idle first; else the other way.</param>
    /// <param name="most">How many at the most; no more memory than for these is used.</param>
    public List<LiveFlow> Flows(FlowSelection which, FlowOrder order, bool mostFirst, int most)
    {
        var found = new PriorityQueue<int, UInt128>();
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            if (!tables.Flows.TryRead(id, out Flow flow) || !which.Fits(flow)) continue;
            UInt128 key = order == FlowOrder.Table ? UInt128.MaxValue - (uint)id : KeyOf(flow, order);
            if (!mostFirst && order != FlowOrder.Table) key = UInt128.MaxValue - key;
            if (found.Count < most) found.Enqueue(id, key);
            else if (order == FlowOrder.Table) break;
            else found.EnqueueDequeue(id, key);
        }
        int[] ids = new int[found.Count];
        for (int i = ids.Length - 1; i >= 0; i--) ids[i] = found.Dequeue();
        var list = new List<LiveFlow>(ids.Length);
        foreach (int id in ids)
        {
            if (tables.Flows.TryRead(id, out Flow flow) && which.Fits(flow)) list.Add(Describe(id, flow));
        }
        return list;
    }

    /// <summary>The flow at a place, if it is still the one that was admitted then.</summary>
    public LiveFlow? Flow(int id, long created) => tables.Flows.TryRead(id, out Flow flow) && flow.Created == created ? Describe(id, flow) : null;

    // The larger, the further in front; of times, the earlier.
    private static UInt128 KeyOf(in Flow flow, FlowOrder order)
    {
        bool inbound = (flow.Traits & FlowTraits.Inbound) != 0;
        Address inside = inbound ? flow.OutsideDestination : flow.InsideSource;
        return order switch
        {
            FlowOrder.Table => 0,
            FlowOrder.Age => (UInt128)(long.MaxValue - flow.Created),
            FlowOrder.Idle => (UInt128)(long.MaxValue - flow.LastUse),
            FlowOrder.Octets => flow.OctetsIn + flow.OctetsOut,
            FlowOrder.OctetsIn => inbound ? flow.OctetsOut : flow.OctetsIn,
            FlowOrder.OctetsOut => inbound ? flow.OctetsIn : flow.OctetsOut,
            FlowOrder.Packets => (UInt128)(flow.PacketsIn + flow.PacketsOut),
            FlowOrder.Host => new UInt128(inside.High, inside.Low),
            FlowOrder.Link => (inbound ? flow.Ingress : flow.Egress).Value,
            FlowOrder.Protocol => flow.Protocol,
        };
    }

    /// <summary>The inside end, its zone, and whether a pin holds it, of each live flow.</summary>
    public IEnumerable<(Address Inside, PortId Zone, bool Pinned)> InsideEnds()
    {
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            if (!tables.Flows.TryRead(id, out Flow flow)) continue;
            bool inbound = (flow.Traits & FlowTraits.Inbound) != 0;
            yield return (inbound ? flow.OutsideDestination : flow.InsideSource, inbound ? flow.Egress : flow.Ingress, flow.Pin >= 0);
        }
    }

    /// <summary>How many flows leave by each port, or came in by it if that is a link. Makes nothing for the collector.</summary>
    public void CountByLink(Plan plan, Span<long> counts)
    {
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            if (!tables.Flows.TryRead(id, out Flow flow)) continue;
            PortId link = plan.IsLink(flow.Egress) ? flow.Egress : flow.Ingress;
            counts[link.Value]++;
        }
    }

    /// <summary>People's flows on a link: those of probes are left out, and of TCP those that have ended.</summary>
    public int CountOn(PortId link)
    {
        int count = 0;
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            if (!tables.Flows.TryRead(id, out Flow flow) || (flow.Traits & FlowTraits.Probe) != 0) continue;
            if (flow.Protocol == Protocol.Tcp && flow.Tcp.State is TcpState.TimeWait or TcpState.Reset) continue;
            if (flow.Egress == link || flow.Ingress == link) count++;
        }
        return count;
    }

    /// <summary>A search for the flows that have one of these addresses for a local end.</summary>
    /// <param name="hosts">Addresses of local hosts; not to be changed while it goes on.</param>
    public FlowSearch FlowsOf(IReadOnlySet<Address> hosts) => new(tables.Flows, hosts);

    /// <summary>Raises, for each address that is there, the time of the last packet of its live flows.</summary>
    public void LastUse(Dictionary<Address, long> times)
    {
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            if (!tables.Flows.TryRead(id, out Flow flow)) continue;
            Raise(times, flow.InsideSource, flow.LastUse);
            Raise(times, flow.OutsideDestination, flow.LastUse);
        }
    }

    /// <summary>Adds up what the live flows of some inside hosts have carried, towards them and from them.</summary>
    public void SumByHost(Dictionary<Address, (long In, long Out)> sums)
    {
        var filter = new AddressFilter(sums.Keys);
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            ref readonly Flow seen = ref tables.Flows.Peek(id);
            if (!filter.MayHold(seen.InsideSource) && !filter.MayHold(seen.OutsideDestination)) continue;
            if (!tables.Flows.TryRead(id, out Flow flow)) continue;
            ref (long In, long Out) sum = ref CollectionsMarshal.GetValueRefOrNullRef(sums, Inside(flow));
            if (Unsafe.IsNullRef(ref sum)) continue;
            bool inbound = (flow.Traits & FlowTraits.Inbound) != 0;
            sum.In += (long)(inbound ? flow.OctetsOut : flow.OctetsIn);
            sum.Out += (long)(inbound ? flow.OctetsIn : flow.OctetsOut);
        }
    }

    // The local end by its own address, whoever began.
    private static Address Inside(in Flow flow) => (flow.Traits & FlowTraits.Inbound) != 0 ? flow.OutsideDestination : flow.InsideSource;

    private static void Raise(Dictionary<Address, long> times, Address address, long time)
    {
        ref long known = ref CollectionsMarshal.GetValueRefOrNullRef(times, address);
        if (!Unsafe.IsNullRef(ref known) && known < time) known = time;
    }

    /// <summary>What the live flows of each rule of a policy have carried so far.</summary>
    public void SumByRule(ushort generation, Span<(long Packets, long Octets)> sums)
    {
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            if (!tables.Flows.TryRead(id, out Flow flow) || flow.PolicyGeneration != generation || flow.Rule >= sums.Length) continue;
            if ((flow.Traits & FlowTraits.Probe) != 0) continue;
            ref (long Packets, long Octets) sum = ref sums[flow.Rule];
            sum.Packets += flow.PacketsOut + flow.PacketsIn;
            sum.Octets += (long)(flow.OctetsOut + flow.OctetsIn);
        }
    }

    public IEnumerable<LivePin> Pins()
    {
        for (int id = tables.Pins.NextLive(-1); id >= 0; id = tables.Pins.NextLive(id))
        {
            if (!tables.Pins.TryRead(id, out Pin pin)) continue;
            yield return new LivePin(
                id, pin.Host, pin.Site.IsAny ? null : pin.Site.Prefix, pin.Link, pin.Reason.ToString(), pin.Since, pin.Moves > 0 ? pin.Before : null, pin.Flows);
        }
    }

    private LiveFlow Describe(int id, in Flow flow)
    {
        bool inbound = (flow.Traits & FlowTraits.Inbound) != 0;
        var insideEnd = new End(flow.InsideSource, flow.InsideSourcePort);
        var outsideEnd = new End(flow.OutsideSource, flow.OutsideSourcePort);
        var served = new End(flow.OutsideDestination, flow.OutsideDestinationPort);
        var mapped = new End(flow.InsideDestination, flow.InsideDestinationPort);
        (long packetsOut, long octetsOut) = (flow.PacketsOut, (long)flow.OctetsOut);
        (long packetsIn, long octetsIn) = (flow.PacketsIn, (long)flow.OctetsIn);
        if (inbound) (packetsOut, octetsOut, packetsIn, octetsIn) = (packetsIn, octetsIn, packetsOut, octetsOut);
        return new LiveFlow(
            id, flow.Protocol, inbound ? served : insideEnd, inbound ? mapped : outsideEnd, inbound ? insideEnd : served,
            flow.Ingress, flow.Egress, inbound, flow.Rule, flow.PolicyGeneration, State(flow), flow.Created, flow.LastUse,
            packetsOut, octetsOut, packetsIn, octetsIn, flow.Pin >= 0, (flow.Traits & FlowTraits.Bound) != 0, (flow.Traits & FlowTraits.Probe) != 0)
        {
            AdmittedBy = flow.AdmittedBy, Cause = flow.Cause, Pin = flow.Pin, Moved = (flow.Moved, flow.Before),
            PinThen = flow.Cause.PinReason() is { } reason ? (reason.ToString(), StoodBefore(flow)) : null,
        };
    }

    private long? StoodBefore(in Flow flow) =>
        flow.Pin >= 0 && tables.Pins.TryRead(flow.Pin, out Pin pin) && pin.Host == flow.InsideSource && pin.Since <= flow.Created ? flow.Created - pin.Since : null;

    internal static string State(in Flow flow) => flow.Protocol != Protocol.Tcp
        ? flow.PacketsIn > 0 && flow.PacketsOut > 0 ? "two-way" : "one-way"
        : flow.Tcp.State switch
        {
            TcpState.None or TcpState.SynSent or TcpState.SynReceived => "opening",
            TcpState.Established => "established",
            TcpState.FinWait => "half-closed",
            TcpState.TimeWait => "closed",
            TcpState.Reset => "reset",
            _ => throw new ArgumentOutOfRangeException(nameof(flow)),
        };
}
