using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// A live flow under a new plan. Each flow is looked at once per plan: by its next packet, or by the scan that follows a new plan,
/// whichever comes first. Two questions are asked.
///
/// Do the rules still allow it? The course of its first packet is charted again; if the answer is another, or leads elsewhere, the
/// flow ends at once, and TCP is told on both sides.
///
/// Is its link still right? If the link has gone, or no longer has the flow's address, and there is another for it, the rule's
/// `on_link_down` decides; with no other link nothing is ended, since waiting is better than nothing. If a link that the rule or
/// the mode prefers has come back, `on_link_return` decides. Flows that came in by a link, and those of programs bound to a link's
/// address, stay where they are. Only a link whose volume is spent (<see cref="LinkVolume.Spent"/>) keeps none of its flows.
/// </summary>
internal sealed class Review(FlowTable flows, Mappings mappings, LinkChooser chooser, Admission admission, Holdings holdings, ApplicationGateways gateways, Refusals refusals)
{
    private FlowId _scan = FlowId.None;

    /// <summary>Flows that were ended, moved to another link, or reset for a link, since the start.</summary>
    public long Closed { get; private set; }

    public long Moved { get; private set; }

    public long Reset { get; private set; }

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

    /// <summary>Looks at a flow again. It may come out with another id, moved; or ended, which the answer tells.</summary>
    public DropReason Look(Plan plan, ref FlowId id, long now)
    {
        ref Flow flow = ref flows[id];
        if (flow.PolicyGeneration != plan.Policy.Generation && !IsStillAllowed(plan, id, ref flow))
        {
            Close(plan, id, now, tellInside: true, tellOutside: true);
            Closed++;
            return DropReason.FlowClosed;
        }
        flow.Epoch = plan.Epoch;
        flow.NextHop = NextHop.Of(plan, flow);
        bool ownsItsWay = plan.IsLink(flow.Egress) && (flow.Traits & (FlowTraits.Inbound | FlowTraits.Bound)) == 0;
        DropReason reason = ownsItsWay ? LookAtLink(plan, ref id, now) : DropReason.None;
        if (reason != DropReason.None || !IsOnSpent(plan, flows[id])) return reason;
        Close(plan, id, now, tellInside: true, tellOutside: false);
        Closed++;
        return DropReason.FlowClosed;
    }

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
        Close(plan, id, now, tellInside: true, tellOutside: true);
        return true;
    }

    /// <summary>
    /// Takes a flow to the link that its pin was moved to by hand, as its rule's `on_link_down` says: here too it is to leave a link that
    /// it had. Answers what became of it; null if it is gone, or is there already.
    /// </summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its place in the table.</param>
    /// <param name="created">When it was admitted, as in <see cref="Kill"/>.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public FlowPlan? Follow(Plan plan, FlowId id, long created, long now)
    {
        if (!flows.IsLive(id) || flows[id].Created != created) return null;
        if (flows[id].Epoch != plan.Epoch && Look(plan, ref id, now) != DropReason.None) return null;
        Flow flow = flows[id];
        if (flow.Pin < 0 || chooser.Following(flow.Pin) is var choice && choice.Link == flow.Egress) return null;
        Rule rule = plan.Policy.Rules[flow.Rule];
        FlowPlan what = rule.OnLinkDown.For(flow.Protocol);
        if (what == FlowPlan.Move && flow.Protocol == Protocol.Tcp && !KeepsEnd(flow, SeenBy(plan, rule, flow, choice.Link))) what = FlowPlan.Reset;
        if (what is FlowPlan.Keep or FlowPlan.Drain) return FlowPlan.Keep;
        if (what == FlowPlan.Move)
        {
            long before = Moved;
            MoveTo(plan, ref id, choice, LinkMove.ByHand, now);
            return Moved > before ? FlowPlan.Move : FlowPlan.Keep;
        }
        // Its link is there, so the far end is told too.
        Close(plan, id, now, tellInside: true, tellOutside: true);
        Reset++;
        return FlowPlan.Reset;
    }

    private bool IsStillAllowed(Plan plan, FlowId id, ref Flow flow)
    {
        FlowKey key = flow.ForwardKey;
        if ((flow.Traits & FlowTraits.Probe) != 0) return IsStillProbe(plan, ref flow, key);
        if ((flow.Traits & FlowTraits.Expected) != 0) return IsStillExpected(plan, id, ref flow);
        if (Course.Chart(plan, mappings, key, out Course course) != DropReason.None) return KeepsWithoutCourse(plan, flow);
        Rule rule = plan.Policy.Rules[course.Rule];
        if (rule.Action != RuleAction.Allow || course.ToBox) return false;
        if (course.Destination != flow.OutsideDestination || course.DestinationPort != flow.OutsideDestinationPort) return false;
        if (course.ToInternet && !IsSeenRight(plan, rule, course, flow)) return false;
        if (rule.Links.Length > 0 && !rule.Fallback && course.ToInternet && !rule.Links.Contains(flow.Egress)
            && (flow.Traits & FlowTraits.Bound) == 0) return false;
        (flow.Rule, flow.Log, flow.PolicyGeneration) = ((ushort)course.Rule, rule.Log, plan.Policy.Generation);
        return true;
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

    // No rule decides on a probe, so any number that the policy has will do for it.
    private static bool IsStillProbe(Plan plan, ref Flow flow, in FlowKey key)
    {
        if (!plan.IsProbe(key)) return false;
        (flow.Rule, flow.PolicyGeneration) = ((ushort)(plan.Policy.Rules.Length - 1), plan.Policy.Generation);
        return true;
    }

    // A reload that forbids its control flow, or the gateway, forbids it too.
    private bool IsStillExpected(Plan plan, FlowId id, ref Flow flow)
    {
        if (!gateways.IsStillAllowed(plan, id, out int rule)) return KeepsWithoutCourse(plan, flow);
        (flow.Rule, flow.Log, flow.PolicyGeneration) = ((ushort)rule, plan.Policy.Rules[rule].Log, plan.Policy.Generation);
        return true;
    }

    // With its link's address away for a moment (a lease being renewed) an inbound flow cannot be charted. It stays until it can.
    private static bool KeepsWithoutCourse(Plan plan, in Flow flow) =>
        (flow.Traits & FlowTraits.Inbound) != 0 && plan.Link(flow.Ingress) is { Addresses.Length: 0 };

    private DropReason LookAtLink(Plan plan, ref FlowId id, long now)
    {
        ref Flow flow = ref flows[id];
        Rule rule = plan.Policy.Rules[Math.Min(flow.Rule, plan.Policy.Rules.Length - 1)];
        ulong able = LinkChooser.Able(plan, rule, flow.InsideSource);
        bool isAble = (able & flow.Egress.Bit) != 0;
        bool hasAddress = flow.OutsideSource == flow.InsideSource || (plan.Own(flow.OutsideSource) & flow.Egress.Bit) != 0
            || SeenBy(plan, rule, flow, flow.Egress).Outside == flow.OutsideSource;
        bool isLost = !isAble || !hasAddress;
        // Balancing prefers no link to another: only a rule, or an order, can have a better one.
        if (!isLost && plan.Policy.Mode != InternetMode.Failover && !IsAnyAble(rule.Links, able)) return DropReason.None;
        if (chooser.Choose(plan, rule, flow.InsideSource, flow.OutsideDestination, now, out LinkChoice better) != DropReason.None) return DropReason.None;
        if (better.Link == flow.Egress && hasAddress) return DropReason.None;
        FlowPlan what = (isLost ? rule.OnLinkDown : rule.OnLinkReturn).For(flow.Protocol);
        return what switch
        {
            FlowPlan.Keep or FlowPlan.Drain => DropReason.None,
            FlowPlan.Move when flow.Protocol != Protocol.Tcp || KeepsEnd(flow, SeenBy(plan, rule, flow, better.Link)) =>
                MoveTo(plan, ref id, better, isLost ? LinkMove.LinkDown : LinkMove.BetterLink, now),
            FlowPlan.Move or FlowPlan.Reset => ResetFor(plan, id, now),
            _ => throw new InvalidOperationException($"unknown plan {what}"),
        };
    }

    // As whom the far end would see the flow by a link.
    private static SourceTranslation SeenBy(Plan plan, Rule rule, in Flow flow, PortId link) =>
        SourceTranslation.Of(plan, rule, new Course { ToInternet = true }, link, flow.InsideSource, flow.InsideDestination);

    // A TCP connection can only go on by the same address and port.
    private static bool KeepsEnd(in Flow flow, SourceTranslation seen) => !seen.TakesPort && seen.Outside == flow.OutsideSource;

    private static bool IsAnyAble(PortId[] links, ulong able)
    {
        foreach (PortId link in links)
        {
            if ((able & link.Bit) != 0) return true;
        }
        return false;
    }

    private DropReason MoveTo(Plan plan, ref FlowId id, LinkChoice choice, LinkMove why, long now)
    {
        DropReason reason = admission.Move(plan, id, choice, why, now, out FlowId moved);
        if (reason != DropReason.None) return flows.IsLive(id) ? DropReason.None : reason;
        id = moved;
        Moved++;
        return DropReason.None;
    }

    private DropReason ResetFor(Plan plan, FlowId id, long now)
    {
        // Who has heard nothing yet sends its SYN again, and that goes by another link; a reset would tell it to give up.
        Close(plan, id, now, tellInside: flows[id].Tcp.State != TcpState.SynSent, tellOutside: false);
        Reset++;
        return DropReason.FlowClosed;
    }

    // The far side of a dead link cannot be told: its RST would have to leave by the link that is down.
    private void Close(Plan plan, FlowId id, long now, bool tellInside, bool tellOutside)
    {
        ref Flow flow = ref flows[id];
        if (flow.Protocol == Protocol.Tcp)
        {
            if (tellInside) refusals.ResetSide(plan, flow, towardsInside: true, gateways.Shift(id, fromInside: false));
            if (tellOutside) refusals.ResetSide(plan, flow, towardsInside: false, gateways.Shift(id, fromInside: true));
        }
        holdings.Finish(plan, id, now);
    }
}
