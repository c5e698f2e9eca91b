using Router.Wire;

namespace Router.Tests.Wire;

public class PrefixTests
{
    [Theory]
    [InlineData("192.0.2.130/25", "192.0.2.128", "192.0.2.255", "192.0.2.128/25")]
    [InlineData("0.0.0.0/0", "0.0.0.0", "255.255.255.255", "0.0.0.0/0")]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1/32")]
    [InlineData("2001:db8::1/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8::/64")]
    [InlineData("2001:db8::1/63", "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8::/63")]
    [InlineData("2001:db8::/65", "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff", "2001:db8::/65")]
    [InlineData("2001:db8::1", "2001:db8::1", "2001:db8::1", "2001:db8::1/128")]
    [InlineData("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0")]
    public void Ends_are_the_first_and_last_address(string text, string first, string last, string normal)
    {
        Assert.True(Prefix.TryParse(text, out Prefix prefix));
        Assert.Equal(first, prefix.First.ToString());
        Assert.Equal(last, prefix.Last.ToString());
        Assert.Equal(normal, prefix.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/+8")]
    [InlineData("192.0.2.0/ 8")]
    [InlineData("192.0.2.0/")]
    [InlineData("192.0.2.0/24/24")]
    [InlineData("/24")]
    [InlineData("2001:db8::/129")]
    [InlineData("2001:db8::/99999999999")]
    [InlineData("lan/24")]
    public void What_is_no_network_is_refused(string? text) => Assert.False(Prefix.TryParse(text, out _));

    [Fact]
    public void A_length_beyond_the_family_is_a_bug()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Prefix(Address.Parse("192.0.2.0"), 33));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Prefix(Address.Parse("2001:db8::"), 129));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Prefix(Address.Parse("192.0.2.0"), -1));
    }

    [Fact]
    public void No_network_reaches_across_families()
    {
        Assert.False(new Prefix(Address.Parse("::"), 0).Contains(Address.Parse("192.0.2.1")));
        Assert.False(new Prefix(Address.Parse("0.0.0.0"), 0).Contains(Address.Parse("2001:db8::1")));
        Assert.False(new Prefix(Address.Parse("0.0.0.0"), 0).Contains(Address.Parse("::")));
    }

    [Fact]
    public void Contains_agrees_with_comparing_bit_by_bit()
    {
        Random random = Dice.Roll();
        for (int i = 0; i < 20_000; i++)
        {
            bool v4 = random.Next(2) == 0;
            Address network = random.Address(v4);
            int length = random.Next(v4 ? 33 : 129);
            // An address that shares a random number of leading bits, so that both answers are common.
            Address address = FlipFrom(network, random.Next(v4 ? 96 : 16, 129), random);
            Assert.Equal(SameBits(network, address, v4 ? length + 96 : length), new Prefix(network, length).Contains(address));
        }
    }

    private static Address FlipFrom(Address address, int bit, Random random)
    {
        if (bit == 128) return address;
        UInt128 below = (UInt128.One << (127 - bit)) - 1;
        UInt128 number = new UInt128(address.High, address.Low) ^ (UInt128.One << (127 - bit));
        number = number & ~below | new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()) & below;
        return new Address((ulong)(number >> 64), (ulong)number);
    }

    private static bool SameBits(Address left, Address right, int bits)
    {
        UInt128 difference = new UInt128(left.High, left.Low) ^ new UInt128(right.High, right.Low);
        return bits == 0 || difference >> (128 - bits) == 0;
    }
}
