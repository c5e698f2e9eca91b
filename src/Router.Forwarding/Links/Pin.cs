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

    /// <summary>An administrator moved it by hand.</summary>
    Moved,

    /// <summary>It went back to a link that returned.</summary>
    Restored,

    /// <summary>The link it was on was degraded, and a rule's plan is to leave such a link.</summary>
    Degraded,
}

/// <summary>
/// One host held to one link, for all destinations or for one site (<see cref="Links.Site"/>), as kept over restarts. Times are
/// monotonic microseconds. With the table's eight octets in front, a pin has one cache line for itself.
///
///      0  host
///     16  site, or zero
///     24  link, reason, the link before, moves
///     28  flows
///     32  placed
///     40  since
///     48  last use
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct Pin : ITableEntry
{
    public static int IdentityOctets => 24;

    public static uint LayoutVersion => 2;

    /// <summary>Whom it holds.</summary>
    [FieldOffset(0)] public Address Host;

    /// <summary>For which destinations it holds.</summary>
    [FieldOffset(16)] public Site Site;

    [FieldOffset(24)] public PortId Link;

    /// <summary>Why it is on this link, since <see cref="Since"/>.</summary>
    [FieldOffset(25)] public PinReason Reason;

    /// <summary>The link it was on before the last move; means nothing while <see cref="Moves"/> is 0.</summary>
    [FieldOffset(26)] public PortId Before;

    /// <summary>How often it changed its link; stays at 255.</summary>
    [FieldOffset(27)] public byte Moves;

    /// <summary>Live flows. Only of the process that counts them: it is zeroed when the table is taken over.</summary>
    [FieldOffset(28)] public uint Flows;

    /// <summary>When the host was first placed.</summary>
    [FieldOffset(32)] public long Placed;

    /// <summary>When it came to this link.</summary>
    [FieldOffset(40)] public long Since;

    /// <summary>When its last flow ended, or it was placed. A pin with live flows is in use, whatever stands here.</summary>
    [FieldOffset(48)] public long LastUse;
}
