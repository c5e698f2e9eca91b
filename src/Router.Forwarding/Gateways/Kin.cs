using System.Runtime.InteropServices;
using Router.Forwarding.Flows;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Gateways;

/// <summary>
/// Of whom an expected flow is: the first packet of the control flow that announced it, by which the rules are asked about both.
/// So a reload that forbids the control flow, or its gateway, ends what it opened, whether the control flow still lives or not.
/// 64 octets in mapped memory. All but the last field is identity.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Kin : ITableEntry, IFlowNote
{
    public static int IdentityOctets => 56;

    public static uint LayoutVersion => 1;

    public Address ParentSource, ParentDestination;
    public long FlowCreated;
    public int FlowPlace;
    public ushort ParentSourcePort, ParentDestinationPort;
    public byte ParentProtocol;
    public PortId ParentIngress;
    public Gateway Gateway;
    public byte Spare;

    /// <summary>The call that it is a half of, or 0 (<see cref="Pptp.Calls"/>).</summary>
    public int Call;

    // ---- The identity ends here, at 56 octets. ----

    /// <summary>The mapping by which the other side reached the announced endpoint, or -1; held as long as the flow lives. [F]</summary>
    public int Mapping;

    public readonly int Flow => FlowPlace;

    public readonly long Created => FlowCreated;

    public FlowKey Parent
    {
        readonly get => new(ParentSource, ParentDestination, ParentSourcePort, ParentDestinationPort, ParentProtocol, ParentIngress);
        set => (ParentSource, ParentDestination, ParentSourcePort, ParentDestinationPort, ParentProtocol, ParentIngress) =
            (value.Source, value.Destination, value.SourcePort, value.DestinationPort, value.Protocol, value.Ingress);
    }
}
