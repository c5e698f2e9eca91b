using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Forwarding.Flows;

/// <summary>
/// How long a flow lives without traffic (RFC 5382, 4787, 5508), and which packets count as such. What an inside host sends
/// refreshes; what only comes in does not, except on TCP, whose state tells whether somebody is there (RFC 4787 REQ-6).
/// </summary>
internal static class FlowLife
{
    /// <summary>The idle time allowed now, microseconds.</summary>
    public static long Timeout(in Flow flow, FlowTimeouts timeouts) => flow.Protocol switch
    {
        Protocol.Tcp => TcpTracker.Timeout(flow.Tcp.State, timeouts),
        Protocol.Udp => flow.InsideDestinationPort == 53 ? timeouts.UdpDns : timeouts.Udp,
        Protocol.Icmp or Protocol.Icmp6 => timeouts.Icmp,
        _ => timeouts.Other,
    };

    /// <summary>Whether a packet in this direction keeps the flow alive.</summary>
    public static bool Refreshes(in Flow flow, bool outward) =>
        flow.Protocol is not (Protocol.Udp or Protocol.Icmp or Protocol.Icmp6)
        || outward != ((flow.Traits & FlowTraits.Inbound) != 0)
        || (flow.Traits & FlowTraits.Hairpin) != 0;
}
