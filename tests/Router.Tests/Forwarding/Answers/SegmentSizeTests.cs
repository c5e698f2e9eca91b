using System.Buffers.Binary;
using Router.Forwarding.Answers;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Answers;

public class SegmentSizeTests
{
    private static readonly uint s_pseudo = Checksum.PseudoHeader(
        Address.Parse("192.0.2.1"), Address.Parse("198.51.100.7"), Protocol.Tcp, 40);

    [Fact]
    public void A_larger_size_is_lowered_and_the_checksum_follows()
    {
        byte[] segment = Frames.Tcp4()[20..];
        Assert.True(SegmentSize.Clamp(segment, 1360, unfinished: false));
        Assert.Equal(1360, BinaryPrimitives.ReadUInt16BigEndian(segment.AsSpan(22)));
        Assert.Equal(0xffff, Checksum.Sum(segment, s_pseudo));
        AssertOnlyChanged(segment, 16, 17, 22, 23);
    }

    [Fact]
    public void An_unfinished_checksum_stays_as_it_is()
    {
        byte[] segment = Frames.Tcp4()[20..];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), Checksum.Sum([], s_pseudo));
        byte[] before = [.. segment];
        Assert.True(SegmentSize.Clamp(segment, 1360, unfinished: true));
        Assert.Equal(before[16..18], segment[16..18]);
        Assert.True(Checksum.Finish(segment, 0, Tcp.ChecksumAt));
        Assert.Equal(0xffff, Checksum.Sum(segment, s_pseudo));
    }

    [Theory]
    [InlineData(1460)]
    [InlineData(9000)]
    public void A_smaller_or_equal_size_is_kept(ushort most) => AssertUntouched(Frames.Tcp4()[20..], most);

    [Fact]
    public void Other_segments_and_SYNs_without_the_option_are_left_alone()
    {
        byte[] segment = Frames.Tcp4()[20..];
        segment[13] = 0x10; // ACK
        AssertUntouched(segment, 500);
        segment = Frames.Tcp4()[20..];
        segment.AsSpan(20, 4).Fill(TcpOption.NoOperation);
        AssertUntouched(segment, 500);
        segment = Frames.Tcp4()[20..];
        segment[21] = 0; // an option of length 0
        AssertUntouched(segment, 500);
        AssertUntouched(Frames.Tcp4()[20..50], 500); // a header that is not all there
    }

    [Fact]
    public void A_SYN_ACK_is_clamped_too()
    {
        byte[] segment = Frames.Tcp4()[20..];
        Tcp.Over(segment).Flags = TcpFlags.Syn | TcpFlags.Ack;
        Assert.True(SegmentSize.Clamp(segment, 1360, unfinished: false));
    }

    [Fact]
    public void Any_place_number_and_size_of_the_option_leaves_the_sum_as_it_was()
    {
        Random random = Dice.Roll();
        int odd = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] segment = new byte[60 + random.Next(3)];
            Tcp tcp = Tcp.Over(segment);
            tcp.Begin(random.Word(), random.Word(), TcpFlags.Syn, 60);
            int at = 20;
            while (at < 50)
            {
                for (int padding = random.Next(4); padding > 0; padding--) segment[at++] = TcpOption.NoOperation;
                segment[at] = TcpOption.MaximumSegmentSize;
                segment[at + 1] = 4;
                BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(at + 2), random.Word());
                odd += at & 1;
                at += 4;
            }
            tcp.Checksum = Checksum.Of(segment, s_pseudo);
            ushort most = random.Word();
            SegmentSize.Clamp(segment, most, unfinished: false);
            Assert.Equal(0xffff, Checksum.Sum(segment, s_pseudo));
            foreach (TcpOption option in tcp.Options)
            {
                Assert.True(BinaryPrimitives.ReadUInt16BigEndian(segment.AsSpan(option.At + 2)) <= most);
            }
        }
        Assert.True(odd > 1000);
    }

    private static void AssertUntouched(byte[] segment, ushort most)
    {
        byte[] before = [.. segment];
        Assert.False(SegmentSize.Clamp(segment, most, unfinished: false));
        Assert.Equal(before, segment);
    }

    private static void AssertOnlyChanged(byte[] segment, params int[] octets)
    {
        byte[] original = Frames.Tcp4()[20..];
        foreach (int octet in Enumerable.Range(0, segment.Length).Except(octets)) Assert.Equal(original[octet], segment[octet]);
    }
}
