using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Router.Daemon.Systemd;

/// <summary>
/// What the administrator reads in `journalctl -u routerd`: one line per event that matters, with fields to search by
/// (`journalctl -u routerd LINK=dsl`). Written by the control part only, never on the packet's path: a call may wait for
/// journald, though not longer than a second.
///
/// Under systemd, where our stderr is a stream to journald (JOURNAL_STREAM says so), entries go to journald's own socket, with
/// their fields; if that fails, to stderr with the priority in front. Anywhere else (a terminal, a file, a pipe) they are plain
/// lines with a time in front. There is no other case, and no setting.
///
/// Every line has an <see cref="EventKind"/> of the <see cref="Catalog"/>. Of those that strangers can cause in storms, what is over the
/// burst is counted and told as one line when its window ends. Kinds are constants of the program, so the table of windows is bounded.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const string NativeSocket = "/run/systemd/journal/socket";

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Stream _stderr;
    private readonly EndPoint? _journald;
    private readonly Socket? _socket;
    private readonly ArrayBufferWriter<byte> _entry = new(1024);
    private readonly Dictionary<EventKind, EventWindow> _windows = [];
    private readonly long[] _written = new long[(int)Enum.GetValues<Priority>().Max() + 1];
    private long _suppressed;
    private JournalObserver? _observer;

    /// <param name="journald">Where journald listens, or null for plain lines.</param>
    /// <param name="stderr">Where lines go; disposed by its owner.</param>
    /// <param name="time">The clock of lines and windows.</param>
    public Journal(EndPoint? journald, Stream stderr, TimeProvider time)
    {
        _time = time;
        _stderr = stderr;
        _journald = journald;
        if (journald is null) return;
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
    }

    /// <summary>The journal of this process.</summary>
    public static Journal Open()
    {
        string? stream = Environment.GetEnvironmentVariable("JOURNAL_STREAM");
        string? stderr = new FileInfo("/proc/self/fd/2").LinkTarget;
        EndPoint? journald = IsStream(stream, stderr) && File.Exists(NativeSocket) ? new UnixDomainSocketEndPoint(NativeSocket) : null;
        return new Journal(journald, Console.OpenStandardError(), TimeProvider.System);
    }

    /// <summary>Lines of a priority that were written so far. Any thread.</summary>
    public long Written(Priority priority) => Volatile.Read(ref _written[(int)priority]);

    /// <summary>Events that were counted instead of written, as far as that has been told. Any thread.</summary>
    public long Suppressed => Volatile.Read(ref _suppressed);

    /// <summary>Tells somebody of every line from now on, beside writing it; with null nobody. He is called under a lock, and must not wait.</summary>
    public void Observe(JournalObserver? observer)
    {
        lock (_lock) _observer = observer;
    }

    /// <summary>Writes one event, or counts it if its kind is over its burst. The message is made only if it is written.</summary>
    /// <param name="kind">What kind of line it is.</param>
    /// <param name="priority">How much it matters.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="fields">Names in capitals (LINK, RULE, HOST, ...) and values; kept by journald only.</param>
    public void Write(
        EventKind kind, Priority priority,
        [InterpolatedStringHandlerArgument("", nameof(kind), nameof(priority))] ref JournalMessage message,
        params ReadOnlySpan<(string Field, string Value)> fields)
    {
        if (!message.Admitted) return;
        string text = message.Take();
        lock (_lock) WriteLocked(kind, priority, text, fields);
    }

    /// <summary>The same for a message that is there already.</summary>
    public void Write(EventKind kind, Priority priority, string message, params ReadOnlySpan<(string Field, string Value)> fields)
    {
        if (!Admits(kind, priority)) return;
        lock (_lock) WriteLocked(kind, priority, message, fields);
    }

    /// <summary>Whether one more event of that kind is written now; if not, it is counted as suppressed.</summary>
    internal bool Admits(EventKind kind, Priority priority)
    {
        if (!kind.MayStorm) return true;
        lock (_lock)
        {
            ref EventWindow? window = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_windows, kind, out _);
            window ??= new EventWindow(kind, _time, TellSuppressed);
            return window.Admits(priority);
        }
    }

    /// <summary>Tells what is suppressed still, and closes.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (EventWindow window in _windows.Values)
            {
                TellLocked(window);
                window.Dispose();
            }
            _windows.Clear();
            _socket?.Dispose();
        }
    }

    private void TellSuppressed(EventWindow window)
    {
        lock (_lock) TellLocked(window);
    }

    private void TellLocked(EventWindow window)
    {
        (long count, Priority priority) = window.TakeSuppressed();
        if (count == 0) return;
        _suppressed += count;
        WriteLocked(window.Kind, priority, $"{window.Kind.Name}: {count} more suppressed", [("SUPPRESSED", $"{count}")]);
    }

    private void WriteLocked(EventKind kind, Priority priority, string message, ReadOnlySpan<(string Field, string Value)> fields)
    {
        _written[(int)priority]++;
        _observer?.Invoke(priority, kind, message, fields);
        if (_socket is null)
        {
            _entry.ResetWrittenCount();
            JournalEntry.PlainLine(_entry, _time.GetUtcNow(), priority, message);
            WriteLine();
            return;
        }
        _entry.ResetWrittenCount();
        JournalEntry.Field(_entry, "MESSAGE", message);
        JournalEntry.Field(_entry, "PRIORITY", $"{(int)priority}");
        JournalEntry.Field(_entry, "SYSLOG_IDENTIFIER", "routerd");
        JournalEntry.Field(_entry, "MESSAGE_ID", kind.Id);
        JournalEntry.Field(_entry, "KIND", kind.Topic);
        JournalEntry.Field(_entry, "EVENT", kind.Name);
        foreach ((string field, string value) in fields) JournalEntry.Field(_entry, field, value);
        if (TrySend()) return;
        _entry.ResetWrittenCount();
        JournalEntry.PrefixedLine(_entry, priority, message);
        WriteLine();
    }

    private bool TrySend()
    {
        try
        {
            // Not connected: journald may be started anew, and then the same name is another socket.
            _socket!.SendTo(_entry.WrittenSpan, SocketFlags.None, _journald!);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void WriteLine()
    {
        try
        {
            _stderr.Write(_entry.WrittenSpan);
            _stderr.Flush();
        }
        catch (IOException)
        {
            // Nobody reads stderr any more. There is no other place to say so, and it is no reason to stop forwarding.
        }
    }

    /// <summary>
    /// Whether stderr is the stream that JOURNAL_STREAM names as device:inode. All sockets are on one device, so the inode
    /// decides: "8:12345" and "socket:[12345]".
    /// </summary>
    internal static bool IsStream(string? journalStream, string? stderrTarget) =>
        journalStream?.Split(':') is [_, { Length: > 0 } inode] && stderrTarget == $"socket:[{inode}]";
}
