using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// The two ends of a signalling flow, as one of them speaks: each by the address and port that it has, and by those that the other
/// knows it by. Only these two are ever given another name in what is said. Whatever else a text names, it names by the same name
/// on both sides of us.
/// </summary>
/// <param name="Own">The one who speaks, by himself.</param>
/// <param name="Shown">The same, as the listener sees him.</param>
/// <param name="At">Where the speaker is.</param>
/// <param name="Peer">The listener, by himself.</param>
/// <param name="PeerShown">The same, as the speaker sees him.</param>
/// <param name="PeerAt">Where the listener is.</param>
/// <param name="Protocol">Of the flow.</param>
internal readonly record struct SipEnds(Address Own, ushort OwnPort, Address Shown, ushort ShownPort, PortId At,
    Address Peer, ushort PeerPort, Address PeerShown, ushort PeerShownPort, PortId PeerAt, byte Protocol)
{
    /// <param name="flow">The signalling flow.</param>
    /// <param name="byInside">Who speaks.</param>
    public static SipEnds Of(in Flow flow, bool byInside) => byInside
        ? new SipEnds(flow.InsideSource, flow.InsideSourcePort, flow.OutsideSource, flow.OutsideSourcePort, flow.Ingress,
            flow.OutsideDestination, flow.OutsideDestinationPort, flow.InsideDestination, flow.InsideDestinationPort, flow.Egress, flow.Protocol)
        : new SipEnds(flow.OutsideDestination, flow.OutsideDestinationPort, flow.InsideDestination, flow.InsideDestinationPort, flow.Egress,
            flow.InsideSource, flow.InsideSourcePort, flow.OutsideSource, flow.OutsideSourcePort, flow.Ingress, flow.Protocol);

    /// <summary>Both sides know both ends by the same names, so that no text has to change.</summary>
    public bool AreSame => Own == Shown && Peer == PeerShown && OwnPort == ShownPort && PeerPort == PeerShownPort;

    public bool IsShifted => Own != Shown;
}
