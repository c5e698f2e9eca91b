using Router.Forwarding.Flows;
using Router.Forwarding.Gateways.Streams;

namespace Router.Forwarding.Gateways.Pptp;

/// <summary>
/// PPTP (RFC 2637). Two sides talk of calls over one TCP connection, and send the calls' data in GRE. Clients behind one address are
/// told apart by call ids alone, so that these are translated as ports are (<see cref="Calls"/>), in the packets and in all
/// messages that name them. The fields have fixed sizes: no number of the connection is ever shifted.
///
/// Who opened the connection asks for control of it first, and the other grants it (types 1 and 2). What speaks of calls before,
/// what is no control message where one must begin, and more than <see cref="MostHeard"/> messages about calls in one segment
/// make us deaf: from there on the connection passes as it is. Either side may ask for calls (Outgoing-Call-Request,
/// Incoming-Call-Request); an id that nobody announced in this connection is left as it is and opens nothing.
/// </summary>
internal sealed class PptpGateway
{
    /// <summary>Messages about calls that one segment may carry. Each may have to look through all ways that are open.</summary>
    public const int MostHeard = 8;

    private readonly Calls _calls;
    private readonly Reader _reader;
    private Plan? _plan;
    private FlowId _flow;
    private bool _fromInside;
    private long _now;
    private int _heard;

    public PptpGateway(Calls calls)
    {
        _calls = calls;
        _reader = new Reader(this);
    }

    /// <summary>The connection's marks, after the reader has read.</summary>
    public WatchMarks Marks { get; private set; }

    /// <summary>Who reads a segment; null if nobody is to.</summary>
    public LineReader? Listen(Plan plan, ref Watch watch, FlowId id, bool outward, long now, bool isOn)
    {
        // What was acknowledged without our having seen it leaves us in the middle of something.
        bool isLost = outward ? watch.FromInside.Skipping : watch.FromOutside.Skipping;
        if (!isOn || isLost) watch.Marks |= WatchMarks.Deaf;
        if ((watch.Marks & WatchMarks.Deaf) != 0) return null;
        (_plan, _flow, _fromInside, _now, Marks, _heard) = (plan, id, outward, now, watch.Marks, 0);
        return _reader;
    }

    /// <summary>Follows the connection: calls end when it begins to, as nobody can speak of them any more.</summary>
    public void See(TcpState state, ref Watch watch, FlowId id, long now)
    {
        if (state <= TcpState.Established || (watch.Marks & WatchMarks.Over) != 0) return;
        watch.Marks |= WatchMarks.Over;
        _calls.EndAll(id, now);
    }

    // Answers whether an id was changed.
    private bool Hear(PptpMessage message)
    {
        PptpType type = message.Type;
        if (type == PptpType.StartControlConnectionReply && !_fromInside) Marks |= WatchMarks.Greeted;
        if (!message.HasCallId && !message.HasPeersCallId && type != PptpType.StopControlConnectionRequest) return false;
        if ((Marks & WatchMarks.Greeted) == 0 || _heard++ >= MostHeard)
        {
            Marks |= WatchMarks.Deaf;
            return false;
        }
        ushort own = message.HasCallId ? message.CallId : default, peers = message.HasPeersCallId ? message.PeersCallId : default;
        // A call that begins has numbers only then, and one that ends has them no longer.
        Begin(message, own, peers);
        if (message.HasCallId) message.CallId = _calls.Shown(_plan!, _flow, ofInside: _fromInside, own);
        if (message.HasPeersCallId) message.PeersCallId = _calls.Own(_flow, ofInside: !_fromInside, peers);
        End(message, own, peers);
        return (message.HasCallId && message.CallId != own) || (message.HasPeersCallId && message.PeersCallId != peers);
    }

    private void Begin(PptpMessage message, ushort own, ushort peers)
    {
        switch (message.Type)
        {
            case PptpType.OutgoingCallRequest or PptpType.IncomingCallRequest:
                _calls.Request(_plan!, _flow, _fromInside, own, _now);
                break;
            case PptpType.OutgoingCallReply or PptpType.IncomingCallReply when message.IsConnected:
                _calls.Answer(_plan!, _flow, _fromInside, own, peers, _now);
                break;
        }
    }

    private void End(PptpMessage message, ushort own, ushort peers)
    {
        switch (message.Type)
        {
            case PptpType.OutgoingCallReply or PptpType.IncomingCallReply when !message.IsConnected:
                _calls.End(_flow, ofInside: !_fromInside, peers, _now);
                break;
            case PptpType.StopControlConnectionRequest:
                _calls.EndAll(_flow, _now);
                break;
            case PptpType.CallDisconnectNotify:
                _calls.End(_flow, ofInside: _fromInside, _calls.Shown(_plan!, _flow, _fromInside, own), _now);
                break;
        }
    }

    /// <summary>Reads the head of each message; what stands behind it passes unread.</summary>
    private sealed class Reader(PptpGateway pptp) : LineReader
    {
        public override int LengthOf(ReadOnlySpan<byte> octets)
        {
            int head = PptpMessage.Head(octets);
            return head <= octets.Length ? head : 0;
        }

        public override bool MayBecome(ReadOnlySpan<byte> beginning)
        {
            bool mayBe = !IsDeaf && PptpMessage.MayBegin(beginning);
            if (!mayBe) pptp.Marks |= WatchMarks.Deaf;
            return mayBe;
        }

        public override int Read(ReadOnlySpan<byte> line, Span<byte> text)
        {
            Unread = 0;
            if (IsDeaf) return -1;
            line.CopyTo(text);
            if (!PptpMessage.TryRead(text[..line.Length], out PptpMessage message))
            {
                pptp.Marks |= WatchMarks.Deaf;
                return -1;
            }
            Unread = (byte)(message.Length - line.Length);
            return pptp.Hear(message) ? line.Length : -1;
        }

        private bool IsDeaf => (pptp.Marks & WatchMarks.Deaf) != 0;
    }
}
