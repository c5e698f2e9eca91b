using Router.Wire;

namespace Router.Tests.Wire.Checksums;

public class ChecksumTests
{
    /// <summary>RFC 1071 as it is written: word by word, carries added at the end.</summary>
    internal static ushort SlowSum(ReadOnlySpan<byte> octets, uint seed = 0)
    {
        ulong sum = seed;
        for (int i = 0; i < octets.Length; i += 2) sum += (uint)(octets[i] << 8 | (i + 1 < octets.Length ? octets[i + 1] : 0));
        while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
        return (ushort)sum;
    }

    [Fact]
    public void The_example_of_RFC_1071()
    {
        byte[] octets = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        Assert.Equal(0xddf2, Checksum.Sum(octets));
        Assert.Equal(0x220d, Checksum.Of(octets));
    }

    [Fact]
    public void Every_length_and_alignment_agrees_with_adding_word_by_word()
    {
        Random random = Dice.Roll();
        byte[] octets = random.Octets(600);
        for (int start = 0; start < 8; start++)
        {
            for (int length = 0; length <= 512; length++)
            {
                ReadOnlySpan<byte> part = octets.AsSpan(start, length);
                uint seed = (uint)random.Next();
                Assert.Equal(SlowSum(part, seed), Checksum.Sum(part, seed));
            }
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xff)]
    public void Carries_are_not_lost_in_the_largest_packets_and_beyond(byte value)
    {
        foreach (int length in (int[])[65535, 65536, 3_000_001])
        {
            byte[] octets = [.. Enumerable.Repeat(value, length)];
            Assert.Equal(SlowSum(octets), Checksum.Sum(octets));
            Assert.Equal(SlowSum(octets, uint.MaxValue), Checksum.Sum(octets, uint.MaxValue));
        }
    }

    [Fact]
    public void Parts_sum_to_the_whole()
    {
        Random random = Dice.Roll();
        for (int i = 0; i < 1000; i++)
        {
            byte[] octets = random.Octets(random.Next(2, 3000));
            int cut = random.Next(octets.Length / 2) * 2;
            Assert.Equal(Checksum.Sum(octets), Checksum.Sum(octets.AsSpan(cut), Checksum.Sum(octets.AsSpan(0, cut))));
        }
    }

    [Fact]
    public void The_pseudo_header_is_that_of_the_RFCs()
    {
        byte[] v4 =
        [
            0xc0, 0x00, 0x02, 0x01, // source address
            0xc6, 0x33, 0x64, 0x07, // destination address
            0x00, 0x06, 0x05, 0xdc, // zero; protocol; TCP length 1500
        ];
        Assert.Equal(SlowSum(v4), Checksum.Sum([], Checksum.PseudoHeader(Address.ReadV4(v4), Address.ReadV4(v4.AsSpan(4)), Protocol.Tcp, 1500)));

        Random random = Dice.Roll();
        byte[] v6 = [.. random.Octets(32), 0x00, 0x01, 0x11, 0x70, 0x00, 0x00, 0x00, 0x11]; // ...; length 70000; zero; next header
        Address source = Address.ReadV6(v6), destination = Address.ReadV6(v6.AsSpan(16));
        Assert.Equal(SlowSum(v6), Checksum.Sum([], Checksum.PseudoHeader(source, destination, Protocol.Udp, 70000)));
    }

    [Fact]
    public void Checksums_that_another_implementation_wrote_are_right()
    {
        byte[] tcp = Frames.Tcp4();
        Assert.Equal(0xffff, Checksum.Sum(tcp.AsSpan(0, 20)));
        uint pseudo = Checksum.PseudoHeader(Address.Parse("192.0.2.1"), Address.Parse("198.51.100.7"), Protocol.Tcp, 40);
        Assert.Equal(0xffff, Checksum.Sum(tcp.AsSpan(20), pseudo));
        byte[] udp = Frames.Udp6();
        pseudo = Checksum.PseudoHeader(Address.Parse("2001:db8::1"), Address.Parse("2001:db8::2"), Protocol.Udp, 11);
        Assert.Equal(0xffff, Checksum.Sum(udp.AsSpan(40), pseudo));
    }
}
