using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Forwarding.Flows;

/// <summary>
/// Follows a TCP connection from its middle, for as long as a NAT must (RFC 5382, 7857, 5961). Pure, without allocation, owned by
/// the flow's worker. Called once for each segment; a super-packet is one segment with all its payload.
///
/// No segment is ever refused here. Sequence numbers decide one thing: whether a SYN, FIN or RST may change the state, so that
/// nobody who only guesses can end a connection or shorten its life (RFC 5382 REQ-10, RFC 7857 2.2).
///
///   state        idle time     next
///   None         transitory    SYN: SynSent. Anything else but RST: SynSent too, a connection that is picked up in the middle
///   SynSent      transitory    SYN of the other side, with ACK or (simultaneous open) without: SynReceived;
///                              picked up, and the other side acknowledges too: Established
///   SynReceived  transitory    both SYNs acknowledged: Established
///   Established  established   FIN: FinWait
///   FinWait      established   FIN of the other side: TimeWait. One side may go on sending for as long as it likes (REQ-5)
///   TimeWait     time wait     SYN of the opener beyond its old sequence: anew (RFC 1122 4.2.2.13)
///   Reset        reset         SYN of the opener: anew. A segment in window from where the RST came: as before the RST
///   any                        plausible RST: Reset, except in TimeWait
///
/// A RST is plausible where its receiver could take it: not below what the receiver has acknowledged, not beyond its window. That
/// is wider than RFC 5961 3.2 wants of receivers, which answer an inexact one with a challenge and live on; whoever is said to have
/// sent the RST then goes on sending, and this ends the state Reset. Segments still on their way to a side that did reset do not.
/// A host that has lost its memory and opens anew is refused by the challenge, resets, and opens again: both are in the table.
///
/// The windows follow van Rooij, "Real stateful TCP packet filtering": End, MaxEnd and Acked only grow, and only by segments that
/// themselves fit. A connection picked up in the middle has unknown window scales; they are then taken as the largest, and for a
/// RST as none.
/// </summary>
internal static class TcpTracker
{
    /// <summary>The largest shift (RFC 7323 2.3).</summary>
    private const int LargestScale = 14;

    /// <summary>The largest window without a scale; the least that is granted anywhere.</summary>
    private const uint PlainWindow = 65535;

    /// <summary>Repetitions after which a sender is stuck; with the usual back-off, after some three seconds (RFC 6298 5.5).</summary>
    public const int Stuck = 4;

    /// <summary>Octets from which a segment is large: what every path of IPv6 and hardly a broken one of IPv4 carries (RFC 8200 5).</summary>
    private const uint LargeSegment = 1220;

    /// <summary>How much a first acknowledgment may leave out: data in and right behind a SYN (RFC 7413), which need not be taken.</summary>
    private const uint SynData = PlainWindow;

    /// <param name="fromInside">Which side sent it.</param>
    /// <param name="ack">Without meaning unless <paramref name="flags"/> have ACK.</param>
    /// <param name="window">As written in the segment, not shifted.</param>
    /// <param name="scaleOption">The window scale option of a SYN, -1 if there is none.</param>
    /// <param name="payloadLength">Octets of data.</param>
    public static TcpVerdict Segment(
        ref TcpTrack track, bool fromInside, uint seq, uint ack, TcpFlags flags, ushort window, int scaleOption, int payloadLength)
    {
        ref TcpSide from = ref fromInside ? ref track.Inside : ref track.Outside;
        ref TcpSide to = ref fromInside ? ref track.Outside : ref track.Inside;
        bool hasAck = (flags & TcpFlags.Ack) != 0;
        if ((flags & TcpFlags.Rst) != 0) return Break(ref track.State, ref from, to, seq, ack, hasAck);

        uint end = seq + (uint)payloadLength;
        if ((flags & TcpFlags.Syn) != 0)
        {
            if (IsOver(track.State, from, seq, hasAck))
            {
                bool again = track.State != TcpState.None;
                track = default;
                Begin(ref from, end + 1, hasAck, scaleOption);
                track.State = TcpState.SynSent;
                return again ? TcpVerdict.PassReopened : TcpVerdict.Pass;
            }
            return Open(ref track.State, ref from, ref to, end + 1, ack, hasAck, window, scaleOption);
        }

        bool fin = (flags & TcpFlags.Fin) != 0;
        if (fin) end++;
        if (!Carry(ref track.State, ref from, ref to, seq, end, ack, hasAck, fin, window)) return TcpVerdict.Pass;
        return track.State == TcpState.Established && from.Repeats == Stuck ? TcpVerdict.PassStuck : TcpVerdict.Pass;
    }

    /// <summary>Whether a SYN without ACK would begin a new connection where one is over; such a SYN is admitted like any first packet.</summary>
    public static bool BeginsAnew(in TcpTrack track, bool fromInside, uint seq) =>
        track.State != TcpState.None && IsOver(track.State, fromInside ? track.Inside : track.Outside, seq, hasAck: false);

    /// <summary>How long a flow in this state lives without a packet, microseconds.</summary>
    public static long Timeout(TcpState state, FlowTimeouts timeouts) => state switch
    {
        TcpState.None or TcpState.SynSent or TcpState.SynReceived => timeouts.TcpTransitory,
        TcpState.Established or TcpState.FinWait => timeouts.TcpEstablished,
        TcpState.TimeWait => timeouts.TcpTimeWait,
        TcpState.Reset => timeouts.TcpReset,
    };

    /// <summary>
    /// The numbers of a RST with ACK that one side will take as the other's: exactly what it expects next (RFC 5961 3.2), or, if it
    /// has sent only its SYN, an acknowledgment of that (RFC 9293 3.10.7.3). A side with an acknowledgment still delayed expects more
    /// than it has said; it answers with a challenge, whose acknowledgment is then the number to send.
    /// </summary>
    /// <returns>False if that side has not been heard.</returns>
    public static bool ResetSequence(in TcpTrack track, bool toInside, out uint seq, out uint ack)
    {
        ref readonly TcpSide side = ref toInside ? ref track.Inside : ref track.Outside;
        seq = side.Is(TcpMarks.Acked) ? side.Acked : 0;
        ack = side.End;
        return side.Is(TcpMarks.Known);
    }

    /// <summary>Whether a SYN finds nothing that it could disturb, and so begins a connection.</summary>
    private static bool IsOver(TcpState state, in TcpSide from, uint seq, bool hasAck)
    {
        if (state == TcpState.None) return true;
        bool mayOpen = !hasAck && (from.Is(TcpMarks.Opener) || !from.Is(TcpMarks.Syn));
        return mayOpen && (state == TcpState.Reset || (state == TcpState.TimeWait && IsAfter(seq, from.End)));
    }

    private static TcpVerdict Open(
        ref TcpState state, ref TcpSide from, ref TcpSide to, uint end, uint ack, bool hasAck, ushort window, int scaleOption)
    {
        if (state is not (TcpState.SynSent or TcpState.SynReceived)) return TcpVerdict.PassUnchecked;
        if (hasAck && !FitsAck(from, to, ack)) return TcpVerdict.PassUnchecked;
        if (from.Is(TcpMarks.Known) && end != from.End)
        {
            // The opener may give up and try with a new number, until the other side has spoken.
            if (!from.Is(TcpMarks.Syn) || to.Is(TcpMarks.Known)) return TcpVerdict.PassUnchecked;
            from = default;
        }
        if (!from.Is(TcpMarks.Known)) Begin(ref from, end, hasAck, scaleOption);
        if (hasAck) Acknowledge(ref from, ref to, ack, window);
        if (to.Is(TcpMarks.Known)) state = TcpState.SynReceived;
        if (from.Is(TcpMarks.Acked) && to.Is(TcpMarks.Acked)) state = TcpState.Established;
        return TcpVerdict.Pass;
    }

    private static void Begin(ref TcpSide side, uint end, bool hasAck, int scaleOption)
    {
        side.End = end;
        side.MaxEnd = end + PlainWindow;
        side.Scale = (byte)Math.Clamp(scaleOption, 0, LargestScale);
        side.Marks = TcpMarks.Known | TcpMarks.Syn;
        if (!hasAck) side.Marks |= TcpMarks.Opener;
        if (scaleOption >= 0) side.Marks |= TcpMarks.Scale;
    }

    // Answers whether the segment is a large one that was sent before, from where the other side waits for more.
    private static bool Carry(
        ref TcpState state, ref TcpSide from, ref TcpSide to, uint seq, uint end, uint ack, bool hasAck, bool fin, ushort window)
    {
        if (!FitsWindow(from, to, seq, end) || (hasAck && !FitsAck(from, to, ack))) return false;
        if (!from.Is(TcpMarks.Known))
        {
            (from.End, from.MaxEnd) = (end, end + (PlainWindow << LargestScale));
            from.Marks |= TcpMarks.Known;
        }
        bool again = to.Is(TcpMarks.Acked) && seq == to.Acked && end - seq >= LargeSegment && !IsAfter(end, from.End);
        if (again && from.Repeats < byte.MaxValue) from.Repeats++;
        if (IsAfter(end, from.End)) from.End = end;
        if (hasAck) Acknowledge(ref from, ref to, ack, (uint)window << ScaleOf(from, to));
        if (fin) from.Marks |= TcpMarks.Fin;
        if (state == TcpState.None) state = TcpState.SynSent;
        if (!from.Is(TcpMarks.Acked) || !to.Is(TcpMarks.Acked)) return false;
        if (state == TcpState.Reset && !from.Is(TcpMarks.Rst)) return false;
        from.Marks &= ~TcpMarks.Rst;
        state = (from.Is(TcpMarks.Fin), to.Is(TcpMarks.Fin)) switch
        {
            (false, false) => TcpState.Established,
            (true, true) => TcpState.TimeWait,
            _ => TcpState.FinWait,
        };
        return again;
    }

    private static TcpVerdict Break(ref TcpState state, ref TcpSide from, in TcpSide to, uint seq, uint ack, bool hasAck)
    {
        if (state == TcpState.None || !FitsReset(from, to, seq, ack, hasAck)) return TcpVerdict.PassUnchecked;
        if (state == TcpState.TimeWait) return TcpVerdict.Pass;
        from.Marks |= TcpMarks.Rst;
        state = TcpState.Reset;
        return TcpVerdict.Pass;
    }

    private static void Acknowledge(ref TcpSide from, ref TcpSide to, uint ack, uint window)
    {
        if (!to.Is(TcpMarks.Known))
        {
            (to.End, to.MaxEnd) = (ack, ack);
            to.Marks |= TcpMarks.Known;
        }
        if (!from.Is(TcpMarks.Acked) || IsAfter(ack, from.Acked)) (from.Acked, to.Repeats) = (ack, 0);
        from.Marks |= TcpMarks.Acked;
        if (IsAfter(ack, to.End)) to.End = ack;
        if (IsAfter(ack + window, to.MaxEnd)) to.MaxEnd = ack + window;
    }

    /// <summary>Not beyond what the sender may send, and not older than a window before what the receiver has acknowledged.</summary>
    private static bool FitsWindow(in TcpSide from, in TcpSide to, uint seq, uint end)
    {
        if (!from.Is(TcpMarks.Known)) return true;
        uint oldest = to.Is(TcpMarks.Acked) ? to.Acked - Window(from, to) - 1 : from.End - (PlainWindow << LargestScale);
        return !IsAfter(seq, from.MaxEnd) && !IsAfter(oldest, end);
    }

    /// <summary>Acknowledges what the other side may have sent; a first answer to a SYN, that SYN.</summary>
    private static bool FitsAck(in TcpSide from, in TcpSide to, uint ack)
    {
        if (!to.Is(TcpMarks.Known)) return true;
        if (!from.Is(TcpMarks.Acked)) return to.Is(TcpMarks.Syn) ? to.End - ack <= SynData : !IsAfter(ack, to.MaxEnd);
        return !IsAfter(ack, to.MaxEnd) && !IsAfter(from.Acked - Window(to, from) - 1, ack);
    }

    private static bool FitsReset(in TcpSide from, in TcpSide to, uint seq, uint ack, bool hasAck)
    {
        if (!from.Is(TcpMarks.Known)) return hasAck && to.Is(TcpMarks.Syn) && FitsAck(from, to, ack);
        if (!to.Is(TcpMarks.Acked)) return from.End - seq <= PlainWindow;
        uint last = from.MaxEnd;
        if (!from.Is(TcpMarks.Syn) || !to.Is(TcpMarks.Syn))
        {
            uint plain = (IsAfter(to.Acked, from.End) ? to.Acked : from.End) + PlainWindow;
            if (IsAfter(last, plain)) last = plain;
        }
        return !IsAfter(to.Acked, seq) && !IsAfter(seq, last);
    }

    /// <summary>The sender's window now: from what the other has acknowledged to what it lets it send.</summary>
    private static uint Window(in TcpSide sender, in TcpSide other) => Math.Max(PlainWindow, sender.MaxEnd - other.Acked);

    /// <summary>How far this side's windows are shifted: only if both SYNs had the option, and as far as can be if a SYN was missed.</summary>
    private static int ScaleOf(in TcpSide side, in TcpSide other)
    {
        if (!side.Is(TcpMarks.Syn) || !other.Is(TcpMarks.Syn)) return LargestScale;
        return side.Is(TcpMarks.Scale) && other.Is(TcpMarks.Scale) ? side.Scale : 0;
    }

    /// <summary>Whether a comes after b in the circle of sequence numbers (RFC 9293 3.4).</summary>
    private static bool IsAfter(uint a, uint b) => (int)(a - b) > 0;
}
