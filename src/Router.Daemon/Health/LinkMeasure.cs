using System.Numerics;

namespace Router.Daemon.Health;

/// <summary>One finished round of probes. Bit n of a set is target n of the link.</summary>
/// <param name="Asked">The targets that were asked.</param>
/// <param name="Answered">Those that answered in time, a part of <paramref name="Asked"/>.</param>
/// <param name="Quorum">How many had to.</param>
/// <param name="Latency">Microseconds until the quorum was reached; without meaning if the round is not good.</param>
internal readonly record struct ProbeRound(ulong Asked, ulong Answered, int Quorum, long Latency)
{
    public int AskedCount => BitOperations.PopCount(Asked);

    public int AnsweredCount => BitOperations.PopCount(Answered);

    public bool IsGood => AnsweredCount >= Math.Min(Quorum, AskedCount);
}

/// <summary>
/// Loss and latency of one link over its last <see cref="Window"/> rounds, exactly: what leaves the window is taken off again.
///
/// Loss is counted per target, and the link's loss is that of its quorum-th best target. So a target that never answers does not
/// make a sound link look lossy as long as others fill the quorum, and loss on the link itself, which hits all targets alike, is
/// seen in full. Latency is the mean of the good rounds, each with the answer that made its quorum.
/// </summary>
internal sealed class LinkMeasure
{
    /// <summary>A hundred, so that a share of them is a percentage.</summary>
    public const int Window = 100;

    /// <summary>Rounds that say how it is just now.</summary>
    public const int Few = 4;

    private readonly ProbeRound[] _rounds = new ProbeRound[Window];
    private readonly int[] _asked = new int[64];
    private readonly int[] _lost = new int[64];
    private int _next;
    private int _good;
    private long _latencies;

    /// <summary>Rounds in the window.</summary>
    public int Count { get; private set; }

    /// <summary>Mean latency in microseconds, 0 if no round was good.</summary>
    public long Latency => _good == 0 ? 0 : _latencies / _good;

    /// <summary>Share of probes lost, 0 to 1.</summary>
    public double Loss { get; private set; }

    /// <summary>Mean latency of the good ones among the last <see cref="Few"/> rounds, in microseconds; 0 if none was good.</summary>
    public long RecentLatency
    {
        get
        {
            (long sum, int good) = (0, 0);
            for (int back = 1; back <= Math.Min(Few, Count); back++)
            {
                ref readonly ProbeRound round = ref _rounds[(_next - back + Window) % Window];
                if (round.IsGood) (sum, good) = (sum + round.Latency, good + 1);
            }
            return good == 0 ? 0 : sum / good;
        }
    }

    public void Add(in ProbeRound round)
    {
        if (Count == Window) Weigh(_rounds[_next], -1);
        else Count++;
        _rounds[_next] = round;
        _next = (_next + 1) % Window;
        Weigh(round, +1);
        Loss = LossOfQuorum(round.Quorum);
    }

    public void Clear()
    {
        Array.Clear(_asked);
        Array.Clear(_lost);
        (_next, _good, Count, _latencies, Loss) = (0, 0, 0, 0, 0);
    }

    private void Weigh(in ProbeRound round, int sign)
    {
        for (ulong rest = round.Asked; rest != 0; rest &= rest - 1)
        {
            int target = BitOperations.TrailingZeroCount(rest);
            _asked[target] += sign;
            if ((round.Answered >> target & 1) == 0) _lost[target] += sign;
        }
        if (!round.IsGood) return;
        _good += sign;
        _latencies += sign * round.Latency;
    }

    private double LossOfQuorum(int quorum)
    {
        Span<double> losses = stackalloc double[64];
        int targets = 0;
        for (int target = 0; target < _asked.Length; target++)
        {
            if (_asked[target] > 0) losses[targets++] = (double)_lost[target] / _asked[target];
        }
        if (targets == 0) return 0;
        losses = losses[..targets];
        losses.Sort();
        return losses[Math.Clamp(quorum, 1, targets) - 1];
    }
}
