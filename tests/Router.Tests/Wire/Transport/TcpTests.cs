using System.Buffers.Binary;
using Router.Wire;

namespace Router.Tests.Wire.Transport;

public class TcpTests
{
    private static Span<byte> Segment(byte[] packet) => packet.AsSpan(Ipv4.MinHeaderLength);

    [Fact]
    public void Fields_of_a_segment()
    {
        Assert.True(Tcp.TryRead(Segment(Frames.Tcp4()), out Tcp tcp, out WireError error));
        Assert.Equal(WireError.None, error);
        Assert.Equal(40000, tcp.SourcePort);
        Assert.Equal(443, tcp.DestinationPort);
        Assert.Equal(0x01020304u, tcp.Sequence);
        Assert.Equal(0u, tcp.Acknowledgment);
        Assert.Equal(40, tcp.DataOffset);
        Assert.Equal(TcpFlags.Syn, tcp.Flags);
        Assert.Equal(64240, tcp.Window);
        Assert.Equal(0xbed0, tcp.Checksum);
        Assert.Equal(0, tcp.Urgent);
        Assert.Equal(0, tcp.Payload.Length);
        Assert.Equal(1, tcp.SequenceLength);
        Assert.Equal(7, tcp.WindowScale);
        Assert.True(tcp.TryFindMss(out int at));
        Assert.Equal(1460, BinaryPrimitives.ReadUInt16BigEndian(tcp.Octets[at..]));
    }

    [Fact]
    public void A_built_segment_is_the_one_that_was_read()
    {
        byte[] packet = Frames.Tcp4();
        byte[] expected = Segment(packet).ToArray();
        byte[] built = [.. Enumerable.Repeat((byte)0xa5, expected.Length)];
        Tcp tcp = Tcp.Over(built);
        tcp.Begin(40000, 443, TcpFlags.Syn, 40);
        expected.AsSpan(20).CopyTo(built.AsSpan(20));
        tcp.Sequence = 0x01020304;
        tcp.Acknowledgment = 0;
        tcp.Window = 64240;
        tcp.Urgent = 0;
        uint pseudo = Checksum.PseudoHeader(Address.Parse("192.0.2.1"), Address.Parse("198.51.100.7"), Protocol.Tcp, 40);
        tcp.Checksum = Checksum.Of(built, pseudo);
        Assert.Equal(expected, built);
    }

    [Fact]
    public void Flags_are_nine_bits_and_keep_their_neighbours()
    {
        byte[] packet = Frames.Tcp4();
        Segment(packet)[12] = 0xae; // Data Offset 10, reserved bits all set
        Assert.True(Tcp.TryRead(Segment(packet), out Tcp tcp, out _));
        tcp.Flags = TcpFlags.Ae | TcpFlags.Cwr | TcpFlags.Ece | TcpFlags.Fin;
        Assert.Equal([0xaf, 0xc1], tcp.Octets[12..14].ToArray());
        Assert.Equal(TcpFlags.Ae | TcpFlags.Cwr | TcpFlags.Ece | TcpFlags.Fin, tcp.Flags);
        tcp.Flags = (TcpFlags)0xffff;
        Assert.Equal([0xaf, 0xff], tcp.Octets[12..14].ToArray());
        Assert.Equal(40, tcp.DataOffset);
    }

    [Fact]
    public void Every_truncation_of_the_header_is_refused()
    {
        byte[] packet = Frames.Tcp4();
        for (int length = 0; length < 40; length++)
        {
            Assert.False(Tcp.TryRead(Segment(packet)[..length], out _, out WireError error));
            Assert.Equal(WireError.Truncated, error);
            Assert.Equal(length >= 4, PortPair.TryRead(Segment(packet)[..length], out PortPair ports, out _));
            if (length >= 4) Assert.Equal((40000, 443), (ports.Source, ports.Destination));
        }
        Segment(packet)[12] = 0x40;
        Assert.False(Tcp.TryRead(Segment(packet), out _, out WireError tooShort));
        Assert.Equal(WireError.BadHeaderLength, tooShort);
    }

    [Fact]
    public void Sequence_length_counts_data_SYN_and_FIN()
    {
        byte[] octets = new byte[25];
        Tcp tcp = Tcp.Over(octets);
        tcp.Begin(1, 2, TcpFlags.Ack);
        Assert.Equal(5, tcp.SequenceLength);
        tcp.Flags = TcpFlags.Fin | TcpFlags.Ack;
        Assert.Equal(6, tcp.SequenceLength);
        tcp.Flags = TcpFlags.Syn | TcpFlags.Fin;
        Assert.Equal(7, tcp.SequenceLength);
    }

    [Theory]
    [InlineData("02 04 05 b4 03 03 0e 00", 22, 14, WireError.None)]
    [InlineData("01 02 04 05 b4 03 03 ff", 23, 14, WireError.None)] // odd, and a shift beyond 14 (RFC 7323 2.3)
    [InlineData("02 03 05 03 03 02 00 00", -1, 2, WireError.None)] // a wrong length is not an MSS
    [InlineData("00 02 04 05 b4 03 03 07", -1, -1, WireError.None)] // behind the end of the list
    [InlineData("02 00 05 b4 03 03 07 00", -1, -1, WireError.BadOption)] // length 0
    [InlineData("02 01 05 b4 03 03 07 00", -1, -1, WireError.BadOption)] // length 1
    [InlineData("02 04 05 b4 03 05 07 00", 22, -1, WireError.BadOption)] // beyond the header
    [InlineData("01 01 01 01 01 01 01 02", -1, -1, WireError.BadOption)] // no length
    [InlineData("01 01 01 01 01 01 01 01", -1, -1, WireError.None)]
    public void Options_sound_and_hostile(string hex, int mss, int scale, WireError expected)
    {
        byte[] octets = new byte[32];
        Tcp.Over(octets).Begin(1, 2, TcpFlags.Syn, 28);
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)).CopyTo(octets, 20);
        Assert.True(Tcp.TryRead(octets, out Tcp tcp, out _));
        Assert.Equal(mss >= 0, tcp.TryFindMss(out int at));
        if (mss >= 0) Assert.Equal(mss, at);
        Assert.Equal(scale, tcp.WindowScale);
        TcpOptions options = tcp.Options;
        while (options.MoveNext()) { }
        Assert.Equal(expected, options.Error);
    }
}
