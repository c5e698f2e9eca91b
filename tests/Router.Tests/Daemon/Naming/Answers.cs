using System.Buffers.Binary;
using Router.Daemon.Naming;

namespace Router.Tests.Daemon.Naming;

/// <summary>Answers as a name server would write them, octet by octet.</summary>
internal static class Answers
{
    /// <summary>A pointer to the name of the question.</summary>
    public static readonly byte[] Asked = [0xc0, 12];

    public static NameQuestion Question(ushort type = NameQuestion.TypeA, string name = "www.example.net") => NameQuestion.Of(0x1234, name, type, extended: true);

    /// <summary>The answer to a question, with these records.</summary>
    public static byte[] To(NameQuestion question, params byte[][] records)
    {
        byte[] answer = [.. question.Message[..question.End], .. records.SelectMany(one => one)];
        (answer[2], answer[3]) = (0x81, 0x80);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), (ushort)records.Length);
        (answer[10], answer[11]) = (0, 0);
        return answer;
    }

    public static byte[] Record(byte[] owner, ushort type, uint seconds, params byte[] data)
    {
        byte[] head = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(head, type);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), seconds);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(8), (ushort)data.Length);
        return [.. owner, .. head, .. data];
    }

    public static byte[] Alias(byte[] owner, uint seconds, byte[] target) => Record(owner, 5, seconds, target);

    /// <summary>A name in full.</summary>
    public static byte[] Name(string name) => [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. System.Text.Encoding.ASCII.GetBytes(label)]), 0];
}
