using Router.Api;
using Router.Daemon.Steering;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Reporting.Flows;

/// <summary>Live flows, in the words of the control socket.</summary>
internal sealed class FlowReports(Helm helm, Worker worker, PortRegistry ports, LiveTables tables, FlowSelections selections, Journal journal)
{
    public List<FlowReport> Flows(FlowQuery query)
    {
        if (selections.Of(query) is not { } which) return [];
        Policy policy = helm.Policy;
        long now = Monotonic.Microseconds();
        SortOrder? order = query.Sort is { } sort ? SortOrder.Read(sort, FlowQuery.Numbers, FlowQuery.Words, out _) : null;
        return [.. tables.Flows(which, OrderOf(order), order?.MostFirst ?? true, query.Limit).Select(flow => Describe(flow, policy, now))];
    }

    /// <summary>
    /// Ends the flows that fit, a few between two batches, so that packets do not wait for it. Probes of our own are left alone: to end
    /// one would only make its link look worse than it is.
    /// </summary>
    public KillReport Kill(FlowQuery query)
    {
        int killed = 0;
        if (selections.Of(query) is not { Probes: not true } which) return new KillReport { Killed = 0 };
        List<LiveFlow> found = tables.Flows(which with { Probes = false }, FlowOrder.Table, mostFirst: true, tables.FlowCapacity);
        foreach ((int, long)[] some in found.Select(flow => (flow.Id, flow.Created)).Chunk(Worker.MostKills))
        {
            killed += worker.Ask(w => w.Kill(some)).GetAwaiter().GetResult();
        }
        if (killed > 0) journal.Write(Catalog.FlowsKilled, Priority.Notice, $"{killed} live flows were ended on request: {(query.IsNarrow ? query.ToKillQuery(all: false)[1..] : "all")}");
        return new KillReport { Killed = killed };
    }

    private static FlowOrder OrderOf(SortOrder? order) => order?.Key switch
    {
        "age" => FlowOrder.Age,
        "idle" => FlowOrder.Idle,
        "octets" => FlowOrder.Octets,
        "in" => FlowOrder.OctetsIn,
        "out" => FlowOrder.OctetsOut,
        "packets" => FlowOrder.Packets,
        "host" => FlowOrder.Host,
        "link" => FlowOrder.Link,
        "protocol" => FlowOrder.Protocol,
        _ => FlowOrder.Table,
    };

    /// <summary>One flow, as it is now.</summary>
    public FlowReport Describe(LiveFlow flow) => Describe(flow, helm.Policy, Monotonic.Microseconds());

    private FlowReport Describe(LiveFlow flow, Policy policy, long now) => new()
    {
        Id = flow.Id, Protocol = Protocols.NameOf(flow.Protocol),
        Inside = Describe(flow.Inside), Outside = Describe(flow.Outside), Remote = Describe(flow.Remote),
        Link = LinkOf(flow), Zone = ports.NameOf(flow.Inbound ? flow.Egress : flow.Ingress), Rule = RuleOf(flow, policy), State = flow.State,
        AgeSeconds = (now - flow.Created) / 1e6, IdleSeconds = Math.Max(0, (now - flow.LastUse) / 1e6),
        PacketsOut = flow.PacketsOut, OctetsOut = flow.OctetsOut, PacketsIn = flow.PacketsIn, OctetsIn = flow.OctetsIn,
        User = UserOf(flow),
        PinReason = flow.Pinned ? flow.PinnedForSite ? "pinned for the site" : "pinned host" : flow.Bound ? "bound to the link's address" : null,
    };

    // The inside end is the local host, whoever began.
    private string? UserOf(LiveFlow flow) => worker.Plan.Roster.Of(flow.Inside.Address) is { IsUser: true } who ? who.User : null;

    private string? LinkOf(LiveFlow flow)
    {
        string name = ports.NameOf(flow.Inbound ? flow.Ingress : flow.Egress);
        return helm.Settings.Links.Any(link => link.Name == name) ? name : null;
    }

    // A flow that no packet has touched since the reload still carries the number of its old rule.
    private static string RuleOf(LiveFlow flow, Policy policy) =>
        flow.Probe ? FlowSelections.Probe
        : flow.PolicyGeneration == policy.Generation && flow.Rule < policy.Rules.Length ? policy.Rules[flow.Rule].Name : FlowSelections.NotLookedAt;

    private static EndpointReport Describe(End end) => new() { Address = end.Address.ToString(), Port = end.Port };
}
