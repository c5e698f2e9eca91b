using System.Net;

namespace Router.Lab.Bed;

/// <summary>
/// The addresses of the lab, the same in every lab since each has namespaces of its own. Providers use the networks
/// that RFC 5737 sets apart for documentation, the Internet's servers RFC 2544's range for benchmarks: both pass for
/// public addresses with a router that refuses private ones on its links.
/// </summary>
internal static class Plan
{
    public const int LanPrefixLength = 16;

    /// <summary>The router's own address on lan0.</summary>
    public static readonly IPAddress LanRouter = IPAddress.Parse("10.0.0.1");

    /// <summary>The first provider routes this network to us, so LAN hosts have IPv6 without translation.</summary>
    public static readonly IPAddress LanRouter6 = IPAddress.Parse("2001:db8:51:101::1");

    public static readonly IPAddress GuestRouter = IPAddress.Parse("10.9.0.1");
    public static readonly IPAddress GuestHost = IPAddress.Parse("10.9.0.21");

    /// <summary>The web, echo and file servers of the Internet; several, since pins and mappings look at the destination.</summary>
    public static readonly IPAddress[] Servers = [.. new[] { "198.18.0.10", "198.18.0.11", "198.18.0.12" }.Select(IPAddress.Parse)];

    public static readonly IPAddress NameServer = IPAddress.Parse("198.18.0.53");
    public static readonly IPAddress Server6 = IPAddress.Parse("2001:db8:80::10");

    /// <summary>A /18 of which LAN host 1 may take every address as its own, to stand for many hosts.</summary>
    public const string Crowd = "10.0.64.0/18";

    public static IPAddress LanHost(int index) => IPAddress.Parse($"10.0.0.{11 + index}");

    public static IPAddress LanHost6(int index) => IPAddress.Parse($"2001:db8:51:101::{11 + index:x}");

    /// <summary>The n-th address of the crowd, of 16,000.</summary>
    public static IPAddress CrowdMember(int n) => IPAddress.Parse($"10.0.{64 + (n / 250)}.{1 + (n % 250)}");

    /// <summary>The network between the router and provider <paramref name="index"/>, without its last part.</summary>
    public static string LinkNetwork(int index) => index switch
    {
        0 => "198.51.100.",
        1 => "203.0.113.",
        2 => "192.0.2.",
        _ => throw new LabException($"no provider {index}"),
    };

    public static string LinkNetwork6(int index) => $"2001:db8:{(index == 0 ? 51 : 60 + index)}::";

    /// <summary>The router's own public address on a link.</summary>
    public static IPAddress LinkAddress(int index) => IPAddress.Parse(LinkNetwork(index) + "10");

    public static IPAddress Gateway(int index) => IPAddress.Parse(LinkNetwork(index) + "1");

    public static IPAddress LinkAddress6(int index) => IPAddress.Parse(LinkNetwork6(index) + "10");

    public static IPAddress Gateway6(int index) => IPAddress.Parse(LinkNetwork6(index) + "1");
}
