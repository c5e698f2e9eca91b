using Router.Forwarding.Answers;
using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Forwarding.Translation;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// The way out: whether a packet fits where it goes, and who takes it from there. Size is asked before translation, so that an
/// answer quotes the packet as its sender knows it. What may not be broken is answered with the size that fits (RFC 1191,
/// RFC 8201); what may is broken, or if it is a super-packet, cut into smaller segments by whoever segments it.
/// </summary>
internal sealed class Exit(Outbox outbox, Refusals refusals, PathEvents events)
{
    /// <summary>Whether a packet has hops and room left for the way that it takes.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="ingress">Where it came in.</param>
    /// <param name="egress">Where it goes out.</param>
    /// <param name="meta">Its offload, whose segments may be made smaller.</param>
    /// <param name="octets">The packet as it came in.</param>
    /// <param name="packet">The same, read.</param>
    /// <param name="pieces">The size to break it to, or 0 to send it whole.</param>
    public DropReason Fit(Plan plan, long now, PortId ingress, PortId egress, ref PacketMeta meta, Span<byte> octets, in Datagram packet, out int pieces)
    {
        pieces = 0;
        if (packet.TimeToLive <= 1 && plan.IsLink(ingress) && egress != PortId.Host)
        {
            refusals.Answer(plan, DropReason.TtlExpired, octets, packet, ingress, 0, now);
            return DropReason.TtlExpired;
        }
        int mtu = plan.MtuOf(egress);
        int headers = meta.Offload.IsSuper ? Headers.LengthOf(octets, packet) : 0;
        int longest = meta.Offload.IsSuper ? headers + meta.Offload.SegmentSize : packet.Length;
        if (longest <= mtu) return DropReason.None;
        // A stream may be cut at other places than the sender meant; datagrams may not.
        bool isRigid = meta.Offload.IsSuper && packet.Protocol != Protocol.Tcp;
        if (packet.DontFragment || !packet.V4 || isRigid)
        {
            refusals.Answer(plan, DropReason.TooBig, octets, packet, ingress, mtu, now);
            return DropReason.TooBig;
        }
        if (meta.Offload.IsSuper) meta.Offload.SegmentSize = (ushort)(mtu - headers);
        else pieces = Math.Min(mtu, outbox.Spare.Room);
        return DropReason.None;
    }

    /// <summary>The size to break a packet to that has grown on its way through, or 0 to send it whole.</summary>
    public int PiecesOf(Plan plan, PortId egress, in PacketMeta meta, int length)
    {
        int mtu = plan.MtuOf(egress);
        return meta.Offload.IsSuper || length <= mtu ? 0 : Math.Min(mtu, outbox.Spare.Room);
    }

    /// <summary>Sends a packet in pieces of at most <paramref name="mtu"/> octets. They carry no offload, so a checksum is finished first.</summary>
    public DropReason Break(Plan plan, PortId egress, Span<byte> octets, in Offload offload, int mtu, ulong nextHop)
    {
        if (offload.ChecksumUnfinished) Checksum.Finish(octets, offload.ChecksumStart, offload.ChecksumOffset);
        var fragmenter = new Fragmenter(octets, mtu);
        while (!fragmenter.IsDone)
        {
            int slot = outbox.Spare.Add();
            if (slot < 0) return DropReason.NoSpareSlot;
            outbox.Spare[slot].Length = fragmenter.Next(outbox.Spare.Space(slot));
            DropReason reason = Leave(plan, egress, outbox.Spare, slot, nextHop);
            if (reason != DropReason.None) return reason;
        }
        return DropReason.Consumed;
    }

    /// <summary>Puts a packet into the outbox of a port, with the MAC that it goes to there.</summary>
    public DropReason Leave(Plan plan, PortId egress, Batch batch, int slot, ulong nextHop)
    {
        if (nextHop == 0 && plan.Link(egress) is { Ethernet: true } link) return Want(link, batch.Octets(slot));
        batch[slot].NextHop = nextHop;
        return ReferenceEquals(batch, outbox.Spare) ? outbox.PutSpare(egress, slot) : outbox.Put(egress, slot);
    }

    // The kernel is asked to find the MAC; the sender's next try will have it.
    private DropReason Want(LinkState link, Span<byte> octets)
    {
        bool v4 = octets[0] >> 4 == 4;
        Address towards = v4 ? Ipv4.Over(octets).Destination : Ipv6.Over(octets).Destination;
        bool isNear = false;
        foreach (Prefix subnet in link.Subnets) isNear |= subnet.Contains(towards);
        if (!isNear) towards = v4 ? link.Gateway4 : link.Gateway6;
        events.Write(new PathEvent { Kind = PathEventKind.NeighbourWanted, Egress = link.Id, Destination = towards });
        return DropReason.NoNextHop;
    }
}
