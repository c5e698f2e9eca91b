using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Forwarding.Web;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// A live flow under a new plan. Each flow is looked at once per plan: by its next packet, or by the scan that follows a new plan,
/// whichever comes first. Two questions are asked.
///
/// Do the rules still allow it, and does the licence? The rules are asked again, of single flows, when somebody logs in or out (<see cref="Reconsider"/>). The course of its first packet is charted again; if the answer is another, or leads elsewhere, the
/// flow ends at once, and TCP is told on both sides.
///
/// Is its link still right (<see cref="LinkEvent"/>)? If not, and there is a better one for it, the rule's plan for that decides; with
/// no better link nothing is ended, since waiting is better than nothing. A flow that is drained is looked at again when its time is
/// over, and then ended as by a reset if a better link is there still. Flows that came in by a link, and those of programs bound to a
/// link's address, stay where they are. Only a link whose volume is spent (<see cref="LinkVolume.Spent"/>) keeps none of its flows.
/// </summary>
internal sealed class Review(FlowTable flows, Mappings mappings, LinkChooser chooser, Admission admission, Holdings holdings, ApplicationGateways gateways, WebGate web, Refusals refusals, Places places)
{
    private FlowId _scan = FlowId.None;

    /// <summary>Flows that were ended, moved to another link, or reset for a link, since the start.</summary>
    public long Closed { get; private set; }

    public long Moved { get; private set; }

    public long Reset { get; private set; }

    /// <summary>Flows that were left where they are to come to their end.</summary>
    public long Drained { get; private set; }

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
            Close(plan, id, now, tellInside: true, flow.Egress);
            Closed++;
            return DropReason.FlowClosed;
        }
        flow.Epoch = plan.Epoch;
        flow.NextHop = NextHop.Of(plan, flow);
        bool ownsItsWay = plan.IsLink(flow.Egress) && (flow.Traits & (FlowTraits.Inbound | FlowTraits.Bound)) == 0;
        DropReason reason = ownsItsWay ? LookAtLink(plan, ref id, flow, now) : flow.IsMedia ? LookAtLink(plan, ref id, flow.FromInside(), now) : DropReason.None;
        if (reason != DropReason.None || !IsOnSpent(plan, flows[id])) return reason;
        Close(plan, id, now, tellInside: true, outsideBy: null);
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
        Close(plan, id, now, tellInside: true, flows[id].Egress);
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
        Close(plan, id, now, tellInside: true, flows[id].Egress);
        Closed++;
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
        Close(plan, id, now, tellInside: true, flow.Egress);
        Reset++;
        return FlowPlan.Reset;
    }

    private bool MayGoOn(Plan plan, FlowId id, ref Flow flow) => IsStillAllowed(plan, id, ref flow) && web.IsStillAllowed(plan, id);

    private bool IsStillAllowed(Plan plan, FlowId id, ref Flow flow)
    {
        FlowKey key = flow.ForwardKey;
        if ((flow.Traits & FlowTraits.Probe) != 0) return IsStillProbe(plan, ref flow, key);
        if ((flow.Traits & FlowTraits.Expected) != 0) return IsStillExpected(plan, id, ref flow);
        if (Course.Chart(plan, mappings, key, out Course course) != DropReason.None) return KeepsWithoutCourse(plan, flow);
        Rule rule = plan.Policy.Rules[course.Rule];
        if (rule.Action != RuleAction.Allow || course.ToBox) return false;
        if (plan.Policy.Gate.Ask(Course.Sender(key, plan), course.Target(plan, key)) != DropReason.None) return false;
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

    private DropReason LookAtLink(Plan plan, ref FlowId id, in Flow flow, long now)
    {
        Rule rule = plan.Policy.Rules[Math.Min(flow.Rule, plan.Policy.Rules.Length - 1)];
        LinkEvent happened = Happened(plan, rule, flow, out LinkChoice better, out ulong leaving);
        FlowPlan what = happened == LinkEvent.None ? FlowPlan.Keep : rule.On(happened).For(flow.Protocol);
        if (what != FlowPlan.Drain) flows.EndDrain(id);
        if (what == FlowPlan.Keep) return DropReason.None;
        // Where its host is held to a link, it is held to the better one from here on: what it begins next goes there.
        if ((what == FlowPlan.Move || better.Cause is LinkCause.HostByWeight or LinkCause.SiteByWeight)
            && chooser.Choose(plan, rule, flow.InsideSource, flow.OutsideDestination, now, out better, leaving) != DropReason.None) return DropReason.None;
        return what switch
        {
            FlowPlan.Drain => Drain(plan, rule, id, happened, better, now),
            FlowPlan.Move when flow.Protocol != Protocol.Tcp || KeepsEnd(flow, SeenBy(plan, rule, flow, better.Link)) =>
                MoveTo(plan, ref id, better, WhyMoved(happened), now),
            FlowPlan.Move or FlowPlan.Reset => ResetFor(plan, rule, id, happened, better, now),
            _ => throw new InvalidOperationException($"unknown plan {what}"),
        };
    }

    // What has become of a flow's link, and which is the better one. To leave a degraded link its host's pin has to be passed over.
    private LinkEvent Happened(Plan plan, Rule rule, in Flow flow, out LinkChoice better, out ulong leaving)
    {
        (better, leaving) = (default, 0);
        ulong able = LinkChooser.Able(plan, rule, flow.InsideSource);
        bool hasAddress = flow.OutsideSource == flow.InsideSource || (plan.Own(flow.OutsideSource) & flow.Egress.Bit) != 0
            || SeenBy(plan, rule, flow, flow.Egress).Outside == flow.OutsideSource;
        bool isLost = (able & flow.Egress.Bit) == 0 || !hasAddress, isDegraded = plan.IsDegraded(flow.Egress);
        // Media was announced for its address and stays there while that one serves.
        if (flow.IsMedia && !isLost) return LinkEvent.None;
        // Balancing prefers no healthy link to another: only a rule, or an order, can have a better one.
        bool isOrdered = plan.Policy.Mode == InternetMode.Failover || IsAnyAble(rule.Links, able);
        if (!isLost && !isDegraded && !isOrdered) return LinkEvent.None;
        if (chooser.Foresee(plan, rule, flow.InsideSource, flow.OutsideDestination, out better) != DropReason.None) return LinkEvent.None;
        if (isLost) return LinkEvent.Down;
        if (isDegraded && better.Link == flow.Egress && better.Cause.PinReason() is not null)
        {
            leaving = flow.Egress.Bit;
            if (chooser.Foresee(plan, rule, flow.InsideSource, flow.OutsideDestination, out better, leaving) != DropReason.None) return LinkEvent.None;
        }
        if (better.Link == flow.Egress) return LinkEvent.None;
        if (isDegraded && (plan.HealthyLinks & better.Link.Bit) != 0) return LinkEvent.Degrade;
        return isOrdered ? LinkEvent.Return : LinkEvent.None;
    }

    private static LinkMove WhyMoved(LinkEvent happened) => happened switch
    {
        LinkEvent.Down => LinkMove.LinkDown,
        LinkEvent.Degrade => LinkMove.Degraded,
        LinkEvent.Return or LinkEvent.None => LinkMove.BetterLink,
    };

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

    // Who has heard nothing yet has nothing to bring to an end. Its SYN comes again, and goes by the better link.
    private DropReason Drain(Plan plan, Rule rule, FlowId id, LinkEvent happened, LinkChoice better, long now)
    {
        if (flows[id].Tcp.State == TcpState.SynSent || flows.IsDrained(id, now)) return ResetFor(plan, rule, id, happened, better, now);
        if (flows.Drain(id, now + plan.Policy.DrainTime)) Drained++;
        return DropReason.None;
    }

    // The far end is told by the flow's own link while that one serves. By another only if the reset can leave there with the address
    // that the far end knows, else it would be a packet under somebody else's name, and no provider carries those (RFC 2827).
    private DropReason ResetFor(Plan plan, Rule rule, FlowId id, LinkEvent happened, LinkChoice better, long now)
    {
        ref Flow flow = ref flows[id];
        // Who has heard nothing yet sends its SYN again, and that goes by another link; a reset would tell it to give up.
        bool isAnswered = flow.Tcp.State != TcpState.SynSent;
        PortId? outsideBy = happened != LinkEvent.Down ? flow.Egress
            : better.Link != flow.Egress && SeenBy(plan, rule, flow, better.Link).Outside == flow.OutsideSource ? better.Link : null;
        Close(plan, id, now, tellInside: isAnswered, isAnswered ? outsideBy : null);
        Reset++;
        return DropReason.FlowClosed;
    }

    private void Close(Plan plan, FlowId id, long now, bool tellInside, PortId? outsideBy)
    {
        ref Flow flow = ref flows[id];
        if (flow.Protocol == Protocol.Tcp)
        {
            if (tellInside) refusals.ResetSide(plan, flow, towardsInside: true, gateways.Shift(id, fromInside: false));
            if (outsideBy is { } link) TellOutside(plan, flow, link, gateways.Shift(id, fromInside: true));
        }
        holdings.Finish(plan, id, now);
    }

    private void TellOutside(Plan plan, Flow flow, PortId by, int shift)
    {
        if (by != flow.Egress)
        {
            flow.Egress = by;
            flow.NextHop = NextHop.Of(plan, flow);
        }
        refusals.ResetSide(plan, flow, towardsInside: false, shift);
    }
}
