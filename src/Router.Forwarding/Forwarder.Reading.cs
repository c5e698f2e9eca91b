using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Reviewing;
using Router.Forwarding.Translation;
using Router.Forwarding.Web;
using Router.Wire;

namespace Router.Forwarding;

// What others may read of the path: counters from any thread; tables and explanations on the forwarding thread.
public sealed partial class Forwarder
{
    /// <summary>What the path has to tell the journal.</summary>
    public PathEvents Events { get; } = new();

    /// <summary>What people's traffic tells of the links.</summary>
    public LinkEvidence Evidence { get; } = new();

    /// <summary>Packets refused, by reason.</summary>
    public ReadOnlySpan<long> Drops
    {
        get
        {
            _drops[(int)DropReason.SendRefused] = _outbox.Refused;
            _drops[(int)DropReason.FragmentUnclaimed] = _fragments.Unclaimed;
            return _drops;
        }
    }

    /// <summary>Flows that ended because no rule allows them any more.</summary>
    public long FlowsClosedByRules => Review.Closed;

    /// <summary>Whether live flows are being looked at under a new plan.</summary>
    public bool IsReviewing => Review.IsScanning;

    public int FlowCount => _flows.Count;
    public int PinCount => _pins.Count;

    /// <summary>What went through a port; by the number <see cref="PortId.Most"/>, through those whose numbers have passed to others.</summary>
    public PortTraffic Traffic(PortId id) => _outbox.Traffic[id.Value];

    /// <summary>The bits of all ports that a flow, a mapping or a pin refers to. On the forwarding thread.</summary>
    public ulong PortsInUse() => _tables.PortsInUse();

    /// <summary>Lets ports begin to count anew, as their numbers pass to others. On the forwarding thread.</summary>
    public void Retire(ulong ports)
    {
        _outbox.Retire(ports);
        _chooser.Forget(ports);
    }

    /// <summary>Flows moved to another link, reset for one, and ended for want of traffic.</summary>
    public (long Moved, long Reset, long Expired) Ends => (_rerouting.Moved, _rerouting.Reset, Upkeep.Expired);

    /// <summary>Flows left on their link to come to their end.</summary>
    public long FlowsDrained => _rerouting.Drained;

    /// <summary>What has been read on the web.</summary>
    public WebTally Web => _web.Tally;

    /// <summary>What is known of what a flow wants on the web; null if nothing is. Asked on the forwarding thread.</summary>
    public WebSight? SeenOnWeb(int flow, long created) => _web.Look(new FlowId(flow), created);

    internal WebHeads WebHeads => _web.Heads;

    /// <summary>Redirects given to those who may not pass yet.</summary>
    public long PortalRedirects => _refusals.Door.Redirects;

    /// <summary>Octets of all tables and indexes.</summary>
    public long TableOctets => _flows.Octets + _mappings.Octets;

    /// <summary>What would become of a packet. On the forwarding thread.</summary>
    /// <param name="ingress">Where it would come in.</param>
    /// <param name="from">Who would send it.</param>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="to">Where to.</param>
    /// <param name="port">Destination port, or 0.</param>
    /// <param name="roster">As if these were behind their addresses; null: as it is.</param>
    public Explanation Explain(PortId ingress, Address from, byte protocol, Address to, ushort port, Roster? roster = null) =>
        Explanation.Of(roster is null ? _plan : _plan.With(roster), _flows, _mappings, _pins, _chooser, Quotas, _places, Datagram.First(from, protocol, to, port), ingress, _now);

    /// <summary>What would become of the next live flows under another plan; nothing is changed. On the forwarding thread.</summary>
    /// <param name="plan">A plan that numbers links and zones as the one in force does.</param>
    /// <param name="after">Where the search stands: -1 at first.</param>
    /// <param name="found">Gets as many as fit; as many as <see cref="Worker.ReviewSlice"/> keep no packet waiting for long.</param>
    /// <returns>How many there are, and where the search stands then: -1 when nothing is left.</returns>
    public (int Count, int After) Foresee(Plan plan, int after, ForeseenFlow[] found) => (Review.Foresee(plan, _plan, ref after, found, _now), after);

    internal Outbox Outbox => _outbox;

    internal Upkeep Upkeep { get; }

    internal Review Review { get; }

    internal Quotas Quotas { get; }

    internal Pins Pins => _pins;

    internal Mappings Mappings => _mappings;

    internal FlowTable Flows => _flows;

    internal ApplicationGateways Gateways => _gateways;

    internal Plan Plan => _plan;
}
