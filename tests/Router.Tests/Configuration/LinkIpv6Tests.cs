using Router.Configuration;
using Router.Forwarding;
using Router.Forwarding.Rules;

namespace Router.Tests.Configuration;

/// <summary>A link's `ipv6`: what reaches the policy, and each mistake with its place.</summary>
public sealed class LinkIpv6Tests
{
    private static string With(string fiber, string dsl = "ipv6: { nat: off }") => Loading.Base
        .Replace("interface: wan0,", $"interface: wan0, {fiber},", StringComparison.Ordinal)
        .Replace("interface: wan1,", $"interface: wan1, {dsl},", StringComparison.Ordinal);

    [Fact]
    public void What_is_written_reaches_the_policy()
    {
        Settings settings = Loading.Sound(With("ipv6: { nat: npt, prefix: \"2001:DB8:a::/48\", inside: fd00:10::/48 }", "ipv6: { nat: napt }"));
        LinkPolicy[] links = PolicyCompiler.Compile(settings, new PortRegistry(), DateTimeOffset.UnixEpoch).Policy.Links;
        Assert.Equal([Ipv6Nat.Npt, Ipv6Nat.Napt, Ipv6Nat.Off], links.Select(link => link.Ipv6));
        Assert.Equal(("fd00:10::/48", "2001:db8:a::/48"), ($"{links[0].Prefixes?.Inside}", $"{links[0].Prefixes?.Outside}"));
        Assert.All(links[1..], link => Assert.Null(link.Prefixes));
    }

    [Fact]
    public void Links_may_share_the_inside_prefix_and_one_may_keep_it()
    {
        Settings settings = Loading.Sound(With(
            "ipv6: { nat: npt, prefix: 2001:db8:a:b00::/56, inside: 2001:db8:a:b00::/56 }", "ipv6: { nat: npt, prefix: 2001:db8:c:d00::/56, inside: 2001:db8:a:b00::/56 }"));
        Assert.All(settings.Links.Take(2), link => Assert.Equal("2001:db8:a:b00::/56", $"{link.Prefixes?.Inside}"));
    }

    [Theory]
    [InlineData("{ nat: nat66 }", "6:42: `nat66` is not possible for `nat`; write one of off, npt, napt")]
    [InlineData("{ nat: npt, inside: fd00:10::/48 }", "6:29: `nat: npt` needs the prefix that the provider routes here; write `prefix: 2001:db8:a::/48` with yours")]
    [InlineData("{ nat: npt, prefix: 2001:db8:a::/48 }", "6:29: `nat: npt` needs the prefix that local hosts have; write `inside: fd00:10::/48` with yours")]
    [InlineData("{ nat: napt, prefix: 2001:db8:a::/48 }", "6:48: `prefix` means nothing without `nat: npt`; write `nat: npt`, or remove it")]
    [InlineData("{ inside: fd00:10::/48 }", "6:37: `inside` means nothing without `nat: npt`; write `nat: npt`, or remove it")]
    [InlineData("{ nat: npt, prefix: 192.0.2.0/24, inside: fd00:10::/48 }", "6:55: `192.0.2.0/24` is not an IPv6 prefix; write one such as `2001:db8:a::/48`")]
    [InlineData("{ nat: npt, prefix: 2001:db8:a::/48, inside: fe80::/48 }", "6:80: `fe80::/48` is not an IPv6 prefix; write one such as `2001:db8:a::/48`")]
    [InlineData("{ nat: npt, prefix: 2001:db8::/32, inside: fd00:10::/48 }", "6:55: `2001:db8::/32` is not of /48 to /64; write a site's prefix: of a shorter one a /48, of a longer one its /64")]
    [InlineData("{ nat: npt, prefix: \"2001:db8:a::\", inside: fd00:10::/48 }", "6:55: `2001:db8:a::` is not of /48 to /64; write a site's prefix: of a shorter one a /48, of a longer one its /64")]
    [InlineData("{ nat: npt, prefix: 2001:db8:a:1::/48, inside: fd00:10::/48 }", "6:55: `2001:db8:a:1::/48` has bits behind its length; write `2001:db8:a::/48`")]
    [InlineData("{ nat: npt, prefix: 2001:db8:a:b00::/56, inside: fd00:10::/48 }", "6:84: `fd00:10::/48` and `2001:db8:a:b00::/56` are not of one length; write both as /56, such as `fd00:10::/56`: of the larger one only that part has a counterpart")]
    [InlineData("{ prefixes: 1 }", "6:37: unknown key `prefixes`; write `prefix`")]
    [InlineData("npt", "6:35: `ipv6` must be a mapping; write `key: value` lines below it")]
    public void A_mistake_is_told(string ipv6, string told) => Assert.Equal("f.yaml:" + told, Loading.Fault(With($"ipv6: {ipv6}")));

    [Fact]
    public void Prefixes_of_two_links_may_not_overlap()
    {
        string text = With("ipv6: { nat: npt, prefix: 2001:db8:a::/48, inside: fd00:10::/48 }", "ipv6: { nat: npt, prefix: 2001:db8:a:b00::/56, inside: fd00:10::/56 }");
        Assert.Equal("f.yaml:7:53: `2001:db8:a:b00::/56` overlaps `2001:db8:a::/48` of link `fiber`; write what this link's own provider routes here", Loading.Fault(text));
    }
}
