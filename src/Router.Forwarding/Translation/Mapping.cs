using System.Runtime.InteropServices;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>
/// One endpoint-independent mapping (RFC 4787 REQ-1): an inside address and port has one outside address and port per link, for
/// all destinations. 56 octets in mapped memory. The first 40 are its identity.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Mapping : ITableEntry
{
    public static int IdentityOctets => 40;

    public static uint LayoutVersion => 1;

    public Address Inside, Outside;
    public ushort InsidePort, OutsidePort;
    public byte Protocol;
    public PortId Link;

    /// <summary>Where the inside host lives.</summary>
    public PortId Zone;
    public byte Spare;

    // ---- The identity ends here, at 40 octets. [F] from here on. ----

    /// <summary>Live flows that use it. Counted anew after a restart.</summary>
    public int Flows;

    /// <summary>Whether anybody outside may use it (RFC 4787 REQ-8, endpoint-independent filtering).</summary>
    public int FullCone;

    /// <summary>When its last flow ended, monotonic microseconds; 0 as long as none has.</summary>
    public long Released;
}
