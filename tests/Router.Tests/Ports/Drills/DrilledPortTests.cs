using System.Buffers.Binary;
using Router.Ports;

namespace Router.Tests.Ports.Drills;

public sealed class DrilledPortTests : IDisposable
{
    private const int Batch = 64;

    private readonly MemoryPort _wire = new("wan0", capacity: 100_000);
    private readonly Batch _batch = new(Batch);
    private readonly int[] _slots = new int[Batch];
    private DrilledPort? _port;
    private long _now = 1_000_000;

    public void Dispose()
    {
        _port?.Dispose();
        _wire.Dispose();
        _batch.Dispose();
    }

    private DrilledPort Drill(double loss, long delay, long length = 60_000_000) =>
        _port = new DrilledPort(_wire, DrillPlan.OfRoundTrips(loss, delay, _now + length), Batch, seed: 7, () => _now);

    private void Send(DrilledPort port, int first, int count, int length = 40)
    {
        _batch.Clear();
        for (int i = 0; i < count; i++)
        {
            int slot = _batch.Add();
            _batch[slot].Length = length;
            _batch[slot].NextHop = 0x020000000001;
            BinaryPrimitives.WriteInt32BigEndian(_batch.Octets(slot), first + i);
            _slots[i] = slot;
        }
        Assert.Equal(count, port.Send(_batch, _slots.AsSpan(0, count)));
    }

    private List<int> Left()
    {
        var numbers = new List<int>();
        for (; _wire.Outbox.Count > 0; _wire.Outbox.Drop()) numbers.Add(BinaryPrimitives.ReadInt32BigEndian(_wire.Outbox.Peek(out _)));
        return numbers;
    }

    private void Arrive(int first, int count)
    {
        byte[] octets = new byte[40];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(octets, first + i);
            Assert.True(_wire.Inbox.TryAdd(octets));
        }
    }

    private List<int> Receive(DrilledPort port)
    {
        var numbers = new List<int>();
        while (port.Receive(_batch) > 0)
        {
            for (int slot = 0; slot < _batch.Count; slot++) numbers.Add(BinaryPrimitives.ReadInt32BigEndian(_batch.Octets(slot)));
        }
        return numbers;
    }

    // The two ways together lose what was asked for, whatever one of them does.
    [Fact]
    public void A_question_and_its_answer_are_lost_as_often_as_was_said()
    {
        const int Questions = 20_000;
        DrilledPort port = Drill(0.4, 0);
        for (int i = 0; i < Questions; i += 50) Send(port, i, 50);
        List<int> asked = Left();
        var answers = new List<int>();
        foreach (int question in asked)
        {
            Arrive(question, 1);
            answers.AddRange(Receive(port));
        }
        Assert.InRange(1 - answers.Count / (double)Questions, 0.38, 0.42);
        Assert.Equal(Questions - answers.Count, port.Lost);
        Assert.Equal(answers.Order(), answers);
    }

    [Fact]
    public void Down_lets_nothing_pass_either_way()
    {
        DrilledPort port = Drill(1, 0);
        Send(port, 0, 50);
        Arrive(0, 50);
        Assert.Empty(Left());
        Assert.Empty(Receive(port));
        Assert.Equal(100, port.Lost);
    }

    [Fact]
    public void A_delay_is_half_on_each_way_and_keeps_the_order()
    {
        DrilledPort port = Drill(0, 200_000);
        Send(port, 0, 3);
        _now += 50_000;
        Send(port, 3, 2);
        Arrive(10, 2);
        Assert.Empty(Receive(port));
        Assert.Equal(1_100_000, port.NextDue);
        _now = 1_099_999;
        port.Send(_now);
        Assert.Empty(Left());
        _now = 1_100_000;
        port.Send(_now);
        Assert.Equal([0, 1, 2], Left());
        Assert.Empty(Receive(port));
        _now = 1_150_000;
        port.Send(_now);
        Assert.Equal([3, 4], Left());
        Assert.Equal([10, 11], Receive(port));
        Assert.Equal((7, 0, 0), (port.Delayed, port.Lost, port.Overflowed));
        Assert.Equal(long.MaxValue, port.NextDue);
    }

    [Fact]
    public void What_is_to_wait_and_finds_no_room_is_lost_and_counted()
    {
        DrilledPort port = Drill(0, 2_000_000);
        for (int i = 0; i < 1000; i += 10) Send(port, i, 10, length: 60_000);
        Assert.InRange(port.Delayed, 130, 140); // of 8 MiB
        Assert.Equal(1000, port.Delayed + port.Overflowed);
        _now += 1_000_000;
        port.Send(_now);
        Assert.Equal(Enumerable.Range(0, (int)port.Delayed), Left());
    }

    [Fact]
    public void Its_end_comes_by_the_clock_and_nobody_overtakes_those_who_wait()
    {
        DrilledPort port = Drill(0.5, 200_000, length: 1_000_000);
        _now += 999_999;
        Send(port, 0, 40);
        int waiting = (int)port.Delayed;
        Assert.InRange(waiting, 15, 39);
        _now += 1;
        Send(port, 100, 3);
        Assert.Empty(Left());
        _now += 100_000;
        port.Send(_now);
        List<int> left = Left();
        Assert.Equal([100, 101, 102], left[waiting..]);
        Send(port, 200, 40);
        Arrive(300, 40);
        Assert.Equal(Enumerable.Range(200, 40), Left());
        Assert.Equal(Enumerable.Range(300, 40), Receive(port));
    }

    [Fact]
    public void Given_back_the_real_port_is_whole_and_what_waited_has_left()
    {
        DrilledPort port = Drill(0, 200_000);
        Send(port, 0, 30);
        Assert.Same(_wire, port.Release());
        port.Dispose();
        Assert.Equal(Enumerable.Range(0, 30), Left());
        Arrive(1, 1);
        Assert.Equal(1, _wire.Receive(_batch));
    }

    [Fact]
    public void It_says_so_when_the_interface_is_gone()
    {
        DrilledPort port = Drill(0.1, 0);
        _wire.Unplug();
        Assert.Empty(Receive(port));
        Assert.True(port.IsGone);
    }

    [Fact]
    public void Nothing_is_allocated_on_the_way()
    {
        // A small box has grown to its size when it is warm.
        using var wire = new MemoryPort("wan0", capacity: 32);
        DrilledPort port = _port = new DrilledPort(wire, DrillPlan.OfRoundTrips(0.2, 20_000, long.MaxValue), Batch, seed: 7, () => _now);
        using Batch received = new(Batch);
        Send(port, 0, 8);
        byte[] octets = new byte[1500];
        for (int warm = 0; warm < 500; warm++) Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++) Round();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Round()
        {
            port.Send(_batch, _slots.AsSpan(0, 8));
            wire.Inbox.TryAdd(octets);
            port.Receive(received);
            port.Send(_now += 1000);
            while (wire.Outbox.Count > 0) wire.Outbox.Drop();
        }
    }
}
