using Router.Forwarding.Answers;
using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding.Web;

/// <summary>
/// Web rules on the path. A flow that a local host begins to the Internet, to one of the web's ports, has the trait Watched while there is
/// something to read in it, and only for those is anything done here. What the client sends is read as it passes; a packet passes as
/// long as nothing is decided, since a server can do nothing with half a head or half a hello, and the one that completes it is kept
/// back if the answer is no.
///
///   TLS, QUIC   one hello, one decision; then the flow is watched no longer and costs nothing
///   HTTP        a decision for each request; bodies are skipped by their length, and nothing of what the server says is read
///   otherwise   unreadable, as the policy says; if it lets it, the flow is watched no longer
///
/// What the answer no looks like is with <see cref="WebDenial"/>. Owned by the forwarding thread.
/// </summary>
internal sealed class WebGate : IDisposable
{
    private readonly FlowTable _flows;
    private readonly WebTrack[] _tracks;
    private readonly WebHeads _heads = new();
    private readonly WebJudge _judge;
    private readonly WebDenial _denial;
    private readonly WebStream _stream;
    private readonly QuicGate _quic;

    public WebGate(FlowTable flows, Outbox outbox, Refusals refusals, PathEvents events)
    {
        _flows = flows;
        _tracks = new WebTrack[flows.Capacity];
        _judge = new WebJudge(events);
        _denial = new WebDenial(outbox, refusals);
        _stream = new WebStream(_heads, _judge, _denial);
        _quic = new QuicGate(_heads, _judge, _denial);
        for (FlowId id = flows.NextLive(FlowId.None); id.Exists; id = flows.NextLive(id)) Resume(id);
    }

    public WebTally Tally => _judge.Tally;

    public WebHeads Heads => _heads;

    /// <summary>Whether the flow that was passed last is over and is to be ended. Asked once.</summary>
    public bool TakeEnded()
    {
        bool isOver = _denial.IsOver;
        _denial.IsOver = false;
        return isOver;
    }

    /// <summary>Whether a flow that a rule lets is to be read.</summary>
    public static bool Wants(Plan plan, in Flow flow) =>
        plan.Policy.Web is { IsIdle: false } web && (flow.Traits & FlowTraits.Inbound) == 0 && flow.Ingress != PortId.Host && plan.IsLink(flow.Egress)
        && web.Covers(flow.Protocol, flow.InsideDestinationPort) && GatewayPorts.Of(flow.Protocol, flow.InsideDestinationPort) == Gateway.None;

    /// <summary>Whether a watched flow is the web's.</summary>
    public bool Reads(FlowId id)
    {
        ref readonly WebTrack track = ref _tracks[id.Value];
        return track.Phase != WebPhase.None && track.Created == _flows[id].Created;
    }

    /// <summary>Begins to read a flow that has just been entered.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">The flow.</param>
    /// <param name="isNew">Whether it begins; else it goes on from elsewhere, and is read from where sense can be made of it.</param>
    public void Begin(Plan plan, FlowId id, bool isNew)
    {
        ref Flow flow = ref _flows[id];
        if (!Wants(plan, flow)) return;
        bool isTcp = flow.Protocol == Protocol.Tcp;
        if (!isNew && !isTcp) return;
        _tracks[id.Value] = new WebTrack
        {
            Created = flow.Created, Head = -1, Rule = -1, Phase = !isNew ? WebPhase.Lost : isTcp ? WebPhase.Opening : WebPhase.Initial,
        };
    }

    /// <summary>A flow ends, and with it what was read of it.</summary>
    public void End(FlowId id)
    {
        ref WebTrack track = ref _tracks[id.Value];
        if (track.Created != _flows[id].Created) return;
        _heads.Give(id, ref track);
        track = default;
    }

    /// <summary>Leads a packet of a flow that is read past the rules.</summary>
    /// <returns>None, and it goes on; anything else, and it does not.</returns>
    public DropReason Pass(Plan plan, Batch batch, int slot, in Datagram packet, FlowId id, bool outward, long now)
    {
        ref WebTrack track = ref _tracks[id.Value];
        ref Flow flow = ref _flows[id];
        if (!outward) return track.Phase is WebPhase.Denied or WebPhase.Silenced ? DropReason.WebRule : DropReason.None;
        if (track.Phase == WebPhase.Silenced) return DropReason.WebRule;
        Span<byte> octets = batch.Octets(slot);
        DropReason reason = packet.IsFragment ? PassFragment(plan, packet, ref flow, ref track, now)
            : flow.Protocol == Protocol.Tcp ? _stream.Pass(plan, octets, packet, batch[slot].Offload, id, ref flow, ref track, now)
            : _quic.Pass(plan, octets, packet, id, ref flow, ref track, now);
        if (track.Phase is WebPhase.None or WebPhase.Denied or WebPhase.Silenced) _heads.Give(id, ref track);
        if (track.Phase == WebPhase.None) flow.Traits &= ~FlowTraits.Watched;
        return reason;
    }

    /// <summary>Whether the rules would still let what a flow was let for. Of one that carries HTTP only the next request is asked about.</summary>
    public bool IsStillAllowed(Plan plan, FlowId id)
    {
        ref WebTrack track = ref _tracks[id.Value];
        ref Flow flow = ref _flows[id];
        if (track.Created != flow.Created || track.Scheme == WebScheme.Http || !track.Name.IsWhole || track.Name.Octets.IsEmpty || track.Phase != WebPhase.None) return true;
        if (plan.Policy.Web.IsIdle) return true;
        return WebJudge.Foresee(plan, flow, track.Scheme, track.Name.Octets) is not (WebAction.Deny or WebAction.Drop or WebAction.Redirect);
    }

    /// <summary>What is known of what a flow wants on the web; null if it is none of the web's, or nothing was kept of it.</summary>
    public WebSight? Look(FlowId id, long created)
    {
        ref WebTrack track = ref _tracks[id.Value];
        if (!_flows.IsLive(id) || track.Created != created || _flows[id].Created != created) return null;
        if (track.Phase == WebPhase.None && track.Name.Octets.IsEmpty) return null;
        return new WebSight(
            track.Name.ToString(), track.Scheme, track.Rule, track.PolicyGeneration, IsDecided: !track.Name.Octets.IsEmpty,
            IsAllowed: track.Phase is not (WebPhase.Denied or WebPhase.Silenced), track.IsNameless, WasMissed: track.Phase == WebPhase.Lost);
    }

    public void Dispose() => _heads.Dispose();

    // What an earlier process watched and no gateway does.
    private void Resume(FlowId id)
    {
        ref Flow flow = ref _flows[id];
        bool isWeb = (flow.Traits & (FlowTraits.Watched | FlowTraits.Expected)) == FlowTraits.Watched && flow.Protocol == Protocol.Tcp
            && GatewayPorts.Of(flow.Protocol, flow.InsideDestinationPort) == Gateway.None && GatewayPorts.Of(flow.Protocol, flow.OutsideDestinationPort) == Gateway.None;
        if (isWeb) _tracks[id.Value] = new WebTrack { Created = flow.Created, Head = -1, Rule = -1, Phase = WebPhase.Lost };
    }

    // A head in pieces of packets is nothing that a browser sends.
    private DropReason PassFragment(Plan plan, in Datagram packet, ref Flow flow, ref WebTrack track, long now)
    {
        if (track.Phase == WebPhase.Denied) return DropReason.WebRule;
        if (_judge.JudgeUnreadable(plan, flow, ref track, now) == WebAction.Allow)
        {
            track.Phase = WebPhase.None;
            return DropReason.None;
        }
        return _denial.End(plan, flow, ref track);
    }
}
