using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Gateways;

/// <summary>
/// A control flow as one of its two sides has it, who may be Inside or Outside: by which addresses the two are known to whom, and
/// by which ports they come in.
/// </summary>
/// <param name="Own">His address, as he has it himself.</param>
/// <param name="Shown">The same as the other side sees it.</param>
/// <param name="At">Where he is.</param>
/// <param name="Peer">The other side's address, as that has it.</param>
/// <param name="PeerShown">The same as he sees it.</param>
/// <param name="PeerAt">Where the other side is.</param>
internal readonly record struct Sides(Address Own, Address Shown, PortId At, Address Peer, Address PeerShown, PortId PeerAt)
{
    public static Sides Of(in Flow flow, bool inside) => inside
        ? new(flow.InsideSource, flow.OutsideSource, flow.Ingress, flow.OutsideDestination, flow.InsideDestination, flow.Egress)
        : new(flow.OutsideDestination, flow.InsideDestination, flow.Egress, flow.InsideSource, flow.OutsideSource, flow.Ingress);

    /// <summary>What the other side sends to an endpoint of his looks like where it comes in, its source port aside.</summary>
    public FlowKey ToShown(byte protocol, ushort shownPort) => new(Peer, Shown, 0, shownPort, protocol, PeerAt);
}
