using Router.Forwarding.Flows;
using Router.Forwarding.Web;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>What the path has to tell the journal.</summary>
public enum PathEventKind : byte { FlowOpened, FlowClosed, PacketLogged, PacketRefused, NeighbourWanted, PortGone, SenderStuck, HostLimited, NoRoom, HostUnknown, WebRefused }

/// <summary>One thing that happened on the path, small enough to be copied.</summary>
public record struct PathEvent
{
    public PathEventKind Kind;
    public DropReason Reason;
    public byte Protocol;
    public PortId Ingress, Egress;

    /// <summary>Index of the rule in the policy of <see cref="PolicyGeneration"/>.</summary>
    public ushort Rule;
    public ushort PolicyGeneration;
    public Address Source, Destination;
    public ushort SourcePort, DestinationPort;

    /// <summary>Octets both ways, for a flow that closed; those of the packet, for one that is told.</summary>
    public ulong Octets;

    /// <summary>Of a host that has no more, or of what has run out: flows refused since it was last told of, and how many the host has.</summary>
    public uint Refused, Flows;

    /// <summary>Of a request or connection that a web rule refused: whom it wanted, how, and what was done. <see cref="Rule"/> is the web rule's index.</summary>
    public WebName Web;
    public WebScheme WebScheme;
    public WebAction WebAction;

    /// <summary>A large segment of TCP does not get through, although small ones did.</summary>
    internal static PathEvent SenderStuck(in Datagram packet, in Flow flow, bool outward) => new()
    {
        Kind = PathEventKind.SenderStuck, Protocol = packet.Protocol, Rule = flow.Rule, PolicyGeneration = flow.PolicyGeneration,
        Ingress = outward ? flow.Ingress : flow.Egress, Egress = outward ? flow.Egress : flow.Ingress, Octets = (ulong)packet.Length,
        Source = packet.Source, SourcePort = packet.SourcePort, Destination = packet.Destination, DestinationPort = packet.DestinationPort,
    };
}

/// <summary>
/// A ring with one writer, the forwarding thread, and one reader, the journal's. The writer never waits: when the reader is behind,
/// events are counted as lost and not kept. Packets of flows whose rule asks for each of them are told up to
/// <see cref="MostPackets"/> a second, so that they never crowd out what somebody has to act on; the others are counted.
/// </summary>
public sealed class PathEvents(int capacity = 4096)
{
    private readonly PathEvent[] _ring = new PathEvent[capacity];
    private long _written;
    private long _read;
    private long _lost;
    private long _suppressed, _windowEnd;
    private int _packets;

    /// <summary>Packets told in a second, of all rules that want theirs told.</summary>
    public const int MostPackets = 100;

    /// <summary>Events that found the ring full.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Packets that were to be told and were only counted.</summary>
    public long Suppressed => Volatile.Read(ref _suppressed);

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

    /// <summary>Tells of one packet of a flow, or counts it.</summary>
    internal void WritePacket(in Datagram packet, in Flow flow, PortId ingress, PortId egress, long now)
    {
        if (now >= _windowEnd) (_windowEnd, _packets) = (now + 1_000_000, 0);
        if (_packets == MostPackets)
        {
            Volatile.Write(ref _suppressed, _suppressed + 1);
            return;
        }
        _packets++;
        Write(new PathEvent
        {
            Kind = PathEventKind.PacketLogged, Protocol = packet.Protocol, Ingress = ingress, Egress = egress, Rule = flow.Rule,
            PolicyGeneration = flow.PolicyGeneration, Source = packet.Source, Destination = packet.Destination,
            SourcePort = packet.SourcePort, DestinationPort = packet.DestinationPort, Octets = (ulong)packet.Length,
        });
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
