using Router.Daemon.Health.Probes;

namespace Router.Tests.Daemon.Health.Probes;

public class EchoFrameTests
{
    [Fact]
    public void Request_of_ipv4_is_as_rfc_792_lays_it_out()
    {
        var frame = new byte[EchoFrame.Length];
        Array.Fill(frame, (byte)0xee);
        EchoFrame.Write(frame, v4: true, 0x1234, 0x0007, 0x0102030405060708);
        Assert.Equal(
        [
            0x08, 0x00,              // type: echo, code
            0xd5, 0xb0,              // checksum: ~(0800 + 1234 + 0007 + 0102 + 0304 + 0506 + 0708)
            0x12, 0x34,              // identifier
            0x00, 0x07,              // sequence
            1, 2, 3, 4, 5, 6, 7, 8,  // token
        ], frame[..16]);
        Assert.All(frame[16..], octet => Assert.Equal(0, octet));
    }

    [Fact]
    public void Reply_of_ipv4_is_read_behind_its_header_with_options()
    {
        byte[] packet = Reply4(options: 8);
        Assert.True(EchoFrame.TryReadReply(packet, v4: true, out ushort identifier, out ushort sequence, out ulong token));
        Assert.Equal((0x1234, 7, 99ul), (identifier, sequence, token));
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_of_an_ipv4_reply_is_refused()
    {
        byte[] packet = Reply4(options: 0);
        for (int length = 0; length < packet.Length; length++) Assert.False(Read(packet[..length]));
        for (int bit = 20 * 8; bit < packet.Length * 8; bit++)
        {
            byte[] broken = [.. packet];
            broken[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(Read(broken), $"bit {bit}");
        }

        static bool Read(byte[] octets) => EchoFrame.TryReadReply(octets, v4: true, out _, out _, out _);
    }

    [Fact]
    public void Reply_of_ipv6_has_type_129()
    {
        var frame = new byte[EchoFrame.Length];
        EchoFrame.Write(frame, v4: false, 5, 6, 7);
        Assert.False(EchoFrame.TryReadReply(frame, v4: false, out _, out _, out _));
        frame[0] = 129;
        Assert.True(EchoFrame.TryReadReply(frame, v4: false, out ushort identifier, out ushort sequence, out ulong token));
        Assert.Equal((5, 6, 7ul), (identifier, sequence, token));
    }

    private static byte[] Reply4(int options)
    {
        var packet = new byte[20 + options + EchoFrame.Length];
        packet[0] = (byte)(0x40 | (20 + options) / 4);
        EchoFrame.Write(packet.AsSpan(20 + options), v4: true, 0x1234, 7, 99);
        // From type 8 to type 0 the first word loses 0x0800, so its complement gains it (RFC 1624).
        packet[20 + options] = 0;
        int sum = (packet[22 + options] << 8 | packet[23 + options]) + 0x0800;
        sum = (sum & 0xffff) + (sum >> 16);
        (packet[22 + options], packet[23 + options]) = ((byte)(sum >> 8), (byte)sum);
        return packet;
    }
}
