using Router.Wire;

namespace Router.Tests.Wire.Transport;

public class IcmpTests
{
    [Fact]
    public void Fields_of_an_echo_in_both_families()
    {
        Assert.True(Icmp.TryRead(Frames.Icmp4().AsSpan(28), out Icmp echo4, out _));
        Assert.Equal((Icmp4.EchoRequest, 0, 0x06f4), (echo4.Type, echo4.Code, echo4.Checksum));
        Assert.Equal((0x1234, 7, 0x12340007u), (echo4.Identifier, echo4.Sequence, echo4.Rest));
        Assert.Equal("ping"u8.ToArray(), echo4.Body.ToArray());
        Assert.Equal(0xffff, Checksum.Sum(echo4.Octets));

        Assert.True(Icmp.TryRead(Frames.Icmp6().AsSpan(64), out Icmp echo6, out _));
        Assert.Equal((Icmp6.EchoRequest, 0x1234, 7), (echo6.Type, echo6.Identifier, echo6.Sequence));
        Assert.Equal("ping"u8.ToArray(), echo6.Body.ToArray());
    }

    [Fact]
    public void A_built_message_is_the_one_that_was_read()
    {
        byte[] expected = Frames.Icmp6()[64..];
        byte[] built = [.. Enumerable.Repeat((byte)0xa5, expected.Length)];
        Icmp echo = Icmp.Over(built);
        echo.Begin(Icmp6.EchoRequest, 0, 0);
        echo.Identifier = 0x1234;
        echo.Sequence = 7;
        "ping"u8.CopyTo(echo.Body);
        uint pseudo = Checksum.PseudoHeader(Address.Parse("2001:db8::1"), Address.Parse("2001:db8::2"), Protocol.Icmp6, built.Length);
        echo.Checksum = Checksum.Of(built, pseudo);
        Assert.Equal(expected, built);
    }

    [Fact]
    public void Fewer_than_eight_octets_are_no_message()
    {
        for (int length = 0; length <= 8; length++)
        {
            Assert.Equal(length == 8, Icmp.TryRead(new byte[length], out _, out WireError error));
            Assert.Equal(length == 8 ? WireError.None : WireError.Truncated, error);
        }
    }

    [Fact]
    public void Errors_and_queries_are_those_of_the_RFCs()
    {
        int[] errors4 = [.. Enumerable.Range(0, 256).Where(type => Icmp.IsError((byte)type, v6: false))];
        Assert.Equal([3, 4, 5, 11, 12], errors4);
        int[] errors6 = [.. Enumerable.Range(0, 256).Where(type => Icmp.IsError((byte)type, v6: true))];
        Assert.Equal([.. Enumerable.Range(0, 128), 137], errors6);
        int[] queries4 = [.. Enumerable.Range(0, 256).Where(type => Icmp.IsQuery((byte)type, v6: false))];
        Assert.Equal([0, 8, 13, 14], queries4);
        int[] queries6 = [.. Enumerable.Range(0, 256).Where(type => Icmp.IsQuery((byte)type, v6: true))];
        Assert.Equal([128, 129], queries6);
    }
}
