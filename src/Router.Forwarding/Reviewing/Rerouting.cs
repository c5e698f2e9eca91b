using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding.Reviewing;

/// <summary>
/// A live flow and its link. Is it still right (<see cref="LinkEvent"/>)? If not, and there is a better one for the flow, the rule's plan
/// for that decides; with no better link nothing is ended, since waiting is better than nothing. A flow that is drained is looked at
/// again when its time is over, and then ended as by a reset if a better link is there still. Media of calls leaves only a link that is
/// lost. TCP can go on elsewhere only by the same address and port; else a move is a reset.
/// </summary>
internal sealed class Rerouting(FlowTable flows, LinkChooser chooser, Admission admission, Closing closing)
{
    /// <summary>Flows that were moved to another link, or reset for one, since the start.</summary>
    public long Moved { get; private set; }

    public long Reset { get; private set; }

    /// <summary>Flows that were left where they are to come to their end.</summary>
    public long Drained { get; private set; }

    /// <summary>Looks at the link of a flow. It may come out with another id, moved; or ended, which the answer tells.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its place in the table.</param>
    /// <param name="flow">The flow as it were if its local end had begun it.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public DropReason Look(Plan plan, ref FlowId id, in Flow flow, long now)
    {
        Rule rule = RuleOf(plan, flow);
        (FlowPlan what, LinkEvent happened, LinkChoice better, ulong leaving) = Find(plan, rule, flow);
        if (what != FlowPlan.Drain) flows.EndDrain(id);
        if (what == FlowPlan.Keep) return DropReason.None;
        // Where its host is held to a link, it is held to the better one from here on: what it begins next goes there.
        if ((what == FlowPlan.Move || better.Cause is LinkCause.HostByWeight or LinkCause.SiteByWeight)
            && chooser.Choose(plan, rule, flow.InsideSource, flow.OutsideDestination, now, out better, leaving) != DropReason.None) return DropReason.None;
        return Carry(plan, rule, id, flow, what, better, now) switch
        {
            FlowPlan.Drain => Drain(id, now + plan.Policy.DrainTime),
            FlowPlan.Move => MoveTo(plan, ref id, better, WhyMoved(happened), now),
            FlowPlan.Reset => ResetFor(plan, rule, id, happened, better, now),
            FlowPlan.Keep or _ => throw new InvalidOperationException($"unknown plan {what}"),
        };
    }

    /// <summary>What <see cref="Look"/> would do with a flow; nothing is placed, and no turn is taken.</summary>
    /// <param name="plan">Any plan.</param>
    /// <param name="id">Its place in the table.</param>
    /// <param name="flow">The flow as <see cref="Look"/> takes it, with its rule in that plan.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="to">The link that it would go to, if it moves or is reset.</param>
    /// <param name="isByWeight">Whether balancing would say so, among several.</param>
    public FlowFate Foresee(Plan plan, FlowId id, in Flow flow, long now, out PortId to, out bool isByWeight)
    {
        Rule rule = RuleOf(plan, flow);
        LinkFinding found = Find(plan, rule, flow);
        (to, isByWeight) = (flow.Egress, false);
        if (found.What == FlowPlan.Keep) return FlowFate.Stays;
        FlowPlan what = Carry(plan, rule, id, flow, found.What, found.Better, now);
        if (what == FlowPlan.Drain) return FlowFate.Drains;
        (to, isByWeight) = (found.Better.Link, LinkChooser.IsByWeight(plan, rule, flow.InsideSource, found.Better, found.Leaving));
        return what == FlowPlan.Move ? FlowFate.Moves : FlowFate.Reset;
    }

    private static Rule RuleOf(Plan plan, in Flow flow) => plan.Policy.Rules[Math.Min(flow.Rule, plan.Policy.Rules.Length - 1)];

    private LinkFinding Find(Plan plan, Rule rule, in Flow flow)
    {
        LinkEvent happened = Happened(plan, rule, flow, out LinkChoice better, out ulong leaving);
        return new LinkFinding(happened == LinkEvent.None ? FlowPlan.Keep : rule.On(happened).For(flow.Protocol), happened, better, leaving);
    }

    // What a plan comes to for this flow. Who has heard nothing yet has nothing to bring to an end: its SYN comes again, and goes by the
    // better link. TCP whose end would be another cannot move.
    private FlowPlan Carry(Plan plan, Rule rule, FlowId id, in Flow flow, FlowPlan what, LinkChoice better, long now) => what switch
    {
        FlowPlan.Drain => flows[id].Tcp.State == TcpState.SynSent || flows.IsDrained(id, now) ? FlowPlan.Reset : FlowPlan.Drain,
        FlowPlan.Move => flow.Protocol != Protocol.Tcp || KeepsEnd(flow, SeenBy(plan, rule, flow, better.Link)) ? FlowPlan.Move : FlowPlan.Reset,
        FlowPlan.Keep or FlowPlan.Reset => what,
    };

    /// <summary>
    /// Takes a flow to the link that its pin was moved to by hand, as its rule's `on_link_down` says: here too it is to leave a link that
    /// it had. Answers what became of it; null if it is there already.
    /// </summary>
    public FlowPlan? Follow(Plan plan, FlowId id, long now)
    {
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
        closing.Close(plan, id, now, tellInside: true, flow.Egress);
        Reset++;
        return FlowPlan.Reset;
    }

    // What has become of a flow's link, and which is the better one. To leave a degraded link its host's pin has to be passed over.
    private LinkEvent Happened(Plan plan, Rule rule, in Flow flow, out LinkChoice better, out ulong leaving)
    {
        (better, leaving) = (default, 0);
        ulong able = LinkChooser.Able(plan, rule, flow.InsideSource);
        bool isLost = (able & flow.Egress.Bit) == 0 || !HasAddress(plan, rule, flow), isDegraded = plan.IsDegraded(flow.Egress);
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

    // Whether its link still has the address by which the far end knows it.
    private static bool HasAddress(Plan plan, Rule rule, in Flow flow) =>
        flow.OutsideSource == flow.InsideSource || (plan.Own(flow.OutsideSource) & flow.Egress.Bit) != 0
        || SeenBy(plan, rule, flow, flow.Egress).Outside == flow.OutsideSource;

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

    private DropReason Drain(FlowId id, long until)
    {
        if (flows.Drain(id, until)) Drained++;
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
        closing.Close(plan, id, now, tellInside: isAnswered, isAnswered ? outsideBy : null);
        Reset++;
        return DropReason.FlowClosed;
    }
}
