using System.Buffers.Binary;
using System.Text;

namespace Router.Daemon.Naming;

/// <summary>
/// One question to a name server, as it is sent (RFC 1035 4.1, RFC 6891 6.1):
///
///      0  id          2  flags: 0x0100 recursion desired
///      4  questions 1     6  answers 0     8  authorities 0     10  additionals 0 or 1
///     12  name: labels with their lengths in front, and a zero;  type, class 1
///         [a zero, type 41, the largest datagram that we take, four zero octets of code and flags, length 0]
/// </summary>
internal sealed class NameQuestion
{
    public const ushort TypeA = 1, TypeAaaa = 28;

    /// <summary>Passes the smallest path of IPv6 in one piece: 1,280 octets less the headers.</summary>
    public const int MostDatagram = 1232;

    internal const int HeadOctets = 12;
    internal const ushort ClassIn = 1;

    private const ushort TypeOpt = 41, RecursionDesired = 0x0100;
    private const int TypeAndClass = 4, OptOctets = 11;

    private NameQuestion(byte[] message, int end, ushort type) => (Message, End, Type) = (message, end, type);

    /// <summary>What is sent.</summary>
    public byte[] Message { get; }

    /// <summary>Where the question section ends; an answer repeats it up to here.</summary>
    public int End { get; }

    public ushort Type { get; }

    public ReadOnlySpan<byte> Id => Message.AsSpan(0, 2);

    /// <summary>Name, type and class.</summary>
    public ReadOnlySpan<byte> Section => Message.AsSpan(HeadOctets, End - HeadOctets);

    /// <param name="id">Not to be guessed by strangers.</param>
    /// <param name="name">Letters, digits, hyphens and dots, as the configuration takes them: labels of 1 to 63 octets.</param>
    /// <param name="type">Which family.</param>
    /// <param name="extended">Whether larger answers than 512 octets are asked for.</param>
    public static NameQuestion Of(ushort id, string name, ushort type, bool extended)
    {
        string[] labels = name.TrimEnd('.').Split('.');
        int end = HeadOctets + labels.Sum(label => label.Length + 1) + 1 + TypeAndClass;
        byte[] message = new byte[end + (extended ? OptOctets : 0)];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), RecursionDesired);
        message[5] = 1;
        int at = HeadOctets;
        foreach (string label in labels)
        {
            message[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, message.AsSpan(at));
        }
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(end - TypeAndClass), type);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(end - 2), ClassIn);
        if (extended)
        {
            message[11] = 1;
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(end + 1), TypeOpt);
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(end + 3), MostDatagram);
        }
        return new NameQuestion(message, end, type);
    }
}
