using System.Runtime.InteropServices;

namespace Router.Forwarding.Flows;

/// <summary>How far a TCP connection has come, as seen on the path; see <see cref="TcpTracker"/>.</summary>
internal enum TcpState : byte { None, SynSent, SynReceived, Established, FinWait, TimeWait, Reset }

/// <summary>What became of a segment. All pass; the verdict says what may be concluded.</summary>
internal enum TcpVerdict : byte
{
    /// <summary>It belongs to the connection, or at least does no harm to count as its life.</summary>
    Pass,

    /// <summary>A SYN that began a new connection on a flow that was over: to be admitted like a new flow.</summary>
    PassReopened,

    /// <summary>A SYN or RST that does not fit: the receiver may decide what it means, the flow's state and age stay as they are.</summary>
    PassUnchecked,

    /// <summary>
    /// A large segment at the head of the sender's window, sent for the <see cref="TcpTracker.Stuck"/>th time on a connection that is
    /// open: small packets arrived, this one does not. Told once for each place where a sender is stuck.
    /// </summary>
    PassStuck,
}

/// <summary>What is known of one side.</summary>
[Flags]
internal enum TcpMarks : byte
{
    None = 0,

    /// <summary><see cref="TcpSide.End"/> and <see cref="TcpSide.MaxEnd"/> hold.</summary>
    Known = 1,

    /// <summary>Its SYN was seen.</summary>
    Syn = 2,

    /// <summary>It began: its SYN carried no ACK.</summary>
    Opener = 4,

    /// <summary>Its SYN carried a window scale (RFC 7323 2.2).</summary>
    Scale = 8,

    /// <summary><see cref="TcpSide.Acked"/> holds.</summary>
    Acked = 16,

    /// <summary>Its FIN was seen.</summary>
    Fin = 32,

    /// <summary>A plausible RST came from its direction.</summary>
    Rst = 64,
}

/// <summary>One side of a connection: what it has sent and what it has said it received. 15 octets, blittable.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct TcpSide
{
    /// <summary>Highest sequence number that it has sent, plus one.</summary>
    public uint End;

    /// <summary>How far it may send: the highest acknowledgment plus window that the other side gave it.</summary>
    public uint MaxEnd;

    /// <summary>Its highest acknowledgment: what it expects next.</summary>
    public uint Acked;

    /// <summary>The shift of its windows, if <see cref="TcpMarks.Scale"/> holds for both sides.</summary>
    public byte Scale;

    public TcpMarks Marks;

    /// <summary>How often it has repeated the large segment that the other side expects next.</summary>
    public byte Repeats;

    public readonly bool Is(TcpMarks marks) => (Marks & marks) == marks;
}

/// <summary>A connection as a flow keeps it: 31 octets, blittable, all zero before the first segment.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct TcpTrack
{
    public TcpState State;
    public TcpSide Inside;
    public TcpSide Outside;
}
