using System.Security.Cryptography;
using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>
/// Limits how many answers of one kind we give (RFC 1812 4.3.2.8), so that a flood of refused packets is not echoed as a flood of
/// errors. One for each kind, owned by one forwarding thread.
/// </summary>
/// <remarks>
/// A bucket of tokens that fills at a steady rate, kept as one number: the moment at which it will be full again. A token moves that
/// moment one interval away; there is none while the moment is further off than a full bucket takes to fill.
///
/// With a destination, a second bucket is asked first, one of <see cref="Shares"/> chosen by the address: a sender whose packets are
/// all refused (a port scan, a traceroute gone wild) has emptied its own long before it empties everybody's. Addresses that fall
/// together share one, which costs them answers and nothing else. They are spread by multiplication with secret odd numbers, so
/// that nobody can choose to fall together with another.
/// </remarks>
internal sealed class AnswerLimit
{
    private const int Shares = 256;

    private readonly long _interval, _depth;
    private readonly long _shareInterval, _shareDepth;
    private readonly long[] _shares = new long[Shares];
    private readonly ulong _secretHigh = Secret(), _secretLow = Secret();
    private long _full;

    /// <param name="perSecond">Answers per second in the long run. One destination gets at most a quarter.</param>
    /// <param name="burst">Answers at once after a quiet time. One destination gets at most half.</param>
    public AnswerLimit(int perSecond = 400, int burst = 200)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSecond, 1_000_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        _interval = 1_000_000 / perSecond;
        _depth = _interval * (burst - 1);
        _shareInterval = _interval * 4;
        _shareDepth = _shareInterval * (Math.Max(burst / 2, 1) - 1);
    }

    /// <summary>How many answers were not given [F].</summary>
    public long Suppressed { get; private set; }

    /// <summary>Takes a token, or says that there is none.</summary>
    /// <param name="now">Monotonic microseconds, not earlier than at the call before.</param>
    public bool Take(long now)
    {
        if (Take(ref _full, now, _interval, _depth)) return true;
        Suppressed++;
        return false;
    }

    /// <summary>Takes a token for this destination and one for all, or says that there are not both.</summary>
    public bool Take(Address to, long now)
    {
        ref long share = ref _shares[Share(to)];
        long before = share;
        if (!Take(ref share, now, _shareInterval, _shareDepth))
        {
            Suppressed++;
            return false;
        }
        if (Take(now)) return true;
        share = before;
        return false;
    }

    private static bool Take(ref long full, long now, long interval, long depth)
    {
        long start = Math.Max(full, now);
        if (start - now > depth) return false;
        full = start + interval;
        return true;
    }

    private int Share(Address to) => (int)((to.High * _secretHigh + to.Low * _secretLow) >> 56);

    private static ulong Secret()
    {
        Span<byte> octets = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(octets);
        return BitConverter.ToUInt64(octets) | 1;
    }
}
