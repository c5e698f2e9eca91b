namespace Router.Daemon.Plumbing;

/// <summary>
/// Every number and name by which the kernel knows our things, in one place; docs/plumbing.md explains them to administrators.
/// `routerd teardown` finds what is ours by these alone, so a change here needs a teardown with the old version first.
/// </summary>
public static class Numbers
{
    /// <summary>Marks our rules and routes ("proto 82" in `ip rule` and `ip route`); 82 is assigned to nobody.</summary>
    public const byte Protocol = 82;

    /// <summary>`iif ZONE-INTERFACE to LINK-ADDRESS lookup ZONE-TABLE`: hairpin, before the kernel sees its own address.</summary>
    public const uint HairpinPreference = 10;

    /// <summary>`lookup local`, moved here from preference 0.</summary>
    public const uint LocalPreference = 20;

    /// <summary>`oif LINK lookup main`: sockets bound to the link's interface itself, as DHCP clients use.</summary>
    public const uint BoundPreference = 30;

    /// <summary>`iif ZONE-INTERFACE lookup ZONE-TABLE`: all that local hosts send onwards.</summary>
    public const uint ZonePreference = 40;

    /// <summary>`lookup main`, without default routes and without what leads out by a link: local networks.</summary>
    public const uint LocalNetworksPreference = 30000;

    /// <summary>`fwmark LINK-MARK lookup LINK-TABLE`: what a program under `routerctl use LINK` sends beyond local networks.</summary>
    public const uint UsePreference = 30005;

    /// <summary>`iif lo lookup HOST-TABLE`: the box's own traffic to anywhere else.</summary>
    public const uint HostPreference = 30010;

    /// <summary>`not iif lo blackhole`: what would still be forwarded by the kernel.</summary>
    public const uint ClosedPreference = 30020;

    /// <summary>Holds `default dev rt-host`. A zone's table is this plus the number of its port, at most 63 more.</summary>
    public const uint HostTable = 7700;

    /// <summary>A link's table, `default dev rt-host src LINK-ADDRESS`, is this plus the number of its port.</summary>
    public const uint LinkTable = 7800;

    /// <summary>The mark of sockets that are to use a link is this plus the number of its port.</summary>
    public const uint LinkMark = 0x52440000;

    /// <summary>The interface group of links.</summary>
    public const uint LinkGroup = 7700;

    /// <summary>The interface group of our TUN devices.</summary>
    public const uint TunGroup = 7701;

    /// <summary>The name of our nftables tables, `inet routerd` and `netdev routerd`.</summary>
    public const string NftTable = "routerd";

    /// <summary>What our TUN devices' names begin with.</summary>
    public const string TunPrefix = "rt-";

    /// <summary>The TUN device of the box's own traffic.</summary>
    public const string HostTun = "rt-host";

    /// <summary>The box's own source address towards us: of 192.0.0.0/29, which is never on the wire (RFC 7335 3).</summary>
    public const string HostAddress = "192.0.0.2";

    /// <summary>Neighbours that the kernel shall be able to keep.</summary>
    public const int MostNeighbours = 16_384;

    /// <summary>Packets that may wait in a TUN device: ten milliseconds of the most that the path carries, which outlasts a garbage collection.</summary>
    public const uint TunQueueLength = 4096;
}
