using System.Numerics;
using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Forwarding.Web;
using Router.Licensing;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// How a flow comes to be: by its first packet, by what a gateway read on another flow, or in the place of one that is moved to
/// another link. The questions are asked in this order: course and rule, who is there (<see cref="Gate"/>), the host's limits, a place of the licence, link and pin, outside address and port
/// (<see cref="Translator"/>), and at last a place for the flow itself (<see cref="Holdings"/>). Nothing is held until all of it is
/// granted, so a refusal leaves nothing behind but, at the most, a mapping that nobody uses and that ends by itself.
/// </summary>
internal sealed class Admission(FlowTable flows, Holdings holdings, Translator translator, Mappings mappings, LinkChooser chooser, ApplicationGateways gateways, Quotas quotas, Places places, PathEvents events)
{
    /// <summary>Decides on the daemon's own probes in place of the list.</summary>
    public static readonly Rule Probes = new() { Name = "probes", Action = RuleAction.Allow };

    private readonly Shortages _shortages = new(events);

    /// <summary>Admits a packet that no live flow explains.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="packet">The packet as it came in.</param>
    /// <param name="ingress">Where it came in.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="id">The new flow; none if the packet is for the box itself and keeps none (answer <see cref="DropReason.None"/>).</param>
    public DropReason Admit(Plan plan, in Datagram packet, PortId ingress, long now, out FlowId id)
    {
        id = FlowId.None;
        FlowKey key = packet.Key(ingress);
        int expected = gateways.Find(key, now);
        if (expected >= 0 && (packet.Protocol != Protocol.Tcp || packet.IsSyn)) return AdmitExpected(plan, packet, expected, now, out id);
        DropReason reason = Course.Chart(plan, mappings, key, out Course course);
        if (reason != DropReason.None) return reason;
        bool isProbe = plan.IsProbe(key);
        Rule rule = isProbe ? Probes : plan.Policy.Rules[course.Rule];
        if (course.ToBox) return DecideForBox(plan, rule, course.Rule, ingress, packet);
        if (rule.Action != RuleAction.Allow)
        {
            bool wouldOpen = Gate.WouldOpen(plan, Course.Sender(key, plan), course.Target(plan, key), key, course.Rule);
            return Refuse(plan, rule, course.Rule, packet, ingress, now, wouldOpen ? DropReason.LoginRequired : null);
        }
        if (!Opens(plan, packet, ingress)) return DropReason.NoFlow;
        reason = isProbe ? DropReason.None : plan.Policy.Gate.Ask(Course.Sender(key, plan), course.Target(plan, key));
        if (reason != DropReason.None) return reason;
        reason = AskQuota(plan, ingress, packet.Source, course.Egress, course.Destination, now);
        if (reason != DropReason.None) return reason;
        var flow = new Flow
        {
            InsideSource = packet.Source, InsideSourcePort = packet.SourcePort,
            InsideDestination = packet.Destination, InsideDestinationPort = packet.DestinationPort,
            OutsideSource = packet.Source, OutsideSourcePort = packet.SourcePort,
            OutsideDestination = course.Destination, OutsideDestinationPort = course.DestinationPort,
            Protocol = packet.Protocol, Ingress = ingress, Egress = course.Egress,
            Traits = Traits(plan, course, ingress) | (isProbe ? FlowTraits.Probe : FlowTraits.None),
            Mapping = -1, Pin = -1, Created = now, LastUse = now,
            Rule = (ushort)course.Rule, Log = rule.Log, PolicyGeneration = plan.Policy.Generation, Epoch = plan.Epoch,
            AdmittedBy = rule.Mark,
        };
        reason = places.Ask(plan, ingress, course.ToInternet ? AnyLink(plan) : course.Egress, flow, now, out Grant place);
        if (reason != DropReason.None) return reason;
        if (course.ToInternet) reason = Route(plan, rule, ref flow, now);
        if (reason == DropReason.None && !isProbe && (plan.IsSpent(ingress) || plan.IsSpent(flow.Egress))) reason = DropReason.VolumeSpent;
        if (reason == DropReason.None) reason = translator.Translate(plan, rule, course, ref flow, now);
        // RFC 4302 3.3.3.1, RFC 3715 2.1.
        if (reason == DropReason.None && packet.IsSigned && (flow.Traits & FlowTraits.Translated) != 0) reason = DropReason.Untranslatable;
        if (reason == DropReason.None && !isProbe && (gateways.Wants(rule, flow) || WebGate.Wants(plan, flow))) flow.Traits |= FlowTraits.Watched;
        if (reason == DropReason.None) reason = holdings.Take(plan, rule, flow, now, out id);
        if (reason == DropReason.None) places.Hold(id, place);
        else Drop(reason, place, packet, ingress, now);
        return reason;
    }

    private void Drop(DropReason reason, Grant place, in Datagram packet, PortId ingress, long now)
    {
        places.Cancel(place, now);
        _shortages.Note(reason, packet, ingress, now);
    }

    // For the licence one link is as good as another.
    public static PortId AnyLink(Plan plan) => new((byte)BitOperations.TrailingZeroCount(plan.Policy.LinkPorts));

    // What a gateway has announced: by the rule of the control flow, the other way round than rules would have it.
    private DropReason AdmitExpected(Plan plan, in Datagram packet, int expected, long now, out FlowId id)
    {
        id = FlowId.None;
        DropReason reason = gateways.Make(plan, packet, expected, now, out Flow flow);
        if (reason == DropReason.None) reason = AskQuota(plan, flow.Ingress, flow.InsideSource, flow.Egress, flow.OutsideDestination, now);
        Grant place = Grant.Uncounted;
        if (reason == DropReason.None) reason = places.Ask(plan, flow.Ingress, flow.Egress, flow, now, out place);
        if (reason != DropReason.None) return reason;
        Rule rule = plan.Policy.Rules[flow.Rule];
        Translator.Prepare(plan, rule, ref flow);
        reason = holdings.Take(plan, rule, flow, now, out id);
        if (reason != DropReason.None)
        {
            Drop(reason, place, packet, flow.Ingress, now);
            return reason;
        }
        places.Hold(id, place);
        gateways.Settle(expected, id, now);
        return DropReason.None;
    }

    // Whose flow it is: the local host's that begins it, or that it is for.
    private DropReason AskQuota(Plan plan, PortId ingress, Address source, PortId egress, Address destination, long now) => plan.IsLink(ingress)
        ? quotas.Ask(plan, destination, egress, begins: false, now) : quotas.Ask(plan, source, ingress, begins: true, now);

    /// <summary>Gives a flow another link, by the same rule: the old one ends, a new one with the same inside takes its place.</summary>
    public DropReason Move(Plan plan, FlowId old, LinkChoice choice, LinkMove why, long now, out FlowId id)
    {
        Flow flow = flows[old].FromInside();
        Rule rule = plan.Policy.Rules[flow.Rule];
        (flow.Before, flow.Moved) = (flow.Egress, why);
        Follow(choice, ref flow);
        // Media stays a part of its call (RFC 4961: who hears it answers to where it comes from). What else was announced goes on as a flow
        // of its own, since who announced it is on another way now. An unwatched stream was never changed either.
        Kin? kin = flow.IsMedia ? gateways.KinOf(old) : null;
        if (kin is null) flow.Traits &= ~FlowTraits.Expected;
        flow.Traits &= ~(FlowTraits.Translated | (flow.Protocol == Protocol.Tcp ? FlowTraits.Watched : FlowTraits.None));
        (flow.OutsideSource, flow.OutsideSourcePort, flow.Mapping) = (flow.InsideSource, flow.InsideSourcePort, -1);
        id = FlowId.None;
        DropReason reason = translator.Translate(plan, rule, new Course { ToInternet = true }, ref flow, now);
        if (reason != DropReason.None) return reason;
        holdings.End(plan, old, now);
        flow.Epoch = plan.Epoch;
        if (flow.Protocol == Protocol.Tcp && WebGate.Wants(plan, flow)) flow.Traits |= FlowTraits.Watched;
        // What it carried so far, the rule has counted with the old one.
        (flow.PacketsOut, flow.PacketsIn, flow.OctetsOut, flow.OctetsIn) = (0, 0, 0, 0);
        reason = holdings.Take(plan, rule, flow, now, out id);
        if (reason != DropReason.None) return reason;
        places.Resume(plan.Policy, id, now);
        if (kin is { } parent) gateways.Adopt(parent, id);
        return reason;
    }

    // A flow begins with a SYN, a query, or anything in protocols that have no beginning. Where the policy says so, an inside host's
    // connection that was begun elsewhere is picked up too (RFC 5382 REQ-2, its last paragraph).
    private static bool Opens(Plan plan, in Datagram packet, PortId ingress) => packet.Protocol switch
    {
        Protocol.Tcp => packet.IsSyn || (plan.Policy.PicksUpTcp && !plan.IsLink(ingress) && packet.IsMidstream),
        Protocol.Icmp or Protocol.Icmp6 => packet.IcmpType is not (Icmp4.EchoReply or Icmp4.TimestampReply or Icmp6.EchoReply),
        _ => true,
    };

    private static FlowTraits Traits(Plan plan, in Course course, PortId ingress) =>
        (plan.IsLink(ingress) ? FlowTraits.Inbound : FlowTraits.None) | (course.Hairpin ? FlowTraits.Hairpin : FlowTraits.None);

    // Where no rule speaks, a local zone may talk to the box, as on the kernel's own way in; guests may not.
    private DropReason DecideForBox(Plan plan, Rule rule, int index, PortId ingress, in Datagram packet) =>
        Course.MayTalkToBox(plan, rule, index, ingress) ? DropReason.None : Refuse(plan, rule, index, packet, ingress, 0);

    private DropReason Refuse(Plan plan, Rule rule, int index, in Datagram packet, PortId ingress, long now, DropReason? instead = null)
    {
        DropReason reason = instead ?? (rule.Action == RuleAction.Deny ? DropReason.RuleDenied : DropReason.RuleDropped);
        if (now != 0) rule.Counters.LastMatch = now;
        rule.Counters.Flows++;
        if (rule.Log != RuleLog.None)
        {
            events.Write(new PathEvent
            {
                Kind = PathEventKind.PacketRefused, Reason = reason, Protocol = packet.Protocol, Ingress = ingress,
                Rule = (ushort)index, PolicyGeneration = plan.Policy.Generation,
                Source = packet.Source, Destination = packet.Destination,
                SourcePort = packet.SourcePort, DestinationPort = packet.DestinationPort,
            });
        }
        return reason;
    }

    private DropReason Route(Plan plan, Rule rule, ref Flow flow, long now)
    {
        ulong bound = LinkChooser.BoundTo(plan, rule, flow.Ingress, flow.InsideSource, flow.OutsideDestination);
        if (bound == 0)
        {
            DropReason reason = chooser.Choose(plan, rule, flow.InsideSource, flow.OutsideDestination, now, out LinkChoice choice);
            Follow(choice, ref flow);
            return reason;
        }
        flow.Egress = new PortId((byte)ulong.TrailingZeroCount(bound));
        flow.Traits |= FlowTraits.Bound;
        flow.Cause = LinkChooser.BoundCause(plan, flow.InsideSource, bound);
        return DropReason.None;
    }

    // Takes the link that was chosen, and keeps why.
    private static void Follow(LinkChoice choice, ref Flow flow) =>
        (flow.Egress, flow.Pin, flow.Cause) = (choice.Link, choice.Pin, choice.Cause);
}
