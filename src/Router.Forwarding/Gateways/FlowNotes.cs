using Router.Forwarding.Flows;
using Router.Tables;

namespace Router.Forwarding.Gateways;

/// <summary>An entry that says more of a flow, for the few flows of which there is more to say.</summary>
internal interface IFlowNote
{
    /// <summary>The flow's place in its table.</summary>
    int Flow { get; }

    /// <summary><see cref="Flows.Flow.Created"/> of that flow, so that a note is never taken for one of a later flow in the same place.</summary>
    long Created { get; }
}

/// <summary>
/// Notes to flows: a bounded table in mapped memory beside that of the flows, which would grow by a cache line for everybody if they
/// stood there. Found by the flow's place. Like flows they outlive the process. A note ends with its flow; one whose flow is
/// gone after a crash is given up at start. Full is an answer. Owned by the forwarding thread.
/// </summary>
internal sealed class FlowNotes<T> : IDisposable where T : unmanaged, ITableEntry, IFlowNote
{
    private readonly MappedTable<T> _table;
    private readonly HashIndex _byFlow;
    private readonly HashKey _secret = HashKey.Create();

    public FlowNotes(MappedTable<T> table, FlowTable flows)
    {
        _table = table;
        _byFlow = new HashIndex(table.Capacity);
        for (int id = table.NextLive(-1); id >= 0; id = table.NextLive(id))
        {
            var flow = new FlowId(table[id].Flow);
            bool isTrue = (uint)flow.Value < (uint)flows.Capacity && flows.IsLive(flow) && flows[flow].Created == table[id].Created;
            if (isTrue && Find(flow, table[id].Created) < 0) _byFlow.Add(Hash(flow), id);
            else table.Free(id);
        }
    }

    public int Count => _table.Count;

    public ref T this[int id] => ref _table[id];

    /// <summary>The note to a flow, or -1.</summary>
    public int Find(FlowId flow, long created)
    {
        for (int id = _byFlow.First(Hash(flow), out Cursor cursor); id >= 0; id = _byFlow.Next(ref cursor))
        {
            if (_table[id].Flow == flow.Value && _table[id].Created == created) return id;
        }
        return -1;
    }

    /// <summary>Enters a note. False when the table is full.</summary>
    public bool TryAdd(in T note)
    {
        if (!_table.TryTake(out int id)) return false;
        _table[id] = note;
        _table.Commit(id);
        _byFlow.Add(Hash(new FlowId(note.Flow)), id);
        return true;
    }

    /// <summary>The next live note behind <paramref name="after"/>, or -1.</summary>
    public int NextLive(int after) => _table.NextLive(after);

    public void Remove(int id)
    {
        _byFlow.Remove(Hash(new FlowId(_table[id].Flow)), id);
        _table.Free(id);
    }

    public void Dispose()
    {
        _byFlow.Dispose();
        _table.Dispose();
    }

    private ulong Hash(FlowId flow) => SipHash.Hash(_secret, (ulong)flow.Value, 0);
}
