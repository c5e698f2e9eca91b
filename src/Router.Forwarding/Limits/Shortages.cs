using Router.Forwarding.Flows;

namespace Router.Forwarding.Limits;

/// <summary>
/// Tells the journal when new flows are refused because something has run out: entries of a table, or outside ports, or ways to tell
/// two hosts' flows apart. One event for each reason and minute, with a packet for example;
/// it says how many there were since the one before, so that a flood costs four lines a minute. [F], without allocation.
/// </summary>
internal sealed class Shortages(PathEvents events)
{
    private const long Minute = 60_000_000;

    private static readonly DropReason[] Reasons = [DropReason.FlowsFull, DropReason.MappingsFull, DropReason.PortsExhausted, DropReason.MappingCollision];

    private readonly long[] _nextTold = new long[Reasons.Length];
    private readonly uint[] _refused = new uint[Reasons.Length];

    /// <summary>A first packet was refused; if for want of something, it is counted, and told of if it is time.</summary>
    public void Note(DropReason reason, in Datagram packet, PortId ingress, long now)
    {
        int which = Array.IndexOf(Reasons, reason);
        if (which < 0) return;
        _refused[which]++;
        if (now < _nextTold[which]) return;
        events.Write(new PathEvent
        {
            Kind = PathEventKind.NoRoom, Reason = reason, Protocol = packet.Protocol, Ingress = ingress, Refused = _refused[which],
            Source = packet.Source, SourcePort = packet.SourcePort, Destination = packet.Destination, DestinationPort = packet.DestinationPort,
        });
        (_nextTold[which], _refused[which]) = (now + Minute, 0);
    }
}
