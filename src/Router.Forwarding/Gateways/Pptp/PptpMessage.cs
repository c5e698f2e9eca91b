using System.Buffers.Binary;

namespace Router.Forwarding.Gateways.Pptp;

/// <summary>Control message types (RFC 2637 1.4), by the names there.</summary>
internal enum PptpType : ushort
{
    StartControlConnectionRequest = 1,
    StartControlConnectionReply,
    StopControlConnectionRequest,
    StopControlConnectionReply,
    EchoRequest,
    EchoReply,
    OutgoingCallRequest,
    OutgoingCallReply,
    IncomingCallRequest,
    IncomingCallReply,
    IncomingCallConnected,
    CallClearRequest,
    CallDisconnectNotify,
    WanErrorNotify,
    SetLinkInfo,
}

/// <summary>
/// The beginning of a PPTP control message (RFC 2637 2): all that names calls, and no more.
/// <code>
///   0  Length (2), of the whole        2  PPTP Message Type (2), 1
///   4  Magic Cookie (4), 0x1A2B3C4D    8  Control Message Type (2)    10  Reserved0 (2)
///  12  Call ID (2) of the sender, or   in the few that speak of the other end only, Peer's Call ID
///  14  Peer's Call ID (2)              in replies to calls
///  16  Result Code (1)                 in replies to calls
/// </code>
/// Each type has one length. A header whose length is another, or that is no control message, is not read.
/// </summary>
internal readonly ref struct PptpMessage
{
    /// <summary>Octets of the shortest messages.</summary>
    public const int LeastLength = 16;

    /// <summary>Octets that are read of all others; each has as many.</summary>
    public const int HeadLength = 20;

    private const uint MagicCookie = 0x1A2B3C4D;
    private const ushort Control = 1;
    private const byte Connected = 1;
    private const int TypeAt = 2, CookieAt = 4, ControlTypeAt = 8, FirstIdAt = 12, SecondIdAt = 14, ResultAt = 16;

    private readonly Span<byte> _octets;

    private PptpMessage(Span<byte> octets) => _octets = octets;

    /// <summary>Octets that must be there before a message can be read: what its length says, up to a head's.</summary>
    public static int Head(ReadOnlySpan<byte> beginning) =>
        beginning.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(beginning) <= LeastLength ? LeastLength : HeadLength;

    /// <summary>Whether octets that are too few to be read may be the beginning of a message.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> beginning)
    {
        ReadOnlySpan<byte> fixedPart = [0, 1, 0x1A, 0x2B, 0x3C, 0x4D];
        ReadOnlySpan<byte> there = beginning.Length <= TypeAt ? [] : beginning[TypeAt..Math.Min(beginning.Length, ControlTypeAt)];
        return fixedPart.StartsWith(there);
    }

    /// <param name="octets">A head, as long as <see cref="Head"/> says. May be written to.</param>
    public static bool TryRead(Span<byte> octets, out PptpMessage message)
    {
        message = default;
        if (octets.Length < LeastLength || BinaryPrimitives.ReadUInt16BigEndian(octets[TypeAt..]) != Control
            || BinaryPrimitives.ReadUInt32BigEndian(octets[CookieAt..]) != MagicCookie) return false;
        var read = new PptpMessage(octets);
        if (read.Length == 0 || read.Length != LengthOf(read.Type) || octets.Length < Math.Min(read.Length, HeadLength)) return false;
        message = read;
        return true;
    }

    /// <summary>Octets of the whole message.</summary>
    public int Length => BinaryPrimitives.ReadUInt16BigEndian(_octets);

    public PptpType Type => (PptpType)BinaryPrimitives.ReadUInt16BigEndian(_octets[ControlTypeAt..]);

    /// <summary>Whether a reply to a call says that there is one (RFC 2637 2.8, 2.10).</summary>
    public bool IsConnected => _octets[ResultAt] == Connected;

    public bool HasCallId => Type is PptpType.OutgoingCallRequest or PptpType.OutgoingCallReply or PptpType.IncomingCallRequest
        or PptpType.IncomingCallReply or PptpType.CallClearRequest or PptpType.CallDisconnectNotify;

    public bool HasPeersCallId => IsReply || Type is PptpType.IncomingCallConnected or PptpType.WanErrorNotify or PptpType.SetLinkInfo;

    /// <summary>Where there is one.</summary>
    public ushort CallId
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[FirstIdAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[FirstIdAt..], value);
    }

    /// <summary>Where there is one.</summary>
    public ushort PeersCallId
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(_octets[PeersIdAt..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(_octets[PeersIdAt..], value);
    }

    private bool IsReply => Type is PptpType.OutgoingCallReply or PptpType.IncomingCallReply;

    private int PeersIdAt => IsReply ? SecondIdAt : FirstIdAt;

    private static int LengthOf(PptpType type) => type switch
    {
        PptpType.StartControlConnectionRequest or PptpType.StartControlConnectionReply => 156,
        PptpType.StopControlConnectionRequest or PptpType.StopControlConnectionReply or PptpType.EchoRequest or PptpType.CallClearRequest => 16,
        PptpType.EchoReply => 20,
        PptpType.OutgoingCallRequest => 168,
        PptpType.OutgoingCallReply => 32,
        PptpType.IncomingCallRequest => 220,
        PptpType.IncomingCallReply or PptpType.SetLinkInfo => 24,
        PptpType.IncomingCallConnected => 28,
        PptpType.CallDisconnectNotify => 148,
        PptpType.WanErrorNotify => 40,
        _ => 0,
    };
}
