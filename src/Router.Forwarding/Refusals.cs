using Router.Forwarding.Answers;
using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// What a sender is told when its packet goes no further. Inside hosts are told of everything that they can mend or give up on at
/// once; strangers only what a rule with `deny` says, and what a router owes them (time exceeded, too big). All answers are
/// limited in rate (RFC 1812 4.3.2.8), carry an address of the side they go to, and go back where the packet came in.
/// </summary>
internal sealed class Refusals
{
    private readonly Outbox _outbox;
    private readonly AnswerLimit _limit = new();

    public Refusals(Outbox outbox)
    {
        _outbox = outbox;
        Door = new FrontDoor(outbox, this);
    }

    /// <summary>Leads those who may not pass yet to the page that says what to do.</summary>
    public FrontDoor Door { get; }

    /// <summary>Answers a refused packet if its reason has an answer.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="reason">Why it was refused.</param>
    /// <param name="octets">The packet as it came in.</param>
    /// <param name="packet">The same, read.</param>
    /// <param name="ingress">Where it came in.</param>
    /// <param name="mtu">For <see cref="DropReason.TooBig"/>: what would have fit.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public void Answer(Plan plan, DropReason reason, Span<byte> octets, in Datagram packet, PortId ingress, int mtu, long now)
    {
        bool stranger = plan.IsLink(ingress);
        bool isTcp = packet.Protocol == Protocol.Tcp && packet.Shape == Shape.Keyed;
        switch (reason)
        {
            case DropReason.RuleDenied when isTcp:
                Reset(plan, octets, packet, ingress, now);
                break;
            case DropReason.NoFlow when isTcp && !stranger && !packet.IsSyn:
            case DropReason.LoginRequired or DropReason.WelcomeRequired or DropReason.LicenceFull or DropReason.LicenceEnded when isTcp && !stranger:
                if (!Door.TryAnswer(plan, reason, octets, packet, ingress, now)) Reset(plan, octets, packet, ingress, now);
                break;
            case DropReason.RuleDenied:
            case DropReason.PortsExhausted or DropReason.MappingsFull or DropReason.FlowsFull when !stranger:
            case DropReason.MappingCollision or DropReason.Untranslatable when !stranger:
            case DropReason.HostFlows or DropReason.HostRate or DropReason.HostShare when !stranger:
            case DropReason.LoginRequired or DropReason.WelcomeRequired or DropReason.LicenceFull or DropReason.LicenceEnded when !stranger:
                Unreachable(plan, octets, packet, ingress, Icmp4.AdministrativelyProhibited, Icmp6.AdministrativelyProhibited, now);
                break;
            case DropReason.NoUsableLink or DropReason.NoOutsideAddress or DropReason.VolumeSpent or DropReason.NoNextHop or DropReason.NoRoute when !stranger:
                Unreachable(plan, octets, packet, ingress, Icmp4.HostUnreachable, Icmp6.NoRoute, now);
                break;
            case DropReason.SourceUnmapped when packet.Source.Low == ulong.MaxValue:
                Error(plan, octets, packet, ingress, Icmp6.ParameterProblem, 0, Ipv6.SourceAt, now);
                break;
            case DropReason.SourceUnmapped:
                Error(plan, octets, packet, ingress, Icmp6.DestinationUnreachable, Icmp6.SourcePolicyFailed, 0, now);
                break;
            case DropReason.TtlExpired:
                Error(plan, octets, packet, ingress, packet.V4 ? Icmp4.TimeExceeded : Icmp6.TimeExceeded, 0, 0, now);
                break;
            case DropReason.TooBig when packet.V4:
                Error(plan, octets, packet, ingress, Icmp4.DestinationUnreachable, Icmp4.FragmentationNeeded, (uint)mtu, now);
                break;
            case DropReason.TooBig:
                Error(plan, octets, packet, ingress, Icmp6.PacketTooBig, 0, (uint)mtu, now);
                break;
        }
    }

    /// <summary>Tells a stranger that nobody listens where its SYN went (see <see cref="HeldSyns"/>).</summary>
    public void TellPortUnreachable(Plan plan, Span<byte> octets, in Datagram packet, PortId ingress, long now) =>
        Unreachable(plan, octets, packet, ingress, Icmp4.PortUnreachable, Icmp6.PortUnreachable, now);

    /// <summary>Ends a TCP connection towards one of its sides, with the sequence number that this side expects (RFC 5961 3.2).</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="flow">The connection.</param>
    /// <param name="towardsInside">Which side.</param>
    /// <param name="shift">What a gateway adds to the numbers that this side gets.</param>
    public void ResetSide(Plan plan, in Flow flow, bool towardsInside, int shift)
    {
        if (!TcpTracker.ResetSequence(flow.Tcp, towardsInside, out uint sequence, out uint acknowledgment)) return;
        int slot = _outbox.Spare.Add();
        if (slot < 0) return;
        FlowKey from = towardsInside ? flow.ForwardKey : flow.ReverseKey;
        int length = TcpReset.Build(_outbox.Spare.Space(slot), from.Destination, from.Source, from.DestinationPort, from.SourcePort,
            sequence + (uint)shift, acknowledgment, withAck: true);
        Send(plan, slot, length, from.Ingress, flow.NextHop);
    }

    /// <summary>Ends a TCP connection towards its outside, at a segment of the inside's that is kept back: what came before it has been passed on.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="flow">The connection, by which nothing is changed but addresses.</param>
    /// <param name="keptBack">The segment. Its sender may have had no word yet of what was passed on, so the tracker cannot tell what the other side expects.</param>
    public void ResetOutside(Plan plan, in Flow flow, in Tcp keptBack)
    {
        int slot = _outbox.Spare.Add();
        if (slot < 0) return;
        FlowKey from = flow.ReverseKey;
        int length = TcpReset.Build(_outbox.Spare.Space(slot), from.Destination, from.Source, from.DestinationPort, from.SourcePort,
            keptBack.Sequence, keptBack.Acknowledgment, withAck: (keptBack.Flags & TcpFlags.Ack) != 0);
        Send(plan, slot, length, from.Ingress, flow.NextHop);
    }

    private void Reset(Plan plan, Span<byte> octets, in Datagram packet, PortId ingress, long now)
    {
        int slot = Take(packet.Source, now);
        if (slot < 0) return;
        int length = TcpReset.Answer(_outbox.Spare.Space(slot), octets);
        if (length > 0) Send(plan, slot, length, ingress, 0);
    }

    private void Unreachable(Plan plan, Span<byte> octets, in Datagram packet, PortId ingress, byte code4, byte code6, long now) =>
        Error(plan, octets, packet, ingress, packet.V4 ? Icmp4.DestinationUnreachable : Icmp6.DestinationUnreachable,
            packet.V4 ? code4 : code6, 0, now);

    private void Error(Plan plan, Span<byte> octets, in Datagram packet, PortId ingress, byte type, byte code, uint rest, long now)
    {
        if (!IcmpError.MayAnswer(octets) || RouterAddress(plan, ingress, packet) is not { IsUnspecified: false } from) return;
        int slot = Take(packet.Source, now);
        if (slot < 0) return;
        int length = IcmpError.Build(_outbox.Spare.Space(slot), octets, packet.Length, from, type, code, rest);
        if (length > 0) Send(plan, slot, length, ingress, 0);
    }

    private int Take(Address sender, long now) => _limit.Take(sender, now) ? _outbox.Spare.Add() : -1;

    /// <summary>Our address on the side that a sender is on; a flow that came through a link hears from that link. Unspecified if there is none of its family.</summary>
    public static Address RouterAddress(Plan plan, PortId ingress, in Datagram packet)
    {
        if (plan.Link(ingress) is { } link) return link.Outside(packet.V4);
        foreach (Address address in plan.Zone(ingress)?.Addresses ?? [])
        {
            if (address.IsV4 == packet.V4 && !address.IsLinkLocal) return address;
        }
        // The box itself: told by the address that it used, which the kernel takes as its own word.
        return ingress == PortId.Host ? packet.Source : default;
    }

    /// <summary>Sends a packet of our own making, in a slot of the spare batch.</summary>
    public void Send(Plan plan, int slot, int length, PortId to, ulong nextHop)
    {
        Batch spare = _outbox.Spare;
        spare[slot].Length = length;
        if (plan.Link(to) is { } link)
        {
            bool v4 = spare.Octets(slot)[0] >> 4 == 4;
            spare[slot].NextHop = nextHop != 0 ? nextHop : v4 ? link.GatewayMac4 : link.GatewayMac6;
        }
        _outbox.PutSpare(to, slot);
    }
}
