using System.Net;
using Router.Configuration;
using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Licensing;
using Router.Wire;

namespace Router.Tests.Configuration;

/// <summary>The example of the configuration language: all of it is understood.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void It_loads_and_means_what_it_says()
    {
        LoadResult result = ConfigurationLoader.Load(Loading.ExamplePath);
        Assert.Empty(result.Errors);
        Settings settings = result.Settings!;

        Assert.Contains("fiber and dsl are down", Assert.Single(result.Warnings).Message);
        Assert.Equal(["trusted", "guest", "vpn"], settings.Zones.Select(z => z.Name));
        Assert.Equal(["fiber", "dsl", "lte"], settings.Links.Select(l => l.Name));
        Assert.Equal([8, 4, 0], settings.Links.Select(l => l.Weight));
        Assert.Equal(new LinkSpeed(500_000_000, 100_000_000), settings.Links[0].Speed);
        Assert.Equal(Address.Parse("203.0.113.1"), settings.Links[1].Gateway4);
        Assert.True(settings.Links[2].Metered);
        Assert.Equal([true, false, true], settings.Zones.Select(z => z.Licensed));
        Assert.Equal(("/etc/routerd/license.txt", PoolMode.PerUser, TimeSpan.FromMinutes(15)), (settings.License.File, settings.License.Mode, settings.License.DeviceIdle));
        Assert.Equal(new ReservedDevice("printer", 0x0200_0000_0010, default), Assert.Single(settings.License.Reserved));
        Assert.Equal(InternetMode.Balance, settings.Internet.Mode);
        Assert.Equal(TimeSpan.FromMinutes(10), settings.Internet.PinIdle);
        Assert.Equal(new DefaultRuleSettings(RuleAction.Drop, RuleLog.Packets), settings.DefaultRule);
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:9469"), settings.Metrics.Listen);
        Assert.Equal(6, settings.Rules.Count);
        Assert.Equal("office-hours", settings.Rules[4].Time!.Name);
    }

    [Fact]
    public void Its_rules_become_what_the_path_reads()
    {
        var registry = new PortRegistry();
        Policy policy = PolicyCompiler.Compile(ConfigurationLoader.Load(Loading.ExamplePath).Settings!, registry, DateTimeOffset.UnixEpoch).Policy;

        Assert.Equal(7, policy.Rules.Length);
        Rule mail = policy.Rules[0];
        Assert.Equal(registry.Claim("trusted").Bit, mail.Source.Ports);
        Assert.Equal(PortId.InternetBit, mail.Destination.Ports);
        Assert.Equal([25, 465, 587, 993], mail.Services.Select(s => (int)s.First));
        Assert.Equal([registry.Claim("dsl")], mail.Links);
        Assert.True(mail.Fallback);
        Assert.Equal(FlowPlan.Move, policy.Rules[1].OnLinkReturn.Udp);
        Assert.Equal(FlowPlan.Reset, policy.Rules[1].OnLinkDown.Tcp);
        Assert.True(policy.Rules[2].FullCone);
        Assert.Equal(new ForwardTarget(Address.Parse("10.0.0.80"), 443), policy.Rules[3].ForwardTo);
        Assert.Equal(RuleLog.Connections, policy.Rules[4].Log);
        Assert.Equal(RuleAction.Drop, policy.Rules[6].Action);
        Assert.True(policy.Rules[6].Source.IsAny && policy.Rules[6].Destination.IsAny && policy.Rules[6].Active);
    }

    [Fact]
    public void The_configuration_that_is_installed_loads_without_a_word()
    {
        LoadResult result = ConfigurationLoader.Load(Path.Combine(Path.GetDirectoryName(Loading.ExamplePath)!, "packaging.yaml"));
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(2, result.Settings!.Rules.Count);
    }
}
