namespace Router.Configuration.Reference;

/// <summary>Keys of zones, links and their health.</summary>
internal static class LinkParts
{
    /// <summary>`welcome` of a zone.</summary>
    public static readonly Part Welcome = new(
    [
        new("text", Shape.Text(4000), "text, up to 4,000 characters", "none", "what the page says", "`Welcome to our office`"),
        new("password", Shape.Text(100), "text, up to 100 characters", "none", "what guests are told by mouth, and type in", "`coffee`"),
        new("pass", Shape.Duration, "duration, 10s to 365d", "`8h`", "how long they may pass then", "`2h`"),
    ]);

    /// <summary>`cap` of a link.</summary>
    public static readonly Part Cap = new(
    [
        new("volume", Shape.Volume, "volume", "needed", "what the link may carry in a month, both ways together", "`50 GB`"),
        new("reset_day", Shape.Number(1, 31), "1 to 31", "`1`", "the day on which the month begins", "`15`"),
        new("at_limit", Shape.Word("steer", "stop"), "`steer`, `stop`", "`steer`", "whether new hosts avoid the link, or it carries nothing more", "`stop`"),
    ]);

    /// <summary>`ipv6` of a link.</summary>
    public static readonly Part Ipv6 = new(
    [
        new("nat", Shape.Word("off", "npt", "napt"), "`off`, `npt`, `napt`", "`off`", "as whom IPv6 hosts leave by it: as themselves; by their counterparts in `prefix`, ports unchanged (NPTv6, RFC 6296); by the link's own address and a port, as in IPv4", "`npt`"),
        new("prefix", Shape.Prefix, "IPv6 prefix, /48 to /64", "with `npt` needed", "what this provider routes here; no two links' overlap", "`2001:db8:a::/48`"),
        new("inside", Shape.Prefix, "IPv6 prefix of the same length", "with `npt` needed", "what local hosts have; several links may name the same", "`fd00:10::/48`"),
    ]);

    /// <summary>A target of probes that says more than a word.</summary>
    public static readonly Part Target = new(
    [
        new("target", Shape.Target, "a probe's target", "one of the two", "whom to ask", "`tcp:9.9.9.9:443`"),
        new("url", Shape.WebUrl, "URL", "one of the two", "what to get", "`https://example.com/ok`"),
        new("status", Shape.Number(100, 599), "100 to 599", "200 to 299", "the one status that is right", "`204`"),
        new("text", Shape.Text(256), "text, up to 256 octets", "any", "what has to stand in the first 16 KiB of the body", "`OK`"),
        new("family", Shape.Word("any", "ipv4", "ipv6"), "`any`, `ipv4`, `ipv6`", "`any`", "by which family", "`ipv6`"),
    ]);

    /// <summary>`degraded` of `health`.</summary>
    public static readonly Part Degraded = new(
    [
        new("loss", Shape.Share, "share", "`10%`", "lost probes from which a link counts as degraded", "`5%`"),
        new("latency", Shape.Duration, "duration, 1ms to 1m", "`300ms`", "round trip from which it does", "`150ms`"),
    ]);

    /// <summary>`health`, the common one and that of a link.</summary>
    public static readonly Part Health = new(
    [
        new("targets", Shape.List(Shape.Any(Shape.Target, Shape.Of(Target)), most: 16), "1 to 16 targets, see below", "`[gateway]`", "whom each round of probes asks", "`[gateway, icmp:1.1.1.1, dns:9.9.9.9/example.com]`"),
        new("resolvers", Shape.List(Shape.Address, most: 3), "up to 3 addresses", "those of the link, else those of the box, then the gateway", "name servers that are asked, over the link, for names among the targets", "`[9.9.9.9]`"),
        new("quorum", Shape.Number(1, 16), "1 to the number of targets", "`1`", "how many must answer", "`2`"),
        new("interval", Shape.Duration, "duration, 50ms to 1h", "`500ms`", "between rounds", "`1s`"),
        new("timeout", Shape.Duration, "duration, 10ms to 1m", "`1s`", "until a probe counts as lost", "`800ms`"),
        new("down_after", Shape.Number(1, 1000), "1 to 1000", "`3`", "failed rounds in a row until the link is down", "`5`"),
        new("up_after", Shape.Number(1, 1000), "1 to 1000", "`5`", "good rounds in a row until it may be up", "`10`"),
        new("hold_down", Shape.Duration, "duration, 0s to 1h", "`30s`", "how long it must stay good before it is used", "`1m`"),
        new("degraded", Shape.Of(Degraded), "", "", "from when on a link counts as degraded", "") { Below = Degraded },
    ]);

    /// <summary>A link.</summary>
    public static readonly Part Link = new(
    [
        new("interface", Shape.Interface, "interface", "needed", "at most 15 characters, as `ip link` shows it", "`wan0`"),
        new("enabled", Shape.Flag, "flag", "`true`", "`false`: no new flow goes by it and it is not probed; live flows do as when it is down. What comes in by it is still taken", "`false`"),
        new("weight", Shape.Number(0, 1000), "0 to 1000", "`1`", "its share in `balance`; 0: only rules that name it use it", "`8`"),
        new("speed", Shape.Speed, "speed", "unknown", "what the provider promises; shown, not enforced", "`500/100 Mbit/s`"),
        new("metered", Shape.Flag, "flag", "`false`", "a note that volume costs; shown", "`true`"),
        new("cap", Shape.Any(Shape.Volume, Shape.Of(Cap)), "volume, or `{ volume, reset_day, at_limit }`", "none", "what it may carry in a month, both ways together (MB, GB, TB of powers of ten; MiB, GiB, TiB of powers of two). From nine tenths on, new hosts and connections are placed on other links while there are any, and rules that name the link go on to use it. `reset_day` (1 to 31, default 1) is the day on which the month begins; `at_limit: stop` (default `steer`) makes it carry nothing but probes once all is used: live flows move or are reset as `on_link_down` says, and what cannot is closed", "`{ volume: 50 GB, reset_day: 15, at_limit: stop }`"),
        new("gateway", Shape.List(Shape.Address), "address, or one of each family", "from the kernel's routes", "the next hop", "`203.0.113.1`"),
        new("refuse_private", Shape.Flag, "flag", "`false`", "nothing is taken from private addresses (RFC 1918) there, not even ICMP errors of the provider's own routers, which often have such", "`true`"),
        new("ipv6", Shape.Of(Ipv6), "", "", "as whom IPv6 hosts leave by it", "") { Below = Ipv6 },
        new("resolvers", Shape.List(Shape.Address, most: 3), "up to 3 addresses", "none", "the provider's name servers, asked over this link only: see `dns`. Also asked for names among the link's probe targets, unless its `health` names others", "`[203.0.113.53]`"),
        new("health", Shape.Of(Health), "as `health` below", "the common `health`", "what is different for this link", "`{ down_after: 5 }`"),
    ]);

    /// <summary>A zone.</summary>
    public static readonly Part Zone = new(
    [
        new("interfaces", Shape.List(Shape.Interface, least: 1), "list of interfaces", "needed", "the interfaces it is on; each in one zone or link only", "`[lan0, lan1]`"),
        new("licensed", Shape.Flag, "flag", "`true`", "whether its devices take places of the [licence](licence.md); `false` for guests", "`false`"),
        new("welcome", Shape.Of(Welcome), "mapping", "none", "guests there take a pass before anything else, or log in: `text` of the page, a `password` that guests are told (in plain text here), `pass`: for how long, 10s to 365d, 8h by default", "`{ text: Welcome, password: coffee, pass: 8h }`"),
        new("spoof_check", Shape.True, "`true`", "`true`", "packets whose source does not lie behind the interface they came in by are dropped; it cannot be switched off", "`true`"),
    ]);
}
