using Router.Forwarding.Gateways;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Forwarding.Web;
using Router.Wire;

namespace Router.Forwarding.Flows;

/// <summary>
/// What a live flow holds from its first packet to its end: a place in the table, a place among its host's flows, a use of its
/// mapping and of its pin, a gateway's watch, and (<see cref="Places"/>) its device's place in the licence. All of it is taken in one step and given back in one step, so that the counts
/// of uses are right at any time; after a restart they are counted anew from the flows that are there. The rule that allows a
/// flow counts it here, and the journal hears of its beginning and end if the rule wants that.
/// </summary>
internal sealed class Holdings(FlowTable flows, Mappings mappings, Pins pins, ApplicationGateways gateways, WebGate web, Quotas quotas, Places places, PathEvents events)
{
    /// <summary>How many other ports a stranger is tried with before two of its connections count as one.</summary>
    private const int MostTurns = 64;

    /// <summary>Gives a flow its place, and takes hold of all that it is to keep.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="rule">The rule that allows it, which counts it.</param>
    /// <param name="flow">The flow, whole: both sides, mapping and pin.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="id">Its place, if the answer is <see cref="DropReason.None"/>; else nothing is held.</param>
    public DropReason Take(Plan plan, Rule rule, in Flow flow, long now, out FlowId id)
    {
        DropReason reason = Enter(plan, flow, out id);
        if (reason != DropReason.None) return reason;
        quotas.Hold(id, IsInbound(flow));
        if (flow.Mapping >= 0) mappings.Hold(flow.Mapping);
        if (flow.Pin >= 0) pins.Hold(flow.Pin);
        if ((flow.Traits & FlowTraits.Watched) != 0)
        {
            gateways.Begin(id);
            web.Begin(plan, id, isNew: flow.Moved == LinkMove.None);
        }
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
        web.End(id);
        quotas.Release(id);
        places.Release(id, now);
        if (flow.Mapping >= 0) mappings.Release(flow.Mapping, now);
        if (flow.Pin >= 0) pins.Release(flow.Pin, now);
        bool mayHaveCalls = (flow.Traits & FlowTraits.Watched) != 0;
        flows.Remove(id);
        if (mayHaveCalls) EndCalls(plan, now);
    }

    /// <summary>Ends the flows of calls whose end a gateway has heard of, or seen.</summary>
    public void EndCalls(Plan plan, long now)
    {
        for (FlowId id = gateways.NextOver(); id.Exists; id = gateways.NextOver()) Finish(plan, id, now);
    }

    /// <summary>Ends a flow that came to its end by itself, and tells of it if its rule wants that.</summary>
    public void Finish(Plan plan, FlowId id, long now)
    {
        if (IsLogged(plan, flows[id])) events.Write(Describe(flows[id], PathEventKind.FlowClosed));
        End(plan, id, now);
    }

    /// <summary>Takes up what an earlier process left: its flows hold their mappings, pins and places again, and are
    /// looked at under the first plan whatever number that has.</summary>
    public void Resume(Policy policy)
    {
        for (FlowId id = flows.NextLive(FlowId.None); id.Exists; id = flows.NextLive(id))
        {
            ref Flow flow = ref flows[id];
            (flow.Epoch, flow.PolicyGeneration, flow.Log) = (0, 0, RuleLog.None);
            quotas.Hold(id, IsInbound(flow));
            places.Resume(policy, id, flow.LastUse);
            if (flow.Mapping >= 0 && !Holds(flow)) flow.Mapping = -1;
            if (flow.Mapping >= 0) mappings.Hold(flow.Mapping);
            if (flow.Pin >= 0 && !pins.IsOf(flow.Pin, flow.InsideSource)) flow.Pin = -1;
            if (flow.Pin >= 0) pins.Hold(flow.Pin);
        }
        gateways.Resume();
    }

    // Whether the rule that allows it wants its end told.
    private static bool IsLogged(Plan plan, in Flow flow) =>
        flow.PolicyGeneration == plan.Policy.Generation && (flow.Log & RuleLog.Connections) != 0;

    private static PathEvent Describe(in Flow flow, PathEventKind kind) => new()
    {
        Kind = kind, Protocol = flow.Protocol, Ingress = flow.Ingress, Egress = flow.Egress, Rule = flow.Rule,
        PolicyGeneration = flow.PolicyGeneration, Source = flow.InsideSource, Destination = flow.InsideDestination,
        SourcePort = flow.InsideSourcePort, DestinationPort = flow.InsideDestinationPort, Octets = flow.OctetsOut + flow.OctetsIn,
    };

    private static bool IsInbound(in Flow flow) => (flow.Traits & FlowTraits.Inbound) != 0;

    private bool Holds(in Flow flow) =>
        mappings.IsLive(flow.Mapping) && mappings[flow.Mapping].Inside == flow.InsideSource && mappings[flow.Mapping].Outside == flow.OutsideSource;
}
