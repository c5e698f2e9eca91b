using Router.Configuration;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Tests.Configuration;

/// <summary>What becomes of names: bits, ranges, links, hours, and counters that go on.</summary>
public sealed class CompilerTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly PortRegistry _registry = new();

    private CompiledPolicy Compile(string text, Policy? previous = null, Dictionary<string, Address[]>? hosts = null, DateTimeOffset? now = null) =>
        PolicyCompiler.Compile(Loading.Sound(text), _registry, now ?? Now, hosts, previous, TimeZoneInfo.Utc);

    private Rule Rule(string fields, string before = "", Dictionary<string, Address[]>? hosts = null) =>
        Compile(Loading.WithRule(fields + "\naction: allow", before), hosts: hosts).Policy.Rules[0];

    private static Endpoint At(string address, ulong ports = 0) => new(ports, Address.Parse(address));

    [Fact]
    public void Zones_links_and_the_words_become_bits()
    {
        Selector ends = Rule("destination: [internet, firewall, guest, dsl]").Destination;
        Assert.Equal(PortId.InternetBit | PortId.Host.Bit | _registry.Claim("guest").Bit | _registry.Claim("dsl").Bit, ends.Ports);
        Assert.Equal(_registry.Claim("vpn").Bit, Rule("source: vpn-clients").Source.Ports);
        Assert.True(Rule("source: any").Source.IsAny);
        Assert.True(Rule("source: [trusted, any]").Source.IsAny);
        Assert.True(Rule("log: none").Source.IsAny);
    }

    [Fact]
    public void Networks_ranges_addresses_and_groups_become_ranges_of_both_families()
    {
        Selector ends = Rule("source: [10.0.0.0/30, 10.0.1.5 - 10.0.1.7, \"2001:db8::/64\", desks]", "groups: { desks: [192.0.2.9] }\n").Source;
        Assert.Equal(0UL, ends.Ports);
        foreach (string inside in new[] { "10.0.0.0", "10.0.0.3", "10.0.1.5", "10.0.1.7", "2001:db8::ffff", "192.0.2.9" }) Assert.True(ends.Matches(At(inside, 2)), inside);
        foreach (string outside in new[] { "10.0.0.4", "10.0.1.4", "10.0.1.8", "2001:db8:0:1::", "192.0.2.8", "::" }) Assert.False(ends.Matches(At(outside, 2)), outside);
    }

    [Theory]
    [InlineData("user:Tony")]
    [InlineData("group:staff")]
    [InlineData("authenticated")]
    public void A_user_is_matched_where_he_is_and_nobody_else(string user)
    {
        string text = Loading.WithRule($"source: [\"{user}\"]\naction: allow");
        Assert.Empty(Loading.Warnings(text));
        Policy policy = Compile(text).Policy;
        Assert.True(policy.AsksWho);
        Assert.True(policy.Rules[0].Source.Matches(At("10.0.0.5", 0) with { Who = new Identity("tony", ["Staff"]) }));
        Assert.Equal(user == "authenticated", policy.Rules[0].Source.Matches(At("10.0.0.5", 0) with { Who = new Identity("sam", ["night"]) }));
        Assert.False(policy.Rules[0].Source.Matches(At("10.0.0.5", 0) with { Who = Identity.Guest }));
        UserMention[] mentions = [.. Loading.Sound(text).Users.Mentions];
        Assert.Equal(user == "authenticated" ? [] : [new UserMention(user.ToLowerInvariant(), "f.yaml", 11, 14)], mentions);
        Assert.False(policy.Rules[0].Source.IsAny);
        Assert.False(policy.Rules[0].Source.Matches(At("10.0.0.5", ulong.MaxValue)));
        Assert.Equal(1, policy.Index.Match(At("10.0.0.5", ulong.MaxValue), At("192.0.2.1", ulong.MaxValue), 6, 80));

        // Beside others, the others are meant and nobody else.
        Selector mixed = Rule($"source: [trusted, \"{user}\"]").Source;
        Assert.Equal(_registry.Claim("trusted").Bit, mixed.Ports);
    }

    [Fact]
    public void A_host_name_matches_the_addresses_it_has_and_never_everything()
    {
        const string fields = "destination: [WWW.Example.com]";
        Assert.Equal(["www.example.com"], Loading.Sound(Loading.WithRule(fields + "\naction: allow")).HostNames);

        var hosts = new Dictionary<string, Address[]> { ["www.example.com"] = [Address.Parse("192.0.2.1"), Address.Parse("2001:db8::1")] };
        Selector known = Rule(fields, hosts: hosts).Destination;
        Assert.True(known.Matches(At("192.0.2.1")) && known.Matches(At("2001:db8::1")));
        Assert.False(known.Matches(At("192.0.2.2", ulong.MaxValue)));

        CompiledPolicy unknown = Compile(Loading.WithRule(fields + "\naction: allow"));
        Assert.False(unknown.Policy.Rules[0].Destination.IsAny);
        Assert.False(unknown.Policy.Rules[0].Destination.Matches(At("192.0.2.1", ulong.MaxValue)));
        Assert.Contains("www.example.com", Assert.Single(unknown.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Services_become_protocols_and_ports()
    {
        static (int, int, int)[] Of(Rule rule) => [.. rule.Services.Select(s => ((int)s.Protocol, (int)s.First, (int)s.Last))];
        Assert.Equal([(6, 25, 25), (17, 10000, 20000), (1, 0, 65535), (47, 0, 65535), (132, 5, 5), (6, 0, 65535)],
            Of(Rule("service: [tcp/25, udp/10000-20000, icmp, gre, sctp/5, tcp]")));
        Assert.Equal([(17, 53, 53), (6, 53, 53), (99, 0, 65535)], Of(Rule("service: [DNS, ip/99]")));
        Assert.Equal([(6, 2222, 2222), (6, 22, 22)], Of(Rule("service: ssh", "services: { ssh: [tcp/2222, ssh] }\n")));
        Assert.Empty(Rule("service: any").Services);
        Assert.Empty(Rule("service: [tcp/1, any]").Services);
    }

    [Fact]
    public void Every_other_field_of_a_rule_arrives()
    {
        Rule rule = Rule("family: ipv6\nlog: [connections, packets]\ndscp: ef\nlink: [DSL, lte]\nfallback: true\npin: connection\n"
            + "nat: { source: 198.51.100.7, full_cone: true }\non_link_down: { tcp: keep, other: drain }\non_link_degrade: { udp: move }\non_link_return: move\nenabled: false");
        Assert.Equal(RuleFamily.IPv6, rule.Family);
        Assert.Equal(RuleLog.Connections | RuleLog.Packets, rule.Log);
        Assert.Equal(46, rule.Dscp);
        Assert.Equal([_registry.Claim("dsl"), _registry.Claim("lte")], rule.Links);
        Assert.True(rule.Fallback && rule.FullCone && !rule.Active);
        Assert.Equal(PinMode.Connection, rule.Pin);
        Assert.Equal((SourceNat.Fixed, Address.Parse("198.51.100.7")), (rule.Nat, rule.NatAddress));
        Assert.Equal(new FlowPlans(FlowPlan.Keep, FlowPlan.Move, FlowPlan.Move, FlowPlan.Drain), rule.OnLinkDown);
        Assert.Equal(new FlowPlans(FlowPlan.Move, FlowPlan.Move, FlowPlan.Move, FlowPlan.Move), rule.OnLinkReturn);
        Assert.Equal(FlowPlans.DegradeDefault with { Udp = FlowPlan.Move }, rule.OnLinkDegrade);
        Assert.Equal(FlowPlans.DegradeDefault, Rule("on_link_return: move").OnLinkDegrade);
        Assert.Equal(SourceNat.Off, Rule("nat: off").Nat);
        Assert.Equal(Gateway.Default, rule.Gateways);
        Assert.Equal(Gateway.None, Rule("helpers: none").Gateways);
        Assert.Equal(Gateway.Tftp, Rule("helpers: tftp").Gateways);
        Assert.Equal(Gateway.Ftp | Gateway.Tftp, Rule("helpers: [ftp, tftp]").Gateways);
        Assert.Equal(Gateway.Ftp | Gateway.Sip, Rule("helpers: [ftp, sip]").Gateways);
        Assert.Equal(Gateway.Pptp, Rule("helpers: pptp").Gateways);
        Assert.Equal(PinMode.Connection, Rule("log: none", "internet: { pin: connection }\n").Pin);
        Assert.Equal(PinMode.Site, Rule("log: none", "internet: { pin: site }\n").Pin);
        Assert.Equal(Placement.Weight, Loading.Sound(Loading.Base).Internet.Placement);
        Assert.Equal(Placement.Measured, Loading.Sound(Loading.Base + "internet: { placement: measured }\n").Internet.Placement);
        Assert.Equal(PinMode.Site, Rule("pin: site", "internet: { pin: connection }\n").Pin);
    }

    [Theory]
    [InlineData("10.0.0.80:443", "10.0.0.80", 443)]
    [InlineData("10.0.0.80", "10.0.0.80", 0)]
    [InlineData("\"[2001:db8::80]:443\"", "2001:db8::80", 443)]
    [InlineData("\"2001:db8::80\"", "2001:db8::80", 0)]
    [InlineData("\"[2001:db8::80]\"", "2001:db8::80", 0)]
    public void Forwarding_targets(string text, string host, int port) =>
        Assert.Equal(new ForwardTarget(Address.Parse(host), (ushort)port),
            Rule($"destination: [firewall, dsl]\nservice: tcp/443\nforward_to: {text}").ForwardTo);

    [Theory]
    [InlineData("10.0.0.80:443", RuleFamily.IPv4)]
    [InlineData("\"[2001:db8::80]:443\"", RuleFamily.IPv6)]
    public void A_rule_that_forwards_speaks_of_its_targets_family(string target, RuleFamily family) =>
        Assert.Equal(family, Rule($"destination: [firewall]\nservice: tcp/443\nforward_to: {target}").Family);

    [Fact]
    public void The_order_of_failover_is_what_is_written_and_then_the_rest()
    {
        Policy policy = Compile(Loading.Base + "internet: { mode: failover, order: [LTE, fiber] }\n").Policy;
        Assert.Equal(["lte", "fiber", "dsl"], policy.Order.Select(_registry.NameOf));
        Assert.Equal(["fiber", "dsl", "lte"], policy.Links.Select(l => l.Name));
        Assert.Equal(InternetMode.Failover, policy.Mode);
    }

    [Fact]
    public void Times_in_the_settings_are_microseconds_in_the_policy()
    {
        Policy policy = Compile(Loading.Base + "internet: { pin_idle: 90s, drain_time: 2m }\ntimeouts: { udp: 2m, tcp_established: 1d }\n").Policy;
        Assert.Equal((90_000_000, 120_000_000), (policy.PinIdle, policy.DrainTime));
        Assert.Equal(120_000_000, policy.Timeouts.Udp);
        Assert.Equal(86_400_000_000, policy.Timeouts.TcpEstablished);
        Assert.Equal(new FlowTimeouts().Icmp, policy.Timeouts.Icmp);
    }

    [Fact]
    public void A_reload_keeps_numbers_and_counters_by_name()
    {
        Policy first = Compile(Loading.Base + "rules: [{ name: a, action: allow }, { name: b, action: drop }]\n").Policy;
        first.Rules[1].Counters.Flows = 7;
        first.Rules[2].Counters.Packets = 9;
        Policy second = Compile("links: { dsl: { interface: wan1 } }\nrules: [{ name: b, action: deny }, { name: c, action: drop }]\n", first).Policy;
        Assert.Same(first.Rules[1].Counters, second.Rules[0].Counters);
        Assert.Same(first.Rules[2].Counters, second.Rules[2].Counters);
        Assert.NotSame(first.Rules[0].Counters, second.Rules[1].Counters);
        Assert.Equal(first.Links[1].Id, second.Links[0].Id);
        Assert.Equal(first.Generation + 1, second.Generation);
    }

    [Fact]
    public void A_rule_with_a_time_is_active_in_it_and_the_policy_says_until_when()
    {
        string text = Loading.WithRule("action: allow\ntime: office", "times: { office: { days: mon-fri, from: \"08:00\", to: \"18:00\" } }\n");
        CompiledPolicy inside = Compile(text, now: Now);
        CompiledPolicy after = Compile(text, now: Now.AddHours(6));
        Assert.True(inside.Policy.Rules[0].Active);
        Assert.Equal(Now.AddHours(6), inside.NextChange);
        Assert.False(after.Policy.Rules[0].Active);
        Assert.Equal(Now.AddHours(20), after.NextChange);
        Assert.Null(Compile(Loading.Base).NextChange);
    }
}
