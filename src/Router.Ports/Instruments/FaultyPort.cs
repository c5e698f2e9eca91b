namespace Router.Ports;

/// <summary>
/// A bad wire in front of any port: packets are lost, doubled, shuffled, cut and bent, by plan and by seed, so that a run that
/// failed can be run again. Received packets are changed in the batch; packets to send are changed in their slots, which the
/// batch's owner has done with. It knows no time: delay needs a wire of its own. Whatever is left undone in a packet's Offload
/// stays with it, also where the packet was cut to less: contradictions are what this port is for.
/// </summary>
public sealed class FaultyPort : Port
{
    private readonly Port _inner;
    private readonly FaultPlan _incoming;
    private readonly FaultPlan _outgoing;
    private readonly Random _random;
    private readonly byte[] _aside = new byte[Batch.MaxPacket];
    private int[] _slots = new int[64];

    /// <param name="inner">The port behind; disposed with this one.</param>
    /// <param name="incoming">What happens to received packets.</param>
    /// <param name="outgoing">What happens to sent ones.</param>
    /// <param name="seed">The same seed and the same packets give the same faults.</param>
    public FaultyPort(Port inner, FaultPlan incoming, FaultPlan outgoing, int seed) : base(inner.Name)
    {
        _inner = inner;
        _incoming = incoming;
        _outgoing = outgoing;
        _random = new Random(seed);
    }

    public override int Descriptor => _inner.Descriptor;

    public override long ReceiveMissed => _inner.ReceiveMissed;

    /// <summary>Packets lost so far, in both directions; the others count alike.</summary>
    public long Dropped { get; private set; }

    public long Duplicated { get; private set; }

    public long Reordered { get; private set; }

    public long Truncated { get; private set; }

    public long Corrupted { get; private set; }

    public override int Receive(Batch batch)
    {
        int count = _inner.Receive(batch);
        IsGone = _inner.IsGone;
        int kept = 0;
        for (int slot = 0; slot < count; slot++)
        {
            if (Happens(_incoming.Drop)) Dropped++;
            else Copy(batch, slot, kept++);
        }
        int doubles = kept;
        for (int slot = 0; slot < kept; slot++)
        {
            if (doubles < batch.Capacity && Happens(_incoming.Duplicate)) Copy(batch, slot, doubles++);
        }
        Duplicated += doubles - kept;
        for (int slot = 0; slot < doubles; slot++)
        {
            Damage(batch, slot, _incoming);
            if (slot > 0 && Happens(_incoming.Reorder)) Swap(batch, slot - 1, slot);
        }
        batch.Fill(doubles);
        return doubles;
    }

    public override int Send(Batch batch, ReadOnlySpan<int> slots)
    {
        if (_slots.Length < 2 * slots.Length) _slots = new int[2 * slots.Length];
        int count = 0;
        foreach (int slot in slots)
        {
            if (Happens(_outgoing.Drop))
            {
                Dropped++;
                continue;
            }
            Damage(batch, slot, _outgoing);
            _slots[count++] = slot;
            if (count > 1 && Happens(_outgoing.Reorder)) Exchange(count - 2, count - 1);
            if (!Happens(_outgoing.Duplicate)) continue;
            _slots[count++] = slot;
            Duplicated++;
        }
        int refused = count - _inner.Send(batch, _slots.AsSpan(0, count));
        (IsGone, SendRefused, RefusedOctets) = (_inner.IsGone, _inner.SendRefused, _inner.RefusedOctets);
        return Math.Max(0, slots.Length - refused);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    private bool Happens(double probability) => probability > 0 && _random.NextDouble() < probability;

    private void Damage(Batch batch, int slot, in FaultPlan plan)
    {
        ref PacketMeta meta = ref batch[slot];
        if (meta.Length > 0 && Happens(plan.Truncate))
        {
            meta.Length = _random.Next(meta.Length);
            Truncated++;
        }
        if (meta.Length == 0 || !Happens(plan.Corrupt)) return;
        batch.Octets(slot)[_random.Next(meta.Length)] ^= (byte)(1 << _random.Next(8));
        Corrupted++;
    }

    private static void Copy(Batch batch, int from, int to)
    {
        if (from == to) return;
        batch.Octets(from).CopyTo(batch.Space(to));
        batch[to] = batch[from];
    }

    private void Swap(Batch batch, int one, int other)
    {
        PacketMeta meta = batch[one];
        Span<byte> aside = _aside.AsSpan(0, meta.Length);
        batch.Octets(one).CopyTo(aside);
        Copy(batch, other, one);
        aside.CopyTo(batch.Space(other));
        batch[other] = meta;
        Reordered++;
    }

    private void Exchange(int one, int other)
    {
        (_slots[one], _slots[other]) = (_slots[other], _slots[one]);
        Reordered++;
    }
}
