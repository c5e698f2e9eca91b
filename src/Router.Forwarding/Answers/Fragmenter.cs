using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>
/// Breaks an IPv4 packet that may be broken (no DF) into pieces that fit an MTU (RFC 791 3.2), written one by one into room that the
/// caller gives:
/// <code>
///   var fragmenter = new Fragmenter(packet, mtu);
///   while (!fragmenter.IsDone) length = fragmenter.Next(room);
/// </code>
/// The first piece has all options, the others those whose copy bit is set. All but the last carry a multiple of eight octets. A
/// packet that is a piece itself keeps its offset, and its last piece says "more" if it did.
/// </summary>
/// <remarks>
/// The upper checksum must be finished before (<see cref="Checksum.Finish"/>): nobody can once it is in pieces. The packet's id goes
/// into every piece, so the caller has made it unique for the pair of addresses before (RFC 6864 4.2).
/// </remarks>
internal ref struct Fragmenter
{
    /// <summary>Every link carries so much (RFC 791 3.2): the longest header and eight octets. A smaller MTU counts as this.</summary>
    public const int MinMtu = 68;

    private readonly Ipv4 _packet;
    private readonly int _mtu;
    private int _done;

    /// <param name="packet">The IP packet; it must not change until the last piece is written. One that cannot be read has no pieces.</param>
    /// <param name="mtu">Octets of each piece at the most.</param>
    public Fragmenter(Span<byte> packet, int mtu)
    {
        _mtu = Math.Max(mtu, MinMtu);
        IsDone = !Ipv4.TryRead(packet, out _packet, out _);
    }

    public bool IsDone { get; private set; }

    /// <summary>Writes the next piece. Not to be called when <see cref="IsDone"/>.</summary>
    /// <param name="to">At least as many octets as the MTU (and <see cref="MinMtu"/>), apart from the packet.</param>
    /// <returns>Octets of the piece.</returns>
    public int Next(Span<byte> to)
    {
        Span<byte> data = _packet.Payload[_done..];
        int header = _done == 0 ? _packet.HeaderLength : Ipv4.MinHeaderLength + CopyOptions(to);
        int length = Math.Min(data.Length, _mtu - header);
        bool isLast = length == data.Length;
        if (!isLast) length &= ~7;

        Span<byte> piece = to[..(header + length)];
        _packet.Header[..(_done == 0 ? header : Ipv4.MinHeaderLength)].CopyTo(piece);
        data[..length].CopyTo(piece[header..]);
        piece[0] = (byte)(0x40 | header / 4);
        Ipv4 ip = Ipv4.Over(piece);
        ip.TotalLength = (ushort)piece.Length;
        ip.SetFragment(_packet.FragmentOffset + _done, more: !isLast || _packet.MoreFragments);
        ip.RewriteChecksum();

        _done += length;
        IsDone = isLast;
        return piece.Length;
    }

    /// <summary>Writes the options that every piece carries behind where the fixed header goes; their octets, padded to words.</summary>
    private readonly int CopyOptions(Span<byte> to)
    {
        if (_packet.HeaderLength == Ipv4.MinHeaderLength) return 0;
        Span<byte> room = to[Ipv4.MinHeaderLength..Ipv4.MaxHeaderLength];
        int length = 0;
        foreach (Ipv4Option option in _packet.Options)
        {
            if (!option.IsCopied) continue;
            option.Octets.CopyTo(room[length..]);
            length += option.Octets.Length;
        }
        int padded = (length + 3) & ~3;
        room[length..padded].Clear(); // End of Options
        return padded;
    }
}
