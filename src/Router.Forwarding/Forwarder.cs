using Router.Forwarding.Answers;
using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Reviewing;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Forwarding.Web;
using Router.Licensing;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// The packet's path, from top to bottom:
///
///     port -> read -> flow -> [first packet only: rule -> licence place -> link (pin) -> outside address and port] -> translate -> port
///
/// One batch is read from a port, walked in place, and written; a super-packet is one packet to us. The plan (rules, links,
/// addresses) does not change within a batch. Everything here belongs to one thread and neither allocates, throws, logs nor waits.
///
/// TTL is counted once on the whole way. Between a zone and a link the kernel counts it on the zone's side, so nothing is left for
/// us but to refuse what a link sends with none left. Between two zones the kernel counts twice, and we give one back.
/// </summary>
public sealed partial class Forwarder : IDisposable
{
    private readonly ForwardingTables _tables;
    private readonly FlowTable _flows;
    private readonly Mappings _mappings;
    private readonly Pins _pins;
    private readonly Fragments _fragments = new();
    private readonly Outbox _outbox;
    private readonly Refusals _refusals;
    private readonly Exit _exit;
    private readonly ApplicationGateways _gateways;
    private readonly WebGate _web;
    private readonly Places _places;
    private readonly Holdings _holdings;
    private readonly Admission _admission;
    private readonly LinkChooser _chooser;
    private readonly Rerouting _rerouting;
    private readonly Progress _progress;
    private readonly HeldSyns _held;
    private readonly Knocks _knocks;
    private readonly long[] _drops = new long[(int)DropReason.SendRefused + 1];
    private Plan _plan;
    private long _now;

    /// <param name="tables">What outlives the process; flows in it go on.</param>
    /// <param name="plan">The first plan.</param>
    /// <param name="batchSlots">Slots of the largest batch that will be walked.</param>
    /// <param name="pool">Who may take part by the licence; null: everybody.</param>
    public Forwarder(ForwardingTables tables, Plan plan, int batchSlots, Pool? pool = null)
    {
        (_plan, _tables) = (plan, tables);
        _mappings = new Mappings(tables.Mappings);
        _pins = new Pins(tables.Pins);
        _flows = new FlowTable(tables.Flows);
        _outbox = new Outbox(batchSlots);
        _refusals = new Refusals(_outbox);
        _exit = new Exit(_outbox, _refusals, Events);
        _chooser = new LinkChooser(_pins, tables.Turns);
        _gateways = new ApplicationGateways(tables, _flows, _mappings, _outbox, _refusals);
        _web = new WebGate(_flows, _outbox, _refusals, Events);
        _progress = new Progress(_flows, _gateways, Evidence, Events);
        Quotas = new Quotas(_flows, _pins.Capacity, Events);
        var places = _places = new Places(_flows, pool);
        _holdings = new Holdings(_flows, _mappings, _pins, _gateways, _web, Quotas, places, Events);
        _admission = new Admission(_flows, _holdings, new Translator(_mappings), _mappings, _chooser, _gateways, Quotas, places, Events);
        var closing = new Closing(_flows, _holdings, _gateways, _refusals);
        _rerouting = new Rerouting(_flows, _chooser, _admission, closing);
        Review = new Review(_flows, _mappings, _gateways, _web, places, closing, _rerouting);
        _held = new HeldSyns(_refusals);
        _knocks = new Knocks(Events);
        Upkeep = new Upkeep(_flows, _mappings, _pins, _fragments, _gateways, _holdings, Quotas, _held, Review);
        _mappings.Prepare(plan);
        _holdings.Resume(plan.Policy);
        Review.BeginScan();
    }

    /// <summary>Takes up the plan and the time for the next batch.</summary>
    public void Begin(Plan plan, long now)
    {
        _now = now;
        if (ReferenceEquals(plan, _plan)) return;
        bool isOfThisEpoch = plan.Epoch == _plan.Epoch;
        _plan = plan;
        // Others are behind some addresses: their flows are named by whoever published it.
        if (isOfThisEpoch) return;
        _mappings.Prepare(plan);
        Review.BeginScan();
    }

    /// <summary>Walks a batch that came in by a port, and sends what is to go on.</summary>
    public void Walk(PortId ingress, Batch batch)
    {
        ref PortTraffic traffic = ref _outbox.Traffic[ingress.Value];
        Capture? capture = _outbox.Capture;
        for (int slot = 0; slot < batch.Count; slot++)
        {
            traffic.PacketsIn++;
            traffic.OctetsIn += batch[slot].Length;
            capture?.Seen(ingress, inbound: true, batch.Octets(slot));
            DropReason reason = Pass(ingress, batch, slot);
            if (reason <= DropReason.Consumed) continue;
            _drops[(int)reason]++;
            capture?.Refused(ingress, reason, batch.Octets(slot));
        }
        _outbox.Flush(batch);
    }

    private DropReason Pass(PortId ingress, Batch batch, int slot)
    {
        Span<byte> octets = batch.Octets(slot);
        DropReason reason = Datagram.Read(octets, verify: _plan.IsLink(ingress), out Datagram packet);
        if (reason != DropReason.None) return reason;
        batch[slot].Length = packet.Length;
        octets = octets[..packet.Length];
        switch (packet.Shape)
        {
            case Shape.IcmpError: return PassError(ingress, batch, slot, octets, packet);
            case Shape.IcmpOther: return DropReason.IcmpRefused;
            case Shape.LaterFragment: return PassLaterFragment(ingress, batch, slot, octets, packet);
            case Shape.Keyed: break;
        }
        FlowId id = _flows.Find(packet.Key(ingress), out bool outward);
        if (!id.Exists && packet.IsCall && _gateways.Find(packet.Key(ingress), _now) < 0)
        {
            packet.ForgetCall();
            id = _flows.Find(packet.Key(ingress), out outward);
        }
        if (id.Exists && _flows[id].Epoch != _plan.Epoch)
        {
            reason = Review.Look(_plan, ref id, ref outward, _now);
            // A SYN begins a new connection, whatever has just become of the old one.
            if (reason == DropReason.FlowClosed && packet.IsSyn) id = FlowId.None;
            else if (reason != DropReason.None) return reason;
        }
        if (id.Exists && outward && packet.IsSyn && _progress.IsOver(octets, packet, id))
        {
            _holdings.Finish(_plan, id, _now);
            id = FlowId.None;
        }
        if (!id.Exists)
        {
            reason = Admit(ingress, octets, packet, out id);
            if (reason != DropReason.None) return reason;
            if (!id.Exists) return _exit.Leave(_plan, ingress, batch, slot, 0);
            outward = true;
        }
        return packet.IsFragment ? PassFirstFragment(ingress, batch, slot, packet, id, outward)
            : Go(ingress, batch, slot, octets, packet, id, outward);
    }

    // A first packet. Strangers' addresses are looked at here only: what belongs to a flow has been looked at before.
    private DropReason Admit(PortId ingress, Span<byte> octets, in Datagram packet, out FlowId id)
    {
        id = FlowId.None;
        DropReason reason = Martians.Check(_plan, packet, ingress);
        if (reason != DropReason.None) return reason;
        reason = _admission.Admit(_plan, packet, ingress, _now, out id);
        if (id.Exists) Evidence.Ask(_flows[id], _now);
        if (reason == DropReason.None) return reason;
        if (reason == DropReason.LoginRequired && _knocks.Take(_plan, packet.Source, ingress, _now)) return reason;
        bool mayBeCrossing = reason == DropReason.RuleDenied && packet.IsSyn && _plan.IsLink(ingress)
            && _mappings.FindOutside(packet.Destination, packet.DestinationPort, packet.Protocol) >= 0;
        if (mayBeCrossing) _held.Hold(octets, packet.Key(ingress), _now);
        else _refusals.Answer(_plan, reason, octets, packet, ingress, 0, _now);
        return reason;
    }

    // A packet of a known flow: fit, follow, translate, leave.
    private DropReason Go(PortId ingress, Batch batch, int slot, Span<byte> octets, in Datagram packet, FlowId id, bool outward)
    {
        ref Flow flow = ref _flows[id];
        PortId egress = outward ? flow.Egress : flow.Ingress;
        ref PacketMeta meta = ref batch[slot];
        DropReason reason = _exit.Fit(_plan, _now, ingress, egress, ref meta, octets, packet, out int pieces);
        if (reason != DropReason.None) return reason;
        _progress.Take(_plan, octets, packet, meta.Offload, id, outward, _now);
        if ((flow.Traits & FlowTraits.Watched) != 0)
        {
            reason = _web.Reads(id) ? _web.Pass(_plan, batch, slot, packet, id, outward, _now) : _gateways.Pass(_plan, batch, slot, packet, id, outward, _now);
            if (_gateways.HasOver) _holdings.EndCalls(_plan, _now);
            if (_web.TakeEnded()) _holdings.Finish(_plan, id, _now);
            if (reason != DropReason.None) return reason;
            octets = batch.Octets(slot);
            if (octets.Length > packet.Length && pieces == 0) pieces = _exit.PiecesOf(_plan, egress, meta, octets.Length);
        }
        bool unfinished = meta.Offload.ChecksumUnfinished;
        if ((flow.Traits & FlowTraits.Translated) != 0) Rewrite.Apply(octets, packet, flow, outward, unfinished);
        if ((flow.Traits & FlowTraits.Marked) != 0) Headers.WriteDscp(octets, packet.V4, flow.Dscp);
        if (IsBetweenZones(ingress, egress)) Headers.GiveBackTtl(octets, packet.V4);
        if ((flow.Log & RuleLog.Packets) != 0) Events.WritePacket(packet, flow, ingress, egress, _now);
        if (pieces == 0) return _exit.Leave(_plan, egress, batch, slot, flow.NextHop);
        if (!packet.IsFragment && SharesOurIds(flow, outward)) Headers.WriteId(octets, _fragments.NextId());
        return _exit.Break(_plan, egress, octets, meta.Offload, pieces, flow.NextHop);
    }

    private bool IsBetweenZones(PortId ingress, PortId egress) => !_plan.IsLink(ingress) && !_plan.IsLink(egress) && ingress != PortId.Host;

    // Whether a receiver sees datagrams of several hosts behind one address of ours, so that their ids must differ (RFC 6864).
    private bool SharesOurIds(in Flow flow, bool outward) => outward || _plan.IsLink(flow.Ingress);

    private DropReason PassError(PortId ingress, Batch batch, int slot, Span<byte> octets, in Datagram packet)
    {
        if (packet.IsFragment) return DropReason.IcmpUnexplained;
        DropReason reason = Martians.Check(_plan, packet, ingress);
        if (reason != DropReason.None) return reason;
        reason = IcmpErrors.ReadQuoted(octets, packet, ingress, out Datagram quoted, out FlowKey key);
        if (reason != DropReason.None) return reason;
        FlowId id = _flows.Find(key, out bool outward);
        if (!id.Exists && quoted.IsCall)
        {
            quoted.ForgetCall();
            id = _flows.Find(key with { SourcePort = 0, DestinationPort = 0 }, out outward);
        }
        if (!id.Exists) return DropReason.IcmpUnexplained;
        if (_flows[id].Epoch != _plan.Epoch && (reason = Review.Look(_plan, ref id, ref outward, _now)) != DropReason.None) return reason;
        ref Flow flow = ref _flows[id];
        if ((flow.Traits & FlowTraits.Translated) != 0) IcmpErrors.Apply(octets, packet, quoted, flow, outward);
        PortId egress = outward ? flow.Egress : flow.Ingress;
        if (IsBetweenZones(ingress, egress)) Headers.GiveBackTtl(octets, packet.V4);
        return _exit.Leave(_plan, egress, batch, slot, flow.NextHop);
    }

    private DropReason PassFirstFragment(PortId ingress, Batch batch, int slot, in Datagram packet, FlowId id, bool outward)
    {
        DropReason reason = _fragments.Enter(packet, ingress, _now, out int train);
        if (reason != DropReason.None) return reason;
        ushort newId = _fragments.Claim(train, _flows, id, outward);
        bool isRenumbered = packet.V4 && SharesOurIds(_flows[id], outward);
        if (isRenumbered) Headers.WriteId(batch.Octets(slot), newId);
        reason = Go(ingress, batch, slot, batch.Octets(slot), packet, id, outward);
        while (_fragments.HasWaiting(train))
        {
            int spare = _outbox.Spare.Add();
            if (spare < 0) return DropReason.NoSpareSlot;
            _outbox.Spare[spare].Length = _fragments.TakeWaiting(train, _outbox.Spare.Space(spare));
            if (Datagram.Read(_outbox.Spare.Octets(spare), verify: false, out Datagram piece) != DropReason.None) continue;
            if (isRenumbered) Headers.WriteId(_outbox.Spare.Octets(spare), newId);
            Go(ingress, _outbox.Spare, spare, _outbox.Spare.Octets(spare), piece, id, outward);
        }
        return reason;
    }

    private DropReason PassLaterFragment(PortId ingress, Batch batch, int slot, Span<byte> octets, in Datagram packet)
    {
        DropReason reason = _fragments.Enter(packet, ingress, _now, out int train);
        if (reason != DropReason.None) return reason;
        if (!_fragments.TryFlow(train, _flows, out FlowId id, out bool outward, out ushort newId)) return _fragments.Wait(train, octets);
        if (packet.V4 && SharesOurIds(_flows[id], outward)) Headers.WriteId(octets, newId);
        return Go(ingress, batch, slot, octets, packet, id, outward);
    }

    public void Dispose()
    {
        _outbox.Dispose();
        _fragments.Dispose();
        _gateways.Dispose();
        _web.Dispose();
        _chooser.Dispose();
        _held.Dispose();
        Quotas.Dispose();
        _flows.Dispose();
        _mappings.Dispose();
        _pins.Dispose();
    }
}
