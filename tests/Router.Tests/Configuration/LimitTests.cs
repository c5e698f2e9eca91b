using Router.Configuration;
using Router.Forwarding;
using Router.Forwarding.Limits;
using Router.Wire;

namespace Router.Tests.Configuration;

/// <summary>`limits`: defaults, exceptions, and what is wrong with them; and the two switches that translation has.</summary>
public sealed class LimitTests
{
    private static HostLimits Compile(string text) =>
        PolicyCompiler.Compile(Loading.Sound(Loading.Base + text), new PortRegistry(), DateTimeOffset.UnixEpoch).Policy.Limits;

    [Fact]
    public void Without_a_word_every_host_has_six_hundred_of_both() =>
        Assert.Equal(new HostLimit(600, 600), Compile("").Of(Address.Parse("10.0.0.5"), new PortId(1)));

    [Fact]
    public void The_first_exception_that_names_a_host_holds_and_inherits_what_it_does_not_say()
    {
        HostLimits limits = Compile("""
            groups: { servers: [10.0.1.0/24] }
            limits:
              exceptions:
                - { source: [10.0.1.9], flows: 7 }
                - { source: [servers, "2001:db8::/64"], flows: unlimited, new_flows: unlimited }
                - { source: guest, new_flows: 60 }
              flows: 2000

            """);
        PortId trusted = new(1), guest = new(2);
        Assert.Equal(new HostLimit(2000, 600), limits.Of(Address.Parse("10.0.0.5"), trusted));
        Assert.Equal(new HostLimit(7, 600), limits.Of(Address.Parse("10.0.1.9"), trusted));
        Assert.Equal(HostLimit.None, limits.Of(Address.Parse("10.0.1.10"), trusted));
        Assert.Equal(HostLimit.None, limits.Of(Address.Parse("2001:db8::5"), guest));
        Assert.Equal(new HostLimit(2000, 60), limits.Of(Address.Parse("10.9.0.5"), guest));
    }

    [Theory]
    [InlineData("limits: { flows: 0 }", "`0` is not a number from 1 to 16777216")]
    [InlineData("limits: { flows: many }", "`many` is not a number")]
    [InlineData("limits: { exceptions: [{ flows: 9 }] }", "an exception without `source`")]
    [InlineData("limits: { exceptions: [{ source: [10.0.0.1] }] }", "an exception that changes nothing")]
    [InlineData("limits: { exceptions: [{ source: [nobody], flows: 9 }] }", "there is no zone, link or group `nobody`")]
    [InlineData("limits: { flow: 9 }", "unknown key `flow`")]
    [InlineData("internet: { pick_up_tcp: perhaps }", "`perhaps` is neither true nor false")]
    public void Faults_are_told(string text, string fault) =>
        Assert.Contains(fault, Loading.Fault(Loading.Base + text + "\n"), StringComparison.Ordinal);

    [Fact]
    public void Picking_up_and_refusing_private_space_reach_the_policy()
    {
        Settings settings = Loading.Sound(Loading.Base.Replace("dsl: { interface: wan1,", "dsl: { interface: wan1, refuse_private: true,", StringComparison.Ordinal)
            + "internet: { pick_up_tcp: true }\n");
        CompiledPolicy compiled = PolicyCompiler.Compile(settings, new PortRegistry(), DateTimeOffset.UnixEpoch);
        Assert.True(compiled.Policy.PicksUpTcp);
        Assert.Equal(["dsl"], compiled.Policy.Links.Where(l => l.RefusesPrivate).Select(l => l.Name));
    }
}
