namespace Router.Forwarding.Gateways;

/// <summary>
/// Reads what a watched stream is made of: lines, or the heads of messages, which are lines too wherever this folder speaks of
/// them. One for each protocol and side.
/// </summary>
internal abstract class LineReader
{
    /// <summary>Octets behind the line that was read last, of the same message, that are to pass unread.</summary>
    public byte Unread { get; protected set; }

    /// <summary>Octets of the first line, its end included; 0 if that has not come yet.</summary>
    public virtual int LengthOf(ReadOnlySpan<byte> octets) => octets.IndexOf((byte)'\n') + 1;

    /// <summary>Whether an unfinished line may yet become one that must be read as a whole.</summary>
    public abstract bool MayBecome(ReadOnlySpan<byte> beginning);

    /// <summary>Reads a line with its end.</summary>
    /// <param name="line">At most <see cref="ControlStream.MostLine"/> octets.</param>
    /// <param name="text">Room for <see cref="ControlStream.MostText"/> octets that are to take its place.</param>
    /// <returns>Octets of that text, or -1 if the line stays.</returns>
    public abstract int Read(ReadOnlySpan<byte> line, Span<byte> text);
}

/// <summary>What becomes of a segment's data.</summary>
internal enum PassageKind : byte
{
    /// <summary>It stays as it is.</summary>
    Same,

    /// <summary><see cref="LineEditor.Output"/> takes its place.</summary>
    Changed,

    /// <summary>All of it is held; there is nothing to send.</summary>
    Held,

    /// <summary>It comes too early: something in front of it is missing and will be sent again, and then this too.</summary>
    Gap,
}

/// <summary>What becomes of a segment, its number for the receiver, and whether its end was left off, to be sent again.</summary>
internal readonly record struct Passage(PassageKind Kind, uint Sequence, bool IsCut = false);

/// <summary>
/// Leads the segments of a watched stream past a reader, line by line, however they are cut. What has been read before is changed
/// again as it was then (<see cref="ControlStream"/>), and no reader sees it twice. What is new is read in order: a line begins
/// where the line before ended and nowhere else, so that nobody can smuggle a command in by choosing where segments begin.
/// The end of a segment that may be the beginning of a command is held until its line is whole, too long, or the last.
///
/// What was changed is remembered until it is acknowledged. A line for which there is no room to remember it ends the segment: the
/// rest is not passed on, and comes again. Owned by the forwarding thread; allocates nothing after it was made.
/// </summary>
internal sealed class LineEditor
{
    private readonly byte[] _output = GC.AllocateArray<byte>(65536 + 4096);
    private readonly byte[] _fresh = GC.AllocateArray<byte>(65536 + ControlStream.MostLine);
    private readonly byte[] _text = new byte[ControlStream.MostText];
    private int _length;
    private bool _changed, _isCut;

    /// <summary>What takes the data's place, after <see cref="PassageKind.Changed"/>.</summary>
    public ReadOnlySpan<byte> Output => _output.AsSpan(0, _length);

    /// <param name="stream">The stream that the segment belongs to.</param>
    /// <param name="sequence">Its first number, as the sender counts.</param>
    /// <param name="data">Its data.</param>
    /// <param name="isLast">It carries FIN: nothing will follow.</param>
    /// <param name="reader">Null if nothing is to be read any more.</param>
    public Passage Pass(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data, bool isLast, LineReader? reader)
    {
        (_length, _changed, _isCut) = (0, false, false);
        if (ControlStream.IsAfter(sequence, stream.Read + stream.HeldLength))
        {
            bool isBlind = reader is null && stream.HeldLength == 0;
            return new Passage(isBlind || (data.IsEmpty && !isLast) ? PassageKind.Same : PassageKind.Gap, stream.ToReceiver(sequence));
        }
        uint end = sequence + (uint)data.Length;
        uint first = stream.ToReceiver(ControlStream.IsAfter(sequence, stream.Read) ? stream.Read : sequence);
        if (data.IsEmpty && !isLast) return new Passage(PassageKind.Same, first);
        if (ControlStream.IsAfter(stream.Read, sequence)) PassOld(stream, sequence, data[..(int)Math.Min((uint)data.Length, stream.Read - sequence)]);
        if (ControlStream.IsAfter(end, stream.Read)) PassNew(ref stream, sequence, data, isLast, reader);
        if (_length == 0 && _isCut) return new Passage(PassageKind.Gap, first);
        if (_length == 0 && !isLast) return new Passage(PassageKind.Held, first);
        return new Passage(_changed || _isCut ? PassageKind.Changed : PassageKind.Same, first, _isCut);
    }

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
            Put(((ReadOnlySpan<byte>)edit.Text)[..edit.NewLength]);
            _changed = true;
            at = edit.End;
        }
        if (ControlStream.IsAfter(end, at)) Put(old[(int)(at - sequence)..]);
    }

    private void PassNew(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data, bool isLast, LineReader? reader)
    {
        int held = stream.HeldLength;
        ReadOnlySpan<byte> fresh = Join(stream, sequence, data);
        int at = PassUnread(ref stream, fresh);
        while (at < fresh.Length)
        {
            ReadOnlySpan<byte> rest = fresh[at..];
            int whole = reader is null ? rest.Length : reader.LengthOf(rest);
            ReadOnlySpan<byte> line = whole == 0 ? rest : rest[..whole];
            bool isReadable = reader is not null && !stream.Skipping && line.Length <= ControlStream.MostLine;
            if (whole == 0 && !isLast && isReadable && reader!.MayBecome(line)) break;
            _isCut = (isReadable || at < held) && !stream.HasRoom;
            if (_isCut) break;
            bool isRead = whole > 0 && isReadable;
            PassLine(ref stream, stream.Read + (uint)at, line, isRead ? reader!.Read(line, _text) : -1, wasHeld: at < held);
            stream.Skipping = whole == 0;
            at += line.Length;
            if (!isRead || reader!.Unread == 0) continue;
            stream.Unread = reader.Unread;
            at += PassUnread(ref stream, fresh[at..]);
        }
        _changed |= held > 0 && at > 0;
        if (!_isCut) Hold(ref stream, fresh[at..]);
        else if (at > 0) stream.HeldLength = 0;
        stream.Read += (uint)at;
    }

    // The rest of a message whose head was read.
    private int PassUnread(ref ControlStream stream, ReadOnlySpan<byte> octets)
    {
        int unread = Math.Min(stream.Unread, octets.Length);
        Put(octets[..unread]);
        stream.Unread -= (byte)unread;
        return unread;
    }

    private void PassLine(ref ControlStream stream, uint at, ReadOnlySpan<byte> line, int text, bool wasHeld)
    {
        if (text >= 0)
        {
            stream.Enter(at, line.Length, _text.AsSpan(0, text));
            Put(_text.AsSpan(0, text));
            _changed = true;
            return;
        }
        if (wasHeld)
        {
            int kept = Math.Min(line.Length, ControlStream.MostText);
            stream.Enter(at, kept, line[..kept]);
        }
        Put(line);
    }

    private void Hold(ref ControlStream stream, ReadOnlySpan<byte> rest)
    {
        stream.HeldLength = (ushort)rest.Length;
        if (rest.IsEmpty) return;
        rest.CopyTo(stream.Held);
        _changed = true;
    }

    // What was held, with the segment's data laid over it where its numbers say: all that has not been passed on.
    private ReadOnlySpan<byte> Join(in ControlStream stream, uint sequence, ReadOnlySpan<byte> data)
    {
        int held = stream.HeldLength;
        ((ReadOnlySpan<byte>)stream.Held)[..held].CopyTo(_fresh);
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
