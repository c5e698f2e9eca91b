using Router.Forwarding.Answers;
using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Reviewing;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;

namespace Router.Forwarding;

/// <summary>
/// What the forwarding thread does between batches, in slices small enough not to be felt: flows, mappings, pins and fragments
/// whose time is over, flows that were drained, and SYNs that were held. A slice looks at deadlines only, four octets an entry; a table of a million is gone through in a second.
/// </summary>
internal sealed class Upkeep(FlowTable flows, Mappings mappings, Pins pins, Fragments fragments, ApplicationGateways gateways, Holdings holdings, Quotas quotas, HeldSyns held, Review review)
{
    /// <summary>How often a slice is due, microseconds.</summary>
    public const long Interval = 10_000;

    private const int SlicesPerRound = 100;
    private const int MostPerSlice = 512;

    private long _next;

    /// <summary>Flows that ended because nothing came any more.</summary>
    public long Expired { get; private set; }

    /// <summary>Does the slice that is due, if one is. Answers whether it did, and so may have left something to be sent.</summary>
    public bool Tend(Plan plan, long now)
    {
        if (now < _next) return false;
        _next = now + Interval;
        Span<int> due = stackalloc int[MostPerSlice];
        int count = flows.Due(now, flows.Capacity / SlicesPerRound + 1, due);
        foreach (int id in due[..count]) LookAt(new FlowId(id), plan, now);
        count = flows.Drained(now, flows.Capacity / SlicesPerRound + 1, due);
        foreach (int id in due[..count]) EndDrain(new FlowId(id), plan, now);
        mappings.Sweep(now, mappings.Capacity / SlicesPerRound + 1);
        pins.Sweep(now, pins.Capacity / SlicesPerRound + 1, plan.Policy.PinIdle);
        quotas.Sweep(now, quotas.Capacity / SlicesPerRound + 1);
        fragments.Sweep(now);
        gateways.Sweep(now);
        held.Tend(plan, flows, now);
        return true;
    }

    private void EndDrain(FlowId id, Plan plan, long now)
    {
        if (flows.IsLive(id)) review.Look(plan, ref id, now);
    }

    private void LookAt(FlowId id, Plan plan, long now)
    {
        // With a control connection that was due too, its calls have ended.
        if (!flows.IsLive(id)) return;
        ref Flow flow = ref flows[id];
        long end = Math.Max(flow.LastUse, gateways.LastUse(id)) + FlowLife.Timeout(flow, plan.Policy.Timeouts);
        if (end > now)
        {
            flows.SetDeadline(id, end);
            return;
        }
        Expired++;
        holdings.Finish(plan, id, now);
    }
}
