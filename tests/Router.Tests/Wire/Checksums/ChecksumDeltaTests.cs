using System.Buffers.Binary;
using Router.Wire;

namespace Router.Tests.Wire.Checksums;

/// <summary>
/// The slow twin is a segment whose checksum is computed anew after each change. Words are drawn so that the two zeros of ones'
/// complement are frequent, and half of the segments are adjusted until their sum is one of the edges.
/// </summary>
public class ChecksumDeltaTests
{
    private const int Rounds = 20_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_complete_checksum_comes_out_as_if_computed_anew(bool v4)
    {
        Random random = Dice.Roll();
        for (int round = 0; round < Rounds; round++)
        {
            Address source = random.Address(v4), destination = random.Address(v4);
            byte[] segment = Segment(random, source, destination);
            ushort before = Complete(segment, source, destination);

            Change(random, segment, ref source, ref destination, out ChecksumDelta addresses, out ChecksumDelta words);

            Assert.Equal(Complete(segment, source, destination), (addresses + words).ApplyToComplete(before));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_partial_checksum_finishes_as_if_computed_anew(bool v4)
    {
        Random random = Dice.Roll();
        for (int round = 0; round < Rounds; round++)
        {
            Address source = random.Address(v4), destination = random.Address(v4);
            byte[] segment = Segment(random, source, destination);
            ushort partial = Checksum.Sum([], Checksum.PseudoHeader(source, destination, Protocol.Tcp, segment.Length));

            Change(random, segment, ref source, ref destination, out ChecksumDelta addresses, out _);
            partial = addresses.ApplyToPartial(partial);

            // What the kernel or the card does with it: the field holds the partial sum while everything is added up.
            BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(Tcp.ChecksumAt), partial);
            ushort finished = Checksum.Of(segment);
            Assert.Equal(Complete(segment, source, destination), finished);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void X7_a_wrong_checksum_is_never_healed(bool v4)
    {
        Random random = Dice.Roll();
        for (int round = 0; round < Rounds; round++)
        {
            Address source = random.Address(v4), destination = random.Address(v4);
            byte[] segment = Segment(random, source, destination);
            ushort right = Complete(segment, source, destination);
            ushort wrong = random.Word();
            if (wrong % 0xffff == right % 0xffff) continue;

            Change(random, segment, ref source, ref destination, out ChecksumDelta addresses, out ChecksumDelta words);

            ushort after = (addresses + words).ApplyToComplete(wrong);
            Assert.NotEqual(Complete(segment, source, destination) % 0xffff, after % 0xffff);
        }
    }

    [Fact]
    public void X7_UDP_without_a_checksum_stays_without_and_no_other_becomes_0()
    {
        Random random = Dice.Roll();
        var source = Address.Parse("192.0.2.1");
        int edges = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Address other = random.Address(true);
            ChecksumDelta delta = default(ChecksumDelta).Replace(source, other).Replace(random.Word(), random.Word());
            Assert.Equal(0, delta.ApplyToUdp(0));
            ushort checksum = (ushort)(random.Next(2) == 0 ? 1 + random.Next(0xffff) : delta.Value == 0 ? 0xffff : delta.Value);
            ushort updated = delta.ApplyToUdp(checksum);
            if (updated == 0xffff) edges++;
            Assert.NotEqual(0, updated);
            Assert.Equal(delta.ApplyToComplete(checksum) % 0xffff, updated % 0xffff);
        }
        Assert.True(edges > 100, "the edge was hardly met");
    }

    [Fact]
    public void No_change_changes_nothing()
    {
        for (int checksum = 0; checksum <= 0xffff; checksum++)
        {
            Assert.Equal(checksum, default(ChecksumDelta).ApplyToComplete((ushort)checksum));
            Assert.Equal(checksum, default(ChecksumDelta).ApplyToPartial((ushort)checksum));
            Assert.Equal(checksum, default(ChecksumDelta).ApplyToUdp((ushort)checksum));
        }
    }

    [Fact]
    public void The_example_of_RFC_1624()
    {
        // 4 Examples: HC = 0xDD2F, m = 0x5555, m' = 0x3285; equation 2 would give 0xFFFF, equation 3 gives 0x0000.
        Assert.Equal(0x0000, default(ChecksumDelta).Replace((ushort)0x5555, (ushort)0x3285).ApplyToComplete(0xdd2f));
    }

    [Fact]
    public void A_stored_delta_is_the_same_delta()
    {
        ChecksumDelta delta = default(ChecksumDelta).Replace(0xc0000201u, 0x0a000001u).Replace((ushort)80, (ushort)8080);
        Assert.Equal(delta, new ChecksumDelta(delta.Value));
        ChecksumDelta back = default(ChecksumDelta).Replace(0x0a000001u, 0xc0000201u).Replace((ushort)8080, (ushort)80);
        Assert.Equal(0x1234, (delta + back).ApplyToComplete(0x1234));
        Assert.Equal(delta + back, delta.Add(back));
    }

    /// <summary>A segment of random words, in half of the cases with a window that brings the whole sum to an edge.</summary>
    private static byte[] Segment(Random random, Address source, Address destination)
    {
        byte[] segment = new byte[random.Next(10, 40) * 2 + random.Next(2)];
        for (int i = 0; i + 1 < segment.Length; i += 2) BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(i), random.Word());
        if (random.Next(2) == 0) return segment;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 0);
        ushort wanted = (ushort)random.Next(0, 3);
        ushort sum = (ushort)~Complete(segment, source, destination);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), (ushort)((wanted + 0xffff - sum) % 0xffff));
        return segment;
    }

    private static ushort Complete(byte[] segment, Address source, Address destination)
    {
        Span<byte> copy = segment.ToArray();
        copy[Tcp.ChecksumAt] = copy[Tcp.ChecksumAt + 1] = 0;
        return (ushort)~ChecksumTests.SlowSum(copy, Checksum.PseudoHeader(source, destination, Protocol.Tcp, copy.Length));
    }

    /// <summary>New addresses, ports (as words) and acknowledgment (as a double word), as translation would write them.</summary>
    private static void Change(
        Random random, byte[] segment, ref Address source, ref Address destination, out ChecksumDelta addresses, out ChecksumDelta words)
    {
        Address newSource = random.Address(source.IsV4), newDestination = random.Next(2) == 0 ? destination : random.Address(source.IsV4);
        addresses = default(ChecksumDelta).Replace(source, newSource).Replace(destination, newDestination);
        (source, destination) = (newSource, newDestination);

        Tcp tcp = Tcp.Over(segment);
        (ushort port, uint acknowledgment) = (random.Word(), (uint)random.Word() << 16 | random.Word());
        words = default(ChecksumDelta).Replace(tcp.SourcePort, port).Replace(tcp.Acknowledgment, acknowledgment);
        tcp.SourcePort = port;
        tcp.Acknowledgment = acknowledgment;
    }
}
