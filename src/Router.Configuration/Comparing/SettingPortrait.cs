using System.Globalization;
using Router.Forwarding.Limits;
using Router.Forwarding.Rules;

namespace Router.Configuration.Comparing;

/// <summary>The parts that there are once, key by key.</summary>
internal static class SettingPortrait
{
    public static IReadOnlyList<(string, string)> Internet(InternetSettings internet) => new Keys
    {
        { "mode", internet.Mode },
        { "order", internet.Order },
        { "pin", internet.Pin },
        { "placement", internet.Placement },
        { "pin_idle", internet.PinIdle },
        { "drain_time", internet.DrainTime },
        { "pick_up_tcp", internet.PicksUpTcp },
    }.Said;

    public static IReadOnlyList<(string, string)> Timeouts(FlowTimeouts timeouts) => new Keys
    {
        { "tcp_established", Keys.Of(timeouts.TcpEstablished) },
        { "tcp_transitory", Keys.Of(timeouts.TcpTransitory) },
        { "tcp_time_wait", Keys.Of(timeouts.TcpTimeWait) },
        { "tcp_reset", Keys.Of(timeouts.TcpReset) },
        { "udp", Keys.Of(timeouts.Udp) },
        { "udp_dns", Keys.Of(timeouts.UdpDns) },
        { "icmp", Keys.Of(timeouts.Icmp) },
        { "other", Keys.Of(timeouts.Other) },
    }.Said;

    public static IReadOnlyList<(string, string)> Limits(LimitSettings limits) => new Keys
    {
        { "flows", Of(limits.Common.Flows) },
        { "new_flows", Of(limits.Common.NewFlows) },
        { "exceptions", limits.Exceptions.Select(one => $"{RulePortrait.Of(one.Source)}: {Of(one.Limit.Flows)} flows, {Of(one.Limit.NewFlows)} new") },
    }.Said;

    private static string Of(int limit) => limit == HostLimit.Unlimited ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture);
}
