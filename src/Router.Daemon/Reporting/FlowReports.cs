using Router.Api;
using Router.Daemon.Steering;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Reporting;

/// <summary>Live flows, in the words of the control socket.</summary>
internal sealed class FlowReports(Helm helm, Worker worker, PortRegistry ports, LiveTables tables, Journal journal)
{
    public List<FlowReport> Flows(FlowQuery query)
    {
        Policy policy = helm.Policy;
        long now = Monotonic.Microseconds();
        return [.. Sorted(Select(query, policy), query.Sort).Take(query.Limit).Select(flow => Describe(flow, policy, now))];
    }

    /// <summary>
    /// Ends the flows that fit, a few between two batches, so that packets do not wait for it. Probes of our own are left alone: to end
    /// one would only make its link look worse than it is.
    /// </summary>
    public KillReport Kill(FlowQuery query)
    {
        int killed = 0;
        foreach ((int, long)[] some in Select(query, helm.Policy).Where(flow => !flow.Probe).Select(flow => (flow.Id, flow.Created)).Chunk(Worker.MostKills))
        {
            killed += worker.Ask(w => w.Kill(some)).GetAwaiter().GetResult();
        }
        if (killed > 0) journal.Write(Catalog.FlowsKilled, Priority.Notice, $"{killed} live flows were ended on request: {(query.IsNarrow ? query.ToKillQuery(all: false)[1..] : "all")}");
        return new KillReport { Killed = killed };
    }

    private IEnumerable<LiveFlow> Select(FlowQuery query, Policy policy)
    {
        Address? host = Address.TryParse(query.Host, out Address parsed) ? parsed : null;
        byte? protocol = query.Protocol is { } name && Protocols.TryParse(name, out byte number) ? number : null;
        return tables.Flows()
            .Where(flow => (host is null || flow.Inside.Address == host || flow.Outside.Address == host || flow.Remote.Address == host)
                && (protocol is null || flow.Protocol == protocol)
                && (query.Port is null || flow.Inside.Port == query.Port || flow.Outside.Port == query.Port || flow.Remote.Port == query.Port)
                && (query.Link is null || LinkOf(flow) == query.Link)
                && (query.User is null || string.Equals(UserOf(flow), query.User, StringComparison.OrdinalIgnoreCase))
                && (query.Rule is null || RuleOf(flow, policy) == query.Rule));
    }

    private static IEnumerable<LiveFlow> Sorted(IEnumerable<LiveFlow> flows, string? by) => by switch
    {
        "age" => flows.OrderBy(flow => flow.Created),
        "idle" => flows.OrderBy(flow => flow.LastUse),
        "octets" => flows.OrderByDescending(flow => flow.OctetsOut + flow.OctetsIn),
        "packets" => flows.OrderByDescending(flow => flow.PacketsOut + flow.PacketsIn),
        "host" => flows.OrderBy(flow => flow.Inside.Address).ThenBy(flow => flow.Inside.Port),
        _ => flows,
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
        flow.Probe ? "(probe)"
        : flow.PolicyGeneration == policy.Generation && flow.Rule < policy.Rules.Length ? policy.Rules[flow.Rule].Name : "(not looked at yet)";

    private static EndpointReport Describe(End end) => new() { Address = end.Address.ToString(), Port = end.Port };
}
