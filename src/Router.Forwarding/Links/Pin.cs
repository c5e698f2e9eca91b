using System.Runtime.InteropServices;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>Why a host is on the link that it is on.</summary>
internal enum PinReason : byte
{
    /// <summary>It was new, and balancing chose.</summary>
    Placed,

    /// <summary>The link it was on stopped being usable.</summary>
    LinkDown,

    /// <summary>The configuration or an administrator moved it.</summary>
    Moved,

    /// <summary>It went back to a link that returned.</summary>
    Restored,

    /// <summary>The link it was on was degraded, and a rule's plan is to leave such a link.</summary>
    Degraded,
}

/// <summary>
/// One host held to one link, as kept over restarts. Times are monotonic microseconds. With the table's eight octets in front, a
/// pin has one cache line for itself.
///
///      0  host
///     16  link, reason, the link before, zero
///     20  flows
///     24  placed
///     32  since
///     40  last use
///     48  moves
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct Pin : ITableEntry
{
    public static int IdentityOctets => 16;

    public static uint LayoutVersion => 1;

    /// <summary>Whom it holds.</summary>
    [FieldOffset(0)] public Address Host;

    [FieldOffset(16)] public PortId Link;

    /// <summary>Why it is on this link, since <see cref="Since"/>.</summary>
    [FieldOffset(17)] public PinReason Reason;

    /// <summary>The link it was on before the last move; means nothing while <see cref="Moves"/> is 0.</summary>
    [FieldOffset(18)] public PortId Before;

    /// <summary>Live flows. Only of the process that counts them: it is zeroed when the table is taken over.</summary>
    [FieldOffset(20)] public uint Flows;

    /// <summary>When the host was first placed.</summary>
    [FieldOffset(24)] public long Placed;

    /// <summary>When it came to this link.</summary>
    [FieldOffset(32)] public long Since;

    /// <summary>When its last flow ended, or it was placed. A pin with live flows is in use, whatever stands here.</summary>
    [FieldOffset(40)] public long LastUse;

    /// <summary>How often it changed its link.</summary>
    [FieldOffset(48)] public uint Moves;
}
