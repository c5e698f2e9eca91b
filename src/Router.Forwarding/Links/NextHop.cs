using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>Who takes a flow's packets on its link: a neighbour if they are for one, else the gateway of their family.</summary>
internal static class NextHop
{
    /// <summary>The MAC, 0 while unknown or without meaning.</summary>
    public static ulong Of(Plan plan, in Flow flow)
    {
        bool inbound = (flow.Traits & FlowTraits.Inbound) != 0;
        PortId id = inbound ? flow.Ingress : flow.Egress;
        if (plan.Link(id) is not { Ethernet: true } link) return 0;
        Address towards = inbound ? flow.InsideSource : flow.OutsideDestination;
        foreach (Prefix subnet in link.Subnets)
        {
            if (subnet.Contains(towards)) return plan.Neighbours.GetValueOrDefault((id, towards), GatewayOf(link, towards));
        }
        return towards.IsV4 ? link.GatewayMac4 : link.GatewayMac6;
    }

    private static ulong GatewayOf(LinkState link, Address towards) =>
        towards == link.Gateway4 ? link.GatewayMac4 : towards == link.Gateway6 ? link.GatewayMac6 : 0;
}
