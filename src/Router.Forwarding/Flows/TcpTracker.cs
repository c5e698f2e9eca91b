using Router.Forwarding.Rules;
using Router.Wire;
namespace Router.Forwarding.Flows;
// placeholder until the tracker lands
internal enum TcpState : byte { None, SynSent, SynReceived, Established, FinWait, TimeWait, Reset }
internal enum TcpVerdict : byte { Pass, PassReopened, PassUnchecked }
internal struct TcpSide { public uint End, MaxEnd, Acked; public byte Scale, Flags; public ushort Spare; }
internal struct TcpTrack { public TcpState State; public TcpSide Inside, Outside; }
internal static class TcpTracker
{
    public static TcpVerdict Segment(ref TcpTrack track, bool fromInside, uint seq, uint ack, TcpFlags flags, ushort window, int scaleOption, int payloadLength)
    {
        if (track.State < TcpState.Established) track.State = TcpState.Established;
        return TcpVerdict.Pass;
    }
    public static long Timeout(TcpState state, FlowTimeouts t) => t.TcpEstablished;
    public static bool ResetSequence(in TcpTrack track, bool toInside, out uint seq, out uint ack) { seq = ack = 0; return false; }
}
