using Router.Forwarding.Flows;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Tables;
using Router.Wire;
using Router.Wire.Web;

namespace Router.Forwarding.Answers;

/// <summary>
/// Answers plain HTTP of a local host that may not pass yet (or no longer), in the wanted server's name, with a redirect to the page that
/// says what to do. No state is kept, so nothing can be filled up:
/// <code>
///   SYN                      SYN-ACK, whose number is a keyed hash of addresses, ports, the reason and a clock of 67 s (a SYN cookie)
///   data that knows it       302 and FIN; the number that the host acknowledges says where its data belongs
///   FIN that knows it        ACK
///   ACK that knows it        nothing
///   all else                 a reset
/// </code>
/// Only local hosts are answered, one short packet for one, and the only longer one to whoever has proved to be at its address; the
/// rate is limited for each host and for all. So it is of no use for flooding others.
///
/// Segments behind a SYN may be refused for want of a flow before anybody asks for the reason; the number that they acknowledge tells it.
///
/// The head of the request may come in several segments. The first one is enough: if the host's name is not in it, the address is told.
/// </summary>
internal sealed class FrontDoor(Outbox outbox, Refusals refusals)
{
    public const ushort Port = 80;

    private const int SlotShift = 26, MostAnswered = 2 * HttpRedirect.MaxLength;

    private static readonly DropReason[] s_reasons = [DropReason.LoginRequired, DropReason.WelcomeRequired, DropReason.LicenceFull, DropReason.LicenceEnded];

    private readonly AnswerLimit _limit = new(perSecond: 4000, burst: 2000);
    private readonly HashKey _secret = HashKey.Create();

    /// <summary>Redirects that were given [F].</summary>
    public long Redirects { get; private set; }

    /// <summary>Answers a segment that was refused for a reason with a page, or for want of a flow. False if it is to be answered by a reset.</summary>
    public bool TryAnswer(Plan plan, DropReason reason, Span<byte> octets, in Datagram packet, PortId ingress, long now)
    {
        if (packet.DestinationPort != Port || packet.IsFragment || !Subject.TryRead(octets, out Subject subject) || !Tcp.TryRead(subject.Upper, out Tcp tcp, out _)) return false;
        if (!subject.SourceIsOneHost || !subject.DestinationIsOneHost || Refusals.RouterAddress(plan, ingress, packet) is not { IsUnspecified: false } portal) return false;
        if ((tcp.Flags & TcpFlags.Rst) != 0) return true;
        uint slot = (uint)(now >> SlotShift);
        if (packet.IsSyn)
        {
            if (_limit.Take(packet.Source, now)) Say(plan, packet, ingress, TcpFlags.Syn | TcpFlags.Ack, Cookie(packet, slot, reason), tcp.Sequence + 1, 0, []);
            return true;
        }
        if ((tcp.Flags & (TcpFlags.Syn | TcpFlags.Ack)) != TcpFlags.Ack || !TryRecall(packet, slot, tcp.Acknowledgment, out reason, out uint answered)) return false;
        uint heard = tcp.Sequence + (uint)tcp.SequenceLength;
        bool asks = answered == 0 && !tcp.Payload.IsEmpty, ends = (tcp.Flags & TcpFlags.Fin) != 0;
        if ((!asks && !ends) || !_limit.Take(packet.Source, now)) return true;
        if (!asks)
        {
            Say(plan, packet, ingress, TcpFlags.Ack, tcp.Acknowledgment, heard, 0, []);
            return true;
        }
        Span<byte> text = stackalloc byte[HttpRedirect.MaxLength];
        int length = Redirect(text, plan.Policy, reason, portal, packet.Destination, tcp.Payload);
        Redirects++;
        Say(plan, packet, ingress, TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin, tcp.Acknowledgment, heard, length, text);
        return true;
    }

    private static int Redirect(Span<byte> text, Policy policy, DropReason reason, Address portal, Address server, ReadOnlySpan<byte> request)
    {
        scoped ReadOnlySpan<byte> authority = default, path = default;
        Span<byte> literal = stackalloc byte[64];
        if (HttpHead.Read(request, out HttpHead head) == WebReading.Whole)
        {
            authority = head.Authority;
            path = head.Path;
        }
        if (authority.IsEmpty)
        {
            server.ToIPAddress().TryFormat(literal, out int length);
            authority = literal[..length];
        }
        ReadOnlySpan<byte> why = reason switch
        {
            DropReason.WelcomeRequired => "welcome"u8,
            DropReason.LicenceFull => "licence"u8,
            DropReason.LicenceEnded => "ended"u8,
            _ => "login"u8,
        };
        return HttpRedirect.ToPortal(text, portal, policy.PortalPort, why, 0, authority, path);
    }

    // For which reason, if any, we have said the number that is acknowledged, and how many octets behind the SYN that is.
    private bool TryRecall(in Datagram packet, uint slot, uint acknowledged, out DropReason reason, out uint answered)
    {
        (reason, answered) = (DropReason.None, 0);
        foreach (DropReason candidate in s_reasons)
        {
            for (uint age = 0; age < 2; age++)
            {
                answered = acknowledged - Cookie(packet, slot - age, candidate) - 1;
                reason = candidate;
                if (answered <= MostAnswered) return true;
            }
        }
        return false;
    }

    private uint Cookie(in Datagram packet, uint slot, DropReason reason)
    {
        ulong ports = (ulong)packet.SourcePort << 48 | (ulong)packet.DestinationPort << 32 | (ulong)reason << 24 | (slot & 0xff_ffff);
        return (uint)SipHash.Hash(_secret, packet.Source.High, packet.Source.Low, packet.Destination.High, packet.Destination.Low, ports);
    }

    // In the server's name, back to where it came from.
    private void Say(Plan plan, in Datagram packet, PortId to, TcpFlags flags, uint sequence, uint acknowledgment, int data, ReadOnlySpan<byte> text)
    {
        int slot = outbox.Spare.Add();
        if (slot < 0) return;
        Span<byte> room = outbox.Spare.Space(slot);
        text[..data].CopyTo(TcpAnswer.Data(room, packet.V4));
        int length = TcpAnswer.Seal(room, packet.Destination, packet.DestinationPort, packet.Source, packet.SourcePort, flags, sequence, acknowledgment, data);
        refusals.Send(plan, slot, length, to, 0);
    }
}
