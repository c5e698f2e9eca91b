using System.Buffers.Binary;
using System.Text;
using Router.Wire;

namespace Router.Daemon.Naming;

/// <summary>What a message is to the question that was asked.</summary>
internal enum NameVerdict
{
    /// <summary>It answers: with addresses, or with none (RFC 2308 2).</summary>
    Answered,

    /// <summary>Another's, or damaged: go on listening.</summary>
    NotOurs,

    /// <summary>It did not fit a datagram: ask by TCP (RFC 7766 5).</summary>
    Truncated,

    /// <summary>The server does not understand the extension: ask without (RFC 6891 7).</summary>
    TooModern,

    /// <summary>The server could not say, or would not: ask another one.</summary>
    Failed,
}

/// <summary>
/// The answer to a <see cref="NameQuestion"/> (RFC 1035 4.1.3). Behind the question, which it repeats, stand records:
///
///     name, type (2), class (2), ttl (4), length (2), data
///
/// A name ends with a zero, or with a pointer (two bits set) to an earlier one. Aliases are followed from the name that was asked for,
/// so that an address counts only if a chain leads to it, and the shortest ttl on the chain is that of the whole. Nothing is believed of
/// the lengths that a stranger may have written; what does not add up is <see cref="NameVerdict.NotOurs"/>.
/// </summary>
/// <param name="Verdict">What it is to us.</param>
/// <param name="Addresses">Sorted, each once, at most <see cref="MostAddresses"/>.</param>
/// <param name="Seconds">How long they hold.</param>
/// <param name="Code">The server's own word (RFC 1035 4.1.1, RCODE).</param>
internal sealed record NameAnswer(NameVerdict Verdict, Address[] Addresses, uint Seconds, int Code)
{
    /// <summary>More than that of one name and family is left out.</summary>
    public const int MostAddresses = 64;

    private const int MostAliases = 8, MostRecords = 4096, MostNameOctets = 255, RecordOctets = 10;
    private const ushort TypeAlias = 5, Answer = 0x8000, TruncatedBit = 0x0200, CodeMask = 0x000f;
    private const int FormatError = 1, NoSuchName = 3, NotImplemented = 4;

    private static readonly NameAnswer NotOurs = new(NameVerdict.NotOurs, [], 0, 0);

    private readonly record struct Record(string Owner, ushort Type, uint Seconds, int At, int Length);

    /// <summary>Reads a message that came in answer to a question.</summary>
    public static NameAnswer Read(ReadOnlySpan<byte> message, NameQuestion question)
    {
        if (message.Length < NameQuestion.HeadOctets || !message[..2].SequenceEqual(question.Id)) return NotOurs;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        int code = flags & CodeMask;
        if ((flags & Answer) == 0) return NotOurs;
        // Who does not understand a question may not repeat it.
        if (code is FormatError or NotImplemented) return new NameAnswer(NameVerdict.TooModern, [], 0, code);
        if (message.Length < question.End || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return NotOurs;
        // In other letters, perhaps (RFC 4343).
        if (!Ascii.EqualsIgnoreCase(message[NameQuestion.HeadOctets..question.End], question.Section)) return NotOurs;
        if ((flags & TruncatedBit) != 0) return new NameAnswer(NameVerdict.Truncated, [], 0, code);
        if (code is not (0 or NoSuchName)) return new NameAnswer(NameVerdict.Failed, [], 0, code);
        return TryRecords(message, question.End, out List<Record> records) ? Follow(message, question, records, code) : NotOurs;
    }

    private static NameAnswer Follow(ReadOnlySpan<byte> message, NameQuestion question, List<Record> records, int code)
    {
        int at = NameQuestion.HeadOctets;
        if (!TryName(message, ref at, out string owner)) return NotOurs;
        uint seconds = uint.MaxValue;
        for (int aliases = 0; aliases <= MostAliases; aliases++)
        {
            var addresses = new SortedSet<Address>();
            foreach (Record record in records)
            {
                if (record.Type != question.Type || record.Owner != owner || record.Length != (record.Type == NameQuestion.TypeA ? 4 : 16)) continue;
                ReadOnlySpan<byte> data = message.Slice(record.At, record.Length);
                addresses.Add(record.Type == NameQuestion.TypeA ? Address.ReadV4(data) : Address.ReadV6(data));
                seconds = Math.Min(seconds, record.Seconds);
            }
            if (addresses.Count > 0) return new NameAnswer(NameVerdict.Answered, [.. addresses.Take(MostAddresses)], seconds, code);
            int alias = records.FindIndex(record => record.Type == TypeAlias && record.Owner == owner);
            if (alias < 0) break;
            int target = records[alias].At;
            if (!TryName(message, ref target, out owner)) return NotOurs;
            seconds = Math.Min(seconds, records[alias].Seconds);
        }
        return new NameAnswer(NameVerdict.Answered, [], 0, code);
    }

    private static bool TryRecords(ReadOnlySpan<byte> message, int at, out List<Record> records)
    {
        records = [];
        int count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        if (count > MostRecords) return false;
        for (; count > 0; count--)
        {
            if (!TryName(message, ref at, out string owner) || at + RecordOctets > message.Length) return false;
            ReadOnlySpan<byte> head = message[at..];
            int length = BinaryPrimitives.ReadUInt16BigEndian(head[8..]);
            at += RecordOctets + length;
            if (at > message.Length) return false;
            if (BinaryPrimitives.ReadUInt16BigEndian(head[2..]) != NameQuestion.ClassIn) continue;
            // A number with the top bit set means none (RFC 2181 8).
            uint seconds = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
            records.Add(new Record(owner, BinaryPrimitives.ReadUInt16BigEndian(head), seconds > int.MaxValue ? 0 : seconds, at - length, length));
        }
        return true;
    }

    // A name without pointers and in small letters, its lengths left in. Pointers lead back only, and each way forward adds a label to a
    // name that is bounded, so that it ends.
    private static bool TryName(ReadOnlySpan<byte> message, ref int at, out string name)
    {
        Span<byte> flat = stackalloc byte[MostNameOctets];
        (int length, int from, int end, name) = (0, at, -1, "");
        while (from < message.Length)
        {
            int label = message[from];
            if (label >= 0xc0)
            {
                if (from + 1 >= message.Length) return false;
                if (end < 0) end = from + 2;
                int target = (label & 0x3f) << 8 | message[from + 1];
                if (target >= from) return false;
                from = target;
                continue;
            }
            if (label > 63 || from + 1 + label > message.Length || length + 1 + label > MostNameOctets) return false;
            message.Slice(from, 1 + label).CopyTo(flat[length..]);
            (length, from) = (length + 1 + label, from + 1 + label);
            if (label > 0) continue;
            at = end < 0 ? from : end;
            name = Encoding.Latin1.GetString(flat[..length]).ToLowerInvariant();
            return true;
        }
        return false;
    }
}
