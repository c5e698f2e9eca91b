namespace Router.Forwarding.Gateways.Streams;

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

/// <summary>
/// Leads a stream of lines past a reader. What may be the beginning of a command is held until its line is whole, too long, or the
/// last.
/// </summary>
internal sealed class LineEditor() : StreamEditor(ControlStream.MostLine, ControlStream.MostText)
{
    private readonly byte[] _text = new byte[ControlStream.MostText];

    /// <summary>Who reads the lines of the next segment; null if nothing is to be read any more.</summary>
    public LineReader? Reader { get; set; }

    protected override bool IsBlind(in ControlStream stream) => Reader is null;

    protected override int Walk(ref ControlStream stream, ReadOnlySpan<byte> fresh, bool isLast)
    {
        LineReader? reader = Reader;
        int held = stream.HeldLength, at = PassUnread(ref stream, fresh);
        while (at < fresh.Length)
        {
            ReadOnlySpan<byte> rest = fresh[at..];
            int whole = reader is null ? rest.Length : reader.LengthOf(rest);
            ReadOnlySpan<byte> line = whole == 0 ? rest : rest[..whole];
            bool isReadable = reader is not null && !stream.Skipping && line.Length <= ControlStream.MostLine;
            if (whole == 0 && !isLast && isReadable && reader!.MayBecome(line)) break;
            if ((isReadable || at < held) && !stream.HasRoom)
            {
                Cut();
                break;
            }
            bool isRead = whole > 0 && isReadable;
            PassLine(ref stream, stream.Read + (uint)at, line, isRead ? reader!.Read(line, _text) : -1, wasHeld: at < held);
            stream.Skipping = whole == 0;
            at += line.Length;
            if (!isRead || reader!.Unread == 0) continue;
            stream.Unread = reader.Unread;
            at += PassUnread(ref stream, fresh[at..]);
        }
        return at;
    }

    protected override Span<byte> HeldOf(ref ControlStream stream) => stream.Held;

    protected override ReadOnlySpan<byte> TextOf(in ControlStream stream, int edit) => stream.Edits[edit].Text;

    // The rest of a message whose head was read.
    private int PassUnread(ref ControlStream stream, ReadOnlySpan<byte> octets)
    {
        int unread = Math.Min(stream.Unread, octets.Length);
        Keep(octets[..unread]);
        stream.Unread -= (byte)unread;
        return unread;
    }

    private void PassLine(ref ControlStream stream, uint at, ReadOnlySpan<byte> line, int text, bool wasHeld)
    {
        if (text >= 0)
        {
            stream.Enter(at, line.Length, _text.AsSpan(0, text));
            Change(_text.AsSpan(0, text));
            return;
        }
        if (wasHeld)
        {
            int kept = Math.Min(line.Length, ControlStream.MostText);
            stream.Enter(at, kept, line[..kept]);
        }
        Keep(line);
    }
}
