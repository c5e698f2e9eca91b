using Router.Forwarding.Flows;
using Router.Forwarding.Gateways.Ftp;
using Router.Forwarding.Gateways.Pptp;
using Router.Forwarding.Gateways.Sip;
using Router.Forwarding.Gateways.Streams;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding.Gateways;

/// <summary>
/// The gateways at work. A rule names those that it wants (`helpers`); a flow that the rule lets, and that goes to such a gateway's port,
/// has the trait Watched, and only for those is anything done here: one bit of a word that the path reads anyway is all that other
/// flows pay. What a gateway reads never decides whether the packet that it reads goes on: what it does not understand passes as it
/// is.
///
/// What is announced becomes an expectation, and the first packet that meets it becomes a flow with the trait Expected, by the rule
/// of its control flow and by the same link, until that one is lost. The rules are asked about it again at each reload, by the control flow's first
/// packet, of which a note is kept (<see cref="Kin"/>).
///
/// Owned by the forwarding thread.
/// </summary>
internal sealed class ApplicationGateways : IDisposable
{
    private readonly FlowTable _flows;
    private readonly Mappings _mappings;
    private readonly FlowNotes<Watch> _watches;
    private readonly FlowNotes<Kin> _kin;
    private readonly Expectations _expectations = new();
    private readonly Announcements _announcements;
    private readonly ControlSegment _segments;
    private readonly FtpGateway _ftp;
    private readonly TftpGateway _tftp;
    private readonly SipGateway _sip;
    private readonly PptpGateway _pptp;
    private readonly Calls _calls;
    private readonly LineEditor _lines = new();
    private readonly SipStream _messages;
    private readonly FlowNotes<SipMemory> _memories;

    public ApplicationGateways(ForwardingTables tables, FlowTable flows, Mappings mappings, Outbox outbox, Refusals refusals)
    {
        (_flows, _mappings) = (flows, mappings);
        _watches = new FlowNotes<Watch>(tables.Watches, flows);
        _kin = new FlowNotes<Kin>(tables.Kin, flows);
        _announcements = new Announcements(flows, mappings, _expectations);
        _segments = new ControlSegment(outbox, refusals);
        _ftp = new FtpGateway(_announcements);
        _tftp = new TftpGateway(flows, _announcements);
        _sip = new SipGateway(mappings, _expectations, _announcements);
        _calls = new Calls(flows, mappings, _announcements, _expectations, _kin);
        _pptp = new PptpGateway(_calls);
        _memories = new FlowNotes<SipMemory>(tables.SipMemories, flows);
        _messages = new SipStream(_sip, flows, _memories);
    }

    /// <summary>Ways that are open now.</summary>
    public int Open => _expectations.Count;

    /// <summary>Whether a flow that a rule lets is to be watched.</summary>
    public bool Wants(Rule rule, in Flow flow)
    {
        Gateway gateway = GatewayOf(flow) & rule.Gateways;
        return gateway != Gateway.None && (flow.Protocol != Protocol.Tcp || _watches.Count < ForwardingTables.MostWatches);
    }

    /// <summary>Begins to watch a flow that has just been entered.</summary>
    public void Begin(FlowId id)
    {
        ref Flow flow = ref _flows[id];
        if (flow.Protocol != Protocol.Tcp) return;
        Gateway gateway = GatewayOf(flow);
        if (gateway == Gateway.None) return;
        if (gateway == Gateway.Sip && !_memories.TryAdd(new SipMemory { FlowPlace = id.Value, FlowCreated = flow.Created })) return;
        _watches.TryAdd(new Watch { FlowPlace = id.Value, FlowCreated = flow.Created, Gateway = gateway });
    }

    /// <summary>Leads a packet of a watched flow past its gateway. It may come out longer or shorter.</summary>
    public DropReason Pass(Plan plan, Batch batch, int slot, in Datagram packet, FlowId id, bool outward, long now)
    {
        ref Flow flow = ref _flows[id];
        if (packet.IsFragment || packet.Shape != Shape.Keyed) return DropReason.None;
        if (flow.Protocol == Protocol.Udp)
        {
            PassDatagram(plan, batch, slot, packet, id, outward, now);
            return DropReason.None;
        }
        int note = _watches.Find(id, flow.Created);
        if (note < 0) return DropReason.None;
        ref Watch watch = ref _watches[note];
        if (packet.IsSyn && flow.Tcp.State == TcpState.SynSent) watch.Marks = WatchMarks.None;
        if (watch.Gateway == Gateway.Sip)
        {
            int memory = _memories.Find(id, flow.Created);
            if (memory < 0) return DropReason.None;
            _messages.Begin(plan, id, RootOf(id), memory, outward, IsOn(plan, flow, Gateway.Sip), now);
            return _segments.Pass(plan, batch, slot, packet, flow, ref watch, outward, _messages);
        }
        bool isPptp = watch.Gateway == Gateway.Pptp, isOn = IsOn(plan, flow, watch.Gateway);
        _lines.Reader = isPptp
            ? _pptp.Listen(plan, ref watch, id, outward, now, isOn)
            : _ftp.Listen(plan, ref watch, id, Tcp.Over(batch.Octets(slot)[packet.Transport..]), outward, now, isOn);
        DropReason reason = _segments.Pass(plan, batch, slot, packet, flow, ref watch, outward, _lines);
        if (_lines.Reader is not null) watch.Marks = isPptp ? _pptp.Marks : _ftp.Marks;
        if (isPptp) _pptp.See(flow.Tcp.State, ref watch, id, now);
        return reason;
    }

    private void PassDatagram(Plan plan, Batch batch, int slot, in Datagram packet, FlowId id, bool outward, long now)
    {
        ref Flow flow = ref _flows[id];
        Gateway gateway = GatewayOf(flow);
        if (!IsOn(plan, flow, gateway)) return;
        if (gateway == Gateway.Tftp)
        {
            if (outward) _tftp.Hear(plan, id, Udp.Over(batch.Octets(slot)[packet.Transport..]).Payload, now);
            return;
        }
        if (!SipDatagram.TryRead(batch, slot, packet, out Span<byte> data)) return;
        if (SipMessage.Read(data, isStream: false, out SipMessage message) != SipReading.Message) return;
        ReadOnlySpan<byte> text = _sip.Take(plan, id, flow, RootOf(id), outward, message, now);
        if (!text.IsEmpty) SipDatagram.Replace(batch, slot, packet, message.Length, text, plan.MtuOf(outward ? flow.Egress : flow.Ingress));
    }

    /// <summary>What an acknowledgment in a watched flow means, as the side that is acknowledged counts.</summary>
    public uint Acknowledged(FlowId id, bool outward, uint acknowledgment)
    {
        int note = _watches.Find(id, _flows[id].Created);
        if (note < 0) return acknowledgment;
        ref Watch watch = ref _watches[note];
        return outward ? watch.FromOutside.ToSender(acknowledgment, roundUp: false) : watch.FromInside.ToSender(acknowledgment, roundUp: false);
    }

    /// <summary>What is added now to the numbers of one side of a flow.</summary>
    public int Shift(FlowId id, bool fromInside)
    {
        int note = (_flows[id].Traits & FlowTraits.Watched) == 0 ? -1 : _watches.Find(id, _flows[id].Created);
        return note < 0 ? 0 : fromInside ? _watches[note].FromInside.Shift : _watches[note].FromOutside.Shift;
    }

    /// <summary>Whether flows have to be ended since their call is over (<see cref="NextOver"/>).</summary>
    public bool HasOver => _calls.HasOver;

    /// <summary>The next of them; none when all have been.</summary>
    public FlowId NextOver() => _calls.NextOver();

    /// <summary>When the control connection of a call was last used: the two still mean to have the call. 0 for other flows.</summary>
    public long LastUse(FlowId id)
    {
        int note = (_flows[id].Traits & FlowTraits.Expected) == 0 ? -1 : _kin.Find(id, _flows[id].Created);
        if (note < 0 || _kin[note].Gateway != Gateway.Pptp) return 0;
        FlowId parent = _flows.Find(_kin[note].Parent, out bool outward);
        return parent.Exists && outward ? _flows[parent].LastUse : 0;
    }

    /// <summary>The expectation that a first packet meets, or -1.</summary>
    public int Find(in FlowKey key, long now) => _expectations.Find(key, now);

    /// <summary>Makes the flow that was expected, as far as it does not depend on the kind of flow.</summary>
    public DropReason Make(Plan plan, in Datagram packet, int expected, long now, out Flow flow)
    {
        ref readonly Expectation e = ref _expectations[expected];
        flow = default;
        if (_kin.Count >= ForwardingTables.MostKin) return DropReason.FlowsFull;
        if (!TryJudge(plan, e.Parent, e.Gateway, out int rule)) return DropReason.RuleDropped;
        flow = new Flow
        {
            InsideSource = packet.Source, InsideSourcePort = packet.SourcePort, InsideDestination = packet.Destination, InsideDestinationPort = packet.DestinationPort,
            OutsideSource = e.SourceShown, OutsideSourcePort = packet.SourcePort, OutsideDestination = e.Target, OutsideDestinationPort = e.TargetPort,
            Protocol = e.Protocol, Ingress = e.Ingress, Egress = e.Egress, Mapping = -1, Pin = -1, Created = now, LastUse = now,
            Traits = FlowTraits.Expected | (plan.IsLink(e.Ingress) ? FlowTraits.Inbound : FlowTraits.None) | TraitsOf(plan, e),
            Rule = (ushort)rule, Log = plan.Policy.Rules[rule].Log, PolicyGeneration = plan.Policy.Generation, Epoch = plan.Epoch,
            AdmittedBy = plan.Policy.Rules[rule].Mark,
        };
        // A packet of a call names the receiver's end only.
        if (e.SourceShown == packet.Source || e.Protocol == Protocol.Gre || plan.IsCounterpart(e.SourceShown)) return DropReason.None;
        var wanted = new Mapping
        {
            Inside = packet.Source, InsidePort = packet.SourcePort, Outside = e.SourceShown, Protocol = e.Protocol,
            Link = Announcements.LinkOf(plan, flow, e.SourceShown), Zone = e.Ingress,
        };
        DropReason reason = _mappings.Obtain(wanted, plan, isOwn: plan.Own(packet.Source) != 0, now, out flow.Mapping);
        if (reason == DropReason.None) flow.OutsideSourcePort = _mappings[flow.Mapping].OutsidePort;
        return reason;
    }

    /// <summary>The expected flow has been entered, and nothing is expected any more. Its way back to the rules is noted.</summary>
    public void Settle(int expected, FlowId id, long now)
    {
        ref readonly Expectation e = ref _expectations[expected];
        var kin = new Kin { FlowPlace = id.Value, FlowCreated = _flows[id].Created, Parent = e.Parent, Gateway = e.Gateway, Call = e.Call, Mapping = e.Mapping };
        if (_kin.TryAdd(kin) && e.Mapping >= 0) _mappings.Hold(e.Mapping);
        _announcements.Close(expected, now);
    }

    /// <summary>Of whom an expected flow is; null where that is not known.</summary>
    public Kin? KinOf(FlowId id) => _kin.Find(id, _flows[id].Created) is var note && note >= 0 ? _kin[note] : null;

    /// <summary>A flow that was expected has been moved: it is still of the same. What was announced for it is given up with the link.</summary>
    public void Adopt(Kin kin, FlowId id)
    {
        (kin.FlowPlace, kin.FlowCreated, kin.Mapping) = (id.Value, _flows[id].Created, -1);
        _kin.TryAdd(kin);
    }

    /// <summary>Whether the rules still let what an expected flow came from.</summary>
    public bool IsStillAllowed(Plan plan, FlowId id, out int rule)
    {
        rule = 0;
        int note = _kin.Find(id, _flows[id].Created);
        return note >= 0 && TryJudge(plan, _kin[note].Parent, _kin[note].Gateway, out rule);
    }

    /// <summary>A flow ends, and with it what was said of it and what it had open.</summary>
    public void End(FlowId id, long now)
    {
        ref Flow flow = ref _flows[id];
        if ((flow.Traits & FlowTraits.Watched) != 0)
        {
            _announcements.Withdraw(id, now);
            if (GatewayOf(flow) == Gateway.Pptp) _calls.EndAll(id, now);
            int watch = _watches.Find(id, flow.Created);
            if (watch >= 0) _watches.Remove(watch);
            int memory = flow.Protocol == Protocol.Tcp ? _memories.Find(id, flow.Created) : -1;
            if (memory >= 0) _memories.Remove(memory);
        }
        if ((flow.Traits & FlowTraits.Expected) == 0) return;
        int kin = _kin.Find(id, flow.Created);
        if (kin < 0) return;
        if (_kin[kin].Mapping >= 0) _mappings.Release(_kin[kin].Mapping, now);
        _kin.Remove(kin);
    }

    /// <summary>Takes up what an earlier process left: expected flows hold their mappings again.</summary>
    public void Resume()
    {
        for (int id = _kin.NextLive(-1); id >= 0; id = _kin.NextLive(id))
        {
            ref Kin kin = ref _kin[id];
            ref Flow flow = ref _flows[new FlowId(kin.FlowPlace)];
            if (kin.Mapping < 0) continue;
            if (_mappings.IsLive(kin.Mapping) && _mappings[kin.Mapping].Inside == flow.OutsideDestination) _mappings.Hold(kin.Mapping);
            else kin.Mapping = -1;
        }
    }

    /// <summary>Closes ways whose time is over, a few at a time.</summary>
    public void Sweep(long now)
    {
        for (int id = _expectations.NextOverdue(now); id >= 0; id = _expectations.NextOverdue(now)) _announcements.Close(id, now);
    }

    public void Dispose()
    {
        _watches.Dispose();
        _kin.Dispose();
        _memories.Dispose();
        _expectations.Dispose();
    }

    // The flow by which the rules are asked about all that a control flow opens: itself, unless it was opened so too.
    private FlowKey RootOf(FlowId id)
    {
        ref Flow flow = ref _flows[id];
        int note = (flow.Traits & FlowTraits.Expected) == 0 ? -1 : _kin.Find(id, flow.Created);
        return note < 0 ? flow.ForwardKey : _kin[note].Parent;
    }

    // Media stays with the address that was announced for it while its link serves; signalling is read on.
    private static FlowTraits TraitsOf(Plan plan, in Expectation e)
    {
        if (e.Protocol == Protocol.Gre) return FlowTraits.Bound;
        if (e.Gateway != Gateway.Sip) return FlowTraits.None;
        if (e.IsControl) return FlowTraits.Watched;
        return plan.IsLink(e.Egress) || plan.IsLink(e.Ingress) ? FlowTraits.Bound : FlowTraits.None;
    }

    // Of what was expected, only SIP is watched, whatever port it goes to.
    private static Gateway GatewayOf(in Flow flow)
    {
        if ((flow.Traits & FlowTraits.Expected) != 0) return Gateway.Sip;
        Gateway gateway = GatewayPorts.Of(flow.Protocol, flow.InsideDestinationPort);
        return gateway != Gateway.None ? gateway : GatewayPorts.Of(flow.Protocol, flow.OutsideDestinationPort);
    }

    private static bool IsOn(Plan plan, in Flow flow, Gateway gateway) => (plan.Policy.Rules[flow.Rule].Gateways & gateway) != 0;

    private bool TryJudge(Plan plan, in FlowKey parent, Gateway gateway, out int rule)
    {
        rule = 0;
        if (Course.Chart(plan, _mappings, parent, out Course course) != DropReason.None || course.ToBox) return false;
        rule = course.Rule;
        return plan.Policy.Rules[rule] is { Action: RuleAction.Allow } allowed && (allowed.Gateways & gateway) != 0
            && plan.Policy.Gate.Ask(Course.Sender(parent, plan), course.Target(plan, parent)) == DropReason.None;
    }
}
