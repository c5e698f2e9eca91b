using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// A flow's first packet: course and rule, link and pin, outside address and port, and at last the flow itself. Nothing is held
/// until all of it is granted, so a refusal leaves nothing behind but, at the most, a mapping that nobody uses and that ends by
/// itself.
/// </summary>
internal sealed class Admission(FlowTable flows, Mappings mappings, LinkChooser chooser, Pins pins, ApplicationGateways gateways, Quotas quotas, PathEvents events)
{
    /// <summary>How many other ports a stranger is tried with before two of its connections count as one.</summary>
    private const int MostTurns = 64;

    /// <summary>Decides on the daemon's own probes in place of the list.</summary>
    public static readonly Rule Probes = new() { Name = "probes", Action = RuleAction.Allow };

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
        if (rule.Action != RuleAction.Allow) return Refuse(plan, rule, course.Rule, packet, ingress, now);
        if (!Opens(plan, packet, ingress)) return DropReason.NoFlow;
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
        reason = course.ToInternet ? Route(plan, rule, ref flow, now) : DropReason.None;
        if (reason == DropReason.None) reason = Translate(plan, rule, course, ref flow, now);
        // RFC 4302 3.3.3.1, RFC 3715 2.1.
        if (reason == DropReason.None && packet.IsSigned && (flow.Traits & FlowTraits.Translated) != 0) return DropReason.Untranslatable;
        if (reason == DropReason.None && !isProbe && gateways.Wants(rule, flow)) flow.Traits |= FlowTraits.Watched;
        return reason == DropReason.None ? Settle(plan, rule, flow, now, out id) : reason;
    }

    // What a gateway has announced: by the rule of the control flow, the other way round than rules would have it.
    private DropReason AdmitExpected(Plan plan, in Datagram packet, int expected, long now, out FlowId id)
    {
        id = FlowId.None;
        DropReason reason = gateways.Make(plan, packet, expected, now, out Flow flow);
        if (reason == DropReason.None) reason = AskQuota(plan, flow.Ingress, flow.InsideSource, flow.Egress, flow.OutsideDestination, now);
        if (reason != DropReason.None) return reason;
        Rule rule = plan.Policy.Rules[flow.Rule];
        Prepare(plan, rule, ref flow);
        reason = Settle(plan, rule, flow, now, out id);
        if (reason == DropReason.None) gateways.Settle(expected, id, now);
        return reason;
    }

    // Whose flow it is: the local host's that begins it, or that it is for.
    private DropReason AskQuota(Plan plan, PortId ingress, Address source, PortId egress, Address destination, long now) => plan.IsLink(ingress)
        ? quotas.Ask(plan, destination, egress, begins: false, now) : quotas.Ask(plan, source, ingress, begins: true, now);

    /// <summary>Gives a flow another link, by the same rule: the old one ends, a new one with the same inside takes its place.</summary>
    public DropReason Move(Plan plan, FlowId old, LinkChoice choice, LinkMove why, long now, out FlowId id)
    {
        Flow flow = flows[old];
        Rule rule = plan.Policy.Rules[flow.Rule];
        (flow.Before, flow.Moved) = (flow.Egress, why);
        Follow(choice, ref flow);
        // Who announced it is on another way now: it goes on as a flow of its own. An unwatched stream was never changed either.
        flow.Traits &= ~(FlowTraits.Expected | FlowTraits.Translated | (flow.Protocol == Protocol.Tcp ? FlowTraits.Watched : FlowTraits.None));
        (flow.OutsideSource, flow.OutsideSourcePort, flow.Mapping) = (flow.InsideSource, flow.InsideSourcePort, -1);
        id = FlowId.None;
        DropReason reason = Translate(plan, rule, new Course { ToInternet = true }, ref flow, now);
        if (reason != DropReason.None) return reason;
        End(plan, old, now);
        flow.Epoch = plan.Epoch;
        // What it carried so far, the rule has counted with the old one.
        (flow.PacketsOut, flow.PacketsIn, flow.OctetsOut, flow.OctetsIn) = (0, 0, 0, 0);
        return Settle(plan, rule, flow, now, out id);
    }

    /// <summary>Ends a flow: its rule counts what it carried, and what it held is given back.</summary>
    public void End(Plan plan, FlowId id, long now)
    {
        ref Flow flow = ref flows[id];
        if (flow.PolicyGeneration == plan.Policy.Generation && (flow.Traits & FlowTraits.Probe) == 0)
        {
            RuleCounters counters = plan.Policy.Rules[flow.Rule].Counters;
            counters.Packets += flow.PacketsOut + flow.PacketsIn;
            counters.Octets += (long)(flow.OctetsOut + flow.OctetsIn);
        }
        if ((flow.Traits & (FlowTraits.Watched | FlowTraits.Expected)) != 0) gateways.End(id, now);
        quotas.Release(id);
        if (flow.Mapping >= 0) mappings.Release(flow.Mapping, now);
        if (flow.Pin >= 0) pins.Release(flow.Pin, now);
        flows.Remove(id);
    }

    /// <summary>Ends a flow that came to its end by itself, and tells of it if its rule wants that.</summary>
    public void Finish(Plan plan, FlowId id, long now)
    {
        if (IsLogged(plan, flows[id])) events.Write(Describe(flows[id], PathEventKind.FlowClosed));
        End(plan, id, now);
    }

    /// <summary>Takes up what an earlier process left: its flows hold their mappings and pins again, and are
    /// looked at under the first plan whatever number that has.</summary>
    public void Resume()
    {
        for (FlowId id = flows.NextLive(FlowId.None); id.Exists; id = flows.NextLive(id))
        {
            ref Flow flow = ref flows[id];
            (flow.Epoch, flow.PolicyGeneration, flow.Log) = (0, 0, RuleLog.None);
            quotas.Hold(id, IsInbound(flow));
            if (flow.Mapping >= 0 && !Holds(flow)) flow.Mapping = -1;
            if (flow.Mapping >= 0) mappings.Hold(flow.Mapping);
            if (flow.Pin >= 0 && (flow.Pin = pins.Find(flow.InsideSource)) >= 0) pins.Hold(flow.Pin);
        }
        gateways.Resume();
    }

    private static bool IsInbound(in Flow flow) => (flow.Traits & FlowTraits.Inbound) != 0;

    private bool Holds(in Flow flow) =>
        mappings.IsLive(flow.Mapping) && mappings[flow.Mapping].Inside == flow.InsideSource && mappings[flow.Mapping].Outside == flow.OutsideSource;

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

    private DropReason Refuse(Plan plan, Rule rule, int index, in Datagram packet, PortId ingress, long now)
    {
        DropReason reason = rule.Action == RuleAction.Deny ? DropReason.RuleDenied : DropReason.RuleDropped;
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
            DropReason reason = chooser.Choose(plan, rule, flow.InsideSource, now, out LinkChoice choice);
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

    private DropReason Translate(Plan plan, Rule rule, in Course course, ref Flow flow, long now)
    {
        DropReason reason = TranslateSource(plan, rule, course, ref flow, now);
        if (reason != DropReason.None) return reason;
        Prepare(plan, rule, ref flow);
        return DropReason.None;
    }

    // What follows from a flow's two sides and its rule.
    private static void Prepare(Plan plan, Rule rule, ref Flow flow)
    {
        if (flow.OutsideSource != flow.InsideSource || flow.OutsideDestination != flow.InsideDestination
            || flow.OutsideSourcePort != flow.InsideSourcePort || flow.OutsideDestinationPort != flow.InsideDestinationPort)
        {
            flow.Traits |= FlowTraits.Translated;
            (flow.AddressDelta, flow.TransportDelta) = Rewrite.Deltas(flow);
        }
        if (rule.Dscp >= 0)
        {
            flow.Traits |= FlowTraits.Marked;
            flow.Dscp = (byte)rule.Dscp;
        }
        flow.NextHop = NextHop.Of(plan, flow);
    }

    private DropReason TranslateSource(Plan plan, Rule rule, in Course course, ref Flow flow, long now)
    {
        SourceTranslation seen = SourceTranslation.Of(plan, rule, course, flow.Egress, flow.InsideSource, flow.InsideDestination);
        if (seen.Fault != DropReason.None) return seen.Fault;
        flow.OutsideSource = seen.Outside;
        if (!seen.TakesPort || flow.Protocol is not (Protocol.Tcp or Protocol.Udp or Protocol.Icmp or Protocol.Icmp6)) return DropReason.None;
        PortId link = course.Hairpin ? course.HairpinLink : flow.Egress;
        bool isBound = (plan.Own(flow.InsideSource) & link.Bit) != 0;
        var wanted = new Mapping
        {
            Inside = flow.InsideSource, InsidePort = flow.InsideSourcePort, Outside = seen.Outside,
            Protocol = flow.Protocol, Link = link, Zone = flow.Ingress, FullCone = rule.FullCone ? 1 : 0,
        };
        DropReason reason = mappings.Obtain(wanted, plan, isBound, now, out flow.Mapping);
        if (reason != DropReason.None) return reason;
        flow.OutsideSourcePort = mappings[flow.Mapping].OutsidePort;
        return DropReason.None;
    }

    private DropReason Settle(Plan plan, Rule rule, in Flow flow, long now, out FlowId id)
    {
        DropReason reason = Enter(plan, flow, out id);
        if (reason != DropReason.None) return reason;
        quotas.Hold(id, IsInbound(flow));
        if (flow.Mapping >= 0) mappings.Hold(flow.Mapping);
        if (flow.Pin >= 0) pins.Hold(flow.Pin);
        if ((flow.Traits & FlowTraits.Watched) != 0) gateways.Begin(id);
        rule.Counters.Flows++;
        rule.Counters.LastMatch = now;
        if ((rule.Log & RuleLog.Connections) != 0) events.Write(Describe(flow, PathEventKind.FlowOpened));
        return DropReason.None;
    }

    // One stranger who comes to a mapped server by two links with one port would look the same to the server twice: the later
    // connection is shown to it from another port. Protocols without ports have nothing to tell them apart by.
    private DropReason Enter(Plan plan, Flow flow, out FlowId id)
    {
        long timeout = FlowLife.Timeout(flow, plan.Policy.Timeouts);
        DropReason reason = flows.Add(flow, timeout, out id);
        bool isServed = IsInbound(flow) && flow.OutsideDestination != flow.InsideDestination
            && flow.Protocol is (Protocol.Tcp or Protocol.Udp or Protocol.Icmp or Protocol.Icmp6);
        for (int turn = 1; reason == DropReason.MappingCollision && isServed && turn <= MostTurns; turn++)
        {
            flow.OutsideSourcePort = (ushort)(1024 + (flow.InsideSourcePort + turn * 7919) % (65536 - 1024));
            (flow.AddressDelta, flow.TransportDelta) = Rewrite.Deltas(flow);
            reason = flows.Add(flow, timeout, out id);
        }
        return reason;
    }

    /// <summary>Whether the rule that allows a flow wants its end told.</summary>
    public static bool IsLogged(Plan plan, in Flow flow) =>
        flow.PolicyGeneration == plan.Policy.Generation && (flow.Log & RuleLog.Connections) != 0;

    /// <summary>A flow as the journal is told of it.</summary>
    public static PathEvent Describe(in Flow flow, PathEventKind kind) => new()
    {
        Kind = kind, Protocol = flow.Protocol, Ingress = flow.Ingress, Egress = flow.Egress, Rule = flow.Rule,
        PolicyGeneration = flow.PolicyGeneration, Source = flow.InsideSource, Destination = flow.InsideDestination,
        SourcePort = flow.InsideSourcePort, DestinationPort = flow.InsideDestinationPort, Octets = flow.OctetsOut + flow.OctetsIn,
    };
}
