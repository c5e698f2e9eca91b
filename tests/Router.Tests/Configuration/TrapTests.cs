using Router.Configuration;

namespace Router.Tests.Configuration;

/// <summary>Configurations that are right and surprise their author: each trap is told beside a like configuration of which nothing is said.</summary>
public sealed class TrapTests
{
    private const string Use = "rules: [{ name: r, source: [trusted], action: allow, link: lte, fallback: true }]\n";

    [Theory]
    [InlineData("weight: 0", "internet: { mode: balance }", "link `lte` is reserved (`weight: 0`) and no rule names it: it carries nothing, even while the others are down")]
    [InlineData("weight: 0", "rules: [{ name: r, enabled: false, action: allow, link: lte, fallback: true }]", "link `lte` is reserved")]
    [InlineData("weight: 0", Use, null)]
    [InlineData("weight: 0", "internet: { mode: failover, order: [fiber, lte] }", null)]
    [InlineData("weight: 1", "internet: { mode: balance }", null)]
    [InlineData("weight: 0, enabled: false", "internet: { mode: balance }", null)]
    [InlineData("gateway: 203.0.113.1, health: { targets: [gateway, \"icmp:203.0.113.1\"], quorum: 2 }", "", "`icmp:203.0.113.1` is the gateway of link `lte` itself")]
    [InlineData("gateway: 203.0.113.1, health: { targets: [\"icmp:203.0.113.1\", \"icmp:1.1.1.1\"] }", "", null)]
    [InlineData("gateway: 203.0.113.1, health: { targets: [gateway] }", "", null)]
    [InlineData("weight: 1", "internet: { placement: measured }", "`fiber` and `lte` are probed by the gateway only")]
    [InlineData("weight: 1", "internet: { placement: measured }\nhealth: { targets: [gateway, \"icmp:1.1.1.1\"] }", null)]
    [InlineData("weight: 1", "internet: { placement: measured, mode: failover }", null)]
    public void A_link_that_does_less_than_it_seems(string lte, string more, string? told) => Expect(
        "zones: { trusted: { interfaces: [lan0] } }\nlinks:\n  fiber: { interface: wan0 }\n  lte: { interface: wan2, " + lte + " }\n" + more + "\n", told);

    [Theory]
    [InlineData("", "every link has `weight: 0`, and `mode: balance` places nothing on such")]
    [InlineData("internet: { mode: failover, order: [a, b] }", null)]
    public void Nobody_has_weight(string more, string? told) =>
        Expect("zones: { trusted: { interfaces: [lan0] } }\nlinks: { a: { interface: wan0, weight: 0 }, b: { interface: wan1, weight: 0 } }\n" + more + "\n", told);

    [Theory]
    [InlineData("destination: [firewall], service: [tcp/1-1024], action: deny", "source: [internet], destination: [firewall], service: [tcp/443, tcp/8443], forward_to: 10.0.0.80", "rule `first` above takes some of what rule `second` is to forward, so that does not reach 10.0.0.80")]
    [InlineData("source: [internet], destination: [fiber], service: [https], action: allow", "source: [internet], destination: [firewall], service: [tcp/443], forward_to: 10.0.0.80", "rule `first` above takes some")]
    [InlineData("source: [internet], destination: [firewall], service: [tcp/443], action: allow, forward_to: 10.0.0.81", "destination: [firewall], service: [tcp/443], forward_to: 10.0.0.80", "rule `first` above takes some")]
    [InlineData("source: [192.0.2.0/24], destination: [firewall], action: deny", "source: [internet], destination: [firewall], service: [tcp/443], forward_to: 10.0.0.80", null)]
    [InlineData("source: [internet], destination: [dsl], service: [https], action: deny", "source: [internet], destination: [fiber], service: [tcp/443], forward_to: 10.0.0.80", null)]
    [InlineData("source: [internet], destination: [firewall], service: [tcp/8080], action: allow", "source: [internet], destination: [firewall], service: [tcp/8000-8999], forward_to: 10.0.0.80", null)]
    [InlineData("source: [internet], destination: [internet], action: deny", "source: [internet], destination: [firewall], service: [tcp/443], forward_to: 10.0.0.80", null)]
    [InlineData("enabled: false, destination: [firewall], action: deny", "source: [internet], destination: [firewall], service: [tcp/443, tcp/80], forward_to: 10.0.0.80", null)]
    [InlineData("family: ipv6, destination: [firewall], action: deny", "family: ipv4, source: [internet], destination: [firewall], service: [tcp/443], forward_to: 10.0.0.80", null)]
    public void A_forward_that_an_earlier_rule_takes_from(string first, string second, string? told) =>
        Expect(Loading.Base + $"rules:\n  - {{ name: first, {first} }}\n  - {{ name: second, {second}, action: allow }}\n"
            // A rule that shuts the box to everybody would be told of too.
            + "  - { name: last, source: [trusted], destination: [firewall], service: [ssh], action: allow }\n", told, "nobody reaches the box by SSH", "can never match");

    [Theory]
    [InlineData("- { name: a, source: [trusted, vpn], destination: [firewall], action: deny }", "nobody reaches the box by SSH any more: rule `a` refuses it to `trusted`, and no rule allows it to anybody")]
    [InlineData("- { name: a, destination: [firewall], service: [tcp/20-30], action: drop }", "nobody reaches the box by SSH any more")]
    [InlineData("- { name: a, source: [trusted], destination: [firewall], action: deny }", null)]
    [InlineData("- { name: a, destination: [firewall], service: [tcp/80], action: drop }", null)]
    [InlineData("- { name: o, source: [10.0.0.9], destination: [firewall], service: [ssh], action: allow }\n  - { name: a, destination: [firewall], action: deny }", null)]
    [InlineData("- { name: a, destination: [any], action: deny }", null)]
    public void The_administrator_is_locked_out(string rules, string? told) =>
        Expect(Loading.Base + "rules:\n  " + rules + "\n", told);

    [Theory]
    [InlineData("users: { require_login: [trusted] }\nportal: { enabled: false }", "", "without the portal nobody can log in by web")]
    [InlineData("portal: { enabled: false }", "source: [authenticated], destination: [internet]", "without the portal nobody can log in by web")]
    [InlineData("portal: { enabled: false }", "source: [trusted], destination: [internet]", null)]
    [InlineData("users: { require_login: [trusted] }", "source: [trusted], destination: [firewall], service: [dns]", null)]
    [InlineData("users: { require_login: [trusted] }", "source: [trusted], destination: [firewall], service: [udp/53], action: deny", "rule `r` keeps hosts of `trusted` from the box's name server (udp/53)")]
    [InlineData("users: { require_login: [guest] }", "source: [trusted], destination: [firewall], service: [udp/53], action: deny", null)]
    [InlineData("users: { require_login: [trusted] }", "source: [trusted], destination: [firewall], service: [tcp/4080], action: deny", null)]
    public void Nobody_can_log_in(string more, string rule, string? told) => Expect(Loading.Base + more
        + (rule.Length == 0 ? "\n" : $"\nrules: [{{ name: r, {rule}{(rule.Contains("action", StringComparison.Ordinal) ? "" : ", action: allow")} }}]\n"), told);

    [Theory]
    [InlineData("timeouts: { other: 1m }", "`other` of 60s is no longer than a tunnel (GRE, ESP) may be silent between two keep-alives")]
    [InlineData("timeouts: { other: 2m }", null)]
    [InlineData("users: { require_login: true, login_idle: 2m }", "`login_idle` of 120s is shorter than a sleeping telephone is silent")]
    [InlineData("users: { require_login: true, login_idle: 5m }", null)]
    [InlineData("users: { login_idle: 2m }", null)]
    public void An_idle_time_that_ends_what_is_alive(string more, string? told) => Expect(Loading.Base + more + "\n", told);

    [Theory]
    [InlineData("source: [trusted], action: allow", "source: [guest], action: allow", "source: [trusted, guest], action: deny", "rule `c` can never match: `a` and `b` above it together take all of it; move it up, narrow those above, or remove it")]
    [InlineData("service: [tcp/80], action: allow", "service: [udp/53], action: allow", "source: [trusted], service: [dns, http], action: deny", null)]
    [InlineData("service: [tcp/80], action: allow", "service: [dns], action: allow", "source: [trusted], service: [dns, tcp/80], action: deny", "rule `c` can never match: `a` and `b` above it together take all of it")]
    [InlineData("source: [trusted], action: allow", "source: [vpn], action: allow", "source: [trusted, guest], action: deny", null)]
    public void A_rule_that_several_hide_together(string a, string b, string c, string? told) =>
        Expect(Loading.Base + $"rules:\n  - {{ name: a, {a} }}\n  - {{ name: b, {b} }}\n  - {{ name: c, {c} }}\n", told);

    [Fact]
    public void A_trap_names_its_place() => Assert.Equal(
        "f.yaml:8:35: warning: link `lte` is reserved (`weight: 0`) and no rule names it: it carries nothing, even while the others are down; name it in a rule (`link: lte`) or in `internet.order`, or give it a weight",
        Assert.Single(Loading.Warnings(Loading.Base.Replace("weight: 1", "weight: 0", StringComparison.Ordinal))));

    private static void Expect(string text, string? told, params string[] aside)
    {
        string[] warnings = [.. Loading.Warnings(text).Where(warning => !Array.Exists(aside, other => warning.Contains(other, StringComparison.Ordinal)))];
        if (told is null) Assert.Empty(warnings);
        else Assert.Contains(told, Assert.Single(warnings), StringComparison.Ordinal);
    }
}
