using Router.Tables;

namespace Router.Forwarding.Flows;

/// <summary>A live flow, by its place in the table.</summary>
internal readonly record struct FlowId(int Value)
{
    public static readonly FlowId None = new(-1);

    public bool Exists => Value >= 0;
}

/// <summary>
/// All live flows: entries in mapped memory, an index over both keys of each, and the deadlines of the scan. Only the entries
/// outlive the process; index and deadlines are rebuilt from them at start. Owned by the forwarding thread; readers elsewhere map
/// the same file and copy single entries (<see cref="MappedTable{T}.TryRead"/>).
///
/// Expiry is lazy: a packet only writes the time into the flow that it touches anyway. The scan looks at a flow when its old
/// deadline has come, and then either ends it or gives it the deadline that follows from its last use. When the table is full a
/// new flow is refused; no live flow is pushed out.
///
/// A flow that is being drained has the end of that in a scan of its own. A restart forgets it, and the review that follows gives the
/// flow its time anew.
/// </summary>
internal sealed class FlowTable : IDisposable
{
    private const long Second = 1_000_000;

    private readonly MappedTable<Flow> _table;
    private readonly HashIndex _index;
    private readonly DeadlineScan _deadlines;
    private readonly DeadlineScan _drains;
    private readonly HashKey _secret = HashKey.Create();

    /// <param name="table">May hold flows of an earlier process.</param>
    public FlowTable(MappedTable<Flow> table)
    {
        _table = table;
        _index = new HashIndex(table.Capacity * 2);
        _deadlines = new DeadlineScan(table.Capacity);
        _drains = new DeadlineScan(table.Capacity);
        for (int id = table.NextLive(-1); id >= 0; id = table.NextLive(id)) Resume(new FlowId(id));
    }

    public int Count => _table.Count;

    public int Capacity => _table.Capacity;

    /// <summary>Octets of all that a flow needs, index and deadlines included.</summary>
    public long Octets => _table.FileOctets + _index.Octets + (_deadlines.Capacity + _drains.Capacity) * sizeof(uint);

    public ref Flow this[FlowId id] => ref _table[id.Value];

    public bool IsLive(FlowId id) => _table.IsLive(id.Value);

    /// <summary>Changes with each life of a slot, so that whoever keeps a <see cref="FlowId"/> can tell that it is still the same.</summary>
    public uint Serial(FlowId id) => _table.Serial(id.Value);

    /// <summary>The flow that a packet belongs to; <paramref name="outward"/> tells whether the packet goes Inside to Outside.</summary>
    public FlowId Find(in FlowKey key, out bool outward)
    {
        for (int entry = _index.First(key.Hash(_secret), out Cursor cursor); entry >= 0; entry = _index.Next(ref cursor))
        {
            ref Flow flow = ref _table[entry >> 1];
            outward = (entry & 1) == 0;
            if (outward ? IsForward(flow, key) : IsReverse(flow, key)) return new FlowId(entry >> 1);
        }
        outward = false;
        return FlowId.None;
    }

    /// <summary>Admits a flow. Answers <see cref="DropReason.None"/>, or why not: a full table, or a key that another flow has.</summary>
    public DropReason Add(in Flow flow, long timeout, out FlowId id)
    {
        id = FlowId.None;
        if (Find(flow.ReverseKey, out _).Exists || Find(flow.ForwardKey, out _).Exists) return DropReason.MappingCollision;
        if (!_table.TryTake(out int slot)) return DropReason.FlowsFull;
        _table[slot] = flow;
        _table.Commit(slot);
        id = new FlowId(slot);
        Enter(id, flow.LastUse + timeout);
        return DropReason.None;
    }

    public void Remove(FlowId id)
    {
        ref Flow flow = ref _table[id.Value];
        _index.Remove(flow.ForwardKey.Hash(_secret), id.Value << 1);
        _index.Remove(flow.ReverseKey.Hash(_secret), id.Value << 1 | 1);
        _deadlines.Clear(id.Value);
        _drains.Clear(id.Value);
        _table.Free(id.Value);
    }

    /// <summary>Looks at the next <paramref name="slice"/> slots for flows whose deadline has come.</summary>
    public int Due(long now, int slice, Span<int> due) => _deadlines.Due(Coarse(now), slice, due);

    /// <summary>Sets when the scan looks at the flow again.</summary>
    public void SetDeadline(FlowId id, long when) => _deadlines.Set(id.Value, Coarse(when) + 1);

    /// <summary>Gives a flow until then to come to its end; false if it had been given a time before, which stands.</summary>
    public bool Drain(FlowId id, long until)
    {
        if (_drains.IsSet(id.Value)) return false;
        _drains.Set(id.Value, Coarse(until) + 1);
        return true;
    }

    /// <summary>The flow may go on after all.</summary>
    public void EndDrain(FlowId id) => _drains.Clear(id.Value);

    /// <summary>Whether it was given a time to come to its end, and that is over.</summary>
    public bool IsDrained(FlowId id, long now) => _drains.IsDue(id.Value, Coarse(now));

    /// <summary>Looks at the next <paramref name="slice"/> slots for flows that are drained.</summary>
    public int Drained(long now, int slice, Span<int> due) => _drains.Due(Coarse(now), slice, due);

    /// <summary>The next live flow behind <paramref name="after"/>, or none.</summary>
    public FlowId NextLive(FlowId after) => new(_table.NextLive(after.Value));

    public void Dispose()
    {
        _index.Dispose();
        _table.Dispose();
    }

    // After a crash in the middle of a move both the old and the new flow may be there; the first of a pair stays.
    private void Resume(FlowId id)
    {
        ref Flow flow = ref _table[id.Value];
        if (Find(flow.ReverseKey, out _).Exists || Find(flow.ForwardKey, out _).Exists) _table.Free(id.Value);
        else Enter(id, flow.LastUse);
    }

    private void Enter(FlowId id, long deadline)
    {
        ref Flow flow = ref _table[id.Value];
        _index.Add(flow.ForwardKey.Hash(_secret), id.Value << 1);
        _index.Add(flow.ReverseKey.Hash(_secret), id.Value << 1 | 1);
        SetDeadline(id, deadline);
    }

    private static uint Coarse(long time) => (uint)(time / Second);

    private static bool IsForward(in Flow flow, in FlowKey key) =>
        flow.InsideSourcePort == key.SourcePort && flow.InsideDestinationPort == key.DestinationPort
        && flow.InsideSource == key.Source && flow.InsideDestination == key.Destination
        && flow.Protocol == key.Protocol && flow.Ingress == key.Ingress;

    private static bool IsReverse(in Flow flow, in FlowKey key) =>
        flow.OutsideDestinationPort == key.SourcePort && flow.OutsideSourcePort == key.DestinationPort
        && flow.OutsideDestination == key.Source && flow.OutsideSource == key.Destination
        && flow.Protocol == key.Protocol && flow.Egress == key.Ingress;
}
