namespace Router.Wire;

/// <summary>
/// Protocol numbers (IPv4) and next header values (IPv6), which are one registry at IANA. Constants and not an enum, as any of the
/// 256 values may pass.
/// </summary>
public static class Protocol
{
    /// <summary>IPv6 hop-by-hop options, allowed only right behind the fixed header.</summary>
    public const byte HopByHop = 0;

    public const byte Icmp = 1;
    public const byte Igmp = 2;

    /// <summary>IPv4 in IP (RFC 2003).</summary>
    public const byte IpInIp = 4;

    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Dccp = 33;

    /// <summary>IPv6 in IP (RFC 4213).</summary>
    public const byte Ipv6 = 41;

    public const byte Routing = 43;
    public const byte Fragment = 44;
    public const byte Gre = 47;
    public const byte Esp = 50;
    public const byte Ah = 51;
    public const byte Icmp6 = 58;

    /// <summary>Nothing follows (RFC 8200 4.7).</summary>
    public const byte NoNext = 59;

    public const byte DestinationOptions = 60;
    public const byte Sctp = 132;

    /// <summary>Mobility header (RFC 6275): an upper layer to us, since nothing follows it.</summary>
    public const byte Mobility = 135;

    public const byte UdpLite = 136;

    /// <summary>Whether the first four octets behind the IP headers are a source and a destination port.</summary>
    public static bool HasPorts(byte protocol) => protocol is Tcp or Udp or Sctp or UdpLite or Dccp;
}
