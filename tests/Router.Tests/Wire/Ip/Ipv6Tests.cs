using Router.Wire;

namespace Router.Tests.Wire.Ip;

public class Ipv6Tests
{
    [Fact]
    public void Fields_of_a_packet()
    {
        Assert.True(Ipv6.TryRead(Frames.Udp6(), out Ipv6 ip, out WireError error));
        Assert.Equal(WireError.None, error);
        Assert.Equal(0xb9, ip.TrafficClass);
        Assert.Equal(46, ip.Dscp);
        Assert.Equal(0x12345u, ip.FlowLabel);
        Assert.Equal(11, ip.PayloadLength);
        Assert.Equal(51, ip.TotalLength);
        Assert.Equal(Protocol.Udp, ip.NextHeader);
        Assert.Equal(64, ip.HopLimit);
        Assert.Equal("2001:db8::1", ip.Source.ToString());
        Assert.Equal("2001:db8::2", ip.Destination.ToString());
        Assert.True(ip.TryWalk(out Ipv6Upper upper, out _));
        Assert.Equal((Protocol.Udp, 40), (upper.Protocol, upper.Offset));
        Assert.False(upper.HasFragmentHeader || upper.IsFragment || upper.IsAtomicFragment || upper.HasRoutingType0);
    }

    [Fact]
    public void A_built_header_is_the_one_that_was_read()
    {
        byte[] expected = Frames.Udp6();
        byte[] built = [.. Enumerable.Repeat((byte)0xa5, expected.Length)];
        expected.AsSpan(40).CopyTo(built.AsSpan(40));
        Ipv6 ip = Ipv6.Over(built);
        ip.Begin(Protocol.Udp, 64, Address.Parse("2001:db8::1"), Address.Parse("2001:db8::2"));
        ip.FlowLabel = 0x12345;
        ip.TrafficClass = 0x01;
        ip.Dscp = 46;
        Assert.Equal(expected, built);
    }

    [Fact]
    public void Extension_headers_are_walked_to_the_upper_layer()
    {
        Assert.True(Ipv6.TryRead(Frames.Icmp6(), out Ipv6 ip, out _));
        Assert.True(ip.TryWalk(out Ipv6Upper upper, out WireError error));
        Assert.Equal(WireError.None, error);
        Assert.Equal((Protocol.Icmp6, 64), (upper.Protocol, upper.Offset));
        Assert.Equal(48, upper.FragmentHeaderAt);
        Assert.Equal(0xdeadbeef, upper.FragmentId);
        Assert.True(upper.IsFragment && upper.IsFirstFragment && upper.MoreFragments && !upper.IsAtomicFragment);
    }

    [Fact]
    public void Every_truncation_is_refused_and_says_so()
    {
        byte[] octets = Frames.Icmp6();
        for (int length = 0; length < octets.Length; length++)
        {
            Assert.False(Ipv6.TryRead(octets.AsSpan(0, length), out _, out WireError error));
            Assert.Equal(length < 40 ? WireError.Truncated : WireError.BadTotalLength, error);
            if (!Ipv6.TryReadQuoted(octets.AsSpan(0, length), out Ipv6 quoted, out _)) continue;
            // The chain of headers is 24 octets; the upper header behind it may be missing whole.
            Assert.Equal(length >= 64, quoted.TryWalk(out _, out error));
            Assert.Equal(length >= 64 ? WireError.None : WireError.Truncated, error);
        }
    }

    [Fact]
    public void Octets_behind_the_payload_length_are_cut_and_the_version_is_checked()
    {
        byte[] octets = [.. Frames.Udp6(), 1, 2, 3];
        Assert.True(Ipv6.TryRead(octets, out Ipv6 ip, out _));
        Assert.Equal(51, ip.Octets.Length);
        Assert.Equal(11, ip.Payload.Length);
        octets[0] = 0x45;
        Assert.False(Ipv6.TryRead(octets, out _, out WireError error));
        Assert.Equal(WireError.BadVersion, error);
    }

    [Theory]
    [InlineData("::ffff:192.0.2.1", "2001:db8::2", WireError.MappedSource)]
    [InlineData("2001:db8::1", "::ffff:0.0.0.2", WireError.MappedDestination)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", WireError.MappedSource)]
    [InlineData("::fffe:c000:201", "::1:ffff:c000:201", WireError.None)]
    public void IPv4_does_not_travel_as_IPv6(string source, string destination, WireError expected)
    {
        byte[] octets = Frames.Udp6();
        Address.Parse(source).WriteV6(octets.AsSpan(8));
        Address.Parse(destination).WriteV6(octets.AsSpan(24));

        Assert.Equal(expected == WireError.None, Ipv6.TryRead(octets, out _, out WireError error));
        Assert.Equal(expected, error);
        Assert.Equal(expected == WireError.None, Ipv6.TryReadQuoted(octets, out _, out _));
    }

    [Fact]
    public void A_later_fragment_ends_the_walk_at_its_data()
    {
        // offset 1448, more; what would follow looks like an endless chain and must not be read
        WireError error = Walk(out Ipv6Upper upper, Protocol.Fragment, "3c 00 05 a9 00 00 00 01", "3c ff 00 00 00 00 00 00");
        Assert.Equal(WireError.None, error);
        Assert.Equal((Protocol.DestinationOptions, 48), (upper.Protocol, upper.Offset));
        Assert.Equal(1448, upper.FragmentOffset);
        Assert.True(upper.IsFragment && upper.MoreFragments && !upper.IsFirstFragment);
    }

    [Fact]
    public void R6_an_atomic_fragment_is_no_fragment()
    {
        Assert.Equal(WireError.None, Walk(out Ipv6Upper upper, Protocol.Fragment, "11 00 00 00 00 00 00 01", "00 00 00 00 00 08 00 00"));
        Assert.True(upper.HasFragmentHeader && upper.IsAtomicFragment && !upper.IsFragment && !upper.IsFirstFragment);
        Assert.Equal((Protocol.Udp, 48), (upper.Protocol, upper.Offset));
    }

    [Fact]
    public void R7_routing_type_0_is_seen_and_type_4_is_not_taken_for_it()
    {
        Assert.Equal(WireError.None, Walk(out Ipv6Upper upper, Protocol.Routing, "06 00 00 01 00 00 00 00"));
        Assert.True(upper.HasRoutingType0);
        Assert.Equal(WireError.None, Walk(out upper, Protocol.Routing, "06 00 04 01 00 00 00 00"));
        Assert.False(upper.HasRoutingType0);
        Assert.Equal((Protocol.Tcp, 48), (upper.Protocol, upper.Offset));
    }

    [Fact]
    public void The_authentication_header_counts_in_words_of_four()
    {
        // length 4: 24 octets in all
        Assert.Equal(WireError.None, Walk(out Ipv6Upper upper, Protocol.Ah, "06 04 00 00 00 00 00 01", "00 00 00 01 aa aa aa aa", "aa aa aa aa aa aa aa aa"));
        Assert.Equal((Protocol.Tcp, 64), (upper.Protocol, upper.Offset));
    }

    [Theory]
    [InlineData(Protocol.Esp)]
    [InlineData(Protocol.NoNext)]
    [InlineData(Protocol.Mobility)]
    [InlineData((byte)253)]
    public void What_cannot_be_seen_through_ends_the_chain(byte protocol)
    {
        Assert.Equal(WireError.None, Walk(out Ipv6Upper upper, protocol, "3c 00 00 00 00 00 00 00"));
        Assert.Equal((protocol, 40), (upper.Protocol, upper.Offset));
    }

    [Fact]
    public void R7_the_walk_has_a_limit()
    {
        string[] eight = [.. Enumerable.Repeat("3c 00 01 04 00 00 00 00", 7), "11 00 01 04 00 00 00 00"];
        Assert.Equal(WireError.None, Walk(out Ipv6Upper upper, Protocol.DestinationOptions, eight));
        Assert.Equal((Protocol.Udp, 104), (upper.Protocol, upper.Offset));
        string[] nine = ["3c 00 01 04 00 00 00 00", .. eight];
        Assert.Equal(WireError.TooManyHeaders, Walk(out _, Protocol.DestinationOptions, nine));
    }

    [Theory]
    [InlineData(Protocol.DestinationOptions, "00 00 01 04 00 00 00 00", "11 00 01 04 00 00 00 00", WireError.BadHeaderOrder)] // hop-by-hop second
    [InlineData(Protocol.Fragment, "2c 00 00 01 00 00 00 01", "11 00 00 01 00 00 00 01", WireError.BadHeaderOrder)] // two fragment headers
    [InlineData(Protocol.HopByHop, "3c 00 01 04 00 00 00 00", "11 01 00 00 00 00 00 00", WireError.Truncated)] // one octet too long
    [InlineData(Protocol.Routing, "11 ff 00 00 00 00 00 00", "00 00 00 00 00 00 00 00", WireError.Truncated)]
    public void Chains_that_contradict_themselves_are_refused(byte first, string one, string two, WireError expected) =>
        Assert.Equal(expected, Walk(out _, first, one, two));

    private static WireError Walk(out Ipv6Upper upper, byte first, params string[] headers)
    {
        byte[] chain = Convert.FromHexString(string.Concat(headers).Replace(" ", "", StringComparison.Ordinal));
        byte[] octets = new byte[Ipv6.HeaderLength + chain.Length];
        chain.CopyTo(octets, Ipv6.HeaderLength);
        Ipv6.Over(octets).Begin(first, 64, Address.Parse("2001:db8::1"), Address.Parse("2001:db8::2"));
        Assert.True(Ipv6.TryRead(octets, out Ipv6 ip, out _));
        ip.TryWalk(out upper, out WireError error);
        return error;
    }
}
