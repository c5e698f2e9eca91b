using Router.Forwarding.Answers;
using Router.Forwarding.Gateways;
using Router.Forwarding.Links;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding.Flows;

/// <summary>
/// What a packet does to its flow: it is counted, it may be a sign of life, and it may carry a TCP connection to another state.
/// Segment sizes are lowered here too, since a SYN's options have just been looked at.
///
/// Not every packet is a sign of life (RFC 4787 REQ-6, RFC 7857 2.2 and 5): on UDP and ICMP only what the inside host sends; on
/// TCP no SYN or RST that does not fit the connection, and nothing that leaves a connection over that was over before, so that
/// whoever answers noise with resets keeps nothing open.
/// </summary>
internal sealed class Progress(FlowTable flows, ApplicationGateways gateways, LinkEvidence evidence, PathEvents events)
{
    /// <summary>Takes a packet of a live flow.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="octets">The packet; the segment size in a SYN may be lowered.</param>
    /// <param name="packet">The same, read.</param>
    /// <param name="offload">Whether its checksum is unfinished.</param>
    /// <param name="id">Its flow.</param>
    /// <param name="outward">From Inside to Outside.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public void Take(Plan plan, Span<byte> octets, in Datagram packet, in Offload offload, FlowId id, bool outward, long now)
    {
        ref Flow flow = ref flows[id];
        bool isLife = packet.Protocol != Protocol.Tcp || packet.Shape == Shape.LaterFragment || Follow(plan, octets, packet, offload, id, outward, now);
        if (isLife && FlowLife.Refreshes(flow, outward)) flow.LastUse = now;
        if (!outward && flow.PacketsIn == 0 && flow.Protocol == Protocol.Udp) evidence.Answer(flow, now);
        flow.Count(packet.Length, outward);
    }

    /// <summary>Whether the opener's SYN finds its old connection over, and begins another.</summary>
    public bool IsOver(Span<byte> octets, in Datagram packet, FlowId id) =>
        TcpTracker.BeginsAnew(flows[id].Tcp, fromInside: true, Tcp.Over(octets[packet.Transport..]).Sequence);

    // Answers whether the segment is a sign of life.
    private bool Follow(Plan plan, Span<byte> octets, in Datagram packet, in Offload offload, FlowId id, bool outward, long now)
    {
        ref Flow flow = ref flows[id];
        Span<byte> segment = octets[packet.Transport..];
        Tcp tcp = Tcp.Over(segment);
        bool opens = (packet.Flags & TcpFlags.Syn) != 0, resets = (packet.Flags & TcpFlags.Rst) != 0;
        TcpState before = flow.Tcp.State;
        // The tracker counts as each sender does.
        uint acknowledged = (flow.Traits & FlowTraits.Watched) == 0 ? tcp.Acknowledgment : gateways.Acknowledged(id, outward, tcp.Acknowledgment);
        TcpVerdict verdict = TcpTracker.Segment(ref flow.Tcp, outward, tcp.Sequence, acknowledged, packet.Flags, tcp.Window,
            opens ? tcp.WindowScale : -1, segment.Length - tcp.DataOffset);
        if (verdict == TcpVerdict.PassStuck) events.Write(PathEvent.SenderStuck(packet, flow, outward));
        if (flow.Tcp.State != before)
        {
            flows.SetDeadline(id, now + FlowLife.Timeout(flow, plan.Policy.Timeouts));
            if (opens && !outward) evidence.Answer(flow, now);
        }
        if (opens)
        {
            int most = Math.Min(plan.MtuOf(flow.Ingress), plan.MtuOf(flow.Egress)) - (packet.V4 ? 40 : 60);
            SegmentSize.Clamp(segment, (ushort)most, offload.ChecksumUnfinished);
        }
        bool staysOver = flow.Tcp.State == before && (resets || before == TcpState.Reset);
        return verdict != TcpVerdict.PassUnchecked && !staysOver;
    }
}
