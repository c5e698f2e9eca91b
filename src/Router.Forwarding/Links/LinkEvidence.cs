using System.Numerics;
using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>What people's own traffic met on a link in some stretch of time. Probes are not counted.</summary>
/// <param name="Handshakes">TCP connections begun, and those of them, or of earlier ones, that the far end accepted meanwhile.</param>
/// <param name="Questions">Questions to name servers, and those that were answered.</param>
/// <param name="Hosts">Different far ends that were asked, and that accepted a connection; no more than 64 are told apart.</param>
public readonly record struct LinkTraffic(int Handshakes, int Accepted, int Questions, int Answered, int Hosts, int HostsAccepting)
{
    /// <summary>Several far ends were asked, and nobody said anything: one host that is away looks otherwise.</summary>
    public bool IsSilent => Hosts >= 3 && Accepted == 0 && Answered == 0;

    /// <summary>Connections come about to more than one host. Name servers do not count: a provider's own go on when nothing behind them does.</summary>
    public bool IsHeard => HostsAccepting >= 2;
}

/// <summary>
/// Counts, for each link, the connections and questions that leave by it and those that are answered, in slots of half a second
/// that are used again after sixteen. Health reads them to hasten or to doubt what probes say (product.md 2).
///
/// One writer [F], at the first packet of a flow and at its first answer only, so that other packets cost nothing. Readers on other
/// threads take each slot between two looks at its stamp; a slot that is being begun anew in between is left out. Far ends are told
/// apart by six bits of a plain hash: whoever makes two look like one gains nothing.
/// </summary>
public sealed class LinkEvidence
{
    private const int Slots = 32;

    /// <summary>A slot's length is two to this many microseconds, 0.52 s.</summary>
    private const int SlotBits = 19;

    private struct Slot
    {
        public long Stamp;
        public ulong Asked, Accepting;
        public int Handshakes, Accepted, Questions, Answered;
    }

    private readonly Slot[] _slots = new Slot[(PortId.Most + 1) * Slots];

    /// <summary>How far back can be asked, microseconds.</summary>
    public const long Memory = (Slots - 2) << SlotBits;

    /// <summary>A flow was admitted.</summary>
    internal void Ask(in Flow flow, long now)
    {
        if (!Counts(flow)) return;
        ref Slot slot = ref SlotOf(flow.Egress, now);
        slot.Asked |= HostBit(flow.OutsideDestination);
        if (flow.Protocol == Protocol.Tcp) slot.Handshakes++;
        else slot.Questions++;
    }

    /// <summary>A flow has its first answer: the far end's SYN, or an answer to a question.</summary>
    internal void Answer(in Flow flow, long now)
    {
        if (!Counts(flow)) return;
        ref Slot slot = ref SlotOf(flow.Egress, now);
        if (flow.Protocol == Protocol.Udp)
        {
            slot.Answered++;
            return;
        }
        slot.Accepted++;
        slot.Accepting |= HostBit(flow.OutsideDestination);
    }

    /// <summary>What happened on a link since a time, not counting the slot in which that lies. From any thread.</summary>
    public LinkTraffic Since(PortId link, long since, long now)
    {
        var sum = default(Slot);
        for (long stamp = Math.Max(since, now - Memory) >> SlotBits; ++stamp <= now >> SlotBits;)
        {
            ref Slot slot = ref _slots[link.Value * Slots + (int)(stamp % Slots)];
            if (Volatile.Read(ref slot.Stamp) != stamp) continue;
            Slot seen = slot;
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref slot.Stamp) != stamp) continue;
            sum.Asked |= seen.Asked;
            sum.Accepting |= seen.Accepting;
            sum.Handshakes += seen.Handshakes;
            sum.Accepted += seen.Accepted;
            sum.Questions += seen.Questions;
            sum.Answered += seen.Answered;
        }
        return new LinkTraffic(sum.Handshakes, sum.Accepted, sum.Questions, sum.Answered, BitOperations.PopCount(sum.Asked), BitOperations.PopCount(sum.Accepting));
    }

    // What a local host, or the box, begins with somebody in the Internet.
    private static bool Counts(in Flow flow) =>
        (flow.Traits & (FlowTraits.Inbound | FlowTraits.Hairpin | FlowTraits.Probe)) == 0
        && (flow.Protocol == Protocol.Tcp || (flow.Protocol == Protocol.Udp && flow.OutsideDestinationPort == 53));

    private ref Slot SlotOf(PortId link, long now)
    {
        long stamp = now >> SlotBits;
        ref Slot slot = ref _slots[link.Value * Slots + (int)(stamp % Slots)];
        if (slot.Stamp == stamp) return ref slot;
        // Nobody's, until it is empty.
        Volatile.Write(ref slot.Stamp, -1);
        Interlocked.MemoryBarrier();
        (slot.Asked, slot.Accepting, slot.Handshakes, slot.Accepted, slot.Questions, slot.Answered) = (0, 0, 0, 0, 0, 0);
        Volatile.Write(ref slot.Stamp, stamp);
        return ref slot;
    }

    private static ulong HostBit(Address host) => 1UL << (int)((host.High ^ host.Low) * 0x9E3779B97F4A7C15 >> 58);
}
