namespace Router.Configuration.Reference;

/// <summary>Keys of the parts that are one for the whole router.</summary>
internal static class GlobalParts
{
    /// <summary>`internet`.</summary>
    public static readonly Part Internet = new(
    [
        new("mode", Shape.Word("single", "failover", "balance"), "`single`, `failover`, `balance`", "`balance`", "the first link only; the first usable one in `order`; all usable ones by weight", "`failover`"),
        new("order", Shape.List(Shape.Name), "list of links", "as written", "for `single` and `failover`; links that it leaves out follow as written, but those of weight 0 do not", "`[fiber, dsl]`"),
        new("pin", Shape.Word("host", "connection", "site"), "`host`, `connection`, `site`", "`host`", "what is placed on a link as one, for rules without a `pin`: all that a host does, each connection, or what a host has with one site", "`site`"),
        new("placement", Shape.Word("weight", "measured"), "`weight`, `measured`", "`weight`", "in mode `balance`: links share by their `weight`; or by what they have been seen to carry, and who is new avoids a link that queues, see below", "`measured`"),
        new("pin_idle", Shape.Duration, "duration, 1s to 30d", "`10m`", "how long a pin (of a host, or of a host and a site) outlives its last flow", "`30m`"),
        new("drain_time", Shape.Duration, "duration, 1s to 1d", "`5m`", "how long a flow whose plan is `drain` may stay on its link", "`30m`"),
        new("pick_up_tcp", Shape.Flag, "flag", "`false`", "`true`: an inside host's TCP connection that began elsewhere (before this box took over) is taken up in its middle; `false`: the host gets a reset and opens anew", "`true`"),
    ]);

    /// <summary>`timeouts`.</summary>
    public static readonly Part Timeouts = new(
    [
        new("tcp_established", Shape.Duration, "duration, 124m to 30d", "`124m`", "RFC 5382 REQ-5", "`124m`"),
        new("tcp_transitory", Shape.Duration, "duration, 4m to 30d", "`4m`", "opening and closing; RFC 5382 REQ-5", "`4m`"),
        new("tcp_time_wait", Shape.Duration, "duration, 2m to 30d", "`2m`", "RFC 7857 2.1", "`2m`"),
        new("tcp_reset", Shape.Duration, "duration, 4m to 30d", "`4m`", "RFC 7857 2.2", "`4m`"),
        new("udp", Shape.Duration, "duration, 2m to 30d", "`5m`", "RFC 4787 REQ-5", "`5m`"),
        new("udp_dns", Shape.Duration, "duration, 5s to 30d", "`30s`", "to port 53; RFC 4787 REQ-5a", "`30s`"),
        new("icmp", Shape.Duration, "duration, 1m to 30d", "`1m`", "RFC 5508 REQ-2", "`1m`"),
        new("other", Shape.Duration, "duration, 1m to 30d", "`10m`", "", "`10m`"),
    ]);

    /// <summary>An exception of `limits`.</summary>
    public static readonly Part Exception = new(
    [
        new("source", Shape.List(Shape.End), "as a rule's source, without users", "needed", "for whom it holds", "`[10.0.0.53]`"),
        new("flows", Shape.Limit, "1 to 16777216, `unlimited`", "as for everybody", "live flows that one host began", "`unlimited`"),
        new("new_flows", Shape.Limit, "1 to 16777216, `unlimited`", "as for everybody", "flows that it begins in a minute", "`unlimited`"),
    ]);

    /// <summary>`limits`.</summary>
    public static readonly Part Limits = new(
    [
        new("flows", Shape.Limit, "1 to 16777216, `unlimited`", "`600`", "live flows that one host began", "`2000`"),
        new("new_flows", Shape.Limit, "the same", "`600`", "flows that it begins in a minute; so many at once after a quiet minute, then at a steady rate", "`1200`"),
        new("exceptions", Shape.List(Shape.Of(Exception, isWhole: true), isBare: false), "a list, the first that names a host holds", "none", "`source` as in a rule (addresses, networks, ranges, groups, zones), with `flows`, `new_flows` or both; what it does not say is as for everybody", "`[{ source: [10.0.0.53], flows: unlimited, new_flows: unlimited }]`"),
    ]);

    /// <summary>`dns`.</summary>
    public static readonly Part Dns = new(
    [
        new("servers_file", Shape.Path, "path", "none", "where the name servers of the links in use are written for dnsmasq (`servers-file`), each with the address of its link, from which it is to be asked", "`/run/routerd-dns/servers`"),
    ]);

    /// <summary>`tables`.</summary>
    public static readonly Part Tables = new(
    [
        new("flows", Shape.Number(1024, 16_777_216), "1024 to 16777216", "`262144`", "flows held at once; taken at start", "`1048576`"),
        new("pins", Shape.Number(256, 1_048_576), "256 to 1048576", "`65536`", "pins held at once, of hosts and of hosts for a site; taken at start", "`16384`"),
    ]);

    /// <summary>A device of `license.reserved`.</summary>
    public static readonly Part Reserved = new(
    [
        new("mac", Shape.Mac, "MAC", "one of the two", "the device", "`02:00:00:00:00:10`"),
        new("address", Shape.Address, "address", "one of the two", "the device, where its MAC is not seen", "`10.8.0.7`"),
        new("name", Shape.Text(200), "text", "none", "what it is called in lists", "`printer`"),
    ]);

    /// <summary>`license`.</summary>
    public static readonly Part License = new(
    [
        new("file", Shape.Path, "path", "`/etc/routerd/license.txt`", "the licence; while it is not there the base of 5 users holds", "`/etc/routerd/license.txt`"),
        new("mode", Shape.Word("per-user", "per-host"), "`per-user`, `per-host`", "`per-user`", "seats of users and places of devices; or as many hosts as the licence has users, and no logins", "`per-host`"),
        new("device_idle", Shape.Duration, "duration", "`15m`", "how long a place outlives the last live flow of its device", "`30m`"),
        new("reserved", Shape.List(Shape.Of(Reserved, isWhole: true), isBare: false), "list of `{ mac or address, name }`", "none", "devices for which a place is kept, at most 1,000; those beyond the licence have none kept", "`[{ mac: \"02:00:00:00:00:10\", name: printer }]`"),
        new("contact", Shape.Text(200), "text", "none", "whom people are told to ask when they are refused", "`Anna, room 12`"),
    ]);
}
