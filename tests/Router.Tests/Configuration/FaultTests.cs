using Router.Configuration;

namespace Router.Tests.Configuration;

/// <summary>Each mistake is told with its place, in words, with what to write instead.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("zone: {}", "9:1: unknown key `zone`; write `zones`")]
    [InlineData("internet: { mod: balance }", "9:13: unknown key `mod`; write `mode`")]
    [InlineData("internet: { mode: balanced }", "9:19: `balanced` is not possible for `mode`; write `balance`")]
    [InlineData("internet: { order: [fibre] }", "9:21: there is no link `fibre`; write `fiber`")]
    [InlineData("internet: { order: [dsl, dsl] }", "9:26: link `dsl` is named twice; name each link once")]
    [InlineData("internet: { drain_time: 2d }", "9:25: `drain_time` of 2d is above 1d; write 1s to 1d")]
    [InlineData("internet: { pin_idle: 10 }", "9:23: `10` is not a duration; write a number and a unit: 500ms, 30s, 10m, 8h, 2d")]
    [InlineData("internet: [1]", "9:11: `internet` must be a mapping; write `key: value` lines below it")]
    [InlineData("internet: { mode: [balance] }", "9:19: `mode` must be a single value; write it on one line, without brackets")]
    [InlineData("health: { quorum: 2 }", "9:9: a quorum of 2 can never be reached with 1 target(s); lower `quorum` or add targets")]
    [InlineData("health: { targets: [\"tcp:1.1.1.1\"] }", "9:21: `tcp:1.1.1.1` is not a probe's target; write `gateway`, `icmp:1.1.1.1`, `tcp:9.9.9.9:443`, `tcp:[2620:fe::fe]:443`, `dns:9.9.9.9/example.com` or `https://example.com/ok`")]
    [InlineData("health: { degraded: { loss: 10 } }", "9:29: `10` is not a share; write a percentage such as 10%")]
    [InlineData("timeouts: { tcp_established: 1h }", "9:30: `tcp_established` of 1h is below 124m (RFC 5382 REQ-5); write 124m to 30d")]
    [InlineData("timeouts: { udp: 30s }", "9:18: `udp` of 30s is below 2m (RFC 4787 REQ-5); write 2m to 30d")]
    [InlineData("timeouts: { icmp: 59s }", "9:19: `icmp` of 59s is below 1m (RFC 5508 REQ-2); write 1m to 30d")]
    [InlineData("tables: { flows: 10 }", "9:18: `10` is not a number from 1024 to 16777216; write a whole number in that range")]
    [InlineData("default_rule: { action: allow }", "9:25: the default rule cannot allow; write `deny` or `drop`, and a rule of its own for what may pass")]
    [InlineData("on_exit: open", "9:10: `on_exit: open` is not part of this release; write `closed`, or remove it")]
    [InlineData("services: { tcp: [tcp/1] }", "9:13: `tcp` is a protocol and cannot name a service; choose another name")]
    [InlineData("services: { a: [tcp/80,443] }", "9:24: there is no service `443`; write `tcp/443` or `udp/443` for a port, `ip/443` for a protocol")]
    [InlineData("services: { a: \"tcp/80,443\" }", "9:16: `80,443` is not a port or a range of ports; write `[tcp/80, tcp/443]`")]
    [InlineData("services: { a: [udp/20-10] }", "9:17: `20-10` is not a port or a range of ports; write `udp/10-20`")]
    [InlineData("services: { a: [any] }", "9:16: service `a` cannot be any; leave `service` out of a rule that means any")]
    [InlineData("groups: { trusted: [10.0.0.1] }", "9:11: group `trusted` has the name of a zone, defined at f.yaml:2:3; zones, links and groups need names of their own")]
    [InlineData("groups: { a: [trusted] }", "9:15: `trusted` is not an address, a network, a range or a host name; list such items here; name zones and other groups in the rule itself")]
    [InlineData("groups: { a: [10.0.0.9-10.0.0.1] }", "9:15: the range `10.0.0.9-10.0.0.1` ends before it begins, or mixes families; write the lower address first, both of one family")]
    [InlineData("times: { a: { days: someday } }", "9:21: `someday` is not a day; write days such as `mon-fri`, `sat,sun` or `daily`", 2)]
    [InlineData("times: { a: { from: \"25:00\" } }", "9:21: `25:00` is not a time of day; write \"00:00\" to \"23:59\"")]
    [InlineData("users: { directory: { base: \"dc=a\" } }", "9:10: `directory` has no `url`; write one, such as `url: ldaps://dc1.example.com`")]
    [InlineData("users: { directory: { url: ldaps://a.example } }", "9:10: `directory` has no `base`; write below what people are looked for, such as `base: \"dc=example,dc=com\"`")]
    [InlineData("users: { directory: { url: http://a.example, base: b } }", "9:28: `http://a.example` is not the URL of a directory; write scheme and host, such as `ldaps://dc1.example.com` or `ldap://10.0.0.9:389`")]
    [InlineData("users: { directory: { url: [ldap://a, ldap://b, ldap://c], base: b } }", "9:28: 3 directory servers; write two at the most")]
    [InlineData("users: { directory: { url: ldap://a, base: b, bind: c } }", "9:21: `bind` and `password_file` belong together; write both, or neither where anybody may search")]
    [InlineData("users: { directory: { url: ldap://a, base: b, timeout: 1m } }", "9:56: `timeout` of 1m is above 30s; write 500ms to 30s")]
    [InlineData("users: { directory: { url: ldap://a, base: b, ca_file: ca.pem } }", "9:56: `ca.pem` is not a path from the root on; write one such as `/etc/routerd/ca.pem`")]
    [InlineData("portal: { http: 80 }", "9:17: `80` is not a number from 1024 to 65535; write a whole number in that range")]
    [InlineData("portal: { http: 4081 }", "9:9: `http` and `https` are both 4081; give each a port of its own")]
    [InlineData("portal: { key: /k }", "9:9: `certificate` and `key` belong together; write both, or neither and one is made")]
    [InlineData("portal: { certificate: c.pem, key: /k }", "9:24: `c.pem` is not a path from the root on; write one such as `/etc/routerd/c.pem`")]
    [InlineData("portal: { hostname: 10.0.0.1 }", "9:21: `10.0.0.1` is not a host name; write one such as `router.example.lan`")]
    [InlineData("portal: { hostname: \"a b\" }", "9:21: `a b` is not a host name; write one such as `router.example.lan`")]
    [InlineData("metrics: { listen: 9469 }", "9:20: `9469` is not an address and a port; write such as `127.0.0.1:9469` or `\"[::1]:9469\"`")]
    [InlineData("metrics: { token_file: /etc/token }", "9:10: `token_file` without `allow` lets nobody in; write from where one may ask, such as `allow: [trusted]`")]
    [InlineData("metrics: { allow: [internet] }", "9:20: `internet` is neither a local zone nor an address; write a zone (trusted, guest, vpn), an address or a network such as `10.0.0.0/24`")]
    public void A_mistake_outside_of_rules(string line, string told, int count = 1)
    {
        LoadResult result = Loading.Text(Loading.Base + line + "\n");
        Assert.Null(result.Settings);
        Assert.Equal(count, result.Errors.Count);
        Assert.Equal("f.yaml:" + told, result.Errors[0].ToString());
    }

    [Theory]
    [InlineData("source: [trsted]", "11:14: there is no zone, link or group `trsted`; write `trusted`")]
    [InlineData("source: [10.0.0.300]", "11:14: `10.0.0.300` is not an address, a network or a range; write 10.0.0.5, 10.0.0.0/24, 10.0.0.5-10.0.0.9, or the like in IPv6")]
    [InlineData("source: [10.0.0.0/33]", "11:14: `10.0.0.0/33` is not an address, a network or a range; write 10.0.0.5, 10.0.0.0/24, 10.0.0.5-10.0.0.9, or the like in IPv6")]
    [InlineData("source: []", "11:13: an empty `source` would match nothing; remove it for any, or name something")]
    [InlineData("source: [\"user:\"]", "11:14: `user:` names nobody; write `user:NAME`, with 1 to 64 characters and no spaces")]
    [InlineData("source: [\"group:my staff\"]", "11:14: `group:my staff` names nobody; write `group:NAME`, with 1 to 64 characters and no spaces")]
    [InlineData("service: [htps]", "11:15: there is no service `htps`; write `https`")]
    [InlineData("service: 443", "11:14: there is no service `443`; write `tcp/443` or `udp/443` for a port, `ip/443` for a protocol")]
    [InlineData("service: []", "11:14: an empty `service` would match nothing; remove it for any, or name a service")]
    [InlineData("service: icmp/8", "11:14: `icmp` has no ports; write `icmp`")]
    [InlineData("time: lunch", "11:11: there is no time `lunch`; define it first")]
    [InlineData("link: fibre", "11:11: there is no link `fibre`; write `fiber`")]
    [InlineData("link: trusted", "11:11: there is no link `trusted`; use one of fiber, dsl, lte")]
    [InlineData("dscp: 64", "11:11: `64` is not a code point; write 0 to 63, or a name such as ef, af41, cs1, default")]
    [InlineData("log: [packets, all]", "11:20: `all` is not possible for `log`; write one of none, connections, packets")]
    [InlineData("nat: none", "11:10: `none` is not a source to translate to; write `auto` (the link's address), `off`, or an address")]
    [InlineData("nat: { source: off, full_cone: true }", "11:10: `full_cone` without translation has nothing to open; remove one of the two")]
    [InlineData("on_link_down: { tpc: move }", "11:21: unknown key `tpc`; write `tcp`")]
    [InlineData("on_link_degrade: go", "11:22: `go` is not possible for `on_link_degrade`; write one of keep, move, reset, drain")]
    [InlineData("on_link_return: stay", "11:21: `stay` is not possible for `on_link_return`; write one of keep, move, reset, drain")]
    [InlineData("forward_to: web:443", "11:17: `web:443` is not a host to forward to; write `10.0.0.80:443`, `10.0.0.80` to keep the port, or `[2001:db8::80]:443`")]
    [InlineData("forward_to: 10.0.0.80", "11:17: `forward_to` needs a destination that is the box itself; write `destination: [firewall]`, or name a link for its address only")]
    [InlineData("forward_to: 10.0.0.80:443\ndestination: dsl", "11:17: forwarding to port 443 needs a service with ports; write `service`, such as `[tcp/443]`, or leave the port out")]
    [InlineData("enabled: yes", "11:14: `yes` is neither true nor false; write `true` or `false`")]
    [InlineData("helpers: [ftp, irc]", "11:20: `irc` is not possible for `helpers`; write one of ftp, tftp, sip, pptp, none")]
    [InlineData("users: [tony]", "11:5: `users` is not part of this release; remove it")]
    [InlineData("desination: any", "11:5: unknown key `desination`; write `destination`")]
    [InlineData("source: { a: b }", "11:15: `source` must be a list; write `[one, two]`, or each item on a line that begins with `-`")]
    [InlineData("source: [vpn-clients, [trusted]]", "11:27: `source` must be a single value; write it on one line, without brackets")]
    public void A_mistake_in_a_rule(string fields, string told, int count = 1)
    {
        LoadResult result = Loading.Text(Loading.WithRule(fields + "\naction: allow"));
        Assert.Null(result.Settings);
        Assert.Equal(count, result.Errors.Count);
        Assert.Equal("f.yaml:" + told, result.Errors[0].ToString());
    }

    [Fact]
    public void All_mistakes_are_told_in_one_go_in_the_order_of_the_file()
    {
        string text = "links:\n  a: { interface: verylonginterface, weight: -1 }\nzones:\n  a: { interfaces: [lan0, lan0] }\n"
            + "  internet: { interfaces: [x0] }\n  averylongzonename: { interfaces: [\"a/b\"] }\nrules:\n  - { action: allow }\n  - { name: x }\n  - { name: X, action: deny }\n";
        Assert.Equal(
            [
                "2:3: link `a` has the name of a zone, defined at f.yaml:4:3",
                "2:19: `verylonginterface` cannot be an interface: longer than 15 characters",
                "2:46: `-1` is not a number from 0 to 1000",
                "4:27: interface `lan0` is used already, at f.yaml:4:21",
                "5:3: `internet` is reserved and cannot name a zone",
                "6:3: zone name `averylongzonename` has 17 characters",
                "6:3: zone `averylongzonename` has no usable interface",
                "6:37: `a/b` cannot be an interface: it has a character that is not allowed",
                "8:5: a rule has no name",
                "9:5: rule `x` has no action",
                "10:13: a rule named `X` stands at f.yaml:9:13 already",
            ],
            Loading.Text(text).Errors.Select(e => $"{e.Line}:{e.Column}: {e.Message}"));
    }

    [Fact]
    public void A_file_without_links_is_refused_so_that_a_truncated_one_replaces_nothing()
    {
        Assert.Equal("f.yaml:1:1: there is no link: nothing can reach the Internet; write `links:` with at least one, such as `fiber: { interface: wan0 }`", Loading.Fault(""));
        Assert.NotEmpty(Loading.Text("# only a remark\n").Errors);
        Assert.NotEmpty(Loading.Text("links:\n").Errors);
    }

    [Fact]
    public void What_cannot_be_read_is_told_by_name()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "router.yaml");
        ConfigurationError error = Assert.Single(ConfigurationLoader.Load(path).Errors);
        Assert.Equal(path, error.File);
        Assert.StartsWith("cannot be read", error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path + ": cannot be read", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flood_of_mistakes_ends_with_a_line_that_says_so()
    {
        LoadResult result = Loading.Text(Loading.Base + string.Concat(Enumerable.Range(0, 5000).Select(i => $"key{i}: 1\n")));
        Assert.Equal(201, result.Errors.Count);
        Assert.Contains(result.Errors, e => e.Message == "more than 200 like these");
    }
}
