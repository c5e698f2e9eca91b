using Router.Forwarding.Flows;
using Router.Ports;
using Router.Wire;
using Router.Wire.Web;

namespace Router.Forwarding.Web;

/// <summary>
/// What a client sends over TCP, segment by segment. Read are units, each contiguous: the hello; a request's head; the size in front of a
/// chunk; the trailers. Between them lie bodies, of which only the length counts, so that they may come in any order.
///
/// A unit that lies whole in the segment at hand is read where it is. For one that does not there is room to put it together
/// (<see cref="WebHeads"/>), and segments pass meanwhile. Where a segment says other octets than an earlier one did for the same place,
/// the stream is unreadable. A segment whose checksum is wrong teaches nothing: its receiver will not have it either.
///
/// A segment that says something anew which has been read and let before is not read again; nobody keeps what was let. [F]
/// </summary>
internal sealed class WebStream(WebHeads heads, WebJudge judge, WebDenial denial)
{
    // Not so far ahead that it may be behind.
    private const int FarthestAhead = 1 << 30;

    private readonly byte[] _hello = new byte[ClientHello.HeaderLength + ClientHello.MostOctets];

    /// <summary>Reads a segment of the client's.</summary>
    /// <returns>None, and it goes on.</returns>
    public DropReason Pass(Plan plan, Span<byte> octets, in Datagram packet, in Offload offload, FlowId id, ref Flow flow, ref WebTrack track, long now)
    {
        Tcp segment = Tcp.Over(octets[packet.Transport..]);
        if (track.Phase == WebPhase.Denied) return denial.Follow(plan, packet, segment, flow, ref track, now);
        uint first = segment.Sequence;
        if ((segment.Flags & TcpFlags.Syn) != 0)
        {
            first++;
            if (flow.Tcp.State is TcpState.SynSent or TcpState.SynReceived && track.Phase == WebPhase.Opening && heads.Of(id, track) is null) track.Next = first;
        }
        if (segment.Payload.IsEmpty) return DropReason.None;
        if (!offload.ChecksumUnfinished && !IsSound(packet, segment.Octets)) return DropReason.None;
        if (track.Phase == WebPhase.Lost && !FindRequest(ref track, first, segment.Payload)) return DropReason.None;
        int at = (int)(first - track.Next);
        if (at is > FarthestAhead or < -FarthestAhead) return DropReason.OutOfOrder;
        var seen = new Sight { Plan = plan, Packet = packet, Segment = segment, Flow = ref flow, Track = ref track, Id = id, Now = now };
        return Read(ref seen, at, segment.Payload);
    }

    /// <summary>One segment with all that belongs to it.</summary>
    private ref struct Sight
    {
        public Plan Plan;
        public Datagram Packet;
        public Tcp Segment;
        public ref Flow Flow;
        public ref WebTrack Track;
        public FlowId Id;
        public long Now;

        /// <summary>Requests in it that were let.</summary>
        public int Let;
    }

    private static bool IsSound(in Datagram packet, ReadOnlySpan<byte> segment) =>
        Checksum.Sum(segment, Checksum.PseudoHeader(packet.Source, packet.Destination, Protocol.Tcp, segment.Length)) == 0xffff;

    private static bool FindRequest(ref WebTrack track, uint first, ReadOnlySpan<byte> payload)
    {
        if (HttpHead.Read(payload, out _) != WebReading.Whole) return false;
        (track.Phase, track.Next) = (WebPhase.Request, first);
        return true;
    }

    private DropReason Read(ref Sight seen, int at, ReadOnlySpan<byte> payload)
    {
        ref WebTrack track = ref seen.Track;
        WebHeads.Place? place = heads.Of(seen.Id, track);
        if (track.Head >= 0 && place is null) return Unreadable(ref seen);
        if (place is null && track.Phase == WebPhase.Body)
        {
            int end = at + payload.Length;
            if (end <= 0) return DropReason.None;
            ulong left = track.Left;
            track.Skip(Math.Min(left, (ulong)end));
            if ((ulong)end <= left) return DropReason.None;
            at -= (int)left;
        }
        if (at < 0)
        {
            if (at + payload.Length <= 0) return DropReason.None;
            payload = payload[-at..];
            at = 0;
        }
        return place is null && at == 0 ? ReadInPlace(ref seen, payload) : PutTogether(ref seen, place ?? heads.Take(seen.Id, ref track), at, payload);
    }

    private DropReason ReadInPlace(ref Sight seen, ReadOnlySpan<byte> window)
    {
        ref WebTrack track = ref seen.Track;
        while (!window.IsEmpty && track.Phase != WebPhase.None)
        {
            if (track.Phase == WebPhase.Body)
            {
                int part = (int)Math.Min(track.Left, (ulong)window.Length);
                track.Skip((ulong)part);
                window = window[part..];
                continue;
            }
            DropReason reason = ReadUnit(ref seen, window, out int length);
            if (reason != DropReason.None || track.Phase == WebPhase.None) return reason;
            if (length == 0) return PutTogether(ref seen, heads.Take(seen.Id, ref track), 0, window);
            track.Next += (uint)length;
            window = window[length..];
        }
        return DropReason.None;
    }

    private DropReason PutTogether(ref Sight seen, WebHeads.Place place, int at, ReadOnlySpan<byte> piece)
    {
        ref WebTrack track = ref seen.Track;
        StreamHead stream = place.Stream;
        ReadOnlySpan<byte> rest = default;
        if (piece.Length > StreamHead.Capacity - at && at < StreamHead.Capacity)
        {
            rest = piece[(StreamHead.Capacity - at)..];
            piece = piece[..(StreamHead.Capacity - at)];
        }
        uint restAt = track.Next + (uint)(at + piece.Length);
        // What does not find room now is sent again when what is in front of it has been read.
        PieceFit fit = stream.Put(at, piece);
        if (fit is PieceFit.TooFar or PieceFit.TooScattered) return DropReason.OutOfOrder;
        if (fit == PieceFit.Differs) return Unreadable(ref seen);
        DropReason reason = ReadTogether(ref seen, stream);
        if (stream.End == 0) heads.Give(seen.Id, ref track);
        if (reason != DropReason.None || rest.IsEmpty || track.Phase == WebPhase.None) return reason;
        return Read(ref seen, (int)(restAt - track.Next), rest);
    }

    private DropReason ReadTogether(ref Sight seen, StreamHead stream)
    {
        ref WebTrack track = ref seen.Track;
        while (track.Phase != WebPhase.None)
        {
            if (track.Phase == WebPhase.Body)
            {
                int part = (int)Math.Min(track.Left, (ulong)stream.End);
                track.Skip((ulong)part);
                stream.RemoveFirst(part);
                if (track.Phase == WebPhase.Body) return DropReason.None;
            }
            if (stream.Octets.IsEmpty) return DropReason.None;
            DropReason reason = ReadUnit(ref seen, stream.Octets, out int length);
            if (reason != DropReason.None || length == 0) return reason;
            track.Next += (uint)length;
            stream.RemoveFirst(length);
        }
        return DropReason.None;
    }

    // Reads what the phase promises. The length is 0 while more has to come.
    private DropReason ReadUnit(ref Sight seen, ReadOnlySpan<byte> window, out int length)
    {
        ref WebTrack track = ref seen.Track;
        length = 0;
        switch (track.Phase)
        {
            case WebPhase.Opening when window[0] == TlsRecords.Handshake:
            case WebPhase.Request when track.MaySwitch && window[0] == TlsRecords.Handshake:
                return ReadHello(ref seen, window);
            case WebPhase.Opening or WebPhase.Request:
                return ReadHead(ref seen, window, out length);
            case WebPhase.FirstChunk or WebPhase.Chunk:
                WebReading size = HttpChunk.ReadSize(window, track.Phase == WebPhase.FirstChunk, out int line, out ulong octets);
                if (size == WebReading.Unreadable) return Unreadable(ref seen);
                if (size == WebReading.Incomplete) return DropReason.None;
                length = line;
                (track.Phase, track.After, track.Left) = octets == 0 ? (WebPhase.Trailers, WebPhase.None, 0) : (WebPhase.Body, WebPhase.Chunk, octets);
                return DropReason.None;
            case WebPhase.Trailers:
                WebReading trailers = HttpChunk.ReadTrailers(window, out length);
                if (trailers == WebReading.Unreadable) return Unreadable(ref seen);
                if (trailers == WebReading.Whole) track.Phase = WebPhase.Request;
                return DropReason.None;
            default:
                throw new InvalidOperationException($"nothing is read in phase {track.Phase}");
        }
    }

    private DropReason ReadHello(ref Sight seen, ReadOnlySpan<byte> window)
    {
        ref WebTrack track = ref seen.Track;
        track.Scheme = WebScheme.Tls;
        WebReading reading = TlsRecords.ReadHello(window, _hello, out ClientHello hello);
        if (reading == WebReading.Incomplete) return DropReason.None;
        if (reading == WebReading.Unreadable) return Unreadable(ref seen);
        return Act(ref seen, judge.JudgeHello(seen.Plan, seen.Flow, ref track, hello, WebScheme.Tls, seen.Now), isLast: true);
    }

    private DropReason ReadHead(ref Sight seen, ReadOnlySpan<byte> window, out int length)
    {
        ref WebTrack track = ref seen.Track;
        length = 0;
        WebReading reading = HttpHead.Read(window, out HttpHead head);
        if (reading == WebReading.Incomplete) return DropReason.None;
        if (reading == WebReading.Unreadable)
        {
            // The server has agreed to another protocol: it could do nothing with these octets else.
            if (!track.MaySwitch) return Unreadable(ref seen);
            track.Phase = WebPhase.None;
            return DropReason.None;
        }
        WebAction action = judge.JudgeRequest(seen.Plan, seen.Flow, ref track, head, seen.Now);
        if (action is WebAction.Deny or WebAction.Redirect)
        {
            return seen.Let > 0 ? denial.End(seen.Plan, seen.Segment, seen.Flow) : denial.Redirect(seen.Plan, seen.Packet, seen.Segment, seen.Flow, ref track, head, seen.Now);
        }
        if (action == WebAction.Drop) return WebDenial.Silence(ref track);
        seen.Let++;
        length = head.Length;
        track.MaySwitch = head.MaySwitch;
        (track.Phase, track.After, track.Left) = head.Body switch
        {
            HttpBody.None => (WebPhase.Request, WebPhase.None, 0UL),
            HttpBody.Length => (WebPhase.Body, WebPhase.Request, head.BodyLength),
            HttpBody.Chunked => (WebPhase.FirstChunk, WebPhase.None, 0UL),
        };
        return DropReason.None;
    }

    private DropReason Unreadable(ref Sight seen) =>
        Act(ref seen, judge.JudgeUnreadable(seen.Plan, seen.Flow, ref seen.Track, seen.Now), isLast: true);

    private DropReason Act(ref Sight seen, WebAction action, bool isLast)
    {
        if (action == WebAction.Drop) return WebDenial.Silence(ref seen.Track);
        if (action != WebAction.Allow) return denial.End(seen.Plan, seen.Segment, seen.Flow);
        if (isLast) seen.Track.Phase = WebPhase.None;
        return DropReason.None;
    }
}
