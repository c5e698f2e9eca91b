using Router.Daemon.Health;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Ports;

namespace Router.Daemon.Drills;

/// <summary>
/// What came of one drill. Flows moved and reset are all that were while it lasted, since only the drill's link has changed; lost are those
/// that stay on the link once it was found down and every flow has been looked at. Guarded by its owner.
/// </summary>
internal sealed class DrillTally
{
    private readonly Worker _worker;
    private readonly LiveTables _tables;
    private readonly (long Moved, long Reset) _before;
    private readonly LinkVerdict _verdictBefore;
    private (long Moved, long Reset)? _after;
    private bool _isEnded;

    public DrillTally(PortId id, string link, string what, long now, long ends, DrilledPort port, Worker worker, LiveTables tables, LinkVerdict verdict)
    {
        (Id, Link, What, Began, Ends, Port, _worker, _tables, _verdictBefore) = (id, link, what, now, ends, port, worker, tables, verdict);
        _before = (worker.Forwarder.Ends.Moved, worker.Forwarder.Ends.Reset);
        FlowsBefore = tables.CountOn(id);
    }

    public PortId Id { get; }

    public string Link { get; }

    public string What { get; }

    /// <summary>Monotonic microseconds, as is <see cref="Ends"/>.</summary>
    public long Began { get; }

    public long Ends { get; private set; }

    public DrilledPort Port { get; }

    public int FlowsBefore { get; }

    public double? DetectedSeconds { get; private set; }

    public LinkHealth? DetectedAs { get; private set; }

    public string? DetectedCause { get; private set; }

    public double? ReturnedSeconds { get; private set; }

    public int Lost { get; private set; }

    public long Moved => (_after?.Moved ?? _worker.Forwarder.Ends.Moved) - _before.Moved;

    public long Reset => (_after?.Reset ?? _worker.Forwarder.Ends.Reset) - _before.Reset;

    /// <summary>Takes a look at the link while the drill lasts.</summary>
    /// <returns>Whether the drill has just been noticed, or found to be worse than before.</returns>
    public bool Observe(in LinkVerdict verdict)
    {
        if (!_isEnded && !verdict.Usable && !_worker.Forwarder.IsReviewing) Lost = _tables.CountOn(Id);
        bool isIll = verdict.Health is LinkHealth.Down or LinkHealth.Degraded && verdict.Health != _verdictBefore.Health;
        if (_isEnded || !isIll || verdict.Health == DetectedAs || DetectedAs == LinkHealth.Down) return false;
        (DetectedSeconds, DetectedAs, DetectedCause) = ((verdict.Since - Began) / 1e6, verdict.Health, verdict.Cause);
        return true;
    }

    /// <summary>The drill is over.</summary>
    public void End(long now)
    {
        _after = (_worker.Forwarder.Ends.Moved, _worker.Forwarder.Ends.Reset);
        (Ends, _isEnded) = (now, true);
    }

    /// <summary>Whether the link is as well as it was before, after the end of the drill.</summary>
    public bool IsBack(in LinkVerdict verdict)
    {
        bool isWell = verdict.Usable && (verdict.Health != LinkHealth.Degraded || _verdictBefore.Health == LinkHealth.Degraded);
        if (!isWell) return false;
        ReturnedSeconds = DetectedAs is null ? 0 : Math.Max(0, (verdict.Since - Ends) / 1e6);
        return true;
    }
}
