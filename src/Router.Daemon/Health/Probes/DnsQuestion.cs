using System.Buffers.Binary;
using System.Text;
using Router.Wire;

namespace Router.Daemon.Health.Probes;

/// <summary>
/// One question to a name server, and the reading of its answer (RFC 1035 4):
///
///   0 ID   2 QR(1) Opcode(4) AA TC RD RA Z(3) RCODE(4)   4 QDCOUNT   6 ANCOUNT   8 NSCOUNT   10 ARCOUNT
///   12 QNAME, QTYPE, QCLASS   then records: NAME, TYPE, CLASS, TTL(4), RDLENGTH, RDATA
///
/// An answer belongs to a question if it has its ID and repeats it, letters in any case. Truncated answers are read as far as they go: that
/// a server answers, and one address, is all that is wanted.
/// </summary>
internal sealed class DnsQuestion
{
    /// <summary>Room for any question of ours: a name has 255 octets at the most.</summary>
    public const int MostOctets = 12 + 255 + 4;

    public const ushort A = 1, Aaaa = 28;

    public const int NoError = 0, NoSuchName = 3;

    private const int HeaderLength = 12;

    private readonly byte[] _question;

    /// <param name="name">Labels of ASCII with dots between, 253 characters at the most.</param>
    /// <param name="type">The type of record that is asked for.</param>
    public DnsQuestion(string name, ushort type)
    {
        Type = type;
        var question = new List<byte>();
        foreach (string label in name.Split('.'))
        {
            question.Add((byte)label.Length);
            question.AddRange(Encoding.ASCII.GetBytes(label));
        }
        question.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        _question = [.. question];
    }

    public ushort Type { get; }

    /// <summary>Writes the question, recursion desired.</summary>
    /// <returns>Its length.</returns>
    public int Write(Span<byte> to, ushort id)
    {
        to[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(to, id);
        to[2] = 1;
        to[5] = 1;
        _question.CopyTo(to[HeaderLength..]);
        return HeaderLength + _question.Length;
    }

    public static bool TryReadId(ReadOnlySpan<byte> answer, out ushort id)
    {
        id = answer.Length >= HeaderLength ? BinaryPrimitives.ReadUInt16BigEndian(answer) : (ushort)0;
        return answer.Length >= HeaderLength;
    }

    /// <summary>Whether this is an answer to this question; and its RCODE.</summary>
    public bool TryReadAnswer(ReadOnlySpan<byte> answer, out int rcode)
    {
        rcode = 0;
        bool isAnswer = answer.Length >= HeaderLength + _question.Length && answer[2] >> 7 == 1 && BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) == 1;
        if (!isAnswer) return false;
        rcode = answer[3] & 0xf;
        return Ascii.EqualsIgnoreCase(answer.Slice(HeaderLength, _question.Length), _question);
    }

    /// <summary>The addresses in an answer that <see cref="TryReadAnswer"/> took, and for how many seconds they hold.</summary>
    public List<Address> Addresses(ReadOnlySpan<byte> answer, out uint ttl)
    {
        var found = new List<Address>();
        ttl = uint.MaxValue;
        int records = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        ReadOnlySpan<byte> rest = answer[(HeaderLength + _question.Length)..];
        for (; records > 0 && TrySkipName(ref rest) && rest.Length >= 10; records--)
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(rest), length = BinaryPrimitives.ReadUInt16BigEndian(rest[8..]);
            uint holds = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            rest = rest[10..];
            if (rest.Length < length) break;
            bool isAddress = type == Type && length == (type == A ? 4 : 16);
            if (isAddress) found.Add(type == A ? Address.ReadV4(rest) : Address.ReadV6(rest));
            ttl = Math.Min(ttl, holds);
            rest = rest[length..];
        }
        return found;
    }

    public static string Word(int rcode) => rcode switch
    {
        1 => "FORMERR",
        2 => "SERVFAIL",
        NoSuchName => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        _ => $"code {rcode}",
    };

    // Labels up to the root, or up to a pointer, which ends a name (4.1.4). It is not followed: whose the address is does not matter.
    private static bool TrySkipName(ref ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            int length = rest[0];
            int skip = length >> 6 == 3 ? 2 : length + 1;
            if (rest.Length < skip || length >> 6 is 1 or 2) return false;
            rest = rest[skip..];
            if (length >> 6 == 3 || length == 0) return true;
        }
        return false;
    }
}
