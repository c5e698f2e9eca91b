using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Router.Forwarding.Gateways.Streams;

/// <summary>
/// One direction of a watched TCP connection whose text may become longer or shorter on the way, so that sender and receiver count
/// differently from then on. It knows where the counts part: the last few lines that were changed, with the text that took their
/// place, so that a line sent again is changed again, to the same octets, however it is cut this time.
///
///   sender's numbers     ... | old text of a line | ...            before a line: + ShiftBefore
///   receiver's numbers   ... | new text of a line    | ...         behind it:     + ShiftBefore + NewLength - OldLength
///
/// Read is the sender's number up to which all has been passed on. Behind it there may be octets that are held: the beginning of a
/// line that may need a change and is not complete. They are acknowledged to the sender in the receiver's name (else a sender
/// that waits for an acknowledgment would never send the rest), though not before the receiver has acknowledged all in front of
/// them, which we have not kept. They go out with the rest; until then they are ours to keep. A
/// line that was held is entered like a changed one even if it stays the same, since its sender will not send its beginning again.
///
/// Blittable, all zero before the SYN; pure. A line is remembered until the receiver has acknowledged it, and at most
/// <see cref="MostEdits"/> of them: while there is no room, nothing new is read (<see cref="HasRoom"/>). Protocols that wait for
/// an answer to each line never notice.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlStream
{
    /// <summary>Octets of a line that may be held, or replaced.</summary>
    public const int MostLine = 128;

    /// <summary>Octets that may take a line's place.</summary>
    public const int MostText = 160;

    public const int MostEdits = 4;

    [InlineArray(MostLine)]
    internal struct LineOctets
    {
        private byte _first;
    }

    [InlineArray(MostText)]
    internal struct TextOctets
    {
        private byte _first;
    }

    internal struct Edit
    {
        public uint At;
        public int ShiftBefore;
        public ushort OldLength, NewLength;
        public TextOctets Text;

        public readonly uint End => At + OldLength;

        public readonly uint NewAt => At + (uint)ShiftBefore;

        public readonly uint NewEnd => NewAt + NewLength;
    }

    [InlineArray(MostEdits)]
    internal struct EditList
    {
        private Edit _first;
    }

    public uint Read;

    /// <summary>What is added to the sender's numbers now.</summary>
    public int Shift;
    public ushort HeldLength;

    /// <summary>The window that the sender of this stream has announced last, and his last timestamp (RFC 7323), 0 without.</summary>
    public ushort Window;
    public uint Stamp;

    /// <summary>The SYN was seen.</summary>
    public bool Known;

    /// <summary>In the middle of a line that is none of ours, until its end.</summary>
    public bool Skipping;
    public byte EditCount;

    /// <summary>Octets that are to pass unread, behind the part of a message that was read.</summary>
    public byte Unread;

    /// <summary>What the receiver has acknowledged, in the sender's numbers.</summary>
    public uint Acknowledged;
    public LineOctets Held;
    public EditList Edits;

    /// <summary>Begins behind a SYN.</summary>
    public void Begin(uint first)
    {
        if (Known && Read == first && EditCount == 0) return;
        this = default;
        (Read, Acknowledged, Known) = (first, first, true);
    }

    /// <summary>Whether another line can be remembered.</summary>
    public readonly bool HasRoom => EditCount < MostEdits;

    /// <summary>Whether the receiver has acknowledged all that was passed on.</summary>
    public readonly bool IsHeard => !IsAfter(Read, Acknowledged);

    /// <summary>Enters the text that takes the place of the next <paramref name="oldLength"/> octets from <see cref="Read"/> on; there must be room.</summary>
    public void Enter(uint at, int oldLength, ReadOnlySpan<byte> text)
    {
        EnterLengths(at, oldLength, text.Length);
        text.CopyTo(Edits[EditCount - 1].Text);
    }

    /// <summary>The same for a text that is kept elsewhere.</summary>
    public void EnterLengths(uint at, int oldLength, int newLength)
    {
        Edits[EditCount++] = new Edit { At = at, ShiftBefore = Shift, OldLength = (ushort)oldLength, NewLength = (ushort)newLength };
        Shift += newLength - oldLength;
    }

    /// <summary>Changed lines that the receiver has got whole by this number of his own, oldest first: nobody will send them again.</summary>
    public readonly int CountUntil(uint acknowledged)
    {
        int count = 0;
        while (count < EditCount && !IsAfter(Edits[count].NewEnd, acknowledged)) count++;
        return count;
    }

    /// <summary>Forgets the oldest changed line. What lies before the next one is counted as that one says.</summary>
    public void Forget()
    {
        for (int i = 1; i < EditCount; i++) Edits[i - 1] = Edits[i];
        EditCount--;
    }

    /// <summary>The receiver's number for one of the sender's; inside a changed line, that line's beginning.</summary>
    public readonly uint ToReceiver(uint number)
    {
        for (int i = 0; i < EditCount; i++)
        {
            ref readonly Edit edit = ref Edits[i];
            if (!IsAfter(number, edit.At)) return number + (uint)edit.ShiftBefore;
            if (IsAfter(edit.End, number)) return edit.NewAt;
        }
        return number + (uint)Shift;
    }

    /// <summary>The sender's number for one of the receiver's; inside a changed line, its beginning or its end.</summary>
    public readonly uint ToSender(uint number, bool roundUp)
    {
        int shift = Shift;
        for (int i = EditCount - 1; i >= 0; i--)
        {
            ref readonly Edit edit = ref Edits[i];
            if (!IsAfter(edit.NewEnd, number)) return number - (uint)shift;
            if (IsAfter(number, edit.NewAt)) return roundUp ? edit.End : edit.At;
            shift = edit.ShiftBefore;
        }
        return number - (uint)shift;
    }

    /// <summary>Follows an acknowledgment. Behind one of what we have not seen the stream goes on, in the middle of some line.</summary>
    public void Follow(uint acknowledged)
    {
        if (!Known) return;
        if (IsAfter(acknowledged, Acknowledged)) Acknowledged = acknowledged;
        if (!IsAfter(acknowledged, Read + HeldLength)) return;
        (Read, HeldLength, Unread, Skipping) = (acknowledged, 0, 0, true);
    }

    public static bool IsAfter(uint a, uint b) => (int)(a - b) > 0;
}
