using Router.Forwarding.Flows;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Forwarding.Gateways.Pptp;

/// <summary>
/// The calls of PPTP control connections. Each side has a call id of its own for a call, and what is sent to that side carries it
/// and no other (RFC 2637 4.1). So a call id is an endpoint as a port is: it is announced, given a mapping where its side is
/// translated, so that it is the only one behind the outside address, and a way is opened to it for one flow of the other side. A
/// call has two such flows, one for each direction:
///
///   to the side that calls      opened by its request      keyed by the id that the other side knows it by
///   to the side that answers    opened by its reply        the same the other way round
///
/// Both bear the call's number: the caller's id, and which side calls. A call ends with Call-Disconnect-Notify, with
/// Stop-Control-Connection, with the first FIN or RST of its control connection, or when neither it nor its control connection was
/// used for the idle time of such flows (<see cref="ApplicationGateways.LastUse"/>); and when a side gives its id to another call
/// that would look the same from outside, since a server that does has ended the first. A control connection has at most
/// <see cref="Most"/> at a time, and one host what <see cref="Expectations"/> and its quota of flows allow.
///
/// Owned by the forwarding thread; nothing here allocates after it was made.
/// </summary>
internal sealed class Calls(FlowTable flows, Mappings mappings, Announcements announcements, Expectations expectations, FlowNotes<Kin> kin)
{
    /// <summary>Calls of one control connection, begun or going on. Clients have one, dial-in servers a few dozen.</summary>
    public const int Most = 32;

    /// <summary>How long the first packet of a direction may take, microseconds. Both sides send when the reply is there.</summary>
    private const long Life = 60_000_000;

    /// <summary>A call's number that stands for all calls of a control connection.</summary>
    private const int Every = 0;

    private readonly Over[] _over = new Over[PptpGateway.MostHeard + 1];
    private int _overCount;

    private readonly record struct Over(FlowKey Parent, int Call);

    /// <summary>Whether flows are waiting to be ended (<see cref="NextOver"/>).</summary>
    public bool HasOver => _overCount > 0;

    /// <summary>A side asks for a call, to be reached by an id of its own.</summary>
    public void Request(Plan plan, FlowId id, bool byInside, ushort own, long now)
    {
        if (CountOf(id) < 2 * Most) Open(plan, id, byInside, own, Number(byInside, own), now);
    }

    /// <summary>A side answers a call of the other side's, to be reached by an id of its own.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">The control connection.</param>
    /// <param name="byInside">Who answers.</param>
    /// <param name="own">His id.</param>
    /// <param name="callers">The caller's id as he knows it.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public void Answer(Plan plan, FlowId id, bool byInside, ushort own, ushort callers, long now)
    {
        int call = Find(id, ofInside: !byInside, callers, now);
        if (call != 0) Open(plan, id, byInside, own, call, now);
    }

    /// <summary>What the other side is to be told of a side's own id; the id itself where it has no other.</summary>
    public ushort Shown(Plan plan, FlowId id, bool ofInside, ushort own)
    {
        var sides = Sides.Of(flows[id], ofInside);
        if (sides.Own == sides.Shown) return own;
        int mapping = mappings.Find(Announcements.Wanted(plan, flows[id], sides, Protocol.Gre, own));
        return mapping < 0 ? own : mappings[mapping].OutsidePort;
    }

    /// <summary>A side's own id, by what the other side was told of it. What is another's stays as it is.</summary>
    public ushort Own(FlowId id, bool ofInside, ushort shown)
    {
        var sides = Sides.Of(flows[id], ofInside);
        if (sides.Own == sides.Shown) return shown;
        int mapping = mappings.FindOutside(sides.Shown, shown, Protocol.Gre);
        return mapping < 0 || mappings[mapping].Inside != sides.Own ? shown : mappings[mapping].InsidePort;
    }

    /// <summary>A call is over, by the id that the other side knows one side of it by.</summary>
    public void End(FlowId id, bool ofInside, ushort shown, long now)
    {
        int call = Find(id, ofInside, shown, now);
        if (call != 0) End(id, call, now);
    }

    /// <summary>All calls of a control connection are over.</summary>
    public void EndAll(FlowId id, long now) => End(id, Every, now);

    /// <summary>A flow of a call that is over, to be ended now; none when there is no more.</summary>
    public FlowId NextOver()
    {
        for (; _overCount > 0; _overCount--)
        {
            Over over = _over[_overCount - 1];
            for (int note = kin.NextLive(-1); note >= 0; note = kin.NextLive(note))
            {
                if (IsOf(kin[note], over.Parent) && (over.Call == Every || over.Call == kin[note].Call)) return new FlowId(kin[note].FlowPlace);
            }
        }
        return FlowId.None;
    }

    private static int Number(bool byInside, ushort own) => (byInside ? 0x10000 : 0x20000) | own;

    private static bool IsOf(in Kin note, in FlowKey parent) => note.Gateway == Gateway.Pptp && note.Parent == parent;

    private void Open(Plan plan, FlowId id, bool byInside, ushort own, int call, long now)
    {
        var wanted = new Expectation { Protocol = Protocol.Gre, TargetPort = own, Gateway = Gateway.Pptp, Call = call, Deadline = now + Life };
        var sides = Sides.Of(flows[id], byInside);
        if (announcements.TryOpen(plan, id, sides, wanted, now, out _)) EndNamesake(id, sides, own);
    }

    // Of another client behind the same address, to which the same side had given the same id.
    private void EndNamesake(FlowId id, in Sides sides, ushort own)
    {
        var answer = new FlowKey(sides.Own, sides.PeerShown, own, EnhancedGre.ProtocolType, Protocol.Gre, sides.At);
        FlowId flow = flows.Find(answer, out bool outward);
        int note = flow.Exists && !outward ? kin.Find(flow, flows[flow].Created) : -1;
        if (note >= 0 && kin[note].Gateway == Gateway.Pptp && kin[note].Parent != flows[id].ForwardKey) Note(kin[note].Parent, kin[note].Call);
    }

    // The call in which a side has an id, by the way to that id or by the flow that came by it.
    private int Find(FlowId id, bool ofInside, ushort shown, long now)
    {
        FlowKey key = Sides.Of(flows[id], ofInside).ToShown(Protocol.Gre, shown);
        int open = expectations.Find(key, now);
        if (open >= 0) return expectations[open].ParentFlow == id ? expectations[open].Call : 0;
        FlowId flow = flows.Find(key with { SourcePort = EnhancedGre.ProtocolType }, out bool outward);
        int note = flow.Exists && outward ? kin.Find(flow, flows[flow].Created) : -1;
        return note >= 0 && IsOf(kin[note], flows[id].ForwardKey) ? kin[note].Call : 0;
    }

    private void End(FlowId id, int call, long now)
    {
        for (int open = expectations.NextOf(id, -1); open >= 0; open = expectations.NextOf(id, open))
        {
            if (call == Every || expectations[open].Call == call) announcements.Close(open, now);
        }
        Note(flows[id].ForwardKey, call);
    }

    private void Note(in FlowKey parent, int call)
    {
        if (_overCount < _over.Length) _over[_overCount++] = new Over(parent, call);
    }

    // Ways and flows: two for each call.
    private int CountOf(FlowId id)
    {
        int count = 0;
        for (int open = expectations.NextOf(id, -1); open >= 0; open = expectations.NextOf(id, open)) count++;
        FlowKey parent = flows[id].ForwardKey;
        for (int note = kin.NextLive(-1); note >= 0; note = kin.NextLive(note))
        {
            if (IsOf(kin[note], parent)) count++;
        }
        return count;
    }
}
