using Router.Forwarding.Answers;
using Router.Forwarding.Flows;
using Router.Ports;
using Router.Wire;
using Router.Wire.Quic;
using Router.Wire.Web;

namespace Router.Forwarding.Web;

/// <summary>
/// What a no looks like. Nobody is left waiting, unless a rule wants that (`drop`):
///
///   HTTP   the client gets a redirect in the server's name, to the page that says why or to where the rule leads, and the end of the
///          connection with it; the server gets a reset. The flow stays, to answer what the client sends again, until it has said its FIN.
///   TLS    both get a reset, and the flow ends. To a page one cannot be led here: we cannot speak for a server that proves who it is.
///   QUIC   the client gets the refusal that a server would send (<see cref="InitialClose"/>); the flow stays, and nothing of it passes.
///
/// An answer to a request in the midst of others whose answers are still to come would be taken for one of theirs: then there is a reset.
/// [F]
/// </summary>
internal sealed class WebDenial(Outbox outbox, Refusals refusals)
{
    private readonly AnswerLimit _limit = new(perSecond: 4000, burst: 2000);

    /// <summary>The flow is to be ended; cleared by whoever asks.</summary>
    public bool IsOver { get; set; }

    /// <summary>Ends a connection of which no segment can be read: TCP by resets, others by letting nothing pass.</summary>
    public DropReason End(Plan plan, in Flow flow, ref WebTrack track)
    {
        if (flow.Protocol == Protocol.Tcp)
        {
            refusals.ResetSide(plan, flow, towardsInside: true, 0);
            refusals.ResetSide(plan, flow, towardsInside: false, 0);
            IsOver = true;
        }
        else
        {
            track.Phase = WebPhase.Denied;
        }
        return DropReason.WebRule;
    }

    /// <summary>Ends a TCP connection by resets, at a segment that is kept back.</summary>
    public DropReason End(Plan plan, in Tcp keptBack, in Flow flow)
    {
        refusals.ResetSide(plan, flow, towardsInside: true, 0);
        refusals.ResetOutside(plan, flow, keptBack);
        IsOver = true;
        return DropReason.WebRule;
    }

    /// <summary>Lets a flow stay in which nothing passes any more.</summary>
    public static DropReason Silence(ref WebTrack track)
    {
        track.Phase = WebPhase.Silenced;
        return DropReason.WebRule;
    }

    /// <summary>Answers a request with a redirect, and takes leave of the server.</summary>
    public DropReason Redirect(Plan plan, in Datagram packet, in Tcp segment, in Flow flow, ref WebTrack track, in HttpHead head, long now)
    {
        if (!TryRedirect(plan, packet, segment, flow, track, head, now)) return End(plan, segment, flow);
        if (track.Phase != WebPhase.Denied) refusals.ResetOutside(plan, flow, segment);
        track.Phase = WebPhase.Denied;
        return DropReason.WebRule;
    }

    /// <summary>What the client says after it was refused: its request again, its FIN, or its thanks.</summary>
    public DropReason Follow(Plan plan, in Datagram packet, in Tcp segment, in Flow flow, ref WebTrack track, long now)
    {
        if ((segment.Flags & TcpFlags.Rst) != 0)
        {
            IsOver = true;
        }
        else if (!segment.Payload.IsEmpty)
        {
            if (HttpHead.Read(segment.Payload, out HttpHead head) == WebReading.Whole) return Redirect(plan, packet, segment, flow, ref track, head, now);
            return End(plan, segment, flow);
        }
        else if ((segment.Flags & TcpFlags.Fin) != 0)
        {
            Say(plan, packet, segment, flow, TcpFlags.Ack, 0, []);
            IsOver = true;
        }
        return DropReason.WebRule;
    }

    /// <summary>Tells a QUIC client that the server will not have it.</summary>
    public DropReason Refuse(Plan plan, in Datagram packet, in Flow flow, ref WebTrack track, in QuicLongHeader asked, ReadOnlySpan<byte> connectionId, long now)
    {
        track.Phase = WebPhase.Denied;
        if (!_limit.Take(flow.InsideSource, now)) return DropReason.WebRule;
        int slot = outbox.Spare.Add();
        if (slot < 0) return DropReason.WebRule;
        using var keys = new InitialKeys(asked.Version, connectionId, ofServer: true);
        int header = Envelope.HeaderLength(packet.V4) + Udp.HeaderLength;
        Span<byte> room = outbox.Spare.Space(slot);
        int length = header + InitialClose.Build(room[header..], asked, keys);
        Span<byte> datagram = room[Envelope.HeaderLength(packet.V4)..length];
        Udp udp = Udp.Over(datagram);
        udp.Begin(packet.DestinationPort, packet.SourcePort);
        ushort sum = Checksum.Of(datagram, Checksum.PseudoHeader(packet.Destination, packet.Source, Protocol.Udp, datagram.Length));
        // RFC 768: 0 says that there is none.
        udp.Checksum = sum == 0 ? ushort.MaxValue : sum;
        Envelope.Seal(room[..length], Protocol.Udp, trafficClass: 0, packet.Destination, packet.Source);
        refusals.Send(plan, slot, length, flow.Ingress, 0);
        return DropReason.WebRule;
    }

    private bool TryRedirect(Plan plan, in Datagram packet, in Tcp segment, in Flow flow, in WebTrack track, in HttpHead head, long now)
    {
        if ((segment.Flags & TcpFlags.Ack) == 0 || !_limit.Take(flow.InsideSource, now)) return false;
        WebRule? rule = track.Rule >= 0 && track.PolicyGeneration == plan.Policy.Generation ? plan.Policy.Web.Rules[track.Rule] : null;
        Span<byte> text = stackalloc byte[HttpRedirect.MaxLength];
        int length;
        if (rule is { Action: WebAction.Redirect })
        {
            length = HttpRedirect.ToUrl(text, rule.Location);
        }
        else
        {
            if (Refusals.RouterAddress(plan, flow.Ingress, packet) is not { IsUnspecified: false } portal) return false;
            length = HttpRedirect.ToPortal(text, portal, plan.Policy.PortalPort, "web"u8, track.Rule + 1, head.Authority.IsEmpty ? track.Name.Octets : head.Authority, head.Path);
        }
        Say(plan, packet, segment, flow, TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin, length, text);
        return true;
    }

    // In the server's name, with the numbers that the client's own segment tells.
    private void Say(Plan plan, in Datagram packet, in Tcp segment, in Flow flow, TcpFlags flags, int data, ReadOnlySpan<byte> text)
    {
        int slot = outbox.Spare.Add();
        if (slot < 0) return;
        Span<byte> room = outbox.Spare.Space(slot);
        text[..data].CopyTo(TcpAnswer.Data(room, packet.V4));
        int length = TcpAnswer.Seal(room, packet.Destination, packet.DestinationPort, packet.Source, packet.SourcePort, flags,
            segment.Acknowledgment, segment.Sequence + (uint)segment.SequenceLength, data);
        refusals.Send(plan, slot, length, flow.Ingress, 0);
    }
}
