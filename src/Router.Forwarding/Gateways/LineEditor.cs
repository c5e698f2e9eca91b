namespace Router.Forwarding.Gateways;

/// <summary>Reads the lines of a watched stream. One for each protocol and side.</summary>
internal abstract class LineReader
{
    /// <summary>Whether an unfinished line may yet become one that must be read as a whole.</summary>
    public abstract bool MayBecome(ReadOnlySpan<byte> beginning);

    /// <summary>Reads a line with its end.</summary>
    /// <param name="line">At most <see cref="ControlStream.MostLine"/> octets.</param>
    /// <param name="text">Room for <see cref="ControlStream.MostText"/> octets that are to take its place.</param>
    /// <returns>Octets of that text, or -1 if the line stays.</returns>
    public abstract int Read(ReadOnlySpan<byte> line, Span<byte> text);
}

/// <summary>
/// Leads the segments of a watched stream past a reader, line by line, however they are cut. What has been read before is changed
/// again as it was then (<see cref="ControlStream"/>), and no reader sees it twice. What is new is read in order: a line begins
/// where the line before ended and nowhere else, so that nobody can smuggle a command in by choosing where segments begin.
/// The end of a segment that may be the beginning of a command is held until its line is whole, too long, or the last.
///
/// A segment in which more than <see cref="MostReads"/> lines are changed has the rest of them left alone. Owned by the
/// forwarding thread; allocates nothing after it was made.
/// </summary>
internal sealed class LineEditor : StreamEditor
{
    public const int MostReads = 8;

    private readonly byte[] _output = GC.AllocateArray<byte>(65536 + 4096);
    private readonly byte[] _fresh = GC.AllocateArray<byte>(65536 + ControlStream.MostLine);
    private readonly byte[] _text = new byte[ControlStream.MostText];
    private int _length;
    private bool _changed;

    /// <summary>Who reads the lines of the next segment; null if nothing is to be read any more.</summary>
    public LineReader? Reader { get; set; }

    public override ReadOnlySpan<byte> Output => _output.AsSpan(0, _length);

    public override Passage Pass(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data, bool isLast)
    {
        LineReader? reader = Reader;
        (_length, _changed) = (0, false);
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
        if (_length == 0 && !isLast) return new Passage(PassageKind.Held, first);
        return new Passage(_changed ? PassageKind.Changed : PassageKind.Same, first);
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
        _changed |= held > 0;
        int at = 0, reads = 0;
        while (at < fresh.Length)
        {
            int newline = fresh[at..].IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = fresh.Slice(at, newline < 0 ? fresh.Length - at : newline + 1);
            bool isReadable = reader is not null && !stream.Skipping && line.Length <= ControlStream.MostLine;
            if (newline < 0 && !isLast && isReadable && reader!.MayBecome(line)) break;
            int text = newline >= 0 && isReadable && reads < MostReads ? reader!.Read(line, _text) : -1;
            if (text >= 0) reads++;
            PassLine(ref stream, stream.Read + (uint)at, line, text, wasHeld: at < held);
            stream.Skipping = newline < 0;
            at += line.Length;
        }
        Hold(ref stream, fresh[at..]);
        stream.Read += (uint)at;
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
