using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Flows;

/// <summary>
/// What one packet of a flow looks like at the port that it comes in by. A flow has two keys, one for each direction. For ICMP
/// queries the identifier is the port of the asking side, and the answering side's port is 0.
/// </summary>
internal readonly record struct FlowKey(
    Address Source, Address Destination, ushort SourcePort, ushort DestinationPort, byte Protocol, PortId Ingress)
{
    /// <summary>The keyed hash of this key: strangers choose most of it (SipHash, with a secret made at start).</summary>
    public ulong Hash(HashKey secret)
    {
        ulong rest = (ulong)SourcePort << 48 | (ulong)DestinationPort << 32 | (uint)Protocol << 8 | Ingress.Value;
        return Source.IsV4 && Destination.IsV4
            ? SipHash.Hash(secret, (ulong)Source.V4 << 32 | Destination.V4, rest)
            : SipHash.Hash(secret, Source.High, Source.Low, Destination.High, Destination.Low, rest);
    }
}
