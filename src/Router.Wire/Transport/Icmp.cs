using System.Buffers.Binary;

namespace Router.Wire;

/// <summary>
/// ICMP (RFC 792) and ICMPv6 (RFC 4443) message, one shape for both, 8 octets and a body:
/// <code>
///   0  Type (1)
///   1  Code (1)
///   2  Checksum (2); ICMPv6's covers a pseudo-header too
///   4  by type: Identifier (2) and Sequence Number (2) in echo, MTU in "too big", Pointer in parameter problem, unused
///   8  body: echo data, or the quotation of the packet that an error is about
/// </code>
/// </summary>
public readonly ref struct Icmp
{
    public const int HeaderLength = 8;

    /// <summary>Where the checksum stands, for <c>Offload.ChecksumOffset</c>.</summary>
    public const int ChecksumAt = 2;

    private const int TypeAt = 0;
    private const int CodeAt = 1;
    private const int RestAt = 4;
    private const int IdentifierAt = 4;
    private const int SequenceAt = 6;

    private readonly Span<byte> _octets;

    private Icmp(Span<byte> octets) => _octets = octets;

    /// <param name="octets">From the ICMP header to the end of the packet.</param>
    public static bool TryRead(Span<byte> octets, out Icmp view, out WireError error)
    {
        bool enough = octets.Length >= HeaderLength;
        view = enough ? new Icmp(octets) : default;
        error = enough ? WireError.None : WireError.Truncated;
        return enough;
    }

    /// <summary>A view to build a message of exactly this length with. Holds old octets: begin with <see cref="Begin"/>.</summary>
    public static Icmp Over(Span<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, HeaderLength);
        return new Icmp(octets);
    }

    /// <summary>Writes a header. The checksum is 0 and left to the end.</summary>
    public void Begin(byte type, byte code, uint rest)
    {
        Type = type;
        Code = code;
        Checksum = 0;
        Rest = rest;
    }

    public byte Type
    {
        get => _octets[TypeAt];
        set => _octets[TypeAt] = value;
    }

    public byte Code
    {
        get => _octets[CodeAt];
        set => _octets[CodeAt] = value;
    }

    public ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[ChecksumAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[ChecksumAt..], value);
    }

    /// <summary>Octets 4 to 7 as one number, whatever the type makes of them.</summary>
    public uint Rest
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(_octets[RestAt..]);
        set => BinaryPrimitives.WriteUInt32BigEndian(_octets[RestAt..], value);
    }

    /// <summary>Of echo and the other queries.</summary>
    public ushort Identifier
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[IdentifierAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[IdentifierAt..], value);
    }

    public ushort Sequence
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[SequenceAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[SequenceAt..], value);
    }

    /// <summary>What follows the eight octets.</summary>
    public Span<byte> Body => _octets[HeaderLength..];

    /// <summary>Header and body.</summary>
    public Span<byte> Octets => _octets;

    /// <summary>
    /// Whether a type reports an error about another packet and quotes it; redirects count, as no error may be sent about one either
    /// (RFC 1122 3.2.2, RFC 4443 2.4 e).
    /// </summary>
    public static bool IsError(byte type, bool v6) => v6
        ? type < 128 || type == Icmp6.Redirect
        : type is Icmp4.DestinationUnreachable or Icmp4.SourceQuench or Icmp4.Redirect or Icmp4.TimeExceeded or Icmp4.ParameterProblem;

    /// <summary>Whether a type asks or answers a query that its identifier tells from others (RFC 5508 3).</summary>
    public static bool IsQuery(byte type, bool v6) => v6
        ? type is Icmp6.EchoRequest or Icmp6.EchoReply
        : type is Icmp4.EchoRequest or Icmp4.EchoReply or Icmp4.Timestamp or Icmp4.TimestampReply;
}
