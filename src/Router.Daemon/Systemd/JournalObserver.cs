namespace Router.Daemon.Systemd;

/// <summary>Hears what the journal writes: what is suppressed is not heard either, but its count is.</summary>
internal delegate void JournalObserver(Priority priority, EventKind kind, string message, ReadOnlySpan<(string Field, string Value)> fields);
