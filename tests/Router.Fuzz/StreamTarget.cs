using Router.Forwarding.Gateways.Streams;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>
/// A watched stream between a sender and a receiver that behave as TCP does, over a wire that cuts, loses, repeats and reorders. What
/// the receiver ends up with is what the reader would have made of the whole text at once, so nothing depends on the cuts; without a
/// reader it is the text. Meanwhile numbers translate there and back in order, and what is kept stays within its bounds.
/// </summary>
internal static class StreamTarget
{
    private const int LongestText = 1200, WildSteps = 60;

    private static readonly LineEditor s_editor = new();
    private static readonly LineReader?[] s_readers = [null, new Lines(), new Heads()];
    private static readonly byte[] s_text = new byte[ControlStream.MostText];

    public static byte[][] Samples() =>
    [
        .. new[] { "P one\nno\nP another\nP\nPP\nlast", "no line at all", "Pline\n" + new string('P', 140) + "\nP after\n", "\n\nP\n\nP" }
            .Select(System.Text.Encoding.Latin1.GetBytes),
        [0, 1, 7, 3, 1, 9, 1, 1, 1, 0, 3, 8, 0, 5, 5, 0, 7, 7, 0, 9, 9, 200, 1, 1, .. new byte[200], 0, 1, 2],
    ];

    public static void Feed(Span<byte> octets, Random random)
    {
        ReadOnlySpan<byte> text = octets[..Math.Min(octets.Length, LongestText)];
        LineReader? reader = s_readers[random.Next(s_readers.Length)];
        var talk = new Talk { Base = (uint)random.NextInt64(1L << 32), Meant = Whole(text, reader) };
        talk.Stream.Begin(talk.Base);
        for (int step = 0; talk.Acknowledged < text.Length; step++)
        {
            Unless(step < WildSteps + 2 * LongestText, "what was said arrives, once the wire behaves");
            Step(ref talk, text, reader, isWild: step < WildSteps, random);
        }
        Send(ref talk, text, text.Length, 0, isLast: true, reader, isLost: false);
        Unless(talk.Heard == talk.Meant.Length, "all of it is heard");
    }

    private struct Talk
    {
        public ControlStream Stream;
        public uint Base;
        public byte[] Meant;

        /// <summary>Octets that the receiver has, by his count, and that the sender knows to have arrived, by his.</summary>
        public int Heard, Acknowledged;
    }

    private static void Step(ref Talk talk, ReadOnlySpan<byte> text, LineReader? reader, bool isWild, Random random)
    {
        int at = talk.Acknowledged;
        if (isWild && random.Next(4) == 0) at = Math.Clamp(at + random.Next(-20, 40), 0, text.Length);
        int length = random.Next(isWild ? 30 : 400) + 1;
        length = Math.Min(length, text.Length - at);
        Send(ref talk, text, at, length, isLast: at + length == text.Length && (!isWild || random.Next(2) == 0), reader, isLost: isWild && random.Next(3) == 0);
        if (isWild && random.Next(3) == 0) return;
        uint acknowledged = talk.Stream.ToSender(talk.Base + (uint)talk.Heard, roundUp: false);
        talk.Stream.Follow(acknowledged);
        s_editor.Settle(ref talk.Stream, talk.Base + (uint)talk.Heard);
        if (talk.Stream.IsHeard) acknowledged = talk.Stream.Read + talk.Stream.HeldLength;
        talk.Acknowledged = Math.Max(talk.Acknowledged, (int)(acknowledged - talk.Base));
        Unless(talk.Acknowledged <= text.Length, "nothing is acknowledged that was never sent");
    }

    private static void Send(ref Talk talk, ReadOnlySpan<byte> text, int at, int length, bool isLast, LineReader? reader, bool isLost)
    {
        s_editor.Reader = reader;
        Passage passage = s_editor.Pass(ref talk.Stream, talk.Base + (uint)at, text.Slice(at, length), isLast);
        Unless(talk.Stream.HeldLength <= ControlStream.MostLine, "no more is held than a line");
        Unless(reader is not null || passage.Kind is PassageKind.Same or PassageKind.Gap, "what nobody reads stays as it is");
        ReadOnlySpan<byte> sent = passage.Kind switch
        {
            PassageKind.Same => text.Slice(at, length),
            PassageKind.Changed => s_editor.Output,
            PassageKind.Held or PassageKind.Gap => [],
            _ => throw new BrokenPromiseException("a segment passes, changed or not, or does not"),
        };
        Unless(sent.Length <= length + ControlStream.MostLine + (2 * ControlStream.MostEdits * ControlStream.MostText), "a segment grows by what is remembered");
        Count(talk, text.Length);
        int first = (int)(passage.Sequence - talk.Base);
        if (isLost || first > talk.Heard || first + sent.Length <= talk.Heard) return;
        ReadOnlySpan<byte> news = sent[(talk.Heard - first)..];
        Unless(talk.Heard + news.Length <= talk.Meant.Length && news.SequenceEqual(talk.Meant.AsSpan(talk.Heard, news.Length)), "what is heard is what was meant");
        talk.Heard += news.Length;
    }

    // Only numbers that may still be spoken of: those that the receiver has not acknowledged.
    private static void Count(in Talk talk, int length)
    {
        uint before = 0;
        for (uint number = talk.Stream.Acknowledged; (int)(talk.Base + (uint)length - number) >= 0; number++)
        {
            uint shown = talk.Stream.ToReceiver(number);
            Unless(number == talk.Stream.Acknowledged || !ControlStream.IsAfter(before, shown), "numbers keep their order");
            Unless(!ControlStream.IsAfter(talk.Stream.ToSender(shown, roundUp: false), number), "a number comes back as itself or as its line's beginning");
            before = shown;
        }
    }

    private static byte[] Whole(ReadOnlySpan<byte> text, LineReader? reader)
    {
        if (reader is null) return text.ToArray();
        var whole = new List<byte>();
        while (!text.IsEmpty)
        {
            int length = reader.LengthOf(text);
            ReadOnlySpan<byte> line = length == 0 ? text : text[..length];
            int changed = length is > 0 and <= ControlStream.MostLine ? reader.Read(line, s_text) : -1;
            whole.AddRange(changed >= 0 ? s_text.AsSpan(0, changed) : line);
            text = text[line.Length..];
            if (length is 0 or > ControlStream.MostLine) continue;
            whole.AddRange(text[..Math.Min(reader.Unread, text.Length)]);
            text = text[Math.Min(reader.Unread, text.Length)..];
        }
        return [.. whole];
    }

    /// <summary>Lines that begin with P become longer or shorter, others stay.</summary>
    private sealed class Lines : LineReader
    {
        public override bool MayBecome(ReadOnlySpan<byte> beginning) => beginning[0] == (byte)'P';

        public override int Read(ReadOnlySpan<byte> line, Span<byte> text)
        {
            if (line[0] != (byte)'P') return -1;
            int length = Math.Clamp(line.Length + (line.Length * 7 % 33) - 16, 1, text.Length);
            for (int i = 0; i < length; i++) text[i] = (byte)(line[i % line.Length] + i);
            return length;
        }
    }

    /// <summary>Messages of a length, and two octets of which the first may change the second.</summary>
    private sealed class Heads : LineReader
    {
        public override int LengthOf(ReadOnlySpan<byte> octets) => octets.Length < 3 ? 0 : 3;

        public override bool MayBecome(ReadOnlySpan<byte> beginning) => true;

        public override int Read(ReadOnlySpan<byte> line, Span<byte> text)
        {
            Unread = line[0];
            line.CopyTo(text);
            text[2] ^= line[1];
            return (line[1] & 1) == 0 ? -1 : 3;
        }
    }
}
