using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Router.Daemon.History.Courses;
using Router.Daemon.Systemd;
using Router.Ports;

namespace Router.Daemon.History;

/// <summary>
/// What happened, and how the links did, kept on disk for `routerctl events` and `routerctl report`. Three rings, so that none can push
/// out another:
///
///     events    what the journal is told from notice on: states with their cause, flows moved, loads, starts, drills    8 MiB
///     hosts     what hosts ran into, as often as they like                                                             2 MiB
///     samples   every five seconds a line for each link                                                               48 MiB
///
/// Beside them the courses of the links for charts (<see cref="LinkCourses"/>), 16 MiB.
///
/// Whoever has something to tell leaves it in a bounded queue and goes on (<see cref="Journal.Observe"/>); the thread of this class writes it
/// down, takes the samples, and tells those who follow. With a queue that is full, or a disk that refuses, events are lost and counted; the
/// journal has them still. No fault of these files prevents a start: they are opened when there is something to write.
/// </summary>
internal sealed class Chronicle : IDisposable
{
    /// <summary>Between two samples.</summary>
    public static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);

    private const int MostWaiting = 4096;
    private const int MostUnheard = 1024;
    private const long OnDiskEvery = 10_000_000;

    private readonly FileRing _events, _hosts, _samples;
    private readonly LinkCourses _courses;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly BlockingCollection<HistoryEvent> _queue = new(MostWaiting);
    private readonly List<Channel<HistoryEvent>> _followers = [];
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly CancellationTokenSource _stopping = new();
    private Thread? _thread;
    private long _lost, _nextSample, _nextOnDisk;
    private bool _isRefused;

    /// <param name="directory">The state directory; the files are below it.</param>
    /// <param name="journal">Told of files that cannot be written or read.</param>
    /// <param name="clock">Of the times of events.</param>
    /// <param name="fileOctets">Of one file of events; those of samples are six times as large.</param>
    public Chronicle(string directory, Journal journal, TimeProvider? clock = null, int fileOctets = 1 << 20)
    {
        string below = Path.Combine(directory, "history");
        (_events, _hosts, _samples) = (new FileRing(below, "events", 8, fileOctets), new FileRing(below, "hosts", 2, fileOctets), new FileRing(below, "samples", 8, 6 * fileOctets));
        _courses = new LinkCourses(below, fileOctets);
        (_journal, _clock) = (journal, clock ?? TimeProvider.System);
        journal.Observe(Take);
    }

    /// <summary>How the links did, for charts.</summary>
    public LinkCourses Courses => _courses;

    /// <summary>Events that found no room, or no disk.</summary>
    public long Lost => Volatile.Read(ref _lost);

    // What the journal writes. From any thread; never waits.
    private void Take(Priority priority, EventKind kind, string message, ReadOnlySpan<(string Field, string Value)> fields)
    {
        if (HistoryEvent.Of(_clock.GetUtcNow().ToUnixTimeMilliseconds(), priority, kind, message, fields) is not { } happened) return;
        if (!_queue.TryAdd(happened)) Interlocked.Increment(ref _lost);
    }

    /// <summary>Begins to write, and to ask for samples every <see cref="SampleEvery"/>.</summary>
    public void Start(Func<IEnumerable<LinkSample>> sample)
    {
        _thread = new Thread(() => Run(sample)) { Name = "history", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Events that fit, oldest first; of too many, the last ones.</summary>
    public List<HistoryEvent> Events(Func<HistoryEvent, bool> fits, int most)
    {
        var kept = new Queue<HistoryEvent>();
        foreach (HistoryEvent happened in Read(_events).Concat(Read(_hosts)))
        {
            if (!fits(happened)) continue;
            kept.Enqueue(happened);
            if (kept.Count > 2 * most) kept = new Queue<HistoryEvent>(kept.OrderBy(e => e.Time).TakeLast(most));
        }
        return [.. kept.OrderBy(e => e.Time).TakeLast(most)];
    }

    /// <summary>Samples of a time, in the order in which they were written.</summary>
    public IEnumerable<LinkSample> Samples(long from, long to)
    {
        int damaged = 0;
        foreach (ReadOnlyMemory<byte> line in _samples.Lines())
        {
            LinkSample? sample = CheckedLine.TryRead(line.Span, out string text) ? LinkSample.Parse(text) : null;
            if (sample is null) damaged++;
            else if (sample.Time >= from && sample.Time <= to) yield return sample;
        }
        Complain(damaged, "samples");
    }

    /// <summary>Events that were, and then those that come, with none between missed or told twice. Who hears too slowly loses some.</summary>
    public (List<HistoryEvent> Past, ChannelReader<HistoryEvent> Coming) Follow(Func<HistoryEvent, bool> fits, int most)
    {
        var follower = Channel.CreateBounded<HistoryEvent>(new BoundedChannelOptions(MostUnheard) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _followers.Add(follower);
            return (Events(fits, most), follower.Reader);
        }
    }

    /// <summary>Somebody has heard enough.</summary>
    public void Leave(ChannelReader<HistoryEvent> follower)
    {
        lock (_gate) _followers.RemoveAll(f => f.Reader == follower);
    }

    /// <summary>Writes down what waits, and ends.</summary>
    public void Dispose()
    {
        _journal.Observe(null);
        _stopping.Cancel();
        _thread?.Join();
        WriteWaiting();
        Guard(() => FlushAll(toDisk: true));
        foreach (FileRing ring in (FileRing[])[_events, _hosts, _samples]) ring.Dispose();
        _courses.Dispose();
        lock (_gate) _followers.ForEach(f => f.Writer.TryComplete());
        _queue.Dispose();
        _stopping.Dispose();
    }

    private void Run(Func<IEnumerable<LinkSample>> sample)
    {
        LoadCourses();
        _nextSample = Monotonic.Microseconds() + (long)SampleEvery.TotalMicroseconds;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                long left = Math.Max(0, _nextSample - Monotonic.Microseconds());
                if (_queue.TryTake(out HistoryEvent happened, (int)(left / 1000) + 1, _stopping.Token)) Write(happened);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            WriteWaiting();
            long now = Monotonic.Microseconds();
            if (now >= _nextSample)
            {
                // The next is reckoned from now: a machine that slept is not sampled for the time of its sleep.
                _nextSample = now + (long)SampleEvery.TotalMicroseconds;
                foreach (LinkSample one in sample())
                {
                    Guard(() => Append(_samples, one.ToString()));
                    Guard(() => _courses.Add(one));
                }
            }
            bool isDue = now >= _nextOnDisk;
            if (isDue) _nextOnDisk = now + OnDiskEvery;
            Guard(() => FlushAll(isDue));
        }
    }

    // Behind the start, which need not wait for it.
    private void LoadCourses() => Guard(() =>
    {
        List<HistoryEvent> changes = Events(happened => happened.Kind == HistoryEvent.StateKind && happened.Link.Length > 0, LinkCourses.MostChanges);
        Complain(_courses.Load(_clock.GetUtcNow().ToUnixTimeMilliseconds(), changes), "courses");
    });

    private void WriteWaiting()
    {
        while (_queue.TryTake(out HistoryEvent happened)) Write(happened);
    }

    private void Write(HistoryEvent happened)
    {
        lock (_gate)
        {
            FileRing ring = HistoryEvent.HostKinds.Contains(happened.Kind) ? _hosts : _events;
            if (!Guard(() =>
                {
                    Append(ring, happened.ToString());
                    ring.Flush(toDisk: false);
                }))
            {
                Interlocked.Increment(ref _lost);
            }
            _courses.Note(happened);
            foreach (Channel<HistoryEvent> follower in _followers) follower.Writer.TryWrite(happened);
        }
    }

    private void Append(FileRing ring, string text)
    {
        _line.ResetWrittenCount();
        CheckedLine.Write(_line, text);
        ring.Append(_line.WrittenSpan);
        _isRefused = false;
    }

    private void FlushAll(bool toDisk)
    {
        foreach (FileRing ring in (FileRing[])[_events, _hosts, _samples]) ring.Flush(toDisk);
        _courses.Flush(toDisk);
    }

    // A disk that refuses is told of once, and tried again with each line.
    private bool Guard(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            foreach (FileRing ring in (FileRing[])[_events, _hosts, _samples]) ring.Abandon();
            _courses.Abandon();
            if (!_isRefused) _journal.Write(Catalog.HistoryUnkept, Priority.Warning, $"what happens is not kept for `routerctl events`, as it cannot be written down: {fault.Message}");
            _isRefused = true;
            return false;
        }
    }

    private IEnumerable<HistoryEvent> Read(FileRing ring)
    {
        int damaged = 0;
        foreach (ReadOnlyMemory<byte> line in ring.Lines())
        {
            if (CheckedLine.TryRead(line.Span, out string text) && HistoryEvent.TryParse(text, out HistoryEvent happened)) yield return happened;
            else damaged++;
        }
        Complain(damaged, "events");
    }

    private void Complain(int damaged, string what)
    {
        if (damaged > 0) _journal.Write(Catalog.HistoryDamaged, Priority.Warning, $"{damaged} lines of the {what} that were kept are damaged, and left out");
    }
}
