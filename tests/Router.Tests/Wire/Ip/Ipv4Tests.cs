using System.Buffers.Binary;
using Router.Wire;

namespace Router.Tests.Wire.Ip;

public class Ipv4Tests
{
    [Fact]
    public void Fields_of_a_packet()
    {
        Assert.True(Ipv4.TryRead(Frames.Tcp4(), out Ipv4 ip, out WireError error));
        Assert.Equal(WireError.None, error);
        Assert.Equal(20, ip.HeaderLength);
        Assert.Equal(0, ip.TrafficClass);
        Assert.Equal(60, ip.TotalLength);
        Assert.Equal(0x1c46, ip.Id);
        Assert.True(ip.DontFragment);
        Assert.False(ip.MoreFragments || ip.ReservedBit || ip.IsFragment || ip.IsFirstFragment);
        Assert.Equal(0, ip.FragmentOffset);
        Assert.Equal(64, ip.TimeToLive);
        Assert.Equal(Protocol.Tcp, ip.Protocol);
        Assert.Equal(0x323a, ip.HeaderChecksum);
        Assert.True(ip.ChecksumOk);
        Assert.Equal("192.0.2.1", ip.Source.ToString());
        Assert.Equal("198.51.100.7", ip.Destination.ToString());
        Assert.Equal(0xc0000201, ip.SourceNumber);
        Assert.Equal(0xc6336407, ip.DestinationNumber);
        Assert.Equal(40, ip.Payload.Length);
        Assert.True(ip.TryCheckOptions(out _));
        Assert.False(ip.HasSourceRoute);
    }

    [Fact]
    public void Options_lie_between_header_and_payload()
    {
        Assert.True(Ipv4.TryRead(Frames.Icmp4(), out Ipv4 ip, out _));
        Assert.True(ip.ChecksumOk);
        Assert.Equal(28, ip.HeaderLength);
        Assert.Equal(12, ip.Payload.Length);
        Assert.True(ip.TryCheckOptions(out _));
        var types = new List<byte>();
        foreach (Ipv4Option option in ip.Options)
        {
            types.Add(option.Type);
            Assert.False(option.IsCopied);
        }
        Assert.Equal([Ipv4Option.RecordRoute, Ipv4Option.NoOperation], types);
    }

    [Fact]
    public void Every_truncation_is_refused_and_says_so()
    {
        byte[] octets = Frames.Icmp4();
        for (int length = 0; length < octets.Length; length++)
        {
            Assert.False(Ipv4.TryRead(octets.AsSpan(0, length), out _, out WireError error));
            Assert.Equal(length < 28 ? WireError.Truncated : WireError.BadTotalLength, error);
            Assert.Equal(length >= 28, Ipv4.TryReadQuoted(octets.AsSpan(0, length), out Ipv4 quoted, out _));
            if (length >= 28) Assert.Equal(length - 28, quoted.Payload.Length);
        }
    }

    [Fact]
    public void Padding_behind_the_total_length_is_cut()
    {
        byte[] octets = [.. Frames.Tcp4(), 1, 2, 3, 4];
        Assert.True(Ipv4.TryRead(octets, out Ipv4 ip, out _));
        Assert.Equal(60, ip.Octets.Length);
        Assert.True(Ipv4.TryReadQuoted(octets, out ip, out _));
        Assert.Equal(60, ip.Octets.Length);
    }

    [Theory]
    [InlineData(0, 0x65, WireError.BadVersion)]
    [InlineData(0, 0x44, WireError.BadHeaderLength)] // IHL 4
    [InlineData(0, 0x40, WireError.BadHeaderLength)]
    [InlineData(3, 19, WireError.BadTotalLength)] // below the header
    [InlineData(3, 61, WireError.BadTotalLength)] // beyond the buffer
    public void Contradictions_are_refused(int octet, int value, WireError expected)
    {
        byte[] octets = Frames.Tcp4();
        octets[octet] = (byte)value;
        Assert.False(Ipv4.TryRead(octets, out _, out WireError error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_super_packet_of_65535_octets_is_read()
    {
        byte[] octets = new byte[65535];
        Ipv4.Over(octets).Begin(Protocol.Tcp, 64, Address.Parse("192.0.2.1"), Address.Parse("192.0.2.2"));
        Assert.True(Ipv4.TryRead(octets, out Ipv4 ip, out _));
        Assert.Equal(65515, ip.Payload.Length);
        Assert.True(ip.ChecksumOk);
    }

    [Theory]
    [InlineData(0x0000, false, false, false, 0)]
    [InlineData(0x4000, false, false, false, 0)]
    [InlineData(0x8000, false, false, false, 0)]
    [InlineData(0x2000, true, true, true, 0)]
    [InlineData(0x2001, true, false, true, 8)]
    [InlineData(0x00b9, true, false, false, 1480)]
    [InlineData(0x1fff, true, false, false, 65528)]
    public void Fragments(int field, bool isFragment, bool isFirst, bool more, int offset)
    {
        byte[] octets = Frames.Tcp4();
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(6), (ushort)field);
        Assert.True(Ipv4.TryRead(octets, out Ipv4 ip, out _));
        Assert.Equal(isFragment, ip.IsFragment);
        Assert.Equal(isFirst, ip.IsFirstFragment);
        Assert.Equal(more, ip.MoreFragments);
        Assert.Equal(offset, ip.FragmentOffset);
        Assert.Equal((field & 0x8000) != 0, ip.ReservedBit);
        Assert.Equal((field & 0x4000) != 0, ip.DontFragment);

        ip.SetFragment(0, false);
        Assert.Equal(field & 0xc000, ip.FlagsAndOffset);
        ip.SetFragment(offset, more);
        Assert.Equal(field, ip.FlagsAndOffset);
    }

    [Fact]
    public void A_built_header_is_the_one_that_was_read()
    {
        byte[] expected = Frames.Tcp4();
        byte[] built = [.. Enumerable.Repeat((byte)0xa5, 60)];
        expected.AsSpan(20).CopyTo(built.AsSpan(20));
        Ipv4 ip = Ipv4.Over(built);
        ip.Begin(Protocol.Tcp, 64, Address.Parse("192.0.2.1"), Address.Parse("198.51.100.7"));
        Assert.True(ip.ChecksumOk);
        ip.Id = 0x1c46;
        ip.DontFragment = true;
        Assert.False(ip.ChecksumOk);
        ip.RewriteChecksum();
        Assert.Equal(expected, built);
    }

    [Fact]
    public void Setting_the_code_point_keeps_ECN()
    {
        byte[] octets = Frames.Tcp4();
        Assert.True(Ipv4.TryRead(octets, out Ipv4 ip, out _));
        ip.TrafficClass = 0x03;
        ip.Dscp = 46;
        Assert.Equal(46, ip.Dscp);
        Assert.Equal(0xbb, ip.TrafficClass);
    }

    [Theory]
    [InlineData("83 07 04 c0 00 02 09 00", true, true)] // LSRR
    [InlineData("89 07 04 c0 00 02 09 00", true, true)] // SSRR
    [InlineData("01 01 83 03 04 00 00 00", true, true)]
    [InlineData("00 83 07 04 00 00 00 00", false, true)] // behind the end
    [InlineData("94 04 00 00 01 01 01 01", false, true)] // Router Alert
    [InlineData("94 05 00 00 00 01 01 01", false, false)]
    [InlineData("44 08 05 00 00 00 00 00", false, true)] // Timestamp
    [InlineData("44 04 04 00 01 01 01 01", false, false)] // its pointer points into itself
    [InlineData("07 03 03 00 01 01 01 01", false, false)] // so does this
    [InlineData("07 02 00 00 00 00 00 00", false, false)] // no room for a pointer
    [InlineData("07 00 01 01 01 01 01 01", false, false)] // length 0
    [InlineData("07 01 01 01 01 01 01 01", false, false)] // length 1
    [InlineData("01 01 01 07 06 04 00 00", false, false)] // one beyond the header
    [InlineData("01 01 01 01 01 01 01 07", false, false)] // no length
    [InlineData("5e 08 aa aa aa aa aa aa", false, true)] // unknown
    public void Options_sound_and_unsound(string hex, bool sourceRoute, bool sound)
    {
        byte[] octets = Frames.Icmp4();
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)).CopyTo(octets, 20);
        Assert.True(Ipv4.TryRead(octets, out Ipv4 ip, out _));
        Assert.Equal(sourceRoute, ip.HasSourceRoute);
        Assert.Equal(sound, ip.TryCheckOptions(out WireError error));
        Assert.Equal(sound ? WireError.None : WireError.BadOption, error);
    }
}
