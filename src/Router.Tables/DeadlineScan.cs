using System.Numerics;

namespace Router.Tables;

/// <summary>
/// When entries end, without a timer for each. There is one coarse time (a uint in a unit of the caller's choice that does not
/// wrap while the process lives, for instance microseconds shifted right by 20) per entry, apart from the entries themselves:
/// sixteen to a cache line, so a pass over a million reads 4 MiB in order and touches no entry.
///
/// It is lazy. A packet does not move its flow's deadline; it writes the flow's last use, which it has in its cache anyway. When
/// the scan says that an entry is due, the caller looks at the true last use and either frees the entry or sets a later deadline.
/// So an entry ends no earlier than its deadline, and later by at most the time in which the caller walks the whole array:
/// choose the slice accordingly. An entry that is reported and neither cleared nor set is reported again in the next pass.
/// </summary>
public sealed class DeadlineScan
{
    private const uint Never = uint.MaxValue;

    private readonly uint[] _deadlines;
    private int _reach;
    private int _next;

    public DeadlineScan(int capacity)
    {
        _deadlines = GC.AllocateUninitializedArray<uint>(capacity, pinned: true);
        Array.Fill(_deadlines, Never);
    }

    public int Capacity => _deadlines.Length;

    /// <summary>One more than the highest id that ever had a deadline: what a whole pass looks at.</summary>
    public int Reach => _reach;

    /// <summary>Reports this entry once that time has come.</summary>
    public void Set(int id, uint deadline)
    {
        _deadlines[id] = deadline;
        if (id >= _reach) _reach = id + 1;
    }

    /// <summary>Reports this entry no more.</summary>
    public void Clear(int id) => _deadlines[id] = Never;

    /// <summary>Whether an entry has a deadline.</summary>
    public bool IsSet(int id) => _deadlines[id] != Never;

    /// <summary>Whether an entry has a deadline, and it has come.</summary>
    public bool IsDue(int id, uint now) => _deadlines[id] <= now;

    /// <summary>
    /// Looks at the next entries, from where the last call stopped and round the end, each at most once, and writes the ids of
    /// those whose deadline is not after <paramref name="now"/>. It stops early when <paramref name="due"/> is full and goes on
    /// at that point next time.
    /// </summary>
    /// <param name="now">In the unit of the deadlines; below uint.MaxValue.</param>
    /// <param name="slice">How many entries to look at.</param>
    /// <param name="due">Takes the ids.</param>
    /// <returns>How many ids were written.</returns>
    public int Due(uint now, int slice, Span<int> due)
    {
        int count = 0;
        int left = Math.Min(slice, _reach);
        while (left > 0 && count < due.Length)
        {
            if (_next >= _reach) _next = 0;
            int run = Math.Min(left, _reach - _next);
            int looked = Walk(_deadlines.AsSpan(_next, run), now, due, ref count);
            _next += looked;
            left -= looked;
        }
        return count;
    }

    /// <summary>Goes through one unbroken run; returns how far it came.</summary>
    private int Walk(ReadOnlySpan<uint> run, uint now, Span<int> due, ref int count)
    {
        var limit = new Vector<uint>(now);
        int at = 0;
        while (at < run.Length)
        {
            if (run.Length - at >= Vector<uint>.Count && Vector.GreaterThanAll(new Vector<uint>(run[at..]), limit))
            {
                at += Vector<uint>.Count;
                continue;
            }
            int stop = Math.Min(run.Length, at + Vector<uint>.Count);
            for (; at < stop; at++)
            {
                if (run[at] > now) continue;
                if (count == due.Length) return at;
                due[count++] = _next + at;
            }
        }
        return at;
    }
}
