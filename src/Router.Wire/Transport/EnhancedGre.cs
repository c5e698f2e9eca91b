using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>
/// GRE as PPTP has it (RFC 2637 4.1), version 1. It names the receiver's end of a call, and never the sender's:
/// <code>
///   0  C R K S s Recur(3)      C, R, s and Recur are 0, K is 1; S: there is a Sequence Number
///   1  A Flags(4) Ver(3)       A: there is an Acknowledgment Number; Flags are 0, Ver is 1
///   2  Protocol Type (2)       0x880B
///   4  Payload Length (2)      6  Call ID (2), the receiver's
///   8  Sequence Number (4), Acknowledgment Number (4), each if it is there
/// </code>
/// No checksum covers any of it. GRE of version 0 (RFC 2784) is none of this, and <see cref="TryRead"/> refuses it.
/// </summary>
public readonly ref struct EnhancedGre
{
    /// <summary>Octets up to the call id, which is all that a quotation in an ICMP error need have.</summary>
    public const int MinHeaderLength = 8;

    /// <summary>The protocol type of every packet.</summary>
    public const ushort ProtocolType = 0x880B;

    private const byte SequencePresent = 0x10, KeyPresent = 0x20, AcknowledgmentPresent = 0x80, Version = 1;
    private const int CallIdAt = 6;

    private readonly Span<byte> _octets;

    private EnhancedGre(Span<byte> octets) => _octets = octets;

    /// <param name="octets">From the GRE header on. How much follows is not looked at.</param>
    public static bool TryRead(Span<byte> octets, out EnhancedGre view, out WireError error)
    {
        view = default;
        error = octets.Length < MinHeaderLength ? WireError.Truncated
            : (octets[0] & ~SequencePresent) != KeyPresent || (octets[1] & ~AcknowledgmentPresent) != Version
              || BinaryPrimitives.ReadUInt16BigEndian(octets[2..]) != ProtocolType ? WireError.BadFormat
            : WireError.None;
        if (error != WireError.None) return false;
        view = new EnhancedGre(octets);
        return true;
    }

    public ushort CallId
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[CallIdAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[CallIdAt..], value);
    }
}
