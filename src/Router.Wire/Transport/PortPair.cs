using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>
/// The four octets that TCP, UDP, UDP-Lite, SCTP and DCCP have in common, and all that a quotation in an ICMP error need have:
/// <code>
///   0  Source Port (2)
///   2  Destination Port (2)
/// </code>
/// </summary>
public readonly ref struct PortPair
{
    public const int Length = 4;

    private readonly Span<byte> _octets;

    private PortPair(Span<byte> octets) => _octets = octets;

    public static bool TryRead(Span<byte> octets, out PortPair view, out WireError error)
    {
        bool enough = octets.Length >= Length;
        view = enough ? new PortPair(octets) : default;
        error = enough ? WireError.None : WireError.Truncated;
        return enough;
    }

    public ushort Source
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets, value);
    }

    public ushort Destination
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[2..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[2..], value);
    }
}
