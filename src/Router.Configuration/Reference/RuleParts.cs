namespace Router.Configuration.Reference;

/// <summary>Keys of rules, and of what they name.</summary>
internal static class RuleParts
{
    /// <summary>`nat` of a rule.</summary>
    public static readonly Part Nat = new(
    [
        new("source", Shape.NatSource, "as above", "`auto`", "the same within a mapping", "`198.51.100.7`"),
        new("full_cone", Shape.Flag, "flag", "`false`", "anybody may answer to a mapping that this rule made (RFC 4787 5); `check` warns if it is not for one host and few ports", "`true`"),
    ]);

    /// <summary>Plans for live flows, by protocol.</summary>
    public static readonly Part Plans = new(
    [
        new("tcp", Shape.Plan, "a plan", "as for rules", "what becomes of flows of TCP", "`keep`"),
        new("udp", Shape.Plan, "a plan", "as for rules", "what becomes of flows of UDP", "`keep`"),
        new("icmp", Shape.Plan, "a plan", "as for rules", "what becomes of flows of ICMP", "`keep`"),
        new("other", Shape.Plan, "a plan", "as for rules", "what becomes of flows of other protocols", "`keep`"),
    ]);

    /// <summary>A time range.</summary>
    public static readonly Part Time = new(
    [
        new("days", Shape.List(Shape.Days), "days", "every day", "the days on which it begins", "`mon-fri`"),
        new("from", Shape.TimeOfDay, "time of day", "`00:00`", "when it begins, local time", "`08:00`"),
        new("to", Shape.TimeOfDay, "time of day", "`24:00`", "when it ends; not after `from`: on the next day", "`18:00`"),
    ]);

    /// <summary>A rule.</summary>
    public static readonly Part Rule = new(
    [
        new("name", Shape.Text(100), "text", "needed", "each name once: counters and logs go by it, also over a reload", "`Mail by DSL`"),
        new("enabled", Shape.Flag, "flag", "`true`", "`false`: the rule matches nothing", "`false`"),
        new("source", Shape.List(Shape.End, least: 1), "list, see below", "any", "where a flow comes from", "`[trusted, 10.9.0.0/16]`"),
        new("destination", Shape.List(Shape.End, least: 1), "list, see below", "any", "where it goes", "`[internet]`"),
        new("service", Shape.List(Shape.Service, least: 1), "list, see below", "any", "what it speaks", "`[https, tcp/8080]`"),
        new("family", Shape.Word("ipv4", "ipv6", "any"), "`ipv4`, `ipv6`, `any`", "`any`", "", "`ipv4`"),
        new("action", Shape.Word("allow", "deny", "drop"), "`allow`, `deny`, `drop`", "needed", "`deny` answers (RST, or ICMP \"administratively prohibited\"), `drop` is silent", "`deny`"),
        new("log", Shape.List(Shape.Word("none", "connections", "packets")), "`none`, `connections`, `packets`, or both of these", "`none`", "what is written to the journal", "`[connections, packets]`"),
        new("dscp", Shape.Dscp, "0 to 63, or a name (`ef`, `af41`, `cs1`, ...)", "left alone", "the code point to write", "`ef`"),
        new("time", Shape.Name, "a name from `times`", "always", "outside of it the rule matches nothing, and what it alone allowed is closed", "`office-hours`"),
        new("link", Shape.List(Shape.Name, least: 1), "a link, or several in order", "the mode decides", "the links that carry it", "`[fiber, dsl]`"),
        new("fallback", Shape.Flag, "flag", "`false`", "`true`: while none of its links is usable, others serve; without it the traffic is refused meanwhile (if you do not say either, `check` warns)", "`true`"),
        new("pin", Shape.Word("host", "connection", "site"), "`host`, `connection`, `site`", "`internet.pin`", "what is placed on a link as one", "`connection`"),
        new("nat", Shape.Any(Shape.NatSource, Shape.Of(Nat)), "`auto`, `off`, an address, or a mapping", "`auto`", "the source that the outside sees: the link's address, no translation, this address", "`off`") { Below = Nat },
        new("forward_to", Shape.ForwardTarget, "`HOST`, `HOST:PORT`, `[V6]:PORT`", "none", "port mapping: what arrives for the box goes to this address, of its family alone; needs `destination` to be `firewall` or links, and a `service` if it changes the port", "`10.0.0.80:443`"),
        new("helpers", Shape.List(Shape.Word("ftp", "tftp", "pptp", "sip", "none")), "list of `ftp`, `tftp`, `pptp`, `sip`; or `none`", "`[ftp, tftp, pptp]`", "protocols that name addresses in what they say, to be read along where the rule's flows go to their port, see below", "`none`"),
        new("on_link_down", Shape.Plans, "a plan, or a mapping of `tcp`, `udp`, `icmp`, `other` to plans", "`{ tcp: reset, udp: move, icmp: move, other: move }`", "what becomes of its live flows when their link goes, or loses its address", "`{ tcp: keep }`"),
        new("on_link_degrade", Shape.Plans, "the same", "`keep`", "what becomes of them when their link is degraded and a healthy one would take them", "`{ udp: move }`"),
        new("on_link_return", Shape.Plans, "the same", "`keep`", "what becomes of them when a better link returns. By `mode: balance` no healthy link is better than another, unless the rule's `link` says so", "`move`"),
    ]);

    /// <summary>`default_rule`.</summary>
    public static readonly Part DefaultRule = new(
    [
        new("action", Shape.Word("drop", "deny"), "`drop`, `deny`", "`drop`", "what no rule matched; never `allow`", "`deny`"),
        new("log", Shape.List(Shape.Word("none", "connections", "packets")), "as for rules", "`none`", "", "`packets`"),
    ]);

    /// <summary>A web rule.</summary>
    public static readonly Part WebRule = new(
    [
        new("name", Shape.Text(100), "text", "needed", "each name once: counters and logs go by it", "`No games`"),
        new("enabled", Shape.Flag, "flag", "`true`", "`false`: the rule matches nothing", "`false`"),
        new("url", Shape.List(Shape.Text(1000)), "one or a list", "any", "hosts and URLs", "`[\"*.example.net\", \"example.org/games/*\"]`"),
        new("list", Shape.List(Shape.Text(4096)), "one or a list of files", "none", "files of host names, each with all names beneath; relative to the file that names them", "`lists/ads.txt`"),
        new("users", Shape.List(Shape.Text(70)), "list", "everybody", "names of users, `group:NAME`, `authenticated`", "`[tony, \"group:staff\"]`"),
        new("zones", Shape.List(Shape.Name), "list of zones", "all", "where the reader is", "`[guest]`"),
        new("time", Shape.Name, "a name from `times`", "always", "outside of it the rule matches nothing", "`office-hours`"),
        new("action", Shape.Word("allow", "deny", "drop", "redirect"), "`allow`, `deny`, `drop`, `redirect`", "needed", "`deny`: the page for HTTP, an end at once for the others; `drop`: silence", "`deny`"),
        new("text", Shape.Text(2000), "text, up to 2,000 characters", "none", "what the page says", "`This site is blocked here.`"),
        new("to", Shape.WebUrl, "URL", "with `redirect` needed", "where HTTP is led; TLS and QUIC are denied", "`http://intranet.example/`"),
    ]);

    /// <summary>`web`.</summary>
    public static readonly Part Web = new(
    [
        new("unreadable", Shape.Word("allow", "deny"), "`allow`, `deny`", "`allow`", "what becomes of that which cannot be read", "`deny`"),
        new("ports", Shape.List(Shape.Number(1, 65535)), "list of ports", "`[80, 443, 8080, 8443]`", "where the web is looked for, by TCP and UDP", "`[80, 443]`"),
    ]);
}
