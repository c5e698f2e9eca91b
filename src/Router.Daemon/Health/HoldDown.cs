namespace Router.Daemon.Health;

/// <summary>
/// Flap damping: how long a link that came back must stay good before it is used. The first fall costs the configured time. Each
/// further fall costs twice the one before, up to <see cref="Longest"/>. Every <see cref="HalfLife"/> that the link served without
/// falling halves what the next fall will cost, down to the configured time again. Time spent down or held does not count as
/// stable, so a link whose good spells are shorter than its hold is not used at all until it mends.
/// </summary>
internal sealed class HoldDown
{
    public const long Longest = 600_000_000;
    public const long HalfLife = 600_000_000;

    private long _next;

    /// <summary>Falls so far, for the words of a cause.</summary>
    public int Falls { get; private set; }

    /// <summary>What the last fall costs, microseconds.</summary>
    public long Current { get; private set; }

    /// <param name="served">How long the link had served when it fell, microseconds.</param>
    /// <param name="configured">`hold_down`, microseconds; 0 means none.</param>
    public void Fall(long served, long configured)
    {
        int halvings = (int)Math.Min(62, Math.Max(0, served) / HalfLife);
        long longest = Math.Max(Longest, configured);
        Current = Math.Clamp(_next >> halvings, configured, longest);
        _next = Math.Min(Current * 2, longest);
        Falls++;
    }
}
