using Router.Daemon.Systemd;

namespace Router.Daemon;

/// <summary>
/// The sign of life that systemd's watchdog waits for (WatchdogSec=). The forwarding thread gives it, between two batches: if packets
/// stand still there is none, however lively the rest of the process is. It is also withheld when the control thread has not gone
/// round for a minute, as links are then used that are dead; reading the largest configuration takes less. A restart costs so little that
/// it is right in both cases.
/// </summary>
internal sealed class Heartbeat(Notify notify)
{
    /// <summary>How long the control thread may be at one thing, microseconds.</summary>
    public const long Patience = 60_000_000;

    /// <summary>Three signs may be lost before the fourth is missed.</summary>
    private readonly long _every = (long)(notify.WatchdogInterval ?? TimeSpan.FromSeconds(4)).TotalMicroseconds / 4;

    private long _next; // [F]
    private long _control = long.MaxValue; // [C] when it last went round; it has not begun

    /// <summary>Called by the forwarding thread often.</summary>
    public void Beat(long now)
    {
        if (now < _next || now - Volatile.Read(ref _control) > Patience) return;
        _next = now + _every;
        notify.Watchdog();
    }

    /// <summary>Called by the control thread each time it goes round.</summary>
    public void NoteControl(long now) => Volatile.Write(ref _control, now);
}
