namespace Router.Forwarding.Translation;

/// <summary>How a piece lies among those that came before it.</summary>
internal enum PieceFit : byte
{
    /// <summary>Where nothing was.</summary>
    New,

    /// <summary>Exactly where one piece came before: the network made a copy.</summary>
    Duplicate,

    /// <summary>Over a part of one, or over several: never made by an honest sender.</summary>
    Overlap,
}

/// <summary>
/// Which parts of datagrams have come. A datagram has 8,192 units of eight octets, which is what fragment offsets count in; one
/// bit tells that a unit has come, another that a piece began with it. So any number of pieces in any order is known exactly, in
/// 2 KiB a datagram: bounded, whatever is sent.
///
/// Copies are told from overlaps by where they begin and end (RFC 8200 4.5 allows that; RFC 5722 does not ask to condemn them).
/// Their octets are not compared: a copy goes no further, so the first to come is what counts.
/// </summary>
internal sealed class Coverage(int datagrams)
{
    private const int Words = 8192 / 64;

    private readonly ulong[] _come = new ulong[datagrams * Words];
    private readonly ulong[] _begun = new ulong[datagrams * Words];

    /// <summary>Forgets what came for the datagram that had this place before.</summary>
    public void Clear(int datagram)
    {
        Of(_come, datagram).Clear();
        Of(_begun, datagram).Clear();
    }

    /// <summary>Enters a piece of the units from <paramref name="first"/> to the one before <paramref name="end"/>, at least one.</summary>
    public PieceFit Add(int datagram, int first, int end)
    {
        Span<ulong> come = Of(_come, datagram), begun = Of(_begun, datagram);
        int known = Count(come, first, end);
        if (known == 0)
        {
            Set(come, first, end);
            begun[first >> 6] |= 1UL << first;
            return PieceFit.New;
        }
        bool isOnePiece = known == end - first && Is(begun, first) && Count(begun, first, end) == 1;
        bool endsThere = end == Words * 64 || !Is(come, end) || Is(begun, end);
        return isOnePiece && endsThere ? PieceFit.Duplicate : PieceFit.Overlap;
    }

    private static Span<ulong> Of(ulong[] all, int datagram) => all.AsSpan(datagram * Words, Words);

    private static bool Is(Span<ulong> bits, int at) => (bits[at >> 6] >> at & 1) != 0;

    private static int Count(Span<ulong> bits, int first, int end)
    {
        int count = 0;
        for (int at = first; at < end; at = (at | 63) + 1) count += System.Numerics.BitOperations.PopCount(bits[at >> 6] & Mask(at, end));
        return count;
    }

    private static void Set(Span<ulong> bits, int first, int end)
    {
        for (int at = first; at < end; at = (at | 63) + 1) bits[at >> 6] |= Mask(at, end);
    }

    // The bits of one word from a place on, up to the end of the word or of the range.
    private static ulong Mask(int at, int end)
    {
        ulong from = ulong.MaxValue << at;
        return end <= (at | 63) ? from & ~(ulong.MaxValue << end) : from;
    }
}
