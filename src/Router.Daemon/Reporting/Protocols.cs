using System.Globalization;
using Router.Wire;

namespace Router.Daemon.Reporting;

/// <summary>Protocols and ends of flows in the words that people use.</summary>
internal static class Protocols
{
    private static readonly (byte Number, string Name)[] Names =
    [
        (Protocol.Tcp, "tcp"), (Protocol.Udp, "udp"), (Protocol.Icmp, "icmp"), (Protocol.Icmp6, "icmpv6"), (Protocol.Gre, "gre"),
        (Protocol.Esp, "esp"), (Protocol.Ah, "ah"), (Protocol.Sctp, "sctp"), (Protocol.UdpLite, "udplite"), (Protocol.Dccp, "dccp"),
    ];

    public static string NameOf(byte protocol)
    {
        foreach ((byte number, string name) in Names)
        {
            if (number == protocol) return name;
        }
        return protocol.ToString(CultureInfo.InvariantCulture);
    }

    public static bool TryParse(string text, out byte protocol)
    {
        foreach ((byte number, string name) in Names)
        {
            protocol = number;
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return byte.TryParse(text, CultureInfo.InvariantCulture, out protocol);
    }

    /// <summary>"10.0.0.5:443", "[2001:db8::5]:443", or the bare address where there is no port.</summary>
    public static string End(Address address, ushort port) =>
        port == 0 ? address.ToString()
        : address.IsV4 ? string.Create(CultureInfo.InvariantCulture, $"{address}:{port}")
        : string.Create(CultureInfo.InvariantCulture, $"[{address}]:{port}");
}
