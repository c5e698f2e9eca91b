using Router.Forwarding.Flows;
using Router.Forwarding.Translation;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// What a message announces, as ways. Two kinds: where the speaker takes media (an m= line of SDP, for RTP and for RTCP), and where he
/// takes further signalling (Contact). For each port that he announces there is a way from the listener; its mapping is the
/// endpoint-independent one, which what he sends from that port uses too.
///
/// From whom media is let in: from the listener's own address, who sends it himself or through the translator in front of him; and
/// from the address that the listener has announced in the same call (RFC 3264), since providers send media from other
/// boxes. Nobody else. The open ways of a call are all that is known of it: an announcement of an address beyond a link
/// completes the ways of the other side that are open for the same line, and the other way round.
///
/// What may not be announced: an address that is not the speaker's, unless he is beyond a link, and then none that is ours or lies behind a
/// zone; a port below 1024.
/// </summary>
internal sealed class SipWays(Mappings mappings, Expectations expectations, Announcements announcements)
{
    /// <summary>How long media may be waited for, microseconds: longer than a phone rings (RFC 3261 16.6, timer C, three minutes).</summary>
    private const long MediaLife = 240_000_000;

    /// <summary>How long ways stay open behind the end of a call, microseconds: for as long a request may be repeated (17.1.2.2, 64 T1).</summary>
    private const long Afterwards = 32_000_000;

    private const ushort FirstUnprivileged = 1024;

    private Plan? _plan;
    private SipEnds _ends;
    private FlowKey _root;
    private FlowId _flow;
    private PortId _link;
    private ulong _talk;
    private long _now;

    /// <summary>Takes up a message.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its flow.</param>
    /// <param name="flow">The same.</param>
    /// <param name="ends">Who speaks to whom.</param>
    /// <param name="root">The first packet by which the rules are asked.</param>
    /// <param name="talk">The call that it belongs to.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public void Begin(Plan plan, FlowId id, in Flow flow, in SipEnds ends, in FlowKey root, ulong talk, long now)
    {
        (_plan, _ends, _root, _flow, _talk, _now) = (plan, ends, root, id, talk, now);
        _link = Announcements.LinkOf(plan, flow, ends.IsShifted ? ends.Shown : ends.PeerShown);
    }

    public ref readonly SipEnds Ends => ref _ends;

    /// <summary>The port that the listener is to be told for one of the speaker's; the same where none leads to it.</summary>
    public ushort Show(byte protocol, ushort port)
    {
        if (protocol == _ends.Protocol && port == _ends.OwnPort) return _ends.ShownPort;
        int mapping = _ends.IsShifted ? mappings.FindInside(Wanted(protocol, port)) : -1;
        return mapping < 0 ? port : mappings[mapping].OutsidePort;
    }

    /// <summary>The listener's port that the speaker knows by this number.</summary>
    public ushort Know(byte protocol, ushort shown)
    {
        if (protocol == _ends.Protocol && shown == _ends.PeerShownPort) return _ends.PeerPort;
        int mapping = _ends.Peer == _ends.PeerShown ? -1 : mappings.FindOutside(_ends.PeerShown, shown, protocol);
        return mapping < 0 || mappings[mapping].Inside != _ends.Peer ? shown : mappings[mapping].InsidePort;
    }

    /// <summary>Opens a way for further signalling to the speaker.</summary>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="host">By which he called himself.</param>
    /// <param name="port">The port that he named.</param>
    /// <param name="life">Microseconds. The way outlives the flow.</param>
    public void OpenSignalling(byte protocol, Address host, ushort port, long life)
    {
        if (!IsOwn(host) || !TryFind(protocol, host, port, out ushort own, out ushort shown, out int mapping)) return;
        Expect(protocol, _ends.Shown, shown, _ends.Own, own, mapping, _ends.Peer, _ends.PeerShown, 0, FlowId.None, life);
    }

    /// <summary>Sees to it that two ports of the speaker are next to each other outside too.</summary>
    public void PreparePair(Address host, ushort port)
    {
        bool isHis = host == _ends.Own && _ends.IsShifted && port >= FirstUnprivileged;
        if (isHis && expectations.HasRoom(_ends.Own, _flow)) mappings.PreparePair(Wanted(Protocol.Udp, port), _plan!, _now);
    }

    /// <summary>Opens the ways for media to an endpoint that the speaker announces.</summary>
    /// <param name="host">Where media is taken.</param>
    /// <param name="port">The same.</param>
    /// <param name="channel">Which of the call's: twice the number of the m= line, and one more for RTCP.</param>
    /// <param name="shown">The port that the listener is to be told.</param>
    /// <returns>False if nothing was opened; the port stays.</returns>
    public bool TryOpenMedia(Address host, ushort port, byte channel, out ushort shown)
    {
        shown = port;
        if (!IsOwn(host)) return port >= FirstUnprivileged && IsBeyond(host) && TryOpenElsewhere(host, port, channel);
        if (!TryFind(Protocol.Udp, host, port, out ushort own, out ushort outside, out int mapping)) return false;
        if (!Expect(Protocol.Udp, _ends.Shown, outside, _ends.Own, own, mapping, _ends.Peer, _ends.PeerShown, channel, _flow, MediaLife)) return false;
        shown = outside;
        for (int id = expectations.NextOfTalk(_talk, -1); id >= 0; id = expectations.NextOfTalk(_talk, id))
        {
            ref readonly Expectation other = ref expectations[id];
            Address far = other.Target;
            bool isElsewhere = other.Channel == channel && other.Source == _ends.Own && far != _ends.Peer;
            if (isElsewhere) Expect(Protocol.Udp, _ends.Shown, shown, _ends.Own, own, mapping, far, far, channel, _flow, MediaLife);
        }
        return true;
    }

    /// <summary>The call is over: what has not come soon comes no more.</summary>
    public void EndTalk()
    {
        for (int id = expectations.NextOfTalk(_talk, -1); id >= 0; id = expectations.NextOfTalk(_talk, id)) expectations.Shorten(id, _now + Afterwards);
    }

    // An endpoint beyond a link, which is nobody's that we know: the listener may send there, and is sent to from there.
    private bool TryOpenElsewhere(Address host, ushort port, byte channel)
    {
        var way = new Expectation
        {
            Source = _ends.Peer, Destination = host, DestinationPort = port, Protocol = Protocol.Udp, Ingress = _ends.PeerAt,
            Target = host, TargetPort = port, Egress = _ends.At, SourceShown = _ends.PeerShown, Mapping = -1, Gateway = Gateway.Sip,
            Channel = channel, Talk = _talk, ParentFlow = _flow, Parent = _root, Deadline = _now + MediaLife,
        };
        if (!announcements.TryOpen(way, _now)) return false;
        for (int id = expectations.NextOfTalk(_talk, -1); id >= 0; id = expectations.NextOfTalk(_talk, id))
        {
            Expectation other = expectations[id];
            if (other.Channel != channel || other.Target != _ends.Peer || other.Source != _ends.Own) continue;
            announcements.TryOpen(other with { Source = host, SourceShown = host, ParentFlow = _flow, Deadline = _now + MediaLife }, _now);
        }
        return true;
    }

    private bool Expect(byte protocol, Address destination, ushort destinationPort, Address target, ushort targetPort, int mapping,
        Address source, Address sourceShown, byte channel, FlowId parent, long life)
    {
        return announcements.TryOpen(new Expectation
        {
            Source = source, Destination = destination, DestinationPort = destinationPort, Protocol = protocol, Ingress = _ends.PeerAt,
            Target = target, TargetPort = targetPort, Egress = _ends.At, SourceShown = sourceShown, Mapping = mapping, Gateway = Gateway.Sip,
            Channel = channel, Talk = parent.Exists ? _talk : 0, IsControl = !parent.Exists, ParentFlow = parent, Parent = _root, Deadline = _now + life,
        }, _now);
    }

    // The speaker's own port, the one that the listener sees, and the mapping between them.
    private bool TryFind(byte protocol, Address host, ushort port, out ushort own, out ushort shown, out int mapping)
    {
        (own, shown, mapping) = (port, port, -1);
        if (port < FirstUnprivileged || _ends.At == PortId.Host || _plan!.Own(_ends.Own) != 0) return false;
        if (!_ends.IsShifted) return true;
        if (host == _ends.Shown)
        {
            mapping = mappings.FindOutside(host, port, protocol);
            if (mapping < 0 || mappings[mapping].Inside != _ends.Own) return false;
        }
        else if (!expectations.HasRoom(_ends.Own, _flow) || mappings.Obtain(Wanted(protocol, port), _plan, isOwn: false, _now, out mapping) != DropReason.None)
        {
            return false;
        }
        (own, shown) = (mappings[mapping].InsidePort, mappings[mapping].OutsidePort);
        return own >= FirstUnprivileged;
    }

    private Mapping Wanted(byte protocol, ushort port) =>
        new() { Inside = _ends.Own, InsidePort = port, Outside = _ends.Shown, Protocol = protocol, Link = _link, Zone = _ends.At };

    private bool IsOwn(Address host) => host == _ends.Own || host == _ends.Shown;

    private bool IsBeyond(Address host) =>
        _plan!.IsLink(_ends.At) && host.IsV4 == _ends.Peer.IsV4 && _plan.Own(host) == 0 && !_plan.TryBehind(host, out _)
        && !(host.IsUnspecified || host.IsMulticast || host.IsLoopback || host.IsLinkLocal || host.IsReserved || host.IsThisNetwork)
        && !_plan.IsDirectedBroadcast(host);
}
