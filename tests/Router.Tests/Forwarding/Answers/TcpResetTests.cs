using Router.Forwarding.Answers;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Answers;

public class TcpResetTests
{
    /// <summary>As another implementation (scapy) builds it.</summary>
    private static readonly byte[] s_toSyn =
    [
        0x45, 0x00, 0x00, 0x28, // Version 4, IHL 5; Type of Service; Total Length 40
        0x00, 0x00, 0x40, 0x00, // Identification; Flags DF
        0x40, 0x06, 0x4e, 0x94, // Time to Live 64; Protocol TCP; Header Checksum
        0xc6, 0x33, 0x64, 0x07, // Source Address 198.51.100.7
        0xc0, 0x00, 0x02, 0x01, // Destination Address 192.0.2.1
        0x01, 0xbb, 0x9c, 0x40, // Source Port 443; Destination Port 40000
        0x00, 0x00, 0x00, 0x00, // Sequence Number 0
        0x01, 0x02, 0x03, 0x05, // Acknowledgment Number: that of the SYN and one
        0x50, 0x14, 0x00, 0x00, // Data Offset 5, RST, ACK; Window 0
        0x21, 0x92, 0x00, 0x00, // Checksum; Urgent Pointer
    ];

    [Fact]
    public void A_SYN_is_answered_with_RST_and_ACK()
    {
        byte[] to = Dirty(TcpReset.MaxLength);
        int length = TcpReset.Answer(to, Frames.Tcp4());
        Assert.Equal(s_toSyn, to[..length]);
    }

    [Fact]
    public void A_segment_with_ACK_is_answered_with_its_own_number_and_no_ACK()
    {
        byte[] packet = Tcp6(TcpFlags.Ack | TcpFlags.Psh, sequence: 77, acknowledgment: 0x0a0b0c0d, data: 10);
        byte[] to = Dirty(TcpReset.MaxLength);
        Assert.Equal(60, TcpReset.Answer(to, packet));
        Tcp reset = Check(to);
        Assert.Equal((443, 40000, TcpFlags.Rst), (reset.SourcePort, reset.DestinationPort, reset.Flags));
        Assert.Equal((0x0a0b0c0du, 0u), (reset.Sequence, reset.Acknowledgment));
    }

    [Theory]
    [InlineData(TcpFlags.None, 10, 110u)]
    [InlineData(TcpFlags.Fin, 10, 111u)]
    [InlineData(TcpFlags.Syn, 10, 111u)]
    [InlineData(TcpFlags.Syn | TcpFlags.Fin, 0, 102u)]
    public void A_segment_without_ACK_is_acknowledged_whole(TcpFlags flags, int data, uint acknowledged)
    {
        byte[] to = Dirty(TcpReset.MaxLength);
        Assert.Equal(60, TcpReset.Answer(to, Tcp6(flags, sequence: 100, acknowledgment: 5, data)));
        Tcp reset = Check(to);
        Assert.Equal((TcpFlags.Rst | TcpFlags.Ack, 0u, acknowledged), (reset.Flags, reset.Sequence, reset.Acknowledgment));
    }

    [Fact]
    public void What_must_not_be_answered_is_not()
    {
        byte[] to = new byte[TcpReset.MaxLength];
        Assert.Equal(0, TcpReset.Answer(to, Tcp6(TcpFlags.Rst, 1, 2, 0)));
        Assert.Equal(0, TcpReset.Answer(to, Tcp6(TcpFlags.Rst | TcpFlags.Ack, 1, 2, 0)));
        Assert.Equal(0, TcpReset.Answer(to, Frames.Udp6()));
        Assert.Equal(0, TcpReset.Answer(to, []));
        Assert.Equal(0, TcpReset.Answer(to, Changed(6, 0x20))); // MF: a piece, its length unknown
        Assert.Equal(0, TcpReset.Answer(to, Changed(7, 0x01))); // a later piece
        Assert.Equal(0, TcpReset.Answer(to, Changed(12, 0xe0))); // from multicast
        Assert.Equal(0, TcpReset.Answer(to, Changed(12, 0x7f))); // from loopback
        Assert.Equal(0, TcpReset.Answer(to, Changed(16, 0xe0))); // to multicast
        Assert.Equal(0, TcpReset.Answer(to, Changed(32, 0x40))); // data offset below the header
        for (int length = 0; length < 60; length++) Assert.Equal(0, TcpReset.Answer(to, Frames.Tcp4().AsSpan(0, length)));
    }

    [Fact]
    public void A_built_reset_carries_what_it_was_given()
    {
        byte[] to = Dirty(TcpReset.MaxLength);
        var (source, destination) = (Address.Parse("2001:db8::2"), Address.Parse("2001:db8::1"));
        Assert.Equal(60, TcpReset.Build(to, source, destination, 443, 40000, 1, 2, withAck: true));
        Tcp reset = Check(to);
        Assert.Equal((443, 40000, 1u, 2u), (reset.SourcePort, reset.DestinationPort, reset.Sequence, reset.Acknowledgment));
        Assert.Equal(TcpFlags.Rst | TcpFlags.Ack, reset.Flags);
        Assert.Equal(0, reset.Window);
    }

    private static byte[] Dirty(int length) => [.. Enumerable.Repeat((byte)0xa5, length)];

    private static byte[] Changed(int octet, byte value)
    {
        byte[] packet = Frames.Tcp4();
        packet[octet] = value;
        return packet;
    }

    private static Tcp Check(byte[] packet)
    {
        Assert.True(Ipv6.TryRead(packet, out Ipv6 ip, out _));
        Assert.Equal(("2001:db8::2", "2001:db8::1", 64), (ip.Source.ToString(), ip.Destination.ToString(), ip.HopLimit));
        Assert.Equal(0xffff, Checksum.Sum(ip.Payload, Checksum.PseudoHeader(ip.Source, ip.Destination, Protocol.Tcp, 20)));
        Assert.True(Tcp.TryRead(ip.Payload, out Tcp tcp, out _));
        return tcp;
    }

    private static byte[] Tcp6(TcpFlags flags, uint sequence, uint acknowledgment, int data)
    {
        byte[] packet = new byte[60 + data];
        Ipv6.Over(packet).Begin(Protocol.Tcp, 64, Address.Parse("2001:db8::1"), Address.Parse("2001:db8::2"));
        Tcp tcp = Tcp.Over(packet.AsSpan(40));
        tcp.Begin(40000, 443, flags);
        tcp.Sequence = sequence;
        tcp.Acknowledgment = acknowledgment;
        return packet;
    }
}
