using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Links;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding.Reviewing;

/// <summary>
/// Ends live flows before their time, and tells TCP on the sides that are to know: each is reset at the number that it expects next
/// (RFC 5961 3), as the tracker has seen it and as a gateway has shifted it.
/// </summary>
internal sealed class Closing(FlowTable flows, Holdings holdings, ApplicationGateways gateways, Refusals refusals)
{
    /// <summary>Ends a flow.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its place in the table.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="tellInside">Whether who began it is told.</param>
    /// <param name="outsideBy">The link by which the other side is told; null tells it nothing.</param>
    public void Close(Plan plan, FlowId id, long now, bool tellInside, PortId? outsideBy)
    {
        ref Flow flow = ref flows[id];
        if (flow.Protocol == Protocol.Tcp)
        {
            if (tellInside) refusals.ResetSide(plan, flow, towardsInside: true, gateways.Shift(id, fromInside: false));
            if (outsideBy is { } link) TellOutside(plan, flow, link, gateways.Shift(id, fromInside: true));
        }
        holdings.Finish(plan, id, now);
    }

    private void TellOutside(Plan plan, Flow flow, PortId by, int shift)
    {
        if (by != flow.Egress)
        {
            flow.Egress = by;
            flow.NextHop = NextHop.Of(plan, flow);
        }
        refusals.ResetSide(plan, flow, towardsInside: false, shift);
    }
}
