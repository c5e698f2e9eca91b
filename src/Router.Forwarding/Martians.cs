using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// Addresses that no packet between a zone and the Internet may carry (RFC 1812 5.3.7, RFC 2827, RFC 3704, RFC 4291). Asked of
/// first packets and of ICMP errors only: others have a flow whose first packet passed.
/// </summary>
internal static class Martians
{
    public static DropReason Check(Plan plan, in Datagram packet, PortId ingress)
    {
        if (!MayReceive(packet.Destination) || plan.IsDirectedBroadcast(packet.Destination)) return DropReason.BadDestination;
        if (!MaySend(packet.Source)) return DropReason.MartianSource;
        if (ingress == PortId.Host) return DropReason.None;
        if (packet.Source.IsPrivate && plan.LinkPolicy(ingress) is { RefusesPrivate: true }) return DropReason.MartianSource;
        if (plan.Own(packet.Source) != 0) return DropReason.MartianSource;
        bool isLocal = plan.TryBehind(packet.Source, out PortId zone);
        // A host of ours never speaks from outside, by neither of its addresses, and a zone's host never with another zone's address.
        bool isOurs = isLocal || (plan.IsLink(ingress) && plan.IsCounterpart(packet.Source));
        return isOurs == plan.IsLink(ingress) || (isLocal && zone != ingress) ? DropReason.SpoofedSource : DropReason.None;
    }

    private static bool MaySend(Address source) =>
        !(source.IsUnspecified || source.IsThisNetwork || source.IsLoopback || source.IsMulticast || source.IsReserved || source.IsLinkLocal);

    private static bool MayReceive(Address destination) => MaySend(destination);
}
