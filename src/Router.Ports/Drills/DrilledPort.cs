namespace Router.Ports;

/// <summary>
/// A link's port while a failure of the link is rehearsed: it stands in the place of the real one, loses and delays what goes in and
/// out, and otherwise is the real one. So the path knows nothing of drills, and pays nothing when there is none. Whoever put it there
/// calls <see cref="Send(long)"/> and <see cref="Receive"/> again when <see cref="NextDue"/> has come, as no descriptor tells of that.
///
/// It ends by itself: from the plan's end on it passes everything, even if it is never taken away. What waits then still comes in its
/// time. It owns the real port until <see cref="Release"/>. One thread, as any port; the counts may be read by others.
/// </summary>
public sealed class DrilledPort : Port
{
    /// <summary>Of each of the two ways: some 200 ms of 300 Mbit/s.</summary>
    private const int LineOctets = 8 << 20;

    private readonly DrillPlan _plan;
    private readonly DelayLine? _in, _out;
    private Batch? _ready;
    private readonly Random _random;
    private readonly int[] _slots;
    private readonly Func<long> _clock;
    private Port? _inner;
    private long _lost, _delayed, _overflowed;

    /// <param name="inner">The real one.</param>
    /// <param name="plan">What happens to packets.</param>
    /// <param name="most">Slots of the largest batch that it is given.</param>
    /// <param name="seed">The same seed and the same packets give the same losses.</param>
    /// <param name="clock">Monotonic microseconds, asked once for each call; null for the real one.</param>
    public DrilledPort(Port inner, DrillPlan plan, int most, int seed, Func<long>? clock = null) : base(inner.Name)
    {
        (_inner, _plan, _random, _slots, _clock) = (inner, plan, new Random(seed), new int[most], clock ?? Monotonic.Microseconds);
        if (plan.Delay == 0) return;
        (_in, _out, _ready) = (new DelayLine(LineOctets), new DelayLine(LineOctets), new Batch(16));
    }

    public override int Descriptor => _inner?.Descriptor ?? -1;

    public override long ReceiveMissed => _inner?.ReceiveMissed ?? 0;

    /// <summary>Packets lost by the plan, both ways.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Packets that were made to wait.</summary>
    public long Delayed => Volatile.Read(ref _delayed);

    /// <summary>Packets that were to wait and found no room, so that they were lost.</summary>
    public long Overflowed => Volatile.Read(ref _overflowed);

    /// <summary>When a packet that waits is due to go on, either way, monotonic microseconds; <see cref="long.MaxValue"/> if none waits.</summary>
    public long NextDue => Math.Min(_in?.Due ?? long.MaxValue, _out?.Due ?? long.MaxValue);

    public override int Receive(Batch batch)
    {
        long now = _clock();
        int count = _inner!.Receive(batch), kept = 0;
        IsGone = _inner.IsGone;
        for (int slot = 0; slot < count; slot++)
        {
            if (Keeps(now, batch, slot, _in)) Move(batch, slot, kept++);
        }
        batch.Fill(kept);
        _in?.Release(now, batch);
        return batch.Count;
    }

    public override int Send(Batch batch, ReadOnlySpan<int> slots)
    {
        long now = _clock();
        int kept = 0;
        foreach (int slot in slots)
        {
            if (Keeps(now, batch, slot, _out)) _slots[kept++] = slot;
        }
        // A lost packet has been sent, as on a wire.
        return slots.Length - kept + SendInner(batch, _slots.AsSpan(0, kept));
    }

    /// <summary>Sends what has waited long enough.</summary>
    public void Send(long now)
    {
        while (_out is { } line && line.Due <= now)
        {
            _ready!.Clear();
            line.Release(now, _ready);
            for (int slot = 0; slot < _ready.Count; slot++) _slots[slot] = slot;
            SendInner(_ready, _slots.AsSpan(0, _ready.Count));
        }
    }

    /// <summary>Gives the real port back. What still waits to be sent goes out at once; what waits to come in is lost.</summary>
    public Port Release()
    {
        Send(long.MaxValue - 1);
        Port inner = _inner!;
        _inner = null;
        return inner;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner?.Dispose();
            _ready?.Dispose();
            (_inner, _ready) = (null, null);
        }
        base.Dispose(disposing);
    }

    // Whether a packet goes on now; if not, it is lost, or waits in the line.
    private bool Keeps(long now, Batch batch, int slot, DelayLine? line)
    {
        // Who comes after the end must not overtake those who wait.
        bool isOver = now >= _plan.Ends;
        if (isOver && line is not { IsEmpty: false }) return true;
        if (!isOver && _plan.Loss > 0 && _random.NextDouble() < _plan.Loss)
        {
            Volatile.Write(ref _lost, _lost + 1);
            return false;
        }
        if (line is null) return true;
        if (line.TryAdd(isOver ? now : now + _plan.Delay, batch[slot], batch.Octets(slot))) Volatile.Write(ref _delayed, _delayed + 1);
        else Volatile.Write(ref _overflowed, _overflowed + 1);
        return false;
    }

    private int SendInner(Batch batch, ReadOnlySpan<int> slots)
    {
        int sent = slots.IsEmpty ? 0 : _inner!.Send(batch, slots);
        (IsGone, SendRefused, RefusedOctets) = (_inner!.IsGone, _inner.SendRefused, _inner.RefusedOctets);
        return sent;
    }

    private static void Move(Batch batch, int from, int to)
    {
        if (from == to) return;
        batch.Octets(from).CopyTo(batch.Space(to));
        batch[to] = batch[from];
    }
}
