using Router.Wire;

namespace Router.Tests.Wire.Transport;

public class UdpTests
{
    private static readonly Address s_source = Address.Parse("2001:db8::1");
    private static readonly Address s_destination = Address.Parse("2001:db8::2");

    [Fact]
    public void Fields_of_a_datagram()
    {
        Assert.True(Udp.TryRead(Frames.Udp6().AsSpan(40), out Udp udp, out WireError error));
        Assert.Equal(WireError.None, error);
        Assert.Equal((5353, 53, 11, 0xcae2), (udp.SourcePort, udp.DestinationPort, udp.Length, udp.Checksum));
        Assert.Equal("abc"u8.ToArray(), udp.Payload.ToArray());
        Assert.True(udp.IsWhole);
    }

    [Fact]
    public void A_built_datagram_is_the_one_that_was_read()
    {
        byte[] expected = Frames.Udp6()[40..];
        byte[] built = [.. Enumerable.Repeat((byte)0xa5, 11)];
        Udp udp = Udp.Over(built);
        udp.Begin(5353, 53);
        "abc"u8.CopyTo(udp.Payload);
        udp.Checksum = Checksum.Of(built, Checksum.PseudoHeader(s_source, s_destination, Protocol.Udp, built.Length));
        Assert.Equal(expected, built);
    }

    [Fact]
    public void A_part_of_a_datagram_is_read_and_says_that_it_is_one()
    {
        byte[] octets = Frames.Udp6()[40..];
        for (int length = 0; length <= octets.Length; length++)
        {
            Assert.Equal(length >= 8, Udp.TryRead(octets.AsSpan(0, length), out Udp udp, out WireError error));
            Assert.Equal(length >= 8 ? WireError.None : WireError.Truncated, error);
            if (length < 8) continue;
            Assert.Equal(length == 11, udp.IsWhole);
            Assert.Equal(length - 8, udp.Payload.Length);
        }
    }

    [Fact]
    public void Octets_behind_the_length_are_not_data()
    {
        byte[] octets = [.. Frames.Udp6()[40..], 1, 2, 3];
        Assert.True(Udp.TryRead(octets, out Udp udp, out _));
        Assert.Equal(3, udp.Payload.Length);
        Assert.Equal(14, udp.Octets.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_length_below_the_header_is_refused(byte length)
    {
        byte[] octets = Frames.Udp6()[40..];
        octets[5] = length;
        Assert.False(Udp.TryRead(octets, out _, out WireError error));
        Assert.Equal(WireError.BadTotalLength, error);
    }
}
