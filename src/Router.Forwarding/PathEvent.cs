using Router.Wire;

namespace Router.Forwarding;

/// <summary>What the path has to tell the journal.</summary>
public enum PathEventKind : byte { FlowOpened, FlowClosed, PacketLogged, PacketRefused, NeighbourWanted, PortGone }

/// <summary>One thing that happened on the path, small enough to be copied.</summary>
public record struct PathEvent
{
    public PathEventKind Kind;
    public DropReason Reason;
    public byte Protocol;
    public PortId Ingress, Egress;

    /// <summary>Index of the rule in the policy of <see cref="PolicyGeneration"/>.</summary>
    public ushort Rule;
    public uint PolicyGeneration;
    public Address Source, Destination;
    public ushort SourcePort, DestinationPort;

    /// <summary>Octets both ways, for a flow that closed.</summary>
    public ulong Octets;
}

/// <summary>
/// A ring with one writer, the forwarding thread, and one reader, the journal's. The writer never waits: when the reader is behind,
/// events are counted as lost and not kept.
/// </summary>
public sealed class PathEvents(int capacity = 4096)
{
    private readonly PathEvent[] _ring = new PathEvent[capacity];
    private long _written;
    private long _read;
    private long _lost;

    /// <summary>Events that found the ring full.</summary>
    public long Lost => Volatile.Read(ref _lost);

    public bool IsEmpty => Volatile.Read(ref _written) == Volatile.Read(ref _read);

    internal void Write(in PathEvent happened)
    {
        if (_written - Volatile.Read(ref _read) >= _ring.Length)
        {
            Volatile.Write(ref _lost, _lost + 1);
            return;
        }
        _ring[_written % _ring.Length] = happened;
        Volatile.Write(ref _written, _written + 1);
    }

    /// <summary>Takes the oldest event. One reader only.</summary>
    public bool TryRead(out PathEvent happened)
    {
        happened = default;
        if (IsEmpty) return false;
        happened = _ring[_read % _ring.Length];
        Volatile.Write(ref _read, _read + 1);
        return true;
    }
}
