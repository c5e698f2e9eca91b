using Router.Forwarding.Flows;

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
internal sealed class SipStream(SipGateway gateway, FlowNotes<SipMemory> memories) : StreamEditor
{
    private readonly byte[] _output = GC.AllocateArray<byte>(65536 + ControlStream.MostEdits * SipGateway.MostText);
    private readonly byte[] _fresh = GC.AllocateArray<byte>(65536 + SipMessage.Most);
    private Plan? _plan;
    private FlowId _flow;
    private FlowKey _root;
    private int _memory;
    private bool _outward, _isOn, _changed, _blocked;
    private long _now;
    private int _length;
    private FlowTable? _flows;

    public override ReadOnlySpan<byte> Output => _output.AsSpan(0, _length);

    /// <summary>Takes up a segment.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="flows">Where its flow is.</param>
    /// <param name="id">Its flow.</param>
    /// <param name="root">The first packet by which the rules are asked.</param>
    /// <param name="memory">The note to that flow.</param>
    /// <param name="outward">From Inside to Outside.</param>
    /// <param name="isOn">The rule wants it read.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public void Begin(Plan plan, FlowTable flows, FlowId id, in FlowKey root, int memory, bool outward, bool isOn, long now) =>
        (_plan, _flows, _flow, _root, _memory, _outward, _isOn, _now) = (plan, flows, id, root, memory, outward, isOn, now);

    public override Passage Pass(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data, bool isLast)
    {
        (_length, _changed, _blocked) = (0, false, false);
        if (!_isOn) stream.Skipping = true;
        if (ControlStream.IsAfter(sequence, stream.Read + stream.HeldLength))
        {
            bool isBlind = stream.Skipping && stream.HeldLength == 0;
            return new Passage(isBlind || (data.IsEmpty && !isLast) ? PassageKind.Same : PassageKind.Gap, stream.ToReceiver(sequence));
        }
        uint end = sequence + (uint)data.Length;
        uint first = stream.ToReceiver(ControlStream.IsAfter(sequence, stream.Read) ? stream.Read : sequence);
        if (data.IsEmpty && !isLast) return new Passage(PassageKind.Same, first);
        if (ControlStream.IsAfter(stream.Read, sequence)) PassOld(stream, sequence, data[..(int)Math.Min((uint)data.Length, stream.Read - sequence)]);
        if (ControlStream.IsAfter(end, stream.Read)) PassNew(ref stream, sequence, data, isLast);
        // Whatever is left of it comes again, and what was taken is known by then.
        if (_blocked && (isLast || (_length == 0 && stream.HeldLength == 0))) return new Passage(PassageKind.Gap, first);
        if (_length == 0 && !isLast) return new Passage(PassageKind.Held, first);
        return new Passage(_changed ? PassageKind.Changed : PassageKind.Same, first);
    }

    public override void Settle(ref ControlStream other, uint acknowledged)
    {
        ref SipSide side = ref SideOf(_outward);
        for (int count = other.CountUntil(acknowledged); count > 0; count--)
        {
            other.Forget();
            for (int i = 0; i < other.EditCount; i++) side.Texts[i] = side.Texts[i + 1];
        }
    }

    private ref SipSide Side => ref SideOf(!_outward);

    private ref SipSide SideOf(bool ofOutside) => ref ofOutside ? ref memories[_memory].FromOutside : ref memories[_memory].FromInside;

    // Data that was passed on before, and got lost behind us or was late.
    private void PassOld(in ControlStream stream, uint sequence, ReadOnlySpan<byte> old)
    {
        uint at = sequence, end = sequence + (uint)old.Length;
        for (int i = 0; i < stream.EditCount; i++)
        {
            ref readonly ControlStream.Edit edit = ref stream.Edits[i];
            if (!ControlStream.IsAfter(edit.End, at)) continue;
            if (!ControlStream.IsAfter(end, edit.At)) break;
            if (ControlStream.IsAfter(edit.At, at)) Put(old[(int)(at - sequence)..(int)(edit.At - sequence)]);
            Put(((ReadOnlySpan<byte>)Side.Texts[i])[..edit.NewLength]);
            _changed = true;
            at = edit.End;
        }
        if (ControlStream.IsAfter(end, at)) Put(old[(int)(at - sequence)..]);
    }

    private void PassNew(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data, bool isLast)
    {
        int held = stream.HeldLength, at = 0;
        ReadOnlySpan<byte> fresh = Join(stream, sequence, data);
        _changed |= held > 0;
        while (at < fresh.Length)
        {
            ReadOnlySpan<byte> rest = fresh[at..];
            int piece = Measure(ref stream, rest, isLast, out SipMessage message);
            if (piece == 0) break;
            if (!TryPassPiece(ref stream, stream.Read + (uint)at, rest[..piece], message, wasHeld: at < held))
            {
                // What is held stays; the rest was never here.
                _blocked = true;
                fresh = fresh[..Math.Max(at, held)];
                break;
            }
            at += piece;
        }
        ReadOnlySpan<byte> left = fresh[at..];
        stream.HeldLength = (ushort)left.Length;
        left.CopyTo(Side.Held);
        _changed |= _blocked || left.Length > 0;
        stream.Read += (uint)at;
    }

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

    private bool TryPassPiece(ref ControlStream stream, uint at, ReadOnlySpan<byte> piece, in SipMessage message, bool wasHeld)
    {
        bool isFull = stream.EditCount == ControlStream.MostEdits;
        if (isFull && (wasHeld || message.Length > 0)) return false;
        ReadOnlySpan<byte> text = message.Length == 0 ? [] : gateway.Take(_plan!, _flow, _flows![_flow], _root, _outward, message, _now);
        if (text.IsEmpty && !wasHeld)
        {
            Put(piece);
            return true;
        }
        if (text.IsEmpty) text = piece;
        stream.EnterLengths(at, piece.Length, text.Length);
        text.CopyTo(Side.Texts[stream.EditCount - 1]);
        Put(text);
        _changed = true;
        return true;
    }

    // What was held, with the segment's data laid over it where its numbers say: all that has not been passed on.
    private ReadOnlySpan<byte> Join(in ControlStream stream, uint sequence, ReadOnlySpan<byte> data)
    {
        int held = stream.HeldLength;
        ((ReadOnlySpan<byte>)Side.Held)[..held].CopyTo(_fresh);
        int at = (int)(sequence - stream.Read);
        if (at < 0)
        {
            data = data[-at..];
            at = 0;
        }
        data.CopyTo(_fresh.AsSpan(at));
        return _fresh.AsSpan(0, Math.Max(held, at + data.Length));
    }

    private void Put(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_output.AsSpan(_length));
        _length += octets.Length;
    }
}
