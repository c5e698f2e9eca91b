using System.Diagnostics;
using Router.Daemon.Plumbing;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Tests.Daemon.Plumbing;

public class NftScriptTests
{
    private static readonly PlumbingPlan Plan = new()
    {
        Zones = [new ZonePlan(new PortId(1), "trusted", ["lan0"], 1500), new ZonePlan(new PortId(2), "guest", ["guest0"], 1500)],
        Links = [new LinkPlan("fiber", "wan0", [], [])],
        PortalPorts = [4081, 4080],
    };

    [Fact]
    public void A_rule_becomes_a_line_for_each_family_and_service()
    {
        var rule = new InputRule
        {
            Name = "Printers",
            Interfaces = ["lan0", "lan1"],
            Sources = [Range("10.0.5.0", "10.0.5.255"), Range("10.0.5.128", "10.0.6.9"), Range("2001:db8::1", "2001:db8::1")],
            Services = [new ServiceMatch(6, 9100, 9100), new ServiceMatch(1, 0, 65535)],
            Action = RuleAction.Allow,
        };
        Assert.Equal(
        [
            "iifname { \"lan0\", \"lan1\" } ip saddr { 10.0.5.0-10.0.6.9 } meta l4proto 6 th dport 9100-9100 counter accept comment \"Printers\"",
            "iifname { \"lan0\", \"lan1\" } ip saddr { 10.0.5.0-10.0.6.9 } meta l4proto { icmp, icmpv6 } counter accept comment \"Printers\"",
            "iifname { \"lan0\", \"lan1\" } ip6 saddr { 2001:db8::1 } meta l4proto 6 th dport 9100-9100 counter accept comment \"Printers\"",
            "iifname { \"lan0\", \"lan1\" } ip6 saddr { 2001:db8::1 } meta l4proto { icmp, icmpv6 } counter accept comment \"Printers\"",
        ], Lines(rule));
    }

    [Theory]
    [InlineData(RuleAction.Allow, RuleFamily.Any, "counter accept comment \"x\"")]
    [InlineData(RuleAction.Deny, RuleFamily.IPv4, "meta nfproto ipv4 counter goto refuse comment \"x\"")]
    [InlineData(RuleAction.Drop, RuleFamily.IPv6, "meta nfproto ipv6 counter drop comment \"x\"")]
    public void A_rule_without_ends_speaks_of_its_family(RuleAction action, RuleFamily family, string line) =>
        Assert.Equal([line], Lines(new InputRule { Name = "x", Action = action, Family = family }));

    [Fact]
    public void A_rule_for_users_asks_a_set_for_each_family_and_rules_for_the_same_users_the_same_set()
    {
        var staff = new IdentitySet(["tony"], ["staff"], everyUser: false);
        InputRule Rule(string name, IdentitySet who, RuleFamily family = RuleFamily.Any) =>
            new() { Name = name, Who = who, Family = family, Services = [new ServiceMatch(6, 22, 22)], Action = RuleAction.Allow };
        string script = NftScript.Build(Plan with { Input = [Rule("a", staff), Rule("b", new IdentitySet([], [], true), RuleFamily.IPv6), Rule("c", new IdentitySet(["TONY"], ["Staff"], false), RuleFamily.IPv4)] }, []);
        Assert.Equal(
        [
            "set users0_4 { type ipv4_addr; comment \"user:tony, group:staff\"; }", "set users0_6 { type ipv6_addr; comment \"user:tony, group:staff\"; }",
            "set users1_4 { type ipv4_addr; comment \"authenticated\"; }", "set users1_6 { type ipv6_addr; comment \"authenticated\"; }",
            "ip saddr @users0_4 meta l4proto 6 th dport 22-22 counter accept comment \"a\"", "ip6 saddr @users0_6 meta l4proto 6 th dport 22-22 counter accept comment \"a\"",
            "ip6 saddr @users1_6 meta l4proto 6 th dport 22-22 counter accept comment \"b\"",
            "ip saddr @users0_4 meta l4proto 6 th dport 22-22 counter accept comment \"c\"",
        ], Commented(script));
    }

    [Fact]
    public void A_rule_of_another_family_than_its_sources_matches_nothing() =>
        Assert.Empty(Lines(new InputRule { Name = "x", Action = RuleAction.Allow, Family = RuleFamily.IPv6, Sources = [Range("10.0.0.1", "10.0.0.1")] }));

    [Fact]
    public void A_name_cannot_end_its_string()
    {
        string line = Assert.Single(Lines(new InputRule { Name = "a\" drop; \\ \n", Action = RuleAction.Allow }));
        Assert.Equal("counter accept comment \"a drop;  \"", line);
    }

    [Fact]
    public void An_interface_that_was_made_anew_makes_another_script() =>
        Assert.NotEqual(NftScript.Build(Plan, [("wan0", 3)]), NftScript.Build(Plan, [("wan0", 4)]));

    [Fact]
    public void A_link_that_does_not_exist_has_no_hook() =>
        Assert.DoesNotContain("ingress", NftScript.Build(Plan, []), StringComparison.Ordinal);

    [Fact]
    public void The_portal_is_open_to_every_zone_before_any_rule()
    {
        PlumbingPlan plan = Plan with { Input = [new InputRule { Name = "closed", Action = RuleAction.Drop }] };
        string script = NftScript.Build(plan, []);
        int portal = script.IndexOf("tcp dport { 4080, 4081 } accept", StringComparison.Ordinal), rule = script.IndexOf("closed", StringComparison.Ordinal);
        Assert.InRange(portal, script.IndexOf("chain input", StringComparison.Ordinal), rule);
        Assert.DoesNotContain("4080", NftScript.Build(plan with { PortalPorts = [] }, []), StringComparison.Ordinal);
    }

    [Fact]
    public void No_connection_is_tracked() => Assert.DoesNotContain(" ct ", NftScript.Build(Plan, [("wan0", 3)]), StringComparison.Ordinal);

    /// <summary>`nft --check` reads it with the kernel's help; the hook needs an interface that exists everywhere.</summary>
    [Fact]
    public void Nft_accepts_every_kind_of_rule()
    {
        NetworkNamespace.SkipUnlessRoot();
        InputRule[] rules = [.. from action in Enum.GetValues<RuleAction>()
                                from family in Enum.GetValues<RuleFamily>()
                                from protocol in new byte[] { 0, 1, 6, 17, 33, 47, 132, 136 }
                                select new InputRule
                                {
                                    Name = $"{action} {family} {protocol}", Action = action, Family = family, Interfaces = ["lan0"],
                                    Sources = [Range("10.0.0.0", "10.0.0.255"), Range("2001:db8::", "2001:db8::ffff")],
                                    Services = protocol == 0 ? [] : [new(protocol, 0, 65535), new(protocol, 10, 20)],
                                }];
        rules = [.. rules, .. rules.Take(9).Select(rule => rule with { Interfaces = [], Sources = [], Who = new IdentitySet(["o'brien", "a\"b"], [rule.Name], false) })];
        var start = new ProcessStartInfo("nft", ["--check", "-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        using Process nft = Process.Start(start)!;
        nft.StandardInput.Write(NftScript.Build(Plan with { Input = rules }, [("lo", 1)]));
        nft.StandardInput.Close();
        Assert.Equal("", nft.StandardError.ReadToEnd());
        nft.WaitForExit();
        Assert.Equal(0, nft.ExitCode);
    }

    /// <summary>The lines that one rule becomes in the input chain.</summary>
    private static string[] Lines(InputRule rule) => Commented(NftScript.Build(Plan with { Input = [rule] }, []));

    private static string[] Commented(string script) => [.. script.Split('\n').Select(l => l.Trim()).Where(l => l.Contains(" comment ", StringComparison.Ordinal))];

    private static AddressRange Range(string first, string last) => new(Address.Parse(first), Address.Parse(last));
}
