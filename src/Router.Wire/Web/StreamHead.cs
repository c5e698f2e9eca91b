namespace Router.Wire.Web;

/// <summary>What became of a piece that was put into a <see cref="StreamHead"/>.</summary>
public enum PieceFit : byte
{
    Fits,

    /// <summary>It reaches past what is kept.</summary>
    TooFar,

    /// <summary>There are more holes already than are kept account of.</summary>
    TooScattered,

    /// <summary>It says other octets for a place than an earlier piece did. The receiver may have taken either.</summary>
    Differs,
}

/// <summary>
/// The beginning of a stream, put together from pieces that come in any order, twice, and over each other: TCP segments, or CRYPTO
/// frames of QUIC (RFC 9000 19.6). A place that two pieces speak of has to be the same in both, since nobody on the path knows
/// which of them the receiver believes.
///
/// A reused buffer of <see cref="Capacity"/> octets and a short sorted list of what of it is filled. One owner.
/// </summary>
public sealed class StreamHead
{
    /// <summary>A hello of 16 KiB, and the headers of the records that it came in.</summary>
    public const int Capacity = 20 * 1024;

    /// <summary>Runs of octets with holes between them.</summary>
    public const int MostRuns = 24;

    private readonly byte[] _octets = new byte[Capacity];
    private readonly (int From, int To)[] _runs = new (int, int)[MostRuns];
    private int _count;

    /// <summary>What is there without a hole from the beginning on.</summary>
    public ReadOnlySpan<byte> Octets => _octets.AsSpan(0, _count > 0 && _runs[0].From == 0 ? _runs[0].To : 0);

    /// <summary>Where the last piece ends, whatever holes are in front of it.</summary>
    public int End => _count > 0 ? _runs[_count - 1].To : 0;

    public void Clear() => _count = 0;

    /// <summary>Puts a piece in its place.</summary>
    /// <param name="at">Where it begins, from the stream's beginning.</param>
    /// <param name="piece">May be empty.</param>
    public PieceFit Put(int at, ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty) return PieceFit.Fits;
        if (at < 0 || at > Capacity - piece.Length) return PieceFit.TooFar;
        int end = at + piece.Length, first = 0;
        while (first < _count && _runs[first].To < at) first++;
        int behind = first;
        (int From, int To) joined = (at, end);
        for (; behind < _count && _runs[behind].From <= end; behind++)
        {
            (int from, int to) = _runs[behind];
            (int low, int high) = (Math.Max(from, at), Math.Min(to, end));
            if (low < high && !_octets.AsSpan(low..high).SequenceEqual(piece[(low - at)..(high - at)])) return PieceFit.Differs;
            joined = (Math.Min(joined.From, from), Math.Max(joined.To, to));
        }
        if (behind == first && _count == MostRuns) return PieceFit.TooScattered;
        piece.CopyTo(_octets.AsSpan(at));
        Array.Copy(_runs, behind, _runs, first + 1, _count - behind);
        _runs[first] = joined;
        _count += 1 - (behind - first);
        return PieceFit.Fits;
    }

    /// <summary>Takes octets away from the front, holes in them or not; no more than there are.</summary>
    public void RemoveFirst(int count)
    {
        int end = End;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, end);
        if (count == 0) return;
        _octets.AsSpan(count..end).CopyTo(_octets);
        int kept = 0;
        for (int run = 0; run < _count; run++)
        {
            if (_runs[run].To > count) _runs[kept++] = (Math.Max(_runs[run].From - count, 0), _runs[run].To - count);
        }
        _count = kept;
    }
}
