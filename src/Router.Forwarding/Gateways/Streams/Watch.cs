using System.Runtime.InteropServices;
using Router.Tables;

namespace Router.Forwarding.Gateways.Streams;

/// <summary>How far a control connection has come.</summary>
[Flags]
internal enum WatchMarks : byte
{
    None = 0,

    /// <summary>The server has spoken as it must: first (FTP), or to grant the control connection (PPTP).</summary>
    Greeted = 1,

    /// <summary>The client has asked the server to announce an endpoint, and is not answered yet.</summary>
    Asked = 2,

    /// <summary>It is not what its port promised: nothing of it is read any more.</summary>
    Deaf = 4,

    /// <summary>One side has closed or reset it.</summary>
    Over = 8,
}

/// <summary>
/// A watched TCP connection: what both streams are changed by. In mapped memory, since a connection whose sequence numbers are
/// shifted would break at a restart if the shift were forgotten.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Watch : ITableEntry, IFlowNote
{
    public static int IdentityOctets => 16;

    public static uint LayoutVersion => 2;

    public long FlowCreated;
    public int FlowPlace;
    public Gateway Gateway;
    public byte Spare1;
    public ushort Spare2;

    // ---- The identity ends here, at 16 octets. [F] from here on. ----

    /// <summary>What Inside sends, and what Outside sends.</summary>
    public ControlStream FromInside, FromOutside;
    public WatchMarks Marks;

    public readonly int Flow => FlowPlace;

    public readonly long Created => FlowCreated;
}
