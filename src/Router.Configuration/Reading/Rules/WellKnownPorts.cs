using System.Collections.Frozen;
using Router.Forwarding.Rules;

namespace Router.Configuration.Reading;

/// <summary>
/// Services that need no definition, with the ports of the IANA registry that people mean by these words. The file may define the
/// same name otherwise and then decides.
/// </summary>
internal static class WellKnownPorts
{
    private const byte Icmp = 1, Tcp = 6, Udp = 17, Gre = 47, Esp = 50;

    private static readonly FrozenDictionary<string, ServiceMatch[]> All = new Dictionary<string, ServiceMatch[]>
    {
        ["dhcp"] = [.. Ports(Udp, 67, 68)],
        ["dns"] = [.. Ports(Udp, 53), .. Ports(Tcp, 53)],
        ["dns-over-tls"] = [.. Ports(Tcp, 853), .. Ports(Udp, 853)],
        ["ftp"] = [.. Ports(Tcp, 21)],
        ["http"] = [.. Ports(Tcp, 80)],
        ["https"] = [.. Ports(Tcp, 443), .. Ports(Udp, 443)],
        ["imap"] = [.. Ports(Tcp, 143)],
        ["imaps"] = [.. Ports(Tcp, 993)],
        ["ipsec"] = [.. Ports(Udp, 500), .. Ports(Udp, 4500), new(Esp, 0, ushort.MaxValue)],
        ["l2tp-vpn"] = [.. Ports(Udp, 1701)],
        ["ldap"] = [.. Ports(Tcp, 389)],
        ["ldaps"] = [.. Ports(Tcp, 636)],
        ["mysql"] = [.. Ports(Tcp, 3306)],
        ["ntp"] = [.. Ports(Udp, 123)],
        ["openvpn"] = [.. Ports(Udp, 1194), .. Ports(Tcp, 1194)],
        ["ping"] = [new(Icmp, 0, ushort.MaxValue)],
        ["pop3"] = [.. Ports(Tcp, 110)],
        ["pop3s"] = [.. Ports(Tcp, 995)],
        ["postgresql"] = [.. Ports(Tcp, 5432)],
        ["pptp"] = [.. Ports(Tcp, 1723), new(Gre, 0, ushort.MaxValue)],
        ["rdp"] = [.. Ports(Tcp, 3389), .. Ports(Udp, 3389)],
        ["sip"] = [.. Ports(Udp, 5060), .. Ports(Tcp, 5060), .. Ports(Tcp, 5061)],
        ["smb"] = [.. Ports(Tcp, 445)],
        ["smtp"] = [.. Ports(Tcp, 25)],
        ["smtps"] = [.. Ports(Tcp, 465)],
        ["snmp"] = [.. Ports(Udp, 161)],
        ["ssh"] = [.. Ports(Tcp, 22)],
        ["submission"] = [.. Ports(Tcp, 587)],
        ["syslog"] = [.. Ports(Udp, 514)],
        ["telnet"] = [.. Ports(Tcp, 23)],
        ["tftp"] = [.. Ports(Udp, 69)],
        ["traceroute"] = [.. Ports(Udp, 33434, 33534), new(Icmp, 0, ushort.MaxValue)],
        ["vnc"] = [.. Ports(Tcp, 5900, 5999)],
        ["wireguard"] = [.. Ports(Udp, 51820)],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    public static ServiceMatch[]? Find(string name) => All.GetValueOrDefault(name);

    private static ServiceMatch[] Ports(byte protocol, ushort first, ushort last = 0) => [new(protocol, first, last == 0 ? first : last)];
}
