namespace Router.Daemon.Placing;

/// <summary>
/// What one link has shown that it can carry, and whether it queues now. Pure: it is told the time, the path's counters and the
/// latency of the probes about once a second, and asks nobody.
///
/// Rates are means over <see cref="Span"/> seconds, so that a burst into somebody's buffer is no capacity. The highest of each way in the last 24
/// hours is kept, by the hour.
///
/// A link queues when packets wait for it: its probes take far longer than when it is idle, and it carries much just now (delay
/// without load is the path's, and placing hosts elsewhere would not mend it). The idle latency is learned while little goes through: less
/// is believed at once, more slowly, as a provider may take another way for good; under load it can only come down.
///
///     free     for <see cref="SlowFor"/> s in a row: latency over 2 x idle + 20 ms, and either way at half of its peak or more -> queues
///     queues   for <see cref="CalmFor"/> s in a row: latency below 1.5 x idle + 10 ms                                         -> free
///
/// The way back is longer and ends lower, so that a link on the edge stays on one side of it. While no probe is answered nothing changes:
/// whether the link works at all is for others to say.
/// </summary>
internal sealed class LinkLoad(string name)
{
    private const int Span = 4;
    private const int SlowFor = 3;
    private const int CalmFor = 10;
    private const int Hours = 24;
    private const long Hour = 3600L * 1_000_000;

    /// <summary>Octets a second below which a link is idle whatever its peak: probes, and the odd question.</summary>
    private const double Quiet = 32_000;

    private readonly (long At, long In, long Out)[] _samples = new (long, long, long)[Span + 1];
    private readonly (double In, double Out)[] _peaks = new (double, double)[Hours];
    private long _hour = -1;
    private int _count, _slow, _calm;

    /// <summary>Whose load it is: a number may pass to another link.</summary>
    public string Name { get; } = name;

    /// <summary>Octets a second, now.</summary>
    public (double In, double Out) Rate { get; private set; }

    /// <summary>Octets a second: the most that it carried.</summary>
    public (double In, double Out) Peak { get; private set; }

    /// <summary>Microseconds: the latency while little goes through; 0 while not known.</summary>
    public long IdleLatency { get; private set; }

    /// <summary>Microseconds: the latency now; 0 while no probe is answered.</summary>
    public long Latency { get; private set; }

    public bool Queues { get; private set; }

    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="octetsIn">The path's count.</param>
    /// <param name="octetsOut">The same, outward.</param>
    /// <param name="latency">Microseconds over the last rounds; 0 if none was answered.</param>
    public void Sample(long now, long octetsIn, long octetsOut, long latency)
    {
        Latency = latency;
        Count(now, octetsIn, octetsOut);
        if (latency == 0) return;
        bool isIdle = IsBelow(0.25);
        if (IdleLatency == 0 || latency < IdleLatency) IdleLatency = latency;
        else if (isIdle && !Queues) IdleLatency += (latency - IdleLatency) / 64;
        Judge(latency);
    }

    /// <summary>The link is not in use: what waits there now says nothing about the next time.</summary>
    public void Drain() => (Queues, _slow, _calm) = (false, 0, 0);

    private void Count(long now, long octetsIn, long octetsOut)
    {
        // Less than before: the number belonged to another link, and has begun again.
        if (_count > 0 && (octetsIn < Newest.In || octetsOut < Newest.Out)) _count = 0;
        if (_count == _samples.Length) _samples.AsSpan(1).CopyTo(_samples);
        else _count++;
        _samples[_count - 1] = (now, octetsIn, octetsOut);
        double seconds = (now - _samples[0].At) / 1e6;
        if (_count < _samples.Length || seconds <= 0)
        {
            Rate = default;
            return;
        }
        Rate = ((octetsIn - _samples[0].In) / seconds, (octetsOut - _samples[0].Out) / seconds);
        Remember(now / Hour);
    }

    private (long At, long In, long Out) Newest => _samples[_count - 1];

    private void Remember(long hour)
    {
        for (long passed = Math.Max(_hour + 1, hour - Hours + 1); passed <= hour; passed++) _peaks[passed % Hours] = default;
        _hour = hour;
        ref (double In, double Out) peak = ref _peaks[hour % Hours];
        peak = (Math.Max(peak.In, Rate.In), Math.Max(peak.Out, Rate.Out));
        Peak = (_peaks.Max(p => p.In), _peaks.Max(p => p.Out));
    }

    private void Judge(long latency)
    {
        bool isSlow = latency > 2 * IdleLatency + 20_000 && !IsBelow(0.5);
        bool isCalm = latency < IdleLatency + IdleLatency / 2 + 10_000;
        _slow = isSlow ? _slow + 1 : 0;
        _calm = isCalm ? _calm + 1 : 0;
        Queues = Queues ? _calm < CalmFor : _slow >= SlowFor;
    }

    // Both ways below this part of their peaks, or quiet.
    private bool IsBelow(double part) => Rate.In < Math.Max(Quiet, part * Peak.In) && Rate.Out < Math.Max(Quiet, part * Peak.Out);
}
