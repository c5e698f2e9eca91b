using Router.Daemon.Kernel;
using Router.Daemon.Plumbing;
using Router.Forwarding;
using Router.Tests.Daemon.Kernel;
using Router.Wire;
using static Router.Ports.Linux.Netlink.LinuxFibRules;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;

namespace Router.Tests.Daemon.Plumbing;

public class DesiredRoutingTests
{
    private const byte Inet = KernelMessages.AF_INET, Inet6 = KernelMessages.AF_INET6;

    private static readonly PlumbingPlan Plan = new()
    {
        Zones = [new ZonePlan(new PortId(1), "trusted", ["lan0", "lan1"], 1500), new ZonePlan(new PortId(5), "guest", ["guest0"], 1500)],
        Links =
        [
            new LinkPlan("fiber", "wan0", [Address.Parse("192.0.2.2"), Address.Parse("fe80::2")], []) { Id = new PortId(2) },
            new LinkPlan("dsl", "wan1", [Address.Parse("203.0.113.9"), Address.Parse("2001:db8::9")], []),
        ],
    };

    [Fact]
    public void Rules_stand_in_the_order_that_the_essay_says()
    {
        Assert.Equal(
        [
            "10 iif guest0 to 192.0.2.2 lookup 7705", "10 iif guest0 to 203.0.113.9 lookup 7705",
            "10 iif lan0 to 192.0.2.2 lookup 7701", "10 iif lan0 to 203.0.113.9 lookup 7701",
            "10 iif lan1 to 192.0.2.2 lookup 7701", "10 iif lan1 to 203.0.113.9 lookup 7701",
            "20 lookup 255",
            "30 oif wan0 lookup 254", "30 oif wan1 lookup 254",
            "40 iif guest0 lookup 7705", "40 iif lan0 lookup 7701", "40 iif lan1 lookup 7701",
            "30000 lookup 254 local networks",
            "30005 mark 52440002 lookup 7802",
            "30010 iif lo lookup 7700",
            "30020 not iif lo blackhole",
        ], DesiredRouting.Rules(Plan, Inet).OrderBy(r => r.Preference).ThenBy(Text, StringComparer.Ordinal).Select(Text));
    }

    [Fact]
    public void Link_local_addresses_stay_the_kernels()
    {
        Assert.Equal(["10 iif guest0 to 2001:db8::9 lookup 7705", "10 iif lan0 to 2001:db8::9 lookup 7701", "10 iif lan1 to 2001:db8::9 lookup 7701"],
            DesiredRouting.Rules(Plan, Inet6).Where(r => r.Preference == 10).Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Behind_every_default_route_stands_an_unreachable_one()
    {
        var tuns = new Dictionary<string, KernelInterface> { ["rt-host"] = Tun(7, "rt-host"), ["rt-guest"] = Tun(8, "rt-guest") };
        HashSet<TableRoute> routes = DesiredRouting.Routes(Plan, Inet, tuns);
        Assert.Equal([(7700u, 7, (Address?)Address.Parse("192.0.0.2")), (7705u, 8, null), (7802u, 7, Address.Parse("192.0.2.2"))],
            routes.Where(r => r.Type == RTN_UNICAST).OrderBy(r => r.Table).Select(r => (r.Table, r.Interface, r.Source)));
        Assert.Equal([7700u, 7701u, 7705u, 7802u], routes.Where(r => r.Type == RTN_UNREACHABLE && r.Metric == uint.MaxValue).Select(r => r.Table).Order());
        Assert.All(DesiredRouting.Routes(Plan, Inet6, tuns), r => Assert.Null(r.Source));
    }

    [Fact]
    public void What_the_kernel_reports_is_read_into_the_same_value()
    {
        Assert.True(PolicyRule.TryRead(RecordedMessages.Single(RecordedMessages.Octets(RecordedMessages.HairpinRule)), out PolicyRule rule));
        Assert.Equal(new PolicyRule(Inet, 100, FR_ACT_TO_TBL, 7710) { Iif = "lan0", To = Address.Parse("192.0.2.2") }, rule);
    }

    [Fact]
    public void Every_rule_and_route_survives_the_way_to_the_kernel_and_back()
    {
        var tuns = new Dictionary<string, KernelInterface> { ["rt-host"] = Tun(7, "rt-host") };
        foreach (byte family in new[] { Inet, Inet6 })
        {
            foreach (PolicyRule rule in DesiredRouting.Rules(Plan, family))
            {
                Assert.True(PolicyRule.TryRead(RecordedMessages.Single(rule.Request(add: true).Finish(1)), out PolicyRule read));
                Assert.Equal(rule, read);
            }
            foreach (TableRoute route in DesiredRouting.Routes(Plan, family, tuns))
            {
                Assert.True(TableRoute.TryRead(RecordedMessages.Single(route.Request(add: true).Finish(1)), out TableRoute read));
                Assert.Equal(route, read);
            }
        }
    }

    private static KernelInterface Tun(int index, string name) => new(index, name, 0, 1500, false, true, true, Numbers.TunGroup, "tun");

    /// <summary>As `ip rule` would say it.</summary>
    private static string Text(PolicyRule rule) => $"{rule.Preference} "
        + (rule.Iif.Length > 0 ? $"{(rule.NotIif ? "not " : "")}iif {rule.Iif} " : "") + (rule.Oif.Length > 0 ? $"oif {rule.Oif} " : "")
        + (rule.Mark != 0 ? $"mark {rule.Mark:x8} " : "") + (rule.To is Address to ? $"to {to} " : "") + (rule.Action == FR_ACT_BLACKHOLE ? "blackhole" : $"lookup {rule.Table}")
        + (rule.LocalNetworksOnly ? " local networks" : "");
}
