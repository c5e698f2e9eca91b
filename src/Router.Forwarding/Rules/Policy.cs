using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Translation;
using Router.Forwarding.Web;

namespace Router.Forwarding.Rules;

/// <summary>How the Internet links share the work.</summary>
public enum InternetMode : byte { Single, Failover, Balance }

/// <summary>By what links are weighed when hosts are placed: as written, or by what they have been seen to carry.</summary>
public enum Placement : byte { Weight, Measured }

/// <summary>
/// How a link translates IPv6: not at all, prefix for prefix (RFC 6296), or to its own address with ports. See <see cref="Ipv6Sources"/>.
/// </summary>
public enum Ipv6Nat : byte { Off, Npt, Napt }

/// <summary>
/// A link as configured. <paramref name="Weight"/> 0 reserves it for rules that name it. <paramref name="RefusesPrivate"/>: no
/// stranger there has a private address, so nothing is taken from one (RFC 1918 3, RFC 3704).
/// </summary>
public sealed record LinkPolicy(PortId Id, string Name, string Interface, int Weight, bool Metered, bool RefusesPrivate = false)
{
    /// <summary>What becomes of the source of IPv6 that leaves by it.</summary>
    public Ipv6Nat Ipv6 { get; init; }

    /// <summary>For <see cref="Ipv6Nat.Npt"/>, and else null.</summary>
    public PrefixTranslation? Prefixes { get; init; }
}

/// <summary>A zone as configured.</summary>
public sealed record ZonePolicy(PortId Id, string Name, string[] Interfaces, bool Licensed);

/// <summary>Idle times in microseconds after which a flow ends (RFC 5382, 4787, 5508).</summary>
public sealed record FlowTimeouts
{
    private const long Second = 1_000_000;

    /// <summary>RFC 5382 REQ-5: not below 2 h 4 min.</summary>
    public long TcpEstablished { get; init; } = 7440 * Second;

    /// <summary>Opening and closing; RFC 5382 REQ-5: not below 4 min.</summary>
    public long TcpTransitory { get; init; } = 240 * Second;

    /// <summary>After both FINs; RFC 7857 2.1.</summary>
    public long TcpTimeWait { get; init; } = 120 * Second;

    /// <summary>After a plausible RST; RFC 7857 2.2.</summary>
    public long TcpReset { get; init; } = 240 * Second;

    /// <summary>RFC 4787 REQ-5: 5 min recommended, not below 2 min.</summary>
    public long Udp { get; init; } = 300 * Second;

    /// <summary>To port 53, where RFC 4787 REQ-5a allows less.</summary>
    public long UdpDns { get; init; } = 30 * Second;

    /// <summary>RFC 5508 REQ-2: not below 60 s.</summary>
    public long Icmp { get; init; } = 60 * Second;

    public long Other { get; init; } = 600 * Second;
}

/// <summary>
/// The whole of the configuration that the path reads: immutable, built by the control part, published with one write. The last
/// rule always matches.
/// </summary>
public sealed class Policy
{
    /// <summary>Grows with each policy that is published; a flow remembers the one that admitted it.</summary>
    public ushort Generation { get; init; }

    /// <summary>The number of the policy that comes after: 1 after none, and after 65535 again.</summary>
    public static ushort Following(Policy? previous) => previous is null or { Generation: ushort.MaxValue } ? (ushort)1 : (ushort)(previous.Generation + 1);

    public required Rule[] Rules
    {
        get;
        init
        {
            field = value;
            Index = new RuleIndex(value);
        }
    }

    /// <summary>The same rules, for the first packet of a flow.</summary>
    public RuleIndex Index { get; private init; } = new([]);

    public required InternetMode Mode { get; init; }

    /// <summary>Links in the order of failover: `internet.order`, then those that it does not name, as written; reserved ones only if named.</summary>
    public required PortId[] Order { get; init; }

    public required LinkPolicy[] Links
    {
        get;
        init
        {
            field = value;
            Ipv6 = new Ipv6Sources(value);
            foreach (LinkPolicy link in value) LinkPorts |= link.Id.Bit;
        }
    }

    /// <summary>Every link that is configured, whether it is there or not.</summary>
    public ulong LinkPorts { get; private init; }

    /// <summary>The same links, as IPv6 hosts are seen through them.</summary>
    public Ipv6Sources Ipv6 { get; private init; } = new([]);

    public required ZonePolicy[] Zones
    {
        get;
        init
        {
            field = value;
            foreach (ZonePolicy zone in value) LicensedZones |= zone.Licensed ? zone.Id.Bit : 0;
        }
    }

    /// <summary>The zones whose devices the licence counts.</summary>
    public ulong LicensedZones { get; private init; }

    /// <summary>How long a host's pin outlives its last flow, microseconds.</summary>
    public long PinIdle { get; init; } = 600_000_000;

    /// <summary>How long a flow that is drained may stay on its link, microseconds.</summary>
    public long DrainTime { get; init; } = 300_000_000;

    public FlowTimeouts Timeouts { get; init; } = new();

    /// <summary>What one inside host may have of the flow table.</summary>
    public HostLimits Limits { get; init; } = HostLimits.None;

    /// <summary>What may be read on the web, and by whom.</summary>
    public WebPolicy Web { get; init; } = WebPolicy.None;

    /// <summary>Where the portal listens for plain HTTP, at the box's address in each zone.</summary>
    public ushort PortalPort { get; init; } = 4080;

    /// <summary>Who must log in, or take a pass, before anything else.</summary>
    public Gate Gate { get; init; } = Gate.Open;

    /// <summary>Whether it makes any difference who is behind an address.</summary>
    public bool AsksWho => Index.AsksWho || Web.AsksWho || !Gate.IsOpen;

    /// <summary>Whether an inside host's TCP connection that nobody here saw begin is taken up; else it is reset.</summary>
    public bool PicksUpTcp { get; init; }
}
