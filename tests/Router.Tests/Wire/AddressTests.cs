using System.Net;
using Router.Wire;

namespace Router.Tests.Wire;

public class AddressTests
{
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("2001:db8::1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    public void Text_comes_back_as_it_was(string text) => Assert.Equal(text, Address.Parse(text).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10.0.0")]
    [InlineData("10")]
    [InlineData("010.0.0.1")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData(" 10.0.0.1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1]:80")]
    [InlineData("2001:db8::1::2")]
    [InlineData("10.0.0.0/8")]
    [InlineData("example")]
    public void Text_of_another_meaning_is_refused(string? text)
    {
        Assert.False(Address.TryParse(text, out _));
        if (text is not null) Assert.Throws<FormatException>(() => Address.Parse(text));
    }

    [Fact]
    public void A_mapped_address_is_the_same_as_the_IPv4_one() =>
        Assert.Equal(Address.Parse("192.0.2.1"), Address.Parse("::ffff:192.0.2.1"));

    [Fact]
    public void Octets_of_either_family_come_back()
    {
        byte[] octets = new byte[16];
        Address.Parse("192.0.2.1").WriteV4(octets);
        Assert.Equal([0xc0, 0x00, 0x02, 0x01], octets[..4]);
        Assert.Equal(0xc0000201, Address.ReadV4(octets).V4);

        IPAddress v6 = IPAddress.Parse("2001:db8:1:2:3:4:5:6");
        Address.From(v6).WriteV6(octets);
        Assert.Equal(v6.GetAddressBytes(), octets);
        Assert.Equal(v6, Address.ReadV6(octets).ToIPAddress());
    }

    [Theory]
    [InlineData("0.0.0.0", "unspecified this-network")]
    [InlineData("0.1.2.3", "this-network")]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("128.0.0.1", "")]
    [InlineData("10.0.0.1", "private")]
    [InlineData("172.15.255.255", "")]
    [InlineData("172.16.0.0", "private")]
    [InlineData("172.31.255.255", "private")]
    [InlineData("172.32.0.0", "")]
    [InlineData("192.168.255.1", "private")]
    [InlineData("100.63.255.255", "")]
    [InlineData("100.64.0.1", "private")]
    [InlineData("100.128.0.0", "")]
    [InlineData("169.254.1.1", "link-local")]
    [InlineData("223.255.255.255", "")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("239.255.255.255", "multicast")]
    [InlineData("240.0.0.1", "reserved")]
    [InlineData("255.255.255.255", "broadcast reserved")]
    [InlineData("::", "unspecified")]
    [InlineData("::1", "loopback")]
    [InlineData("::2", "")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("febf::1", "link-local")]
    [InlineData("fec0::1", "")]
    [InlineData("fc00::1", "private")]
    [InlineData("fdff::1", "private")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("2001:db8::a00:1", "")]
    [InlineData("::7f00:1", "")]
    public void Kinds_end_where_their_registry_says(string text, string expected)
    {
        var address = Address.Parse(text);
        var kinds = new List<string>();
        if (address.IsLimitedBroadcast) kinds.Add("broadcast");
        if (address.IsLinkLocal) kinds.Add("link-local");
        if (address.IsLoopback) kinds.Add("loopback");
        if (address.IsMulticast) kinds.Add("multicast");
        if (address.IsPrivate) kinds.Add("private");
        if (address.IsReserved) kinds.Add("reserved");
        if (address.IsUnspecified) kinds.Add("unspecified");
        if (address.IsThisNetwork) kinds.Add("this-network");
        Assert.Equal(expected, string.Join(' ', kinds));
    }

    [Fact]
    public void Order_is_that_of_the_octets()
    {
        Assert.True(Address.Parse("9.255.255.255") < Address.Parse("10.0.0.0"));
        Assert.True(Address.Parse("2001:db8::ffff:ffff:ffff:ffff") < Address.Parse("2001:db8:0:1::"));
        Assert.True(Address.Parse("ff02::1") > Address.Parse("10.0.0.0"));
        Assert.True(Address.Parse("::1") >= Address.Parse("::1") && Address.Parse("::1") <= Address.Parse("::1"));
    }
}
