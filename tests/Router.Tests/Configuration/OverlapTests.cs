using Router.Configuration;
using Router.Configuration.Checks;

namespace Router.Tests.Configuration;

/// <summary>Which rules stand in the way of which.</summary>
public class OverlapTests
{
    private static IReadOnlyList<RuleOverlap> Of(params string[] rules) => Overlaps.Of(Loading.Sound(
        "zones: { trusted: { interfaces: [lan0] }, guest: { interfaces: [guest0] } }\nlinks: { fiber: { interface: wan0 }, dsl: { interface: wan1 } }\nrules:\n"
        + string.Concat(rules.Select((rule, i) => $"  - {{ name: r{i}, {rule} }}\n"))).Rules);

    [Fact]
    public void A_rule_that_can_never_match_names_the_one_that_takes_all_of_it()
    {
        IReadOnlyList<RuleOverlap> found = Of("source: [trusted], action: deny", "source: [trusted], service: [tcp/80], action: allow");
        Assert.Equal((null, "r0"), (found[0].ShadowedBy, found[1].ShadowedBy));
        Assert.Empty(found[1].Partly);
    }

    [Theory]
    [InlineData("source: [10.0.0.0/24], action: deny", "source: [10.0.0.5-10.0.1.9], action: allow", true)]
    [InlineData("source: [10.0.0.0/24], action: deny", "source: [10.0.1.0/24], action: allow", false)]
    [InlineData("source: [trusted], service: [tcp/80], action: deny", "source: [trusted, guest], action: allow", true)]
    [InlineData("source: [trusted], service: [tcp/80], action: allow", "source: [trusted, guest], action: allow", false)]
    [InlineData("source: [trusted], service: [tcp/80], action: allow, link: dsl, fallback: true", "source: [trusted, guest], action: allow", true)]
    [InlineData("source: [trusted], service: [tcp/80-90], action: deny", "service: [tcp/90-99], action: allow", true)]
    [InlineData("source: [trusted], service: [tcp/80-89], action: deny", "service: [tcp/90-99], action: allow", false)]
    [InlineData("source: [trusted], service: [udp/80], action: deny", "service: [tcp/80], action: allow", false)]
    [InlineData("source: [trusted], service: [ping], action: deny", "service: [icmpv6], action: allow", true)]
    [InlineData("source: [trusted], family: ipv4, action: deny", "family: ipv6, action: allow", false)]
    [InlineData("source: [trusted], enabled: false, action: deny", "action: allow", false)]
    [InlineData("destination: [host.example.org], action: deny", "destination: [host.example.org, trusted], action: allow", true)]
    public void Rules_that_take_some_of_a_rule_are_named(string first, string second, bool meet) =>
        Assert.Equal(meet ? ["r0"] : [], Of(first, second)[1].Partly);
}
