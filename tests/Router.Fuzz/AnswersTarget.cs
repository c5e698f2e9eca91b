using Router.Forwarding.Answers;
using Router.Wire;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>Answers packets in every way we have: what comes out must be sound whatever went in.</summary>
internal static class AnswersTarget
{
    private static readonly byte[] s_room = new byte[2048];
    private static readonly Address s_router4 = Address.Parse("192.0.2.254"), s_router6 = Address.Parse("2001:db8::ff");

    public static void Feed(Span<byte> octets, Random random)
    {
        Reset(octets);
        Error(octets, random);
        Break(octets, random);
        Clamp(octets, random);
    }

    private static void Reset(Span<byte> octets)
    {
        int length = TcpReset.Answer(s_room, octets);
        if (length == 0) return;
        Check(s_room.AsSpan(0, length), Protocol.Tcp);
        Unless(TcpReset.Answer(new byte[TcpReset.MaxLength], s_room.AsSpan(0, length)) == 0, "a reset is not answered");
    }

    private static void Error(Span<byte> octets, Random random)
    {
        if (!IcmpError.MayAnswer(octets)) return;
        bool v4 = octets[0] >> 4 == 4;
        int length = IcmpError.Build(
            s_room, octets, octets.Length, v4 ? s_router4 : s_router6,
            v4 ? Icmp4.TimeExceeded : Icmp6.TimeExceeded, 0, (uint)random.Next());
        Unless(length > 0 && length <= (v4 ? IcmpError.MaxLengthV4 : IcmpError.MaxLengthV6), "an error is as long as the RFC lets it");
        Check(s_room.AsSpan(0, length), v4 ? Protocol.Icmp : Protocol.Icmp6);
        Unless(!IcmpError.MayAnswer(s_room.AsSpan(0, length)), "an error is not answered by an error");
    }

    private static void Break(Span<byte> octets, Random random)
    {
        int mtu = random.Next(Fragmenter.MinMtu, s_room.Length), data = 0;
        if (!Ipv4.TryRead(octets, out Ipv4 whole, out _)) return;
        int expected = whole.Payload.Length;
        var fragmenter = new Fragmenter(octets, mtu);
        while (!fragmenter.IsDone)
        {
            int length = fragmenter.Next(s_room);
            Unless(length <= mtu, "a piece fits");
            Unless(Ipv4.TryRead(s_room.AsSpan(0, length), out Ipv4 piece, out _) && piece.ChecksumOk, "a piece is a sound packet");
            Unless(piece.Payload.SequenceEqual(whole.Payload.Slice(data, piece.Payload.Length)), "pieces are the packet's data in order");
            data += piece.Payload.Length;
        }
        Unless(data == expected, "all data comes out");
    }

    private static void Clamp(Span<byte> octets, Random random)
    {
        if (!Subject.TryRead(octets, out Subject subject) || subject.Protocol != Protocol.Tcp || subject.IsFragment) return;
        ushort before = Checksum.Sum(subject.Upper);
        SegmentSize.Clamp(subject.Upper, (ushort)random.Next(0x10000), unfinished: false);
        Unless(Checksum.Sum(subject.Upper) % 0xffff == before % 0xffff, "a checksum stays as right or as wrong as it was");
    }

    private static void Check(Span<byte> packet, byte protocol)
    {
        Unless(Subject.TryRead(packet, out Subject answer) && answer.Protocol == protocol, "an answer is a packet of its protocol");
        uint seed = protocol == Protocol.Icmp ? 0
            : Checksum.PseudoHeader(answer.Source, answer.Destination, protocol, answer.Upper.Length);
        Unless(Checksum.Sum(answer.Upper, seed) == 0xffff, "an answer's checksum is right");
        Unless(!answer.Source.IsV4 || Checksum.Sum(packet[..Ipv4.MinHeaderLength]) == 0xffff, "an answer's header checksum is right");
    }
}
