using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Reading;

/// <summary>Which packets are recorded. Everything that is set must hold.</summary>
public sealed record CaptureFilter
{
    /// <summary>Only what passes this port, either way; of refused packets, what came in by it.</summary>
    public PortId? Port { get; init; }

    /// <summary>Not what passes, but what is refused for this reason.</summary>
    public DropReason? Drop { get; init; }

    /// <summary>Sender or receiver.</summary>
    public Address? Host { get; init; }

    /// <summary>IP protocol number.</summary>
    public byte? Protocol { get; init; }

    /// <summary>Source or destination port of TCP, UDP and their like.</summary>
    public ushort? Service { get; init; }

    /// <summary>Whether the packet itself fits; at which port and why is not asked here.</summary>
    internal bool Fits(Span<byte> octets)
    {
        if (Host is null && Protocol is null && Service is null) return true;
        // What cannot be read to its end may have had its addresses read.
        DropReason reason = Datagram.Read(octets, verify: false, out Datagram packet);
        if (Host is { } host && packet.Source != host && packet.Destination != host) return false;
        if (Protocol is { } protocol && packet.Protocol != protocol) return false;
        if (Service is not { } service) return true;
        return reason == DropReason.None && Wire.Protocol.HasPorts(packet.Protocol) && packet.Shape == Shape.Keyed
            && (packet.SourcePort == service || packet.DestinationPort == service);
    }
}

/// <summary>What is told of a packet beside its octets.</summary>
/// <param name="Microseconds">Since 1970: a capture is compared with other captures.</param>
/// <param name="Port">Where it was seen.</param>
/// <param name="Inbound">Received there, or sent.</param>
/// <param name="Reason">Why it was refused; None for what passed.</param>
/// <param name="Length">Octets from the IP header on.</param>
public readonly record struct CapturedPacket(long Microseconds, PortId Port, bool Inbound, DropReason Reason, int Length);

/// <summary>
/// A recording of packets as they pass the ports, or as they are refused. The forwarding thread copies into a ring of octets and goes
/// on; one reader empties it. When the reader is behind, packets are not recorded and counted as lost; none is ever kept waiting. Packets
/// are recorded as the path has them: super-packets whole, checksums unfinished, and a refused one as far as it had been translated.
///
/// While nothing is recorded the path asks one question a packet: whether there is a capture.
/// </summary>
public sealed class Capture
{
    /// <summary>Most octets that wait for the reader.</summary>
    private const int RingOctets = 4 << 20;

    private static readonly int s_head = Unsafe.SizeOf<CapturedPacket>();

    private readonly byte[] _ring = new byte[RingOctets];
    private readonly CaptureFilter _filter;
    private readonly long _most;
    private long _written, _read, _lost, _count;

    /// <param name="filter">What to record.</param>
    /// <param name="most">How many packets at the most.</param>
    public Capture(CaptureFilter filter, long most) => (_filter, _most) = (filter, most);

    /// <summary>Packets that fitted, and found no room.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Whether as many have been recorded as were asked for.</summary>
    public bool IsFull => Volatile.Read(ref _count) >= _most;

    /// <summary>A packet came in or goes out by a port. [F]</summary>
    internal void Seen(PortId port, bool inbound, Span<byte> octets)
    {
        if (_filter.Drop is null && IsAt(port) && _filter.Fits(octets)) Write(new CapturedPacket(Now(), port, inbound, DropReason.None, octets.Length), octets);
    }

    /// <summary>A packet goes no further. [F]</summary>
    internal void Refused(PortId ingress, DropReason reason, Span<byte> octets)
    {
        if (_filter.Drop == reason && IsAt(ingress) && _filter.Fits(octets)) Write(new CapturedPacket(Now(), ingress, true, reason, octets.Length), octets);
    }

    /// <summary>Takes the oldest packet. One reader only.</summary>
    /// <param name="packet">What is told of it.</param>
    /// <param name="octets">Room for 65,535 octets.</param>
    public bool TryRead(out CapturedPacket packet, Span<byte> octets)
    {
        packet = default;
        if (Volatile.Read(ref _written) == _read) return false;
        Span<CapturedPacket> head = MemoryMarshal.CreateSpan(ref packet, 1);
        Take(_read, MemoryMarshal.AsBytes(head));
        Take(_read + s_head, octets[..packet.Length]);
        Volatile.Write(ref _read, _read + s_head + packet.Length);
        return true;
    }

    private bool IsAt(PortId port) => _filter.Port is not { } wanted || wanted == port;

    private void Write(CapturedPacket packet, ReadOnlySpan<byte> octets)
    {
        if (_count >= _most) return;
        if (_written + s_head + octets.Length - Volatile.Read(ref _read) > RingOctets)
        {
            Volatile.Write(ref _lost, _lost + 1);
            return;
        }
        Put(_written, MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref packet, 1)));
        Put(_written + s_head, octets);
        Volatile.Write(ref _written, _written + s_head + octets.Length);
        Volatile.Write(ref _count, _count + 1);
    }

    private void Put(long at, ReadOnlySpan<byte> octets)
    {
        int begin = (int)(at % RingOctets), first = Math.Min(octets.Length, RingOctets - begin);
        octets[..first].CopyTo(_ring.AsSpan(begin));
        octets[first..].CopyTo(_ring);
    }

    private void Take(long at, Span<byte> octets)
    {
        int begin = (int)(at % RingOctets), first = Math.Min(octets.Length, RingOctets - begin);
        _ring.AsSpan(begin, first).CopyTo(octets);
        _ring.AsSpan(0, octets.Length - first).CopyTo(octets[first..]);
    }

    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
