using Router.Licensing.Holders;
using Router.Wire;

namespace Router.Licensing;

/// <summary>What happened in the pool.</summary>
public enum PoolChangeKind : byte
{
    /// <summary>A device took a place, for a flow of <see cref="PoolChange.Address"/>.</summary>
    PlaceTaken,

    /// <summary>A device's place is free: it was idle, or <see cref="PoolChange.ByHand"/>, or it was another device's all the time.</summary>
    PlaceFreed,

    /// <summary>Somebody was refused (<see cref="PoolChange.Cause"/>), and that is news.</summary>
    Refused,

    LoggedIn,
    LoggedOut,

    /// <summary>An address serves another user now, or nobody (<see cref="PoolChange.User"/> is null).</summary>
    AddressUser,

    /// <summary>Two devices turned out to be one.</summary>
    United,

    /// <summary>Devices have come to a mark of the licence: <see cref="PoolChange.Fullness"/>.</summary>
    DevicesAt,

    /// <summary>Seats have come to a mark of the licence.</summary>
    SeatsAt,
}

/// <summary>One thing that happened. What does not fit the kind is zero.</summary>
public readonly record struct PoolChange
{
    public required PoolChangeKind Kind { get; init; }

    public DeviceId Device { get; init; }

    public ulong Mac { get; init; }

    public Address Address { get; init; }

    public byte Zone { get; init; }

    public string? User { get; init; }

    public LoginMethod Method { get; init; }

    public LogoutReason Reason { get; init; }

    public RefusalCause Cause { get; init; }

    public Fullness Fullness { get; init; }

    public bool ByHand { get; init; }

    /// <summary>When, monotonic microseconds.</summary>
    public long When { get; init; }

    /// <summary>For <see cref="PoolChangeKind.LoggedOut"/>: since when he was logged in. For a place that was freed: since when it was held.</summary>
    public long Since { get; init; }
}

/// <summary>
/// What happened and was not fetched yet: a ring that never grows. What finds no room is counted, and whoever fetches reads the pool
/// itself then. Callers hold the pool's lock.
/// </summary>
internal sealed class ChangeRing(int capacity)
{
    private readonly PoolChange[] _ring = new PoolChange[capacity];
    private readonly long[] _totals = new long[(int)PoolChangeKind.SeatsAt + 1];
    private int _first, _count;

    /// <summary>How many found no room since the last call of <see cref="Take"/>.</summary>
    public int Lost { get; private set; }

    /// <summary>How many of a kind there were since the start, fetched or not.</summary>
    public long Total(PoolChangeKind kind) => _totals[(int)kind];

    public void Add(in PoolChange change)
    {
        _totals[(int)change.Kind]++;
        if (_count == _ring.Length)
        {
            Lost++;
            return;
        }
        _ring[(_first + _count++) % _ring.Length] = change;
    }

    /// <summary>Moves the oldest changes to a span; answers how many, and how many were lost behind them.</summary>
    public int Take(Span<PoolChange> into, out int lost)
    {
        int taken = Math.Min(into.Length, _count);
        for (int at = 0; at < taken; at++)
        {
            into[at] = _ring[_first];
            _ring[_first] = default;
            _first = (_first + 1) % _ring.Length;
        }
        _count -= taken;
        lost = _count == 0 ? Lost : 0;
        if (_count == 0) Lost = 0;
        return taken;
    }
}
