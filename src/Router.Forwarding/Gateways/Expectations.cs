using Router.Forwarding.Flows;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Gateways;

/// <summary>A flow that one side of a control flow has announced and that the other is about to begin.</summary>
internal struct Expectation
{
    /// <summary>What its first packet will look like where it comes in; the source port may be any.</summary>
    public Address Source, Destination;
    public ushort DestinationPort;
    public byte Protocol;
    public PortId Ingress;

    /// <summary>Who announced it, by the address and port of his own, and where he is.</summary>
    public Address Target;
    public ushort TargetPort;
    public PortId Egress;
    public Gateway Gateway;

    /// <summary>The call that it is a half of, or 0 (<see cref="Pptp.Calls"/>).</summary>
    public int Call;

    /// <summary>How he knows the other side.</summary>
    public Address SourceShown;

    /// <summary>The mapping from destination to target, held meanwhile; -1 where there is none.</summary>
    public int Mapping;

    /// <summary>The control flow, and its first packet.</summary>
    public FlowId ParentFlow;
    public FlowKey Parent;

    /// <summary>Monotonic microseconds; 0 in a free place.</summary>
    public long Deadline;
}

/// <summary>
/// All expectations: 1,024 of them, preallocated, found by what the expected packet looks like. Each is for one flow and ends with
/// it, with its control flow, or with its time. One host may have a quarter of them. They are not kept over a restart:
/// whoever announced something in that very second announces it again. Owned by the forwarding thread.
/// </summary>
internal sealed class Expectations : IDisposable
{
    public const int Most = 1024;

    /// <summary>For one announcing host.</summary>
    public const int MostOfOne = Most / 4;

    private const int SweptAtOnce = 16;

    private readonly Expectation[] _entries = new Expectation[Most];
    private readonly HashIndex _index = new(Most);
    private readonly HashKey _secret = HashKey.Create();
    private int _sweep;

    public int Count { get; private set; }

    /// <summary>Announcements without room.</summary>
    public long Refused { get; private set; }

    public ref readonly Expectation this[int id] => ref _entries[id];

    /// <summary>Enters one. False without room, in the table or for this host.</summary>
    public bool TryAdd(in Expectation expectation)
    {
        int free = -1, ofOne = 0;
        for (int id = 0; id < Most; id++)
        {
            if (_entries[id].Deadline == 0) free = id;
            else if (_entries[id].Target == expectation.Target) ofOne++;
        }
        if (free < 0 || ofOne >= MostOfOne)
        {
            Refused++;
            return false;
        }
        _entries[free] = expectation;
        _index.Add(Hash(Key(expectation)), free);
        Count++;
        return true;
    }

    /// <summary>The expectation that a first packet meets, or -1.</summary>
    public int Find(in FlowKey key, long now)
    {
        if (Count == 0) return -1;
        FlowKey wanted = key with { SourcePort = 0 };
        for (int id = _index.First(Hash(wanted), out Cursor cursor); id >= 0; id = _index.Next(ref cursor))
        {
            if (Key(_entries[id]) == wanted && _entries[id].Deadline > now) return id;
        }
        return -1;
    }

    /// <summary>The next one behind <paramref name="after"/> that a control flow announced, or -1.</summary>
    public int NextOf(FlowId parent, int after)
    {
        if (Count == 0) return -1;
        for (int id = after + 1; id < Most; id++)
        {
            if (_entries[id].Deadline != 0 && _entries[id].ParentFlow == parent) return id;
        }
        return -1;
    }

    /// <summary>Looks at the next few places; answers one whose time is over, or -1.</summary>
    public int NextOverdue(long now)
    {
        if (Count == 0) return -1;
        for (int i = 0; i < SweptAtOnce; i++)
        {
            _sweep = (_sweep + 1) % Most;
            if (_entries[_sweep].Deadline != 0 && _entries[_sweep].Deadline <= now) return _sweep;
        }
        return -1;
    }

    public void Remove(int id)
    {
        _index.Remove(Hash(Key(_entries[id])), id);
        _entries[id] = default;
        Count--;
    }

    public void Dispose() => _index.Dispose();

    private static FlowKey Key(in Expectation e) => new(e.Source, e.Destination, 0, e.DestinationPort, e.Protocol, e.Ingress);

    private ulong Hash(in FlowKey key) => key.Hash(_secret);
}
