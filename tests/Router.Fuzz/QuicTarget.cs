using Router.Wire.Quic;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>
/// QUIC's readers: the long header of any datagram; frames, as if protection had been taken off; and every sixteenth time a packet
/// that is opened for real, which seldom succeeds and costs a hundred times as much.
/// </summary>
internal static class QuicTarget
{
    private static readonly byte[] s_room = new byte[4096];
    private static readonly InitialKeys s_keys = new(QuicVersion.One, [1, 2, 3, 4, 5, 6, 7, 8], ofServer: true);

    public static byte[][] Samples()
    {
        byte[] asked = [0xc0, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 4, 9, 9, 9, 9, 0, 0x40, 24, .. new byte[24]];
        byte[] answer = new byte[InitialClose.MaxLength];
        QuicLongHeader.TryRead(asked, out QuicLongHeader header);
        int length = InitialClose.Build(answer, header, s_keys);
        byte[] hello = SoundHello.Handshake("www.example.net");
        return
        [
            asked, answer[..length], [.. answer[..length], .. asked], [0xd0, 0x6b, 0x33, 0x43, 0xcf, .. asked[5..]], [0xc0, 0, 0, 0, 0, .. asked[5..]],
            [6, 0, 0x40, (byte)hello.Length, .. hello, 0, 0, 1, 2, 5, 0, 1, 0, 2, 2], [0x1c, 2, 0, 3, 1, 2, 3, 6, 0x44, 0, 2, 1, 1],
        ];
    }

    public static void Feed(Span<byte> octets, Random random)
    {
        ReadOnlySpan<byte> rest = octets;
        while (QuicLongHeader.TryRead(rest, out QuicLongHeader header))
        {
            Unless(header.Length > 0 && header.Length <= rest.Length && header.NumberAt <= header.Length, "a packet lies in its datagram");
            Unless(!QuicVersion.IsKnown(header.Version) || header.SourceId.Length <= QuicLongHeader.MostIdOctets, "ids have their bounds");
            if (random.Next(16) == 0 && s_keys.TryOpen(header, s_room, out ReadOnlySpan<byte> payload)) Walk(payload);
            rest = rest[header.Length..];
        }
        Walk(octets);
    }

    private static void Walk(ReadOnlySpan<byte> frames)
    {
        var crypto = new QuicCrypto(frames);
        int length = 0;
        while (crypto.MoveNext()) length += crypto.Data.Length;
        Unless(length <= frames.Length, "data lies in its frames");
        Unless(!crypto.MoveNext() || !crypto.IsBroken, "what is broken stays so");
    }
}
