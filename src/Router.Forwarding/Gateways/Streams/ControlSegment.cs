using System.Buffers.Binary;
using Router.Forwarding.Answers;
using Router.Forwarding.Flows;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding.Gateways.Streams;

/// <summary>
/// A segment of a watched TCP connection, on its way past a <see cref="StreamEditor"/>: data, sequence number, acknowledgment and SACK
/// blocks (RFC 2018) are given what the receiver counts by. It comes here in the addresses in which it came in, and is
/// translated after. A segment whose checksum is wrong teaches us nothing and stays wrong.
///
/// Data that has grown beyond what the link takes becomes a super-packet, which the kernel cuts into segments. Data of which only the
/// beginning could be read loses the rest, and its FIN: that part is not acknowledged, so its sender sends it again, from there on.
/// </summary>
internal sealed class ControlSegment(Outbox outbox, Refusals refusals)
{
    /// <summary>Data in each segment of a super-packet that we make, at the most: what fits wherever IPv6 does, so a receiver takes it.</summary>
    private const int SafeSegment = 1220;

    /// <param name="plan">The plan in force.</param>
    /// <param name="batch">Where the packet is.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="packet">The same, read.</param>
    /// <param name="flow">Its flow, whose tracker has seen the segment.</param>
    /// <param name="watch">The note to that flow.</param>
    /// <param name="outward">From Inside to Outside.</param>
    /// <param name="editor">Who reads this side.</param>
    public DropReason Pass(Plan plan, Batch batch, int slot, in Datagram packet, in Flow flow, ref Watch watch, bool outward, StreamEditor editor)
    {
        Tcp tcp = Tcp.Over(batch.Octets(slot)[packet.Transport..]);
        ref ControlStream own = ref outward ? ref watch.FromInside : ref watch.FromOutside;
        ref ControlStream other = ref outward ? ref watch.FromOutside : ref watch.FromInside;
        bool unfinished = batch[slot].Offload.ChecksumUnfinished;
        if ((tcp.Flags & TcpFlags.Syn) != 0)
        {
            if (flow.Tcp.State is TcpState.SynSent or TcpState.SynReceived && tcp.Payload.IsEmpty) own.Begin(tcp.Sequence + 1);
            return DropReason.None;
        }
        if (!own.Known) return DropReason.None;
        bool isLast = (tcp.Flags & TcpFlags.Fin) != 0;
        bool isPlain = (tcp.Flags & TcpFlags.Rst) != 0 || (tcp.Payload.IsEmpty && !isLast);
        if (!isPlain && !unfinished && !IsSound(packet, tcp.Octets)) return DropReason.None;
        (own.Window, own.Stamp) = (tcp.Window, StampOf(tcp));
        MendAcknowledgment(tcp, ref other, unfinished, editor);
        Passage passage = editor.Pass(ref own, tcp.Sequence, isPlain ? [] : tcp.Payload, isLast && !isPlain);
        if (own.HeldLength > 0 && own.IsHeard && !isPlain) Acknowledge(plan, flow, own, other, outward);
        if (passage.Kind == PassageKind.Gap) return DropReason.OutOfOrder;
        if (passage.Kind == PassageKind.Held) return DropReason.Consumed;
        WriteNumber(tcp.Octets, SequenceAt, passage.Sequence, unfinished);
        if (passage.Kind == PassageKind.Changed) Replace(batch, slot, packet, plan.MtuOf(outward ? flow.Egress : flow.Ingress), editor.Output, passage.IsCut);
        return DropReason.None;
    }

    private const int SequenceAt = 4;
    private const int AcknowledgmentAt = 8;

    private static bool IsSound(in Datagram packet, ReadOnlySpan<byte> segment) =>
        Checksum.Sum(segment, Checksum.PseudoHeader(packet.Source, packet.Destination, Protocol.Tcp, segment.Length)) == 0xffff;

    private static uint StampOf(Tcp tcp)
    {
        foreach (TcpOption option in tcp.Options)
        {
            if (option.Kind == TcpOption.Timestamps && option.Length == 10) return BinaryPrimitives.ReadUInt32BigEndian(tcp.Octets[(option.At + 2)..]);
        }
        return 0;
    }

    private static void MendAcknowledgment(Tcp tcp, ref ControlStream other, bool unfinished, StreamEditor editor)
    {
        if ((tcp.Flags & TcpFlags.Ack) == 0) return;
        uint received = tcp.Acknowledgment, acknowledged = other.ToSender(received, roundUp: false);
        other.Follow(acknowledged);
        // What we hold is acknowledged as soon as all in front of it is: by whom else, if nothing more comes.
        uint ours = acknowledged == other.Read ? other.HeldLength : 0u;
        WriteNumber(tcp.Octets, AcknowledgmentAt, acknowledged + ours, unfinished);
        if (other is { EditCount: 0, Shift: 0 }) return;
        foreach (TcpOption option in tcp.Options)
        {
            if (option.Kind != TcpOption.Sack) continue;
            for (int at = option.At + 2; at + 8 <= option.At + option.Length; at += 8)
            {
                // A line of which only a part has arrived counts as not arrived.
                WriteNumber(tcp.Octets, at, other.ToSender(BinaryPrimitives.ReadUInt32BigEndian(tcp.Octets[at..]), roundUp: true), unfinished);
                WriteNumber(tcp.Octets, at + 4, other.ToSender(BinaryPrimitives.ReadUInt32BigEndian(tcp.Octets[(at + 4)..]), roundUp: false), unfinished);
            }
        }
        editor.Settle(ref other, received);
    }

    // An unfinished checksum does not cover the header yet. At an odd place the octets are halves of other words.
    private static void WriteNumber(Span<byte> segment, int at, uint number, bool unfinished)
    {
        uint old = BinaryPrimitives.ReadUInt32BigEndian(segment[at..]);
        if (old == number) return;
        BinaryPrimitives.WriteUInt32BigEndian(segment[at..], number);
        if (unfinished) return;
        ChecksumDelta delta = (at & 1) == 0
            ? default(ChecksumDelta).Replace(old, number)
            : default(ChecksumDelta).Replace(Swapped(old >> 16), Swapped(number >> 16)).Replace(Swapped(old), Swapped(number));
        Tcp tcp = Tcp.Over(segment);
        tcp.Checksum = delta.ApplyToComplete(tcp.Checksum);
    }

    private static ushort Swapped(uint half) => BinaryPrimitives.ReverseEndianness((ushort)half);

    private static void Replace(Batch batch, int slot, in Datagram packet, int mtu, ReadOnlySpan<byte> data, bool isCut)
    {
        ref PacketMeta meta = ref batch[slot];
        Span<byte> space = batch.Space(slot);
        Tcp tcp = Tcp.Over(space[packet.Transport..packet.Length]);
        int headers = packet.Transport + tcp.DataOffset, room = space.Length - headers;
        isCut |= data.Length > room;
        if (data.Length > room) data = data[..room];
        if (isCut) tcp.Flags &= ~TcpFlags.Fin;
        bool isTooLong = packet.Length <= mtu && headers + data.Length > mtu;
        if (isTooLong && !meta.Offload.IsSuper) meta.Offload = Super(packet, headers, Math.Min(SafeSegment, mtu - headers));
        data.CopyTo(space[headers..]);
        meta.Length = headers + data.Length;
        if (meta.Offload.IsSuper && data.Length <= meta.Offload.SegmentSize) (meta.Offload.Segmentation, meta.Offload.SegmentSize) = (0, 0);
        Span<byte> octets = space[..meta.Length];
        PacketLength.Write(octets, packet.V4);
        Span<byte> segment = octets[packet.Transport..];
        uint pseudo = Checksum.PseudoHeader(packet.Source, packet.Destination, Protocol.Tcp, segment.Length);
        tcp = Tcp.Over(segment);
        tcp.Checksum = 0;
        tcp.Checksum = meta.Offload.ChecksumUnfinished ? Checksum.Sum([], pseudo) : Checksum.Of(segment, pseudo);
    }

    private static Offload Super(in Datagram packet, int headers, int segment) => new()
    {
        Flags = 1, ChecksumStart = (ushort)packet.Transport, ChecksumOffset = Tcp.ChecksumAt,
        Segmentation = packet.V4 ? (byte)1 : (byte)4, SegmentSize = (ushort)segment, HeaderLength = (ushort)headers,
    };

    // In the name of the receiver, who has not seen what is held and will get it with the rest.
    private void Acknowledge(Plan plan, in Flow flow, in ControlStream own, in ControlStream other, bool outward)
    {
        int slot = outbox.Spare.Add();
        if (slot < 0) return;
        FlowKey from = outward ? flow.ForwardKey : flow.ReverseKey;
        bool stamped = own.Stamp != 0 && other.Stamp != 0;
        int ip = Envelope.HeaderLength(from.Source.IsV4), header = Tcp.MinHeaderLength + (stamped ? 12 : 0);
        Span<byte> packet = outbox.Spare.Space(slot)[..(ip + header)];
        Envelope.Seal(packet, Protocol.Tcp, trafficClass: 0, from.Destination, from.Source);
        Tcp tcp = Tcp.Over(packet[ip..]);
        tcp.Begin(from.DestinationPort, from.SourcePort, TcpFlags.Ack, header);
        (tcp.Sequence, tcp.Acknowledgment, tcp.Window) = (other.ToReceiver(other.Read), own.Read + own.HeldLength, other.Window);
        if (stamped)
        {
            Span<byte> option = packet[(ip + Tcp.MinHeaderLength)..];
            (option[0], option[1], option[2], option[3]) = (TcpOption.NoOperation, TcpOption.NoOperation, TcpOption.Timestamps, 10);
            BinaryPrimitives.WriteUInt32BigEndian(option[4..], other.Stamp);
            BinaryPrimitives.WriteUInt32BigEndian(option[8..], own.Stamp);
        }
        tcp.Checksum = Checksum.Of(tcp.Octets, Checksum.PseudoHeader(from.Destination, from.Source, Protocol.Tcp, header));
        refusals.Send(plan, slot, packet.Length, from.Ingress, flow.NextHop);
    }
}
