namespace Router.Daemon.Systemd;

/// <summary>
/// What one kind of event has had of its burst. A window begins with the first event after the last window's end; the first
/// event over the burst starts a timer for the end of the window, so that the count is told even if the storm is over.
/// Belongs to <see cref="Journal"/>, under its lock; only the timer calls from outside.
/// </summary>
internal sealed class EventWindow(EventKind kind, TimeProvider time, Action<EventWindow> tell) : IDisposable
{
    private long _start = long.MinValue;
    private int _written;
    private long _suppressed;
    private Priority _priority;
    private ITimer? _end;

    public EventKind Kind { get; } = kind;

    /// <summary>Counts one event; true if it is to be written.</summary>
    public bool Admits(Priority priority)
    {
        long now = time.GetTimestamp();
        if (_start == long.MinValue || (_suppressed == 0 && time.GetElapsedTime(_start, now) >= Kind.Window))
        {
            _start = now;
            _written = 0;
        }
        if (_written < Kind.Burst)
        {
            _written++;
            return true;
        }
        _priority = priority;
        if (_suppressed++ == 0) StartTimer(now);
        return false;
    }

    /// <summary>How many were suppressed, and how much the last of them mattered; the next event begins a new window.</summary>
    public (long Count, Priority Priority) TakeSuppressed()
    {
        long count = _suppressed;
        _suppressed = 0;
        _start = long.MinValue;
        return (count, _priority);
    }

    public void Dispose() => _end?.Dispose();

    private void StartTimer(long now)
    {
        TimeSpan left = Kind.Window - time.GetElapsedTime(_start, now);
        _end ??= time.CreateTimer(static window => ((EventWindow)window!).Tell(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _end.Change(left, Timeout.InfiniteTimeSpan);
    }

    private void Tell() => tell(this);
}
