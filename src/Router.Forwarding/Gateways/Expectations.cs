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

    /// <summary>For gateways that open several ways by one control flow: of which talk it is, and what for; both may be 0.</summary>
    public byte Channel;
    public ulong Talk;

    /// <summary>The call that it is a half of, or 0 (<see cref="Pptp.Calls"/>).</summary>
    public int Call;

    /// <summary>What is expected is a control flow itself, to be read by the same gateway.</summary>
    public bool IsControl;

    /// <summary>How he knows the other side.</summary>
    public Address SourceShown;

    /// <summary>The mapping from destination to target, held meanwhile; -1 where there is none.</summary>
    public int Mapping;

    /// <summary>The control flow, whose end is the way's too (none where it outlives it), and the first packet by which the rules are asked.</summary>
    public FlowId ParentFlow;
    public FlowKey Parent;

    /// <summary>Monotonic microseconds; 0 in a free place.</summary>
    public long Deadline;
}

/// <summary>
/// All expectations: 1,024 of them, preallocated, found by what the expected packet looks like. Each is for one flow and ends with
/// it, with its control flow, or with its time. One host may have a quarter of them, one control flow an eighth. They are not kept over a restart:
/// whoever announced something in that very second announces it again. Owned by the forwarding thread.
/// </summary>
internal sealed class Expectations : IDisposable
{
    public const int Most = 1024;

    /// <summary>For one announcing host.</summary>
    public const int MostOfOne = Most / 4;

    /// <summary>For one control flow.</summary>
    public const int MostOfFlow = Most / 8;

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
        int free = FindRoom(expectation.Target, expectation.ParentFlow);
        if (free < 0)
        {
            Refused++;
            return false;
        }
        _entries[free] = expectation;
        _index.Add(Hash(Key(expectation)), free);
        Count++;
        return true;
    }

    /// <summary>Whether one more could be entered, so that nothing is made for one that could not.</summary>
    public bool HasRoom(Address target, FlowId parent) => FindRoom(target, parent) >= 0;

    /// <summary>Lets one end earlier than it would.</summary>
    public void Shorten(int id, long deadline) => _entries[id].Deadline = Math.Min(_entries[id].Deadline, deadline);

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

    /// <summary>The next one behind <paramref name="after"/> that belongs to a talk, or -1.</summary>
    public int NextOfTalk(ulong talk, int after)
    {
        if (Count == 0) return -1;
        for (int id = after + 1; id < Most; id++)
        {
            if (_entries[id].Deadline != 0 && _entries[id].Talk == talk) return id;
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

    private int FindRoom(Address target, FlowId parent)
    {
        int free = -1, ofOne = 0, ofFlow = 0;
        for (int id = 0; id < Most; id++)
        {
            ref readonly Expectation other = ref _entries[id];
            if (other.Deadline == 0)
            {
                free = id;
                continue;
            }
            if (other.Target == target) ofOne++;
            if (parent.Exists && other.ParentFlow == parent) ofFlow++;
        }
        return ofOne < MostOfOne && ofFlow < MostOfFlow ? free : -1;
    }

    private static FlowKey Key(in Expectation e) => new(e.Source, e.Destination, 0, e.DestinationPort, e.Protocol, e.Ingress);

    private ulong Hash(in FlowKey key) => key.Hash(_secret);
}
