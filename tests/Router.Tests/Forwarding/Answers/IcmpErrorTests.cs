using Router.Forwarding.Answers;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Answers;

public class IcmpErrorTests
{
    private static readonly Address s_router4 = Address.Parse("192.0.2.254");
    private static readonly Address s_router6 = Address.Parse("2001:db8::ff");

    // Header and ICMP header as another implementation (scapy) builds them, with checksums over the quotation that follows.
    private static readonly byte[] s_tooBig4 =
    [
        0x45, 0xc0, 0x00, 0x58, // Version 4, IHL 5; Type of Service, precedence 6; Total Length 88
        0x00, 0x00, 0x40, 0x00, // Identification; Flags DF
        0x40, 0x01, 0xb4, 0xe5, // Time to Live 64; Protocol ICMP; Header Checksum
        0xc0, 0x00, 0x02, 0xfe, // Source Address 192.0.2.254
        0xc0, 0x00, 0x02, 0x01, // Destination Address 192.0.2.1
        0x03, 0x04, 0xe3, 0xee, // Type Destination Unreachable; Code fragmentation needed; Checksum
        0x00, 0x00, 0x05, 0x78, // unused; Next-Hop MTU 1400
    ];

    private static readonly byte[] s_tooBig6 =
    [
        0x60, 0x00, 0x00, 0x00, // Version 6, Traffic Class, Flow Label
        0x00, 0x3b, 0x3a, 0x40, // Payload Length 59; Next Header ICMPv6; Hop Limit 64
        0x20, 0x01, 0x0d, 0xb8, // Source Address 2001:db8::ff
        0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0xff,
        0x20, 0x01, 0x0d, 0xb8, // Destination Address 2001:db8::1
        0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x01,
        0x02, 0x00, 0xfc, 0x12, // Type Packet Too Big; Code; Checksum
        0x00, 0x00, 0x05, 0x00, // MTU 1280
    ];

    private readonly byte[] _to = [.. Enumerable.Repeat((byte)0xa5, 1500)];

    [Fact]
    public void Fragmentation_needed_quotes_the_packet()
    {
        byte[] packet = Frames.Tcp4();
        int length = IcmpError.Build(_to, packet, packet.Length, s_router4, Icmp4.DestinationUnreachable, Icmp4.FragmentationNeeded, 1400);
        Assert.Equal(s_tooBig4, _to[..28]);
        Assert.Equal(packet, _to[28..length]);
    }

    [Fact]
    public void Packet_too_big_quotes_the_packet()
    {
        byte[] packet = Frames.Udp6();
        int length = IcmpError.Build(_to, packet, packet.Length, s_router6, Icmp6.PacketTooBig, 0, 1280);
        Assert.Equal(s_tooBig6, _to[..48]);
        Assert.Equal(packet, _to[48..length]);
    }

    [Theory]
    [InlineData(true, 548)]
    [InlineData(true, 549)]
    [InlineData(true, 65535)]
    [InlineData(false, 1232)]
    [InlineData(false, 1233)]
    [InlineData(false, 65535)]
    public void I6_X12_the_quotation_ends_where_the_RFC_says(bool v4, int packetLength)
    {
        byte[] packet = Packet(v4, packetLength);
        int length = IcmpError.Build(_to, packet, packet.Length, v4 ? s_router4 : s_router6, v4 ? Icmp4.TimeExceeded : Icmp6.TimeExceeded, 0, 0);
        Assert.Equal(v4 ? 576 : 1280, length);
        AssertSound(_to.AsSpan(0, length));
        Assert.Equal(packet[..(length - (v4 ? 28 : 48))], _to[(v4 ? 28 : 48)..length]);
    }

    [Fact]
    public void Octets_behind_the_packet_are_not_quoted()
    {
        byte[] slot = [.. Frames.Tcp4(), 1, 2, 3];
        Assert.Equal(28 + 60, IcmpError.Build(_to, slot, 60, s_router4, Icmp4.TimeExceeded, 0, 0));
    }

    [Fact]
    public void An_address_of_the_other_family_cannot_answer()
    {
        Assert.Equal(0, IcmpError.Build(_to, Frames.Tcp4(), 60, s_router6, Icmp6.TimeExceeded, 0, 0));
        Assert.Equal(0, IcmpError.Build(_to, Frames.Udp6(), 51, s_router4, Icmp4.TimeExceeded, 0, 0));
        Assert.Equal(0, IcmpError.Build(_to, [], 0, s_router4, Icmp4.TimeExceeded, 0, 0));
    }

    [Fact]
    public void An_error_about_an_error_is_never_sent()
    {
        Assert.True(IcmpError.MayAnswer(Frames.Icmp4()));
        Assert.True(IcmpError.MayAnswer(Frames.Icmp6()));
        for (int type = 0; type < 256; type++)
        {
            byte[] icmp4 = Frames.Icmp4(), icmp6 = Frames.Icmp6();
            icmp4[28] = icmp6[64] = (byte)type;
            Assert.Equal(!Icmp.IsError((byte)type, v6: false), IcmpError.MayAnswer(icmp4));
            Assert.Equal(!Icmp.IsError((byte)type, v6: true), IcmpError.MayAnswer(icmp6));
        }
        byte[] packet = Frames.Tcp4();
        int length = IcmpError.Build(_to, packet, packet.Length, s_router4, Icmp4.TimeExceeded, 0, 0);
        Assert.False(IcmpError.MayAnswer(_to.AsSpan(0, length)));
    }

    [Theory]
    [InlineData(12, "c0 00 02 01", true)] // the source that it has
    [InlineData(12, "00 00 00 00", false)] // unspecified
    [InlineData(12, "00 00 00 01", false)] // this network
    [InlineData(12, "7f 00 00 01", false)] // loopback
    [InlineData(12, "e0 00 00 01", false)] // multicast
    [InlineData(12, "f0 00 00 01", false)] // class E
    [InlineData(12, "ff ff ff ff", false)] // broadcast
    [InlineData(16, "e0 00 00 01", false)] // to multicast
    [InlineData(16, "ff ff ff ff", false)] // to broadcast
    [InlineData(6, "20 00 40 06", true)] // first fragment
    [InlineData(6, "20 01 40 06", false)] // later fragment
    [InlineData(6, "00 01 40 06", false)] // last fragment
    [InlineData(0, "44 00 00 3c", false)] // no sound header
    [InlineData(0, "75 00 00 3c", false)] // no IP
    public void I6_of_IPv4_packets_only_these_may_be_answered(int octet, string hex, bool expected)
    {
        byte[] packet = Frames.Tcp4();
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)).CopyTo(packet, octet);
        Assert.Equal(expected, IcmpError.MayAnswer(packet));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2", true)]
    [InlineData("fe80::1", "2001:db8::2", true)]
    [InlineData("::", "2001:db8::2", false)]
    [InlineData("::1", "2001:db8::2", false)]
    [InlineData("ff02::1", "2001:db8::2", false)]
    [InlineData("2001:db8::1", "ff02::1", false)]
    public void X12_of_IPv6_packets_only_these_may_be_answered(string source, string destination, bool expected)
    {
        byte[] packet = Frames.Udp6();
        Ipv6 ip = Ipv6.Over(packet);
        (ip.Source, ip.Destination) = (Address.Parse(source), Address.Parse(destination));
        Assert.Equal(expected, IcmpError.MayAnswer(packet));
    }

    [Fact]
    public void A_later_IPv6_fragment_may_not_be_answered()
    {
        byte[] packet = Frames.Icmp6();
        packet[51] = 0x09; // offset 8, more
        Assert.False(IcmpError.MayAnswer(packet));
    }

    private static byte[] Packet(bool v4, int length)
    {
        byte[] packet = Dice.Roll().Octets(length);
        if (v4) Ipv4.Over(packet).Begin(Protocol.Udp, 1, Address.Parse("192.0.2.1"), Address.Parse("198.51.100.7"));
        else Ipv6.Over(packet).Begin(Protocol.Udp, 1, Address.Parse("2001:db8::1"), Address.Parse("2001:db8::2"));
        return packet;
    }

    private static void AssertSound(Span<byte> packet)
    {
        Assert.True(Subject.TryRead(packet, out Subject subject));
        bool v4 = subject.Source.IsV4;
        Assert.Equal(v4 ? Protocol.Icmp : Protocol.Icmp6, subject.Protocol);
        uint seed = v4 ? 0 : Checksum.PseudoHeader(subject.Source, subject.Destination, Protocol.Icmp6, subject.Upper.Length);
        Assert.Equal(0xffff, Checksum.Sum(subject.Upper, seed));
        if (v4) Assert.Equal(0xffff, Checksum.Sum(packet[..20]));
    }
}
