using Router.Api;
using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Reporting.Flows;

/// <summary>What people say of flows, in the path's numbers. A name that does not exist fits no flow, which is null.</summary>
internal sealed class FlowSelections(Helm helm, Worker worker, PortRegistry ports)
{
    /// <summary>What a flow's rule is called while it has not been looked at by the policy in force.</summary>
    public const string NotLookedAt = "(not looked at yet)";

    /// <summary>What stands for a rule with the daemon's own probes.</summary>
    public const string Probe = "(probe)";

    public FlowSelection? Of(FlowQuery query)
    {
        byte protocol = 0;
        Prefix host = default;
        if (query.Protocol is { } name && !Protocols.TryParse(name, out protocol)) return null;
        if (query.Host is { } text && !Prefix.TryParse(text, out host)) return null;
        if (query.Link is { } link && helm.Settings.Links.All(one => one.Name != link)) return null;
        var selection = new FlowSelection
        {
            Host = query.Host is null ? null : host,
            Protocol = query.Protocol is null ? null : protocol,
            Port = (ushort?)query.Port,
            Link = query.Link is { } leaves ? ports.Claim(leaves) : null,
            InsideEnds = query.User is { } user ? EndsOf(user) : null,
            State = query.State,
            Since = query.Since is { } since ? MonotonicOf(since) : null,
        };
        return query.Rule is { } rule ? Narrowed(selection, rule, helm.Policy) : selection;
    }

    private static FlowSelection? Narrowed(FlowSelection selection, string rule, Policy policy)
    {
        if (rule == Probe) return selection with { Probes = true };
        HashSet<int> indexes = [.. Enumerable.Range(0, policy.Rules.Length).Where(index => policy.Rules[index].Name == rule)];
        return indexes.Count == 0 ? null : selection with { Rules = indexes, Generation = policy.Generation };
    }

    private HashSet<Address> EndsOf(string user) => [.. worker.Plan.Roster.Everybody
        .Where(one => one.Value.IsUser && string.Equals(one.Value.User, user, StringComparison.OrdinalIgnoreCase)).Select(one => one.Key)];

    private static long MonotonicOf(DateTimeOffset time) => Monotonic.Microseconds() - (long)Math.Min((DateTimeOffset.Now - time).TotalMicroseconds, long.MaxValue / 4.0);
}
