using Router.Configuration;
using Router.Forwarding.Rules;

namespace Router.Tests.Configuration;

/// <summary>`health`: whom probes ask, and how it is written.</summary>
public sealed class HealthTests
{
    [Theory]
    [InlineData("gateway", ProbeKind.Icmp, null, 0)]
    [InlineData("icmp:1.1.1.1", ProbeKind.Icmp, "1.1.1.1", 0)]
    [InlineData("icmp:2620:fe::fe", ProbeKind.Icmp, "2620:fe::fe", 0)]
    [InlineData("icmp:one.one.one.one", ProbeKind.Icmp, "one.one.one.one", 0)]
    [InlineData("tcp:9.9.9.9:443", ProbeKind.Tcp, "9.9.9.9", 443)]
    [InlineData("tcp:[2620:fe::fe]:443", ProbeKind.Tcp, "2620:fe::fe", 443)]
    [InlineData("tcp:dns.example.net:853", ProbeKind.Tcp, "dns.example.net", 853)]
    [InlineData("dns:9.9.9.9/example.com", ProbeKind.Dns, "9.9.9.9", 53)]
    [InlineData("dns:2620:fe::fe/example.com", ProbeKind.Dns, "2620:fe::fe", 53)]
    [InlineData("dns:gateway/example.com", ProbeKind.Dns, null, 53)]
    [InlineData("http://example.com/", ProbeKind.Web, "example.com", 80)]
    [InlineData("https://example.com/ok?a=b", ProbeKind.Web, "example.com", 443)]
    [InlineData("https://[2620:fe::fe]:8443/ok", ProbeKind.Web, "2620:fe::fe", 8443)]
    public void Target_is_read_and_written_alike(string text, ProbeKind kind, string? host, int port)
    {
        ProbeTarget target = Target($"\"{text}\"");
        Assert.Equal((kind, host, port), (target.Kind, target.Host, target.Port));
        Assert.Equal(text, target.ToString());
        Assert.Equal(kind == ProbeKind.Dns ? "example.com" : null, target.Question);
    }

    [Fact]
    public void What_is_a_right_answer_stands_beside_the_url()
    {
        ProbeTarget target = Target("{ url: https://example.com/ok, status: 204, text: OK, family: ipv6 }");
        Assert.Equal(new WebCheck(new Uri("https://example.com/ok"), 204, "OK"), target.Web);
        Assert.Equal(RuleFamily.IPv6, target.Family);
        Assert.Equal((true, false), (target.Web!.IsStatus(204), target.Web.IsStatus(200)));
        Assert.Equal((true, false), (Target("https://example.com").Web!.IsStatus(299), Target("https://example.com").Web!.IsStatus(301)));
    }

    [Fact]
    public void A_link_takes_from_the_common_part_what_it_does_not_say_itself()
    {
        Settings settings = Loading.Sound("links: { a: { interface: wan0, health: { targets: [\"icmp:1.1.1.1\"], resolvers: 9.9.9.9 } }, b: { interface: wan1, enabled: false } }\n"
            + "health: { interval: 2s, targets: [gateway, { target: \"tcp:one.example.org:443\", family: ipv4 }] }\n");
        (HealthSettings a, HealthSettings b) = (settings.Links[0].Health, settings.Links[1].Health);
        Assert.Equal((TimeSpan.FromSeconds(2), "icmp:1.1.1.1", 1), (a.Interval, Assert.Single(a.Targets).ToString(), a.Resolvers.Length));
        Assert.Equal(["gateway", "tcp:one.example.org:443"], b.Targets.Select(t => t.ToString()));
        Assert.Equal((true, false), (settings.Links[0].Enabled, settings.Links[1].Enabled));
    }

    [Theory]
    [InlineData("[\"tcp:[1.1.1.1:443\"]", "9:21: `tcp:[1.1.1.1:443` is not a probe's target; write `gateway`, ")]
    [InlineData("[\"dns:9.9.9.9\"]", "9:21: `dns:9.9.9.9` is not a probe's target; write `gateway`, ")]
    [InlineData("[\"icmp:127.0.0.1\"]", "9:21: `icmp:127.0.0.1` is not a probe's target; write `gateway`, ")]
    [InlineData("[\"icmp:fe80::1\"]", "9:21: `icmp:fe80::1` is not a probe's target; write `gateway`, ")]
    [InlineData("[\"icmp:host\"]", "9:21: `icmp:host` is not a probe's target; write `gateway`, ")]
    [InlineData("[https://]", "9:21: `https://` is not an http or https URL; write `https://example.com/ok`")]
    [InlineData("[\"https://me:pw@example.com/\"]", "9:21: `https://me:pw@example.com/` has a user name in it; write `https://example.com/ok`")]
    [InlineData("[\"https://localhost/\"]", "9:21: `https://localhost/` has a host that is neither an address nor a name with a dot; write `https://example.com/ok`")]
    [InlineData("[{ status: 204 }]", "9:21: the target does not say whom to ask; write `url: https://HOST/PATH`, or `target:` with a probe of another kind")]
    [InlineData("[{ url: https://example.com, status: 99 }]", "9:57: `99` is not a number from 100 to 599; write a whole number in that range")]
    [InlineData("[{ target: gateway, text: x }]", "9:21: `gateway` has no status and no text; write them beside a `url`, or remove them")]
    [InlineData("[{ target: \"icmp:1.1.1.1\", family: ipv6 }]", "9:21: 1.1.1.1 is not of that family; change `family` or the address")]
    [InlineData("[{ url: https://example.com, stats: 204 }]", "9:49: unknown key `stats`; write `status`")]
    [InlineData("[gateway, gateway]", "9:30: target `gateway` is written twice; keep one of the two")]
    public void Target_that_makes_no_sense_is_told(string targets, string told)
    {
        LoadResult result = Loading.Text(Loading.Base + $"health: {{ targets: {targets} }}\n");
        Assert.StartsWith("f.yaml:" + told, result.Errors[0].ToString());
    }

    [Fact]
    public void A_resolver_that_no_link_reaches_is_told() => Assert.Equal(
        "f.yaml:9:22: `127.0.0.53` is not a name server that a link could reach; write the address of one in the Internet, such as 9.9.9.9",
        Loading.Fault(Loading.Base + "health: { resolvers: 127.0.0.53 }\n"));

    [Fact]
    public void A_provider_s_name_servers_are_asked_for_its_targets_too_unless_others_are_named()
    {
        Settings settings = Loading.Sound("links: { a: { interface: wan0, resolvers: [192.0.2.53, \"2001:db8::53\"], health: { resolvers: 9.9.9.9 } }, b: { interface: wan1, resolvers: 203.0.113.53 } }\n"
            + "dns: { servers_file: /run/routerd-dns/servers }\n");
        Assert.Equal(["192.0.2.53", "2001:db8::53"], settings.Links[0].Resolvers.Select(address => address.ToString()));
        Assert.Equal(["9.9.9.9", "203.0.113.53"], settings.Links.Select(link => Assert.Single(link.Health.Resolvers).ToString()));
        Assert.Equal("/run/routerd-dns/servers", settings.ServersFile);
    }

    [Theory]
    [InlineData("servers")]
    [InlineData("/run/")]
    public void A_servers_file_without_a_whole_path_is_told(string path) => Assert.Equal(
        $"f.yaml:9:22: `{path}` is not the path of a file; write it from the root on, such as `/run/routerd-dns/servers`",
        Loading.Fault(Loading.Base + $"dns: {{ servers_file: {path} }}\n"));

    [Fact]
    public void Disabling_every_link_is_warned_of() => Assert.Equal(
        "f.yaml:1:8: warning: every link is disabled: nothing can reach the Internet; remove `enabled: false` from one",
        Assert.Single(Loading.Warnings("links: { a: { interface: wan0, enabled: false } }\n")));

    private static ProbeTarget Target(string text) => Assert.Single(Loading.Sound(Loading.Base + $"health: {{ targets: [{text}] }}\n").Links[0].Health.Targets);
}
