using System.Text;
using Router.Tests.Wire.Web;
using Router.Wire.Quic;
using Router.Wire.Web;

namespace Router.Tests.Wire.Quic;

/// <summary>Initial packets, by the examples of RFC 9001 A and RFC 9369 A, and by those that <see cref="Initials"/> makes.</summary>
public class InitialTests
{
    private static readonly byte[] s_id = Convert.FromHexString("8394c8f03e515708");

    private readonly byte[] _room = new byte[2048];

    // A.2 of both: the beginning and the end of the protected packet; what lies between follows from the rest, as the tag covers all.
    [Theory]
    [InlineData(QuicVersion.One, "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11",
        "7e78bfe706ca4cf5e9c5453e9f7cfd2b8b4c8d169a44e55c88d4a9a7f9474241e221af44860018ab0856972e194cd934")]
    [InlineData(QuicVersion.Two, "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485",
        "6f4c4938ae79324dc402894b44faf8afbab35282ab659d13c93f70412e85cb199a37ddec600545473cfb5a05e08d0b209973b2172b4d21fb69745a262ccde96ba18b2faa745b6fe189cf772a9f84cbfc")]
    public void The_clients_example_is_opened(uint version, string begins, string ends)
    {
        byte[] crypto = Convert.FromHexString(
            "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
            + "616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
            + "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c0002400100"
            + "3900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff");
        byte[] frames = [.. crypto, .. new byte[1162 - crypto.Length]];
        byte[] packet = Initials.Seal(version, s_id, [], frames, number: 2, numberLength: 4);
        Assert.Equal(1200, packet.Length);
        Assert.StartsWith(begins, Convert.ToHexStringLower(packet), StringComparison.Ordinal);
        Assert.EndsWith(ends, Convert.ToHexStringLower(packet), StringComparison.Ordinal);

        Assert.True(QuicLongHeader.TryRead(packet, out QuicLongHeader header));
        Assert.Equal((QuicPacketKind.Initial, version, 1200), (header.Kind, header.Version, header.Length));
        using var keys = new InitialKeys(version, header.DestinationId, ofServer: false);
        Assert.True(keys.TryOpen(header, _room, out ReadOnlySpan<byte> payload));
        Assert.True(payload.SequenceEqual(frames));
        var crypt = new QuicCrypto(payload);
        Assert.True(crypt.MoveNext());
        Assert.Equal(WebReading.Whole, ClientHello.Read(crypt.Data, out ClientHello hello));
        Assert.Equal("example.com", Encoding.ASCII.GetString(hello.ServerName));
        Assert.False(crypt.MoveNext() || crypt.IsBroken);
    }

    // A.3 of both.
    [Theory]
    [InlineData("cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcb"
        + "a3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee")]
    [InlineData("dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17f9af6e"
        + "16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140")]
    public void The_servers_example_is_opened(string text)
    {
        byte[] packet = Convert.FromHexString(text);
        Assert.True(QuicLongHeader.TryRead(packet, out QuicLongHeader header));
        using var keys = new InitialKeys(header.Version, s_id, ofServer: true);
        Assert.True(keys.TryOpen(header, _room, out ReadOnlySpan<byte> payload));
        Assert.Equal("02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304",
            Convert.ToHexStringLower(payload));
        var crypt = new QuicCrypto(payload);
        Assert.True(crypt.MoveNext());
        Assert.Equal((0UL, 90), (crypt.Offset, crypt.Data.Length));
        packet[^1] ^= 1;
        Assert.True(QuicLongHeader.TryRead(packet, out header));
        Assert.False(keys.TryOpen(header, _room, out _));
    }

    [Theory]
    [InlineData(QuicVersion.One)]
    [InlineData(QuicVersion.Two)]
    public void A_refusal_in_the_servers_name_can_be_read_by_the_client(uint version)
    {
        byte[] asked = Initials.Seal(version, s_id, [1, 2, 3, 4, 5], new byte[1100]);
        Assert.True(QuicLongHeader.TryRead(asked, out QuicLongHeader question));
        using var keys = new InitialKeys(version, s_id, ofServer: true);
        byte[] answer = new byte[InitialClose.MaxLength];
        int length = InitialClose.Build(answer, question, keys);
        Assert.True(QuicLongHeader.TryRead(answer.AsSpan(0, length), out QuicLongHeader header));
        Assert.Equal((QuicPacketKind.Initial, version, length), (header.Kind, header.Version, header.Length));
        Assert.Equal([1, 2, 3, 4, 5], header.DestinationId.ToArray());
        Assert.Equal(s_id, header.SourceId.ToArray());
        Assert.True(keys.TryOpen(header, _room, out ReadOnlySpan<byte> payload));
        Assert.Equal([0x1c, InitialClose.Refused, 0, 0], payload.ToArray());
    }

    [Fact]
    public void Packets_behind_each_other_are_read_one_by_one()
    {
        byte[] first = Initials.Seal(QuicVersion.One, s_id, [], new byte[100]), second = Initials.Seal(QuicVersion.One, s_id, [], new byte[300]);
        byte[] datagram = [.. first, .. second];
        Assert.True(QuicLongHeader.TryRead(datagram, out QuicLongHeader header));
        Assert.Equal(first.Length, header.Length);
        Assert.True(QuicLongHeader.TryRead(datagram.AsSpan(header.Length), out header));
        Assert.Equal(second.Length, header.Length);
        for (int length = 0; length < first.Length; length++) Assert.False(QuicLongHeader.TryRead(first.AsSpan(0, length), out _));
    }

    [Theory]
    [InlineData("c000000000010500ffffffff", QuicPacketKind.VersionNegotiation)]
    [InlineData("c01a2a3a4a0105000000", QuicPacketKind.OfUnknownVersion)]
    [InlineData("f0000000010100010000000000", QuicPacketKind.Retry)]
    [InlineData("c06b3343cf0100010000000000", QuicPacketKind.Retry)]
    [InlineData("d000000001010001000000", QuicPacketKind.EarlyData)]
    [InlineData("f06b3343cf010001000000", QuicPacketKind.Handshake)]
    public void Kinds_are_told_apart_by_version(string text, QuicPacketKind kind)
    {
        Assert.True(QuicLongHeader.TryRead(Convert.FromHexString(text), out QuicLongHeader header));
        Assert.Equal(kind, header.Kind);
    }

    [Fact]
    public void Frames_between_the_pieces_of_a_handshake_are_passed_over_and_others_are_not()
    {
        byte[] frames = [0, 0, 1, 6, 3, 2, 10, 11, 2, 5, 0, 1, 0, 2, 2, 3, 5, 0, 0, 0, 1, 2, 3, 6, 0, 1, 12, 0, 0x1c, 0, 0, 1, 65];
        var crypto = new QuicCrypto(frames);
        Assert.True(crypto.MoveNext());
        Assert.Equal((3UL, "0A0B"), (crypto.Offset, Convert.ToHexString(crypto.Data)));
        Assert.True(crypto.MoveNext());
        Assert.Equal((0UL, "0C"), (crypto.Offset, Convert.ToHexString(crypto.Data)));
        Assert.False(crypto.MoveNext());
        Assert.False(crypto.IsBroken);
        foreach (string bad in (string[])["08", "06", "0600", "060005ab", "02", "0200000500", "1c000009"])
        {
            crypto = new QuicCrypto(Convert.FromHexString(bad));
            Assert.False(crypto.MoveNext());
            Assert.True(crypto.IsBroken, bad);
        }
    }
}
