using Router.Wire;

namespace Router.Forwarding.Gateways;

/// <summary>
/// Protocols that name addresses and ports in what they say, so that a translator must read along (RFC 2663 2.9, application level
/// gateways). A rule says which of them are at work on the flows that it lets.
/// </summary>
[Flags]
public enum Gateway : byte
{
    None = 0,

    /// <summary>RFC 959, RFC 2428: TCP port 21.</summary>
    Ftp = 1,

    /// <summary>RFC 1350: UDP port 69.</summary>
    Tftp = 2,

    /// <summary>RFC 3261: UDP and TCP port 5060. Off unless a rule asks for it.</summary>
    Sip = 4,

    /// <summary>RFC 2637: TCP port 1723, with its calls in GRE.</summary>
    Pptp = 8,

    /// <summary>What a rule has that says nothing of it.</summary>
    Default = Ftp | Tftp | Pptp,
}

/// <summary>Which gateway a service port calls for.</summary>
internal static class GatewayPorts
{
    /// <param name="protocol">Of the flow.</param>
    /// <param name="port">Where it goes, before or after a port was mapped.</param>
    public static Gateway Of(byte protocol, ushort port) => (protocol, port) switch
    {
        (Protocol.Tcp, 21) => Gateway.Ftp,
        (Protocol.Udp, 69) => Gateway.Tftp,
        (Protocol.Udp or Protocol.Tcp, 5060) => Gateway.Sip,
        (Protocol.Tcp, 1723) => Gateway.Pptp,
        _ => Gateway.None,
    };
}
