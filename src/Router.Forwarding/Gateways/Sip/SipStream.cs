using Router.Forwarding.Flows;
using Router.Forwarding.Gateways.Streams;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// SIP over TCP (RFC 3261 18.3): messages one behind the other, each as long as its headers and its Content-Length say, with empty lines between
/// them that keep the way open (RFC 5626 3.5.1). Since the length stands in front of the body that changes it, a message goes on
/// only when it has come whole; until then its beginning is held, as <see cref="ControlStream"/> tells. What is no message, or one of more
/// than <see cref="SipMessage.Most"/> octets, or has no length, ends the reading of that direction for good: where the next would begin
/// nobody could say.
///
/// A text that was changed or held is kept until the receiver has acknowledged it. There is room for as many as the stream has edits; a
/// message beyond that is not taken, so that its sender sends it again when there is room. So no octet is ever sent
/// twice with two meanings.
/// </summary>
internal sealed class SipStream(SipGateway gateway, FlowTable flows, FlowNotes<SipMemory> memories) : StreamEditor(SipMessage.Most, SipGateway.MostText)
{
    private Plan? _plan;
    private FlowId _flow;
    private FlowKey _root;
    private int _memory;
    private bool _outward, _isOn;
    private long _now;

    /// <summary>Takes up a segment.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its flow.</param>
    /// <param name="root">The first packet by which the rules are asked.</param>
    /// <param name="memory">The note to that flow.</param>
    /// <param name="outward">From Inside to Outside.</param>
    /// <param name="isOn">The rule wants it read.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public void Begin(Plan plan, FlowId id, in FlowKey root, int memory, bool outward, bool isOn, long now) =>
        (_plan, _flow, _root, _memory, _outward, _isOn, _now) = (plan, id, root, memory, outward, isOn, now);

    protected override bool IsBlind(in ControlStream stream) => !_isOn || stream.Skipping;

    protected override int Walk(ref ControlStream stream, ReadOnlySpan<byte> fresh, bool isLast)
    {
        stream.Skipping |= !_isOn;
        int held = stream.HeldLength, at = 0;
        while (at < fresh.Length)
        {
            ReadOnlySpan<byte> rest = fresh[at..];
            int piece = Measure(ref stream, rest, isLast, out SipMessage message);
            if (piece == 0) break;
            bool isMessage = message.Length > 0, wasHeld = at < held;
            if ((isMessage || wasHeld) && !stream.HasRoom)
            {
                Cut();
                break;
            }
            ReadOnlySpan<byte> text = isMessage ? gateway.Take(_plan!, _flow, flows[_flow], _root, _outward, message, _now) : [];
            PassPiece(ref stream, stream.Read + (uint)at, rest[..piece], text, wasHeld);
            at += piece;
        }
        return at;
    }

    protected override Span<byte> HeldOf(ref ControlStream stream) => SideOf(_outward).Held;

    protected override ReadOnlySpan<byte> TextOf(in ControlStream stream, int edit) => SideOf(_outward).Texts[edit];

    protected override void ForgetText(int left)
    {
        ref SipSide other = ref SideOf(!_outward);
        for (int i = 0; i < left; i++) other.Texts[i] = other.Texts[i + 1];
    }

    private ref SipSide SideOf(bool outward) => ref outward ? ref memories[_memory].FromInside : ref memories[_memory].FromOutside;

    // How long the next piece is: empty lines, a message, all that nobody reads; 0 for a message that is not whole.
    private static int Measure(ref ControlStream stream, ReadOnlySpan<byte> rest, bool isLast, out SipMessage message)
    {
        message = default;
        if (stream.Skipping) return Math.Min(rest.Length, SipMessage.Most);
        int blank = rest.IndexOfAnyExcept((byte)'\r', (byte)'\n');
        if (blank != 0) return Math.Min(blank < 0 ? rest.Length : blank, SipMessage.Most);
        SipReading reading = SipMessage.Read(rest, isStream: true, out message);
        if (reading == SipReading.Message) return message.Length;
        if (reading == SipReading.Unfinished && !isLast) return 0;
        stream.Skipping = true;
        return Math.Min(rest.Length, SipMessage.Most);
    }

    private void PassPiece(ref ControlStream stream, uint at, ReadOnlySpan<byte> piece, ReadOnlySpan<byte> text, bool wasHeld)
    {
        if (text.IsEmpty && !wasHeld)
        {
            Keep(piece);
            return;
        }
        if (text.IsEmpty) text = piece;
        stream.EnterLengths(at, piece.Length, text.Length);
        text.CopyTo(SideOf(_outward).Texts[stream.EditCount - 1]);
        Change(text);
    }
}
