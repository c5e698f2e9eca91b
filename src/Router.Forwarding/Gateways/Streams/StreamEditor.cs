namespace Router.Forwarding.Gateways.Streams;

/// <summary>What becomes of a segment's data.</summary>
internal enum PassageKind : byte
{
    /// <summary>It stays as it is.</summary>
    Same,

    /// <summary><see cref="StreamEditor.Output"/> takes its place.</summary>
    Changed,

    /// <summary>All of it is held; there is nothing to send.</summary>
    Held,

    /// <summary>It comes too early: something in front of it is missing and will be sent again, and then this too.</summary>
    Gap,
}

/// <summary>What becomes of a segment, its number for the receiver, and whether its end was left off, to be sent again.</summary>
internal readonly record struct Passage(PassageKind Kind, uint Sequence, bool IsCut = false);

/// <summary>
/// Leads the segments of a watched stream past whoever reads it, however they are cut; one for each way to tell where a piece of text
/// ends. What has been read before is changed again as it was then (<see cref="ControlStream"/>), and nobody reads it twice. What is new
/// is read in order: a piece begins where the piece before ended and nowhere else, so that nobody can smuggle a command in by choosing
/// where segments begin. The end of a segment that may be the beginning of a piece to be read is held until that is whole.
///
/// What was changed or held is remembered until it is acknowledged. A piece for which there is no room to remember it ends the segment:
/// the rest is not passed on, and comes again. Owned by the forwarding thread; allocates nothing after it was made.
/// </summary>
/// <param name="mostHeld">Octets of a piece that may be held.</param>
/// <param name="mostText">Octets that may take a piece's place.</param>
internal abstract class StreamEditor(int mostHeld, int mostText)
{
    private const int MostSegment = 65536;

    private readonly byte[] _output = GC.AllocateArray<byte>(MostSegment + mostHeld + ControlStream.MostEdits * mostText);
    private readonly byte[] _fresh = GC.AllocateArray<byte>(MostSegment + mostHeld);
    private int _length;
    private bool _changed, _isCut;

    /// <summary>What takes the data's place, after <see cref="PassageKind.Changed"/>.</summary>
    public ReadOnlySpan<byte> Output => _output.AsSpan(0, _length);

    /// <param name="stream">The stream that the segment belongs to.</param>
    /// <param name="sequence">Its first number, as the sender counts.</param>
    /// <param name="data">Its data.</param>
    /// <param name="isLast">It carries FIN: nothing will follow.</param>
    public Passage Pass(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data, bool isLast)
    {
        (_length, _changed, _isCut) = (0, false, false);
        if (ControlStream.IsAfter(sequence, stream.Read + stream.HeldLength))
        {
            bool isBlind = stream.HeldLength == 0 && IsBlind(stream);
            return new Passage(isBlind || (data.IsEmpty && !isLast) ? PassageKind.Same : PassageKind.Gap, stream.ToReceiver(sequence));
        }
        uint end = sequence + (uint)data.Length;
        uint first = stream.ToReceiver(ControlStream.IsAfter(sequence, stream.Read) ? stream.Read : sequence);
        if (data.IsEmpty && !isLast) return new Passage(PassageKind.Same, first);
        if (ControlStream.IsAfter(stream.Read, sequence)) PassOld(stream, sequence, data[..(int)Math.Min((uint)data.Length, stream.Read - sequence)]);
        if (ControlStream.IsAfter(end, stream.Read)) PassNew(ref stream, sequence, data, isLast);
        if (_length == 0 && _isCut) return new Passage(PassageKind.Gap, first);
        if (_length == 0 && !isLast) return new Passage(PassageKind.Held, first);
        return new Passage(_changed || _isCut ? PassageKind.Changed : PassageKind.Same, first, _isCut);
    }

    /// <summary>The receiver of the other stream has got all of it up to a number of his own: nobody will ask for that again.</summary>
    public void Settle(ref ControlStream other, uint acknowledged)
    {
        for (int count = other.CountUntil(acknowledged); count > 0; count--)
        {
            other.Forget();
            ForgetText(other.EditCount);
        }
    }

    /// <summary>Whether nothing of the stream is read any more.</summary>
    protected abstract bool IsBlind(in ControlStream stream);

    /// <summary>Passes what is new, piece by piece, by <see cref="Keep"/> and <see cref="Change"/>.</summary>
    /// <param name="stream">The stream, not moved on yet.</param>
    /// <param name="fresh">All that was not passed on: what is held, and what came now.</param>
    /// <param name="isLast">Nothing will follow.</param>
    /// <returns>Octets that were passed. Held octets pass with all that was behind them in their piece, or not at all.</returns>
    protected abstract int Walk(ref ControlStream stream, ReadOnlySpan<byte> fresh, bool isLast);

    /// <summary>Where the stream's held octets are.</summary>
    protected abstract Span<byte> HeldOf(ref ControlStream stream);

    /// <summary>Where the text of an edit is.</summary>
    protected abstract ReadOnlySpan<byte> TextOf(in ControlStream stream, int edit);

    /// <summary>The oldest text of the other stream is not needed any more, and <paramref name="left"/> are.</summary>
    protected virtual void ForgetText(int left)
    {
    }

    /// <summary>Passes octets as they are.</summary>
    protected void Keep(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_output.AsSpan(_length));
        _length += octets.Length;
    }

    /// <summary>Passes the text of an edit.</summary>
    protected void Change(ReadOnlySpan<byte> text)
    {
        Keep(text);
        _changed = true;
    }

    /// <summary>Ends the segment here: there is no room to remember what comes next.</summary>
    protected void Cut() => _isCut = true;

    // Data that was passed on before, and got lost behind us or was late.
    private void PassOld(in ControlStream stream, uint sequence, ReadOnlySpan<byte> old)
    {
        uint at = sequence, end = sequence + (uint)old.Length;
        for (int i = 0; i < stream.EditCount; i++)
        {
            ref readonly ControlStream.Edit edit = ref stream.Edits[i];
            if (!ControlStream.IsAfter(edit.End, at)) continue;
            if (!ControlStream.IsAfter(end, edit.At)) break;
            if (ControlStream.IsAfter(edit.At, at)) Keep(old[(int)(at - sequence)..(int)(edit.At - sequence)]);
            Change(TextOf(stream, i)[..edit.NewLength]);
            at = edit.End;
        }
        if (ControlStream.IsAfter(end, at)) Keep(old[(int)(at - sequence)..]);
    }

    private void PassNew(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data, bool isLast)
    {
        int held = stream.HeldLength;
        ReadOnlySpan<byte> fresh = Join(ref stream, sequence, data);
        int at = Walk(ref stream, fresh, isLast);
        _changed |= held > 0 && at > 0;
        if (!_isCut) Hold(ref stream, fresh[at..]);
        else if (at > 0) stream.HeldLength = 0;
        stream.Read += (uint)at;
    }

    private void Hold(ref ControlStream stream, ReadOnlySpan<byte> rest)
    {
        stream.HeldLength = (ushort)rest.Length;
        if (rest.IsEmpty) return;
        rest.CopyTo(HeldOf(ref stream));
        _changed = true;
    }

    // What was held, with the segment's data laid over it where its numbers say: all that has not been passed on.
    private ReadOnlySpan<byte> Join(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data)
    {
        int held = stream.HeldLength;
        HeldOf(ref stream)[..held].CopyTo(_fresh);
        int at = (int)(sequence - stream.Read);
        if (at < 0)
        {
            data = data[-at..];
            at = 0;
        }
        data.CopyTo(_fresh.AsSpan(at));
        return _fresh.AsSpan(0, Math.Max(held, at + data.Length));
    }
}
