using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Steering;

/// <summary>
/// Whether a configuration would lock somebody out who is connected to the box right now: an administrator by SSH, mostly. What is open
/// stays open, as the chain lets everything pass but a connection's first segment; it is the next connection that would be refused. So
/// this is a warning and no error: it may be meant.
///
/// Asked are the same rules as the generated chain is made of (<see cref="PlanMaker.SpeaksOfBox"/>), in their order.
/// </summary>
internal static class LockOut
{
    private const int MostWarnings = 20;
    private const ushort Ssh = 22;

    /// <summary>A warning for each sender and port that is connected and would be refused.</summary>
    /// <param name="file">Where the warnings are said to be of.</param>
    /// <param name="settings">The configuration in question.</param>
    /// <param name="view">Which networks are behind which interfaces.</param>
    /// <param name="open">Connections to the box as they are now.</param>
    public static IEnumerable<ConfigurationError> Warnings(string file, Settings settings, KernelView view, IEnumerable<TcpConnection> open)
    {
        // Numbers of its own: asking must not claim any.
        var ports = new PortRegistry();
        Policy policy = PolicyCompiler.Compile(settings, ports, DateTimeOffset.Now, null).Policy;
        var plan = new Plan(0, policy, [], PlanMaker.Zones(settings, ports, view));
        Rule[] rules = [.. policy.Rules.SkipLast(1).Where(PlanMaker.SpeaksOfBox), policy.Rules[^1]];
        var index = new RuleIndex(rules);
        return open.Distinct().Select(connection => Warning(file, plan, rules, index, connection)).OfType<ConfigurationError>()
            .DistinctBy(warning => warning.Message).Take(MostWarnings);
    }

    private static ConfigurationError? Warning(string file, Plan plan, Rule[] rules, RuleIndex index, TcpConnection connection)
    {
        if (!plan.TryBehind(connection.Remote, out PortId zone)) return null;
        int found = index.Match(new Endpoint(zone.Bit, connection.Remote), new Endpoint(PortId.Host.Bit, connection.Local), Protocol.Tcp, connection.LocalPort);
        bool isDefault = found == rules.Length - 1;
        string name = plan.Policy.Zones.First(one => one.Id == zone).Name;
        if (isDefault ? name != "guest" : rules[found].Action == RuleAction.Allow) return null;
        string what = connection.LocalPort == Ssh ? "by SSH" : $"to port {connection.LocalPort}";
        string by = isDefault ? "as guests reach nothing on the box by themselves" : $"by rule `{rules[found].Name}`";
        return new ConfigurationError(file, 0, 0, $"{connection.Remote} is connected to the box {what}, and would be refused the next time {by}",
            $"put a rule above it that allows `source: [{name}], destination: [firewall], service: [tcp/{connection.LocalPort}]`, or use `routerctl apply --confirm 60s`", Severity.Warning);
    }
}
