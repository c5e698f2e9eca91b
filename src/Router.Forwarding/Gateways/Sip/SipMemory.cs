using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Forwarding.Gateways.Streams;
using Router.Tables;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// What a connection that carries SIP has in hand, beside its <see cref="Watch"/>: for each direction the message that has not
/// come whole, and those that were changed or held and that the receiver has not got yet. 96 KiB in mapped memory, which fills as connections come; as
/// with the numbers, a restart that forgot it would break them.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SipMemory : ITableEntry, IFlowNote
{
    public static int IdentityOctets => 16;

    public static uint LayoutVersion => 1;

    public long FlowCreated;
    public int FlowPlace;
    public int Spare;

    // ---- The identity ends here, at 16 octets. [F] from here on. ----
    public SipSide FromInside, FromOutside;

    public readonly int Flow => FlowPlace;

    public readonly long Created => FlowCreated;
}

/// <summary>One direction. The texts belong to the edits of its <see cref="ControlStream"/>, by their numbers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SipSide
{
    [InlineArray(SipMessage.Most)]
    internal struct HeldOctets
    {
        private byte _first;
    }

    [InlineArray(SipGateway.MostText)]
    internal struct TextOctets
    {
        private byte _first;
    }

    [InlineArray(ControlStream.MostEdits)]
    internal struct TextList
    {
        private TextOctets _first;
    }

    public HeldOctets Held;
    public TextList Texts;
}
