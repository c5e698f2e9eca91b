namespace Router.Daemon.Health;

/// <summary>What one target of a link did over a while: for the history, which judges nothing.</summary>
/// <param name="Target">As it is written in the configuration.</param>
internal record struct ProbeTally(string Target)
{
    /// <summary>Probes that have ended.</summary>
    public int Asked { get; private set; }

    /// <summary>Those of them that were answered in time.</summary>
    public int Answered { get; private set; }

    private long _latencies;

    /// <summary>Mean of the answers, microseconds; 0 without any.</summary>
    public readonly long Latency => Answered == 0 ? 0 : _latencies / Answered;

    /// <summary>Counts a round that has ended.</summary>
    public void Add(in ProbeRound round, int target, long latency)
    {
        if ((round.Asked >> target & 1) == 0) return;
        Asked++;
        if ((round.Answered >> target & 1) == 0) return;
        Answered++;
        _latencies += latency;
    }
}
