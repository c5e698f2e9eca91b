namespace Router.Wire;

/// <summary>Types of ICMP for IPv4, and the codes of its errors, by the names of RFC 792, RFC 1122 and RFC 1812.</summary>
public static class Icmp4
{
    public const byte EchoReply = 0;
    public const byte DestinationUnreachable = 3;
    public const byte SourceQuench = 4;
    public const byte Redirect = 5;
    public const byte EchoRequest = 8;
    public const byte TimeExceeded = 11;
    public const byte ParameterProblem = 12;
    public const byte Timestamp = 13;
    public const byte TimestampReply = 14;

    // Codes of destination unreachable.
    public const byte NetworkUnreachable = 0;
    public const byte HostUnreachable = 1;
    public const byte ProtocolUnreachable = 2;
    public const byte PortUnreachable = 3;

    /// <summary>DF is set and the packet is too big; the next hop's MTU stands in the low half of the rest (RFC 1191 4).</summary>
    public const byte FragmentationNeeded = 4;

    public const byte SourceRouteFailed = 5;
    public const byte NetworkProhibited = 9;
    public const byte HostProhibited = 10;

    /// <summary>A filter forbids it (RFC 1812 5.2.7.1).</summary>
    public const byte AdministrativelyProhibited = 13;

    // Codes of time exceeded.
    public const byte TimeToLiveExceeded = 0;
    public const byte ReassemblyTimeExceeded = 1;
}

/// <summary>Types of ICMPv6, and the codes of its errors, by the names of RFC 4443 and RFC 4861. Types below 128 are errors.</summary>
public static class Icmp6
{
    public const byte DestinationUnreachable = 1;

    /// <summary>The next hop's MTU is the rest.</summary>
    public const byte PacketTooBig = 2;

    public const byte TimeExceeded = 3;
    public const byte ParameterProblem = 4;
    public const byte EchoRequest = 128;
    public const byte EchoReply = 129;
    public const byte RouterSolicitation = 133;
    public const byte RouterAdvertisement = 134;
    public const byte NeighborSolicitation = 135;
    public const byte NeighborAdvertisement = 136;
    public const byte Redirect = 137;

    // Codes of destination unreachable.
    public const byte NoRoute = 0;
    public const byte AdministrativelyProhibited = 1;
    public const byte BeyondScope = 2;
    public const byte AddressUnreachable = 3;
    public const byte PortUnreachable = 4;

    /// <summary>Ingress or egress policy forbids the source address.</summary>
    public const byte SourcePolicyFailed = 5;

    // Codes of time exceeded.
    public const byte HopLimitExceeded = 0;
    public const byte ReassemblyTimeExceeded = 1;

    // Codes of parameter problem.
    public const byte ErroneousHeaderField = 0;
    public const byte UnrecognizedNextHeader = 1;
    public const byte UnrecognizedOption = 2;

    /// <summary>The first fragment lacks the upper header (RFC 7112 5).</summary>
    public const byte IncompleteHeaderChain = 3;
}
