using System.Runtime.InteropServices;
using Router.Forwarding.Rules;
using Router.Tables;

namespace Router.Forwarding.Links;

/// <summary>
/// What one link should have got so far of one kind of placement less what it got (<see cref="Balance"/>), as kept over restarts: without
/// it each process would begin with the link of the most weight, and a box that restarts often would give the others too little.
///
///      0  kind, link, zero
///      8  credit
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Turn : ITableEntry
{
    public static int IdentityOctets => 8;

    public static uint LayoutVersion => 1;

    /// <summary>As many as there are kinds and links.</summary>
    public const int Most = 3 * PortId.Most;

    /// <summary>What is placed as one.</summary>
    [FieldOffset(0)] public PinMode Kind;

    [FieldOffset(1)] public PortId Link;

    /// <summary>In parts of a placement.</summary>
    [FieldOffset(8)] public long Credit;
}
