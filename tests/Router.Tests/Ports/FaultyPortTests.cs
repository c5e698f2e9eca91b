using Router.Ports;

namespace Router.Tests.Ports;

public class FaultyPortTests
{
    private const int Packets = 4000;

    [Fact]
    public void APerfectPlanChangesNothing()
    {
        List<byte[]> got = Pass(default, default, seed: 1, out _);
        Assert.Equal(Numbers(0, Packets), got.Select(Number));
    }

    [Fact]
    public void LossIsAboutAsOftenAsPlannedAndCounted()
    {
        List<byte[]> got = Pass(new FaultPlan { Drop = 0.25 }, default, seed: 2, out FaultyPort port);
        Assert.InRange(port.Dropped, Packets * 0.22, Packets * 0.28);
        Assert.Equal(Packets - port.Dropped, got.Count);
        Assert.Equal(got.Select(Number).Order(), got.Select(Number));
        got = Pass(default, new FaultPlan { Drop = 0.25 }, seed: 2, out port);
        Assert.InRange(port.Dropped, Packets * 0.22, Packets * 0.28);
        Assert.Equal(Packets - port.Dropped, got.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DoublesAndShufflesKeepEveryPacket(bool incoming)
    {
        FaultPlan plan = new() { Duplicate = 0.1, Reorder = 0.3 };
        List<byte[]> got = incoming ? Pass(plan, default, 3, out FaultyPort port) : Pass(default, plan, 3, out port);
        Assert.InRange(port.Duplicated, Packets * 0.05, Packets * 0.13);
        Assert.InRange(port.Reordered, Packets * 0.2, Packets * 0.4);
        Assert.Equal(Packets + port.Duplicated, got.Count);
        Assert.Equal(Numbers(0, Packets), got.Select(Number).Distinct().Order());
        Assert.NotEqual(got.Select(Number).Order(), got.Select(Number));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CutsAndFlipsHitWhatTheyCount(bool incoming)
    {
        FaultPlan plan = new() { Truncate = 0.1, Corrupt = 0.1 };
        List<byte[]> got = incoming ? Pass(plan, default, 4, out FaultyPort port) : Pass(default, plan, 4, out port);
        Assert.Equal(Packets, got.Count);
        Assert.Equal(port.Truncated, got.Count(p => p.Length < 20));
        int bent = got.Where((p, i) => Number([.. p, .. Packet(i)[p.Length..]]) != i || !p.AsSpan().SequenceEqual(Packet(i).AsSpan(0, p.Length))).Count();
        Assert.Equal(port.Corrupted, bent);
        Assert.InRange(port.Corrupted, Packets * 0.07, Packets * 0.13);
    }

    [Fact]
    public void TheSameSeedMakesTheSameFaults()
    {
        FaultPlan plan = new() { Drop = 0.1, Duplicate = 0.1, Reorder = 0.1, Truncate = 0.1, Corrupt = 0.1 };
        List<byte[]> one = Pass(plan, plan, 5, out _);
        Assert.Equal(one, Pass(plan, plan, 5, out _));
        Assert.NotEqual(one, Pass(plan, plan, 6, out _));
    }

    /// <summary>Packets 0 to n received through a faulty port and sent out through it again.</summary>
    private static List<byte[]> Pass(FaultPlan incoming, FaultPlan outgoing, int seed, out FaultyPort port)
    {
        MemoryPort wire = new("wire", 4 * Packets);
        port = new FaultyPort(wire, incoming, outgoing, seed);
        using Batch batch = new(64, 100);
        for (int i = 0; i < Packets; i++)
        {
            wire.Inbox.TryAdd(Packet(i));
            // The batch half full at the most, so that there is room for doubles.
            if (i % 32 != 31) continue;
            int count = port.Receive(batch);
            port.Send(batch, [.. Enumerable.Range(0, count)]);
        }
        List<byte[]> got = [];
        while (wire.Outbox.Count > 0) got.Add(wire.Outbox.Take());
        return got;
    }

    private static byte[] Packet(int number)
    {
        byte[] packet = new byte[20];
        BitConverter.TryWriteBytes(packet, number);
        return packet;
    }

    private static int Number(byte[] packet) => BitConverter.ToInt32(packet);

    private static IEnumerable<int> Numbers(int from, int count) => Enumerable.Range(from, count);
}
