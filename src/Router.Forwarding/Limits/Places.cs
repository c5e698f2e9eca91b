using Router.Forwarding.Flows;
using Router.Forwarding.Rules;
using Router.Licensing;
using Router.Wire;

namespace Router.Forwarding.Limits;

/// <summary>
/// What the path asks the licence pool (<see cref="Pool"/>), and what it owes it. Asked once for each flow, with its first packet,
/// and only for flows between a licensed zone and the Internet, whoever begins them; a packet of a live flow never gets here. From
/// the answer on the flow is counted on its host, until it ends; so the pool knows who has live flows without asking anybody.
///
/// Without a pool (tests, measurements of the path alone) everybody passes. [F]
///
/// Memory: 4 octets a flow.
/// </summary>
internal sealed class Places(FlowTable flows, Pool? pool)
{
    // By flow: the entry of its host, plus one; 0 if it is not counted.
    private readonly int[] _hosts = new int[flows.Capacity];

    /// <summary>Whether a flow may pass; if so it is counted, and is to be held or cancelled.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="from">Where it comes in, and <paramref name="to"/> where it leaves: any link will do.</param>
    /// <param name="flow">The flow, as its inside has it.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="grant">What is to be held or cancelled.</param>
    public DropReason Ask(Plan plan, PortId from, PortId to, in Flow flow, long now, out Grant grant)
    {
        grant = Grant.Uncounted;
        if (pool is null || !IsCounted(plan.Policy, from, to)) return DropReason.None;
        grant = pool.Ask(OccasionOf(plan.Policy, from, to, flow), now);
        return ReasonFor(grant.Cause);
    }

    /// <summary>What <see cref="Ask"/> would answer.</summary>
    public DropReason Foresee(Plan plan, PortId from, PortId to, Address host) =>
        pool is null || !IsCounted(plan.Policy, from, to) ? DropReason.None : ReasonFor(pool.Foresee(host));

    /// <summary>The flow has its place in the table.</summary>
    public void Hold(FlowId id, Grant grant) => _hosts[id.Value] = grant.Host + 1;

    /// <summary>Nothing came of the flow.</summary>
    public void Cancel(Grant grant, long now) => pool?.Cancel(grant, now);

    /// <summary>Counts a flow that has been admitted before: by an earlier process, or on another link.</summary>
    public void Resume(Policy policy, FlowId id, long now)
    {
        ref Flow flow = ref flows[id];
        _hosts[id.Value] = pool is null || !IsCounted(policy, flow.Ingress, flow.Egress) ? 0
            : pool.Resume(OccasionOf(policy, flow.Ingress, flow.Egress, flow), now) + 1;
    }

    /// <summary>Counts a flow no more, as it ends; what it carried goes to its device.</summary>
    public void Release(FlowId id, long now)
    {
        if (pool is null) return;
        int host = _hosts[id.Value];
        _hosts[id.Value] = 0;
        ref Flow flow = ref flows[id];
        bool inbound = (flow.Traits & FlowTraits.Inbound) != 0;
        Carried carried = inbound ? new((long)flow.OctetsOut, (long)flow.OctetsIn) : new((long)flow.OctetsIn, (long)flow.OctetsOut);
        if (host == 0) pool.Count(inbound ? flow.OutsideDestination : flow.InsideSource, carried);
        else pool.Release(host - 1, now, carried);
    }

    /// <summary>Whether the licence that a live flow depends on is over.</summary>
    public bool IsEnded(Plan plan, in Flow flow) => pool is { Terms.IsEnded: true } && IsCounted(plan.Policy, flow.Ingress, flow.Egress);

    private static bool IsCounted(Policy policy, PortId from, PortId to) =>
        (policy.LicensedZones & (from.Bit | to.Bit)) != 0 && (policy.LinkPorts & (from.Bit | to.Bit)) != 0;

    private static Occasion OccasionOf(Policy policy, PortId from, PortId to, in Flow flow) => (policy.LinkPorts & from.Bit) != 0
        ? new Occasion(flow.OutsideDestination, to.Value, flow.InsideSource, flow.InsideSourcePort, flow.Protocol)
        : new Occasion(flow.InsideSource, from.Value, flow.InsideDestination, flow.InsideDestinationPort, flow.Protocol);

    private static DropReason ReasonFor(RefusalCause cause) => cause switch
    {
        RefusalCause.None => DropReason.None,
        RefusalCause.Ended => DropReason.LicenceEnded,
        RefusalCause.NoPlace or RefusalCause.NoRoom or RefusalCause.NoSeat or RefusalCause.TooManyDevices => DropReason.LicenceFull,
    };
}
