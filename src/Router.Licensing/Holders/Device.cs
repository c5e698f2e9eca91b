using System.Runtime.InteropServices;
using Router.Tables;
using Router.Wire;

namespace Router.Licensing.Holders;

/// <summary>
/// One machine of a local zone, as kept over restarts: whether it has a place and why, who is logged in on it, and until when it has
/// a guest's pass. Its addresses are entries of their own (<see cref="Host"/>), since it has several and they come and go. Times are
/// monotonic microseconds; 0 means never.
///
/// Each field is true by itself, since a writer may die between two of them. What makes somebody a holder is one word each
/// (<see cref="PlaceSince"/>, <see cref="User"/>, <see cref="PassUntil"/>), written after what explains it.
///
///      0  born
///      8  MAC, or zero
///     16  place since
///     24  last live
///     32  last met
///     40  user
///     48  login since
///     56  pass until
///     64  the flow that took the place: host, far end, far port, protocol
///     99  zone, method of the login
///    104  flows
///    112  octets of its flows that have ended
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct Device : ITableEntry
{
    public static int IdentityOctets => 8;

    public static uint LayoutVersion => 2;

    /// <summary>When it was first heard of.</summary>
    [FieldOffset(0)] public long Born;

    /// <summary>Six octets as a big-endian number; 0 while nobody knows it, and then it has one address.</summary>
    [FieldOffset(8)] public ulong Mac;

    [FieldOffset(16)] public long PlaceSince;

    /// <summary>When its last flow began or ended. A device with live flows is live, whatever stands here.</summary>
    [FieldOffset(24)] public long LastLive;

    /// <summary>When the kernel's neighbour table last had it.</summary>
    [FieldOffset(32)] public long LastMet;

    [FieldOffset(40)] public EntryRef User;

    [FieldOffset(48)] public long LoginSince;

    [FieldOffset(56)] public long PassUntil;

    /// <summary>The flow for which it took its place.</summary>
    [FieldOffset(64)] public Address FirstHost;

    [FieldOffset(80)] public Address FirstFar;

    [FieldOffset(96)] public ushort FirstPort;

    [FieldOffset(98)] public byte FirstProtocol;

    /// <summary>The zone where it was last seen.</summary>
    [FieldOffset(99)] public byte Zone;

    [FieldOffset(100)] public LoginMethod Method;

    /// <summary>Live flows between it and the Internet. Only of the process that counts them.</summary>
    [FieldOffset(104)] public int Flows;

    /// <summary>One of the devices for which a place is kept. Made anew by each process, and when the terms change.</summary>
    [FieldOffset(108)] public bool IsReserved;

    /// <summary>What its flows to and from the Internet that have ended carried, since the login.</summary>
    [FieldOffset(112)] public Carried Ended;

    public readonly bool HasPlace => PlaceSince != 0;

    /// <summary>Whether anything would be lost with it.</summary>
    public readonly bool IsHolder(long now) => HasPlace || !User.IsNone || Flows > 0 || PassUntil > now;
}

/// <summary>
/// One address of a device, as kept over restarts. Flows are counted by address, so that an address which turns out to be another
/// device's takes its flows along.
///
///      0  address
///     16  device
///     24  last live
///     32  flows
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct Host : ITableEntry
{
    public static int IdentityOctets => 16;

    public static uint LayoutVersion => 1;

    [FieldOffset(0)] public Address Address;

    [FieldOffset(16)] public EntryRef Device;

    [FieldOffset(24)] public long LastLive;

    /// <summary>Live flows. Only of the process that counts them.</summary>
    [FieldOffset(32)] public int Flows;
}
