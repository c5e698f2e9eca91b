using Router.Ports;
using Router.Tests.Tables;

namespace Router.Tests.Ports;

public class MemoryPortTests
{
    [Fact]
    public void PacketsCrossAPairInOrderWithTheirOffload()
    {
        (MemoryPort left, MemoryPort right) = MemoryPort.Pair("left", "right");
        using Batch batch = new(8, 2000);
        for (byte i = 0; i < 3; i++) left.Inbox.TryAdd(Packets.V4([i]), new PacketMeta { Offload = new Offload { SegmentSize = i } });
        Assert.Equal(3, left.Receive(batch));
        Assert.Equal(2, left.Send(batch, [2, 0]));
        Assert.Equal(2, right.Receive(batch));
        Assert.Equal(Packets.V4([2]), batch.Octets(0).ToArray());
        Assert.Equal(2, batch[0].Offload.SegmentSize);
        Assert.Equal(Packets.V4([0]), batch.Octets(1).ToArray());
        Assert.Equal(0, right.Receive(batch));
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public void AFullBoxRefusesAndCounts()
    {
        using MemoryPort port = new("memory", capacity: 2);
        using Batch batch = new(4, 100);
        port.Inbox.TryAdd([1]);
        port.Inbox.TryAdd([2]);
        Assert.False(port.Inbox.TryAdd([3]));
        port.Receive(batch);
        Assert.Equal(2, port.Send(batch, [0, 1, 0, 1]));
        Assert.Equal(2, port.SendRefused);
        Assert.Equal([1], port.Outbox.Take());
        Assert.Equal(1, port.Send(batch, [1]));
        Assert.Equal([[2], [2]], new[] { port.Outbox.Take(), port.Outbox.Take() });
    }

    [Fact]
    public void AnUnpluggedPortAnswersNothing()
    {
        using MemoryPort port = new("memory");
        using Batch batch = new(4, 100);
        port.Inbox.TryAdd([1]);
        port.Receive(batch);
        port.Inbox.TryAdd([1]);
        port.Unplug();
        Assert.True(port.IsGone);
        Assert.Equal(0, port.Send(batch, [0]));
        Assert.Equal(0, port.Receive(batch));
    }

    [Fact]
    public void AWarmPairAllocatesNothing()
    {
        (MemoryPort left, MemoryPort right) = MemoryPort.Pair("left", "right", 4);
        using Batch batch = new(4);
        int[] slots = [0];
        left.Inbox.TryAdd(new byte[60000]);
        left.Receive(batch);
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int i = 0; i < 100; i++) Cross();
        }));

        void Cross()
        {
            left.Send(batch, slots);
            right.Receive(batch);
        }
    }
}
