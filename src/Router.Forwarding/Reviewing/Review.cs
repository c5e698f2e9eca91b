using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Forwarding.Web;
using Router.Wire;

namespace Router.Forwarding.Reviewing;

/// <summary>
/// A live flow under a new plan. Each flow is looked at once per plan: by its next packet, or by the scan that follows a new plan,
/// whichever comes first. Two questions are asked.
///
/// Do the rules still allow it, and does the licence? The course of its first packet is charted again; if the answer is another, or leads
/// elsewhere, the flow ends at once, and TCP is told on both sides. The rules are asked again, of single flows, when somebody logs in
/// or out too (<see cref="Reconsider"/>).
///
/// Is its link still right? That is <see cref="Rerouting"/>'s. Flows that came in by a link, and those of programs bound to a link's
/// address, stay where they are. Only a link whose volume is spent (<see cref="LinkVolume.Spent"/>) keeps none of its flows.
/// </summary>
internal sealed class Review(FlowTable flows, Mappings mappings, ApplicationGateways gateways, WebGate web, Places places, Closing closing, Rerouting rerouting)
{
    private FlowId _scan = FlowId.None;

    /// <summary>Flows that were ended since the start, as no rule or no licence allows them any more, or the volume of their link is spent.</summary>
    public long Closed { get; private set; }

    /// <summary>Whether the scan has flows left to look at.</summary>
    public bool IsScanning { get; private set; }

    /// <summary>Begins a scan over all flows, as a new plan came.</summary>
    public void BeginScan()
    {
        _scan = FlowId.None;
        IsScanning = true;
    }

    /// <summary>Looks at up to <paramref name="count"/> more flows.</summary>
    public void Scan(Plan plan, int count, long now)
    {
        for (; count > 0; count--)
        {
            _scan = flows.NextLive(_scan);
            if (!_scan.Exists)
            {
                IsScanning = false;
                return;
            }
            FlowId id = _scan;
            if (flows[id].Epoch != plan.Epoch) Look(plan, ref id, now);
        }
    }

    /// <summary>
    /// Looks at the flow of a packet again. It may come out with another id, moved, and then the packet may go the other way by it than
    /// it did; or ended, which the answer tells.
    /// </summary>
    public DropReason Look(Plan plan, ref FlowId id, ref bool outward, long now)
    {
        bool wasInbound = (flows[id].Traits & FlowTraits.Inbound) != 0;
        DropReason reason = Look(plan, ref id, now);
        if (reason == DropReason.None && wasInbound && (flows[id].Traits & FlowTraits.Inbound) == 0) outward = !outward;
        return reason;
    }

    /// <summary>Looks at a flow again for which no packet waits.</summary>
    public DropReason Look(Plan plan, ref FlowId id, long now)
    {
        ref Flow flow = ref flows[id];
        if ((flow.PolicyGeneration != plan.Policy.Generation && !MayGoOn(plan, id, ref flow)) || places.IsEnded(plan, flow))
        {
            closing.Close(plan, id, now, tellInside: true, flow.Egress);
            Closed++;
            return DropReason.FlowClosed;
        }
        flow.Epoch = plan.Epoch;
        flow.NextHop = NextHop.Of(plan, flow);
        DropReason reason = OwnsItsWay(plan, flow) ? rerouting.Look(plan, ref id, flow, now) : flow.IsMedia ? rerouting.Look(plan, ref id, flow.FromInside(), now) : DropReason.None;
        if (reason != DropReason.None || !IsOnSpent(plan, flows[id])) return reason;
        closing.Close(plan, id, now, tellInside: true, outsideBy: null);
        Closed++;
        return DropReason.FlowClosed;
    }

    /// <summary>
    /// What <see cref="Look(Plan, ref FlowId, long)"/> would do with a flow under a plan that is not in force; nothing is changed. What only
    /// doing it can meet is not foreseen: outside ports that are all taken.
    /// </summary>
    /// <param name="plan">Any plan that numbers links and zones as the one in force does.</param>
    /// <param name="standing">The plan in force.</param>
    /// <param name="id">Its place in the table.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public ForeseenFlow Foresee(Plan plan, Plan standing, FlowId id, long now)
    {
        Flow flow = flows[id];
        bool isInbound = (flow.Traits & FlowTraits.Inbound) != 0;
        PortId from = isInbound ? flow.Ingress : flow.Egress;
        uint before = flow.PolicyGeneration == standing.Policy.Generation ? standing.Policy.Rules[flow.Rule].Mark : flow.AdmittedBy;
        var seen = new ForeseenFlow(id.Value, FlowFate.Stays, isInbound ? flow.OutsideDestination : flow.InsideSource, from, from, false, before, -1, (flow.Traits & FlowTraits.Probe) != 0, !isInbound);
        int rule = flow.Rule;
        bool isAllowed = flow.PolicyGeneration == plan.Policy.Generation || (IsStillAllowed(plan, id, flow, out rule) && web.IsStillAllowed(plan, id));
        seen = seen with { Rule = rule };
        if (!isAllowed || places.IsEnded(plan, flow)) return seen with { Fate = FlowFate.Closed };
        if (EndsWithControl(plan, standing, id, now)) return seen with { Fate = FlowFate.EndsToo };
        if (rule >= 0) flow.Rule = (ushort)rule;
        (FlowFate fate, PortId to, bool isByWeight) = (FlowFate.Stays, from, false);
        if (OwnsItsWay(plan, flow)) fate = rerouting.Foresee(plan, id, flow, now, out to, out isByWeight);
        else if (flow.IsMedia) fate = rerouting.Foresee(plan, id, flow.FromInside(), now, out to, out isByWeight);
        if (fate == FlowFate.Moves) flow.Egress = to;
        if (fate != FlowFate.Reset && IsOnSpent(plan, flow)) return seen with { Fate = FlowFate.Closed };
        return seen with { Fate = fate, To = to, IsByWeight = isByWeight };
    }

    /// <summary>Foresees the next flows of the table.</summary>
    /// <param name="plan">As in <see cref="Foresee(Plan, Plan, FlowId, long)"/>, as is <paramref name="standing"/>.</param>
    /// <param name="after">Where the search stands: -1 at first, and when nothing is left.</param>
    /// <param name="found">Gets as many as fit.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public int Foresee(Plan plan, Plan standing, ref int after, Span<ForeseenFlow> found, long now)
    {
        int count = 0;
        while (count < found.Length)
        {
            FlowId id = flows.NextLive(new FlowId(after));
            after = id.Value;
            if (!id.Exists) break;
            found[count++] = Foresee(plan, standing, id, now);
        }
        return count;
    }

    // The calls of PPTP are over with their control connection (RFC 2637 2.8).
    private bool EndsWithControl(Plan plan, Plan standing, FlowId id, long now)
    {
        if ((flows[id].Traits & FlowTraits.Expected) == 0 || gateways.KinOf(id) is not { Gateway: Gateway.Pptp } kin) return false;
        FlowId control = flows.Find(kin.Parent, out _);
        return control.Exists && Foresee(plan, standing, control, now).Fate is FlowFate.Closed or FlowFate.Reset;
    }

    // A link that is configured no more is lost like one that is down.
    private static bool OwnsItsWay(Plan plan, in Flow flow) =>
        (plan.IsLink(flow.Egress) || (plan.Zone(flow.Egress) is null && flow.Egress != PortId.Host)) && (flow.Traits & (FlowTraits.Inbound | FlowTraits.Bound)) == 0;

    // Probes pass, or nobody would know whether the link is there when its month is over.
    private static bool IsOnSpent(Plan plan, in Flow flow) =>
        (flow.Traits & FlowTraits.Probe) == 0 && (plan.IsSpent(flow.Egress) || plan.IsSpent(flow.Ingress));

    /// <summary>Ends a flow on request, and tells both sides; false if it is not there any more.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its place in the table.</param>
    /// <param name="created">When it was admitted, to tell it from another that has its place by now.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public bool Kill(Plan plan, FlowId id, long created, long now)
    {
        if (!flows.IsLive(id) || flows[id].Created != created) return false;
        closing.Close(plan, id, now, tellInside: true, flows[id].Egress);
        return true;
    }

    /// <summary>
    /// Asks the rules about a flow again, as somebody else may be behind one of its addresses now. What they allow still stays as it is;
    /// what they do not is ended. True if it was.
    /// </summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its place in the table.</param>
    /// <param name="created">When it was admitted, as in <see cref="Kill"/>.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public bool Reconsider(Plan plan, FlowId id, long created, long now)
    {
        if (!flows.IsLive(id) || flows[id].Created != created || MayGoOn(plan, id, ref flows[id])) return false;
        closing.Close(plan, id, now, tellInside: true, flows[id].Egress);
        Closed++;
        return true;
    }

    /// <summary>Takes a flow to the link that its pin was moved to by hand; null if it is gone, or is there already.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its place in the table.</param>
    /// <param name="created">When it was admitted, as in <see cref="Kill"/>.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public FlowPlan? Follow(Plan plan, FlowId id, long created, long now)
    {
        if (!flows.IsLive(id) || flows[id].Created != created) return null;
        if (flows[id].Epoch != plan.Epoch && Look(plan, ref id, now) != DropReason.None) return null;
        return rerouting.Follow(plan, id, now);
    }

    // A flow that may go on is another rule's from here on, if that allows it now.
    private bool MayGoOn(Plan plan, FlowId id, ref Flow flow)
    {
        if (!IsStillAllowed(plan, id, flow, out int rule)) return false;
        if (rule >= 0)
        {
            (flow.Rule, flow.PolicyGeneration) = ((ushort)rule, plan.Policy.Generation);
            if ((flow.Traits & FlowTraits.Probe) == 0) flow.Log = plan.Policy.Rules[rule].Log;
        }
        return web.IsStillAllowed(plan, id);
    }

    // The rule that decides; -1 where none does, as nothing can be charted.
    private bool IsStillAllowed(Plan plan, FlowId id, in Flow flow, out int rule)
    {
        FlowKey key = flow.ForwardKey;
        // No rule decides on a probe, so any number that the policy has will do for it.
        rule = plan.Policy.Rules.Length - 1;
        if ((flow.Traits & FlowTraits.Probe) != 0) return plan.IsProbe(key);
        // A reload that forbids its control flow, or the gateway, forbids it too.
        bool isExpected = (flow.Traits & FlowTraits.Expected) != 0;
        if (isExpected && gateways.IsStillAllowed(plan, id, out rule)) return true;
        rule = -1;
        if (isExpected || Course.Chart(plan, mappings, key, out Course course) != DropReason.None) return KeepsWithoutCourse(plan, flow);
        rule = course.Rule;
        return IsStillCharted(plan, plan.Policy.Rules[rule], course, flow, key);
    }

    private static bool IsStillCharted(Plan plan, Rule rule, in Course course, in Flow flow, in FlowKey key)
    {
        if (rule.Action != RuleAction.Allow || course.ToBox) return false;
        if (plan.Policy.Gate.Ask(Course.Sender(key, plan), course.Target(plan, key)) != DropReason.None) return false;
        if (course.Destination != flow.OutsideDestination || course.DestinationPort != flow.OutsideDestinationPort) return false;
        if (course.ToInternet && !IsSeenRight(plan, rule, course, flow)) return false;
        return rule.Links.Length == 0 || rule.Fallback || !course.ToInternet || rule.Links.Contains(flow.Egress) || (flow.Traits & FlowTraits.Bound) != 0;
    }

    // Another address of the link is a matter of the link, not of the rules. A prefix is written in the configuration, so what leaves by it
    // is held to it.
    private static bool IsSeenRight(Plan plan, Rule rule, in Course course, in Flow flow)
    {
        if (plan.LinkPolicy(flow.Egress) is null) return true;
        SourceTranslation seen = SourceTranslation.Of(plan, rule, course, flow.Egress, flow.InsideSource, flow.InsideDestination);
        if (seen.Means == SourceMeans.Prefix) return seen.Outside == flow.OutsideSource;
        return (flow.OutsideSource != flow.InsideSource) == seen.Means is not (SourceMeans.None or SourceMeans.Own);
    }

    // With its link's address away for a moment (a lease being renewed) an inbound flow cannot be charted. It stays until it can.
    private static bool KeepsWithoutCourse(Plan plan, in Flow flow) =>
        (flow.Traits & FlowTraits.Inbound) != 0 && plan.Link(flow.Ingress) is { Addresses.Length: 0 };
}
