using Router.Api;

namespace Router.Daemon.History.Courses;

/// <summary>
/// How the links did over two hours, a day, a week and a month, for charts: four tiers, each made of the one before.
///
///     samples  ->  10 s x 720  ->  1 min x 1,440  ->  10 min x 1,008  ->  1 h x 744
///                     2 h               1 day             1 week            31 days
///
/// All of it is in memory, some 150 KiB for a link, and in files of at most 4 x 1 MiB for each tier. After a restart the files are read, and
/// steps of coarser tiers that were not over yet are put together again from the finer ones; a crash costs ten seconds. Damaged lines
/// are left out, and their steps are gaps.
///
/// The history's thread adds, and loads at its begin; anybody may ask meanwhile.
/// </summary>
internal sealed class LinkCourses : IDisposable
{
    /// <summary>Changes of state that are remembered.</summary>
    public const int MostChanges = 1000;

    // Of the states of a point, in their order.
    private const string Letters = "dgxsu";

    private readonly Tier[] _tiers;
    private readonly Queue<HistoryEvent> _changes = new();
    private readonly Lock _lock = new();

    /// <param name="directory">Where the history is.</param>
    /// <param name="fileOctets">Of one file.</param>
    public LinkCourses(string directory, int fileOctets) => _tiers =
    [
        new Tier(directory, "2h", TimeSpan.FromSeconds(10), 720, fileOctets),
        new Tier(directory, "day", TimeSpan.FromMinutes(1), 1440, fileOctets),
        new Tier(directory, "week", TimeSpan.FromMinutes(10), 1008, fileOctets),
        new Tier(directory, "month", TimeSpan.FromHours(1), 744, fileOctets),
    ];

    /// <summary>Takes up what the process before has left; answers how many lines were damaged.</summary>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <param name="changes">Changes of state that are known, oldest first.</param>
    public int Load(long now, IEnumerable<HistoryEvent> changes)
    {
        lock (_lock)
        {
            foreach (HistoryEvent change in changes.TakeLast(MostChanges)) Remember(change);
            int damaged = _tiers[0].Load(now);
            for (int i = 1; i < _tiers.Length; i++)
            {
                damaged += _tiers[i].Load(now);
                foreach (string link in _tiers[i - 1].Links.ToArray()) CatchUp(_tiers[i], _tiers[i - 1], link, now);
            }
            return damaged;
        }
    }

    /// <summary>Adds a sample to all tiers.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Add(LinkSample sample)
    {
        lock (_lock)
        {
            LinkPoint? point = LinkPoint.Of(sample);
            for (int i = 0; i < _tiers.Length && point is { } one; i++) point = _tiers[i].Add(sample.Link, one);
        }
    }

    /// <summary>Something happened; changes of links' states are remembered.</summary>
    public void Note(in HistoryEvent happened)
    {
        if (happened.Kind != HistoryEvent.StateKind || happened.Link.Length == 0) return;
        lock (_lock) Remember(happened);
    }

    /// <summary>The course of some links over one of the spans; null if there is no such span.</summary>
    /// <param name="span">"2h", "day", "week" or "month".</param>
    /// <param name="links">By name, in the order in which they are wanted.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public CourseReport? Report(string span, IEnumerable<string> links, long now)
    {
        if (Array.Find(_tiers, tier => tier.Name == span) is not { } tier) return null;
        long from = tier.Begin(now) - (tier.Step * (Steps(span) - 1));
        lock (_lock)
        {
            return new CourseReport
            {
                Span = span, StepSeconds = tier.Step / 1000, From = DateTimeOffset.FromUnixTimeMilliseconds(from).ToUnixTimeSeconds(),
                Links = [.. links.Take(Tier.MostLinks).Select(link => Line(link, tier.Read(link, from, now)))],
                Changes = [.. _changes.Where(change => change.Time >= from).Select(change => new CourseChange { Time = change.Time / 1000, Link = change.Link, State = change.State, Text = change.Text })],
            };
        }
    }

    public void Flush(bool toDisk) => Array.ForEach(_tiers, tier => tier.Flush(toDisk));

    /// <summary>Gives the files up after a fault.</summary>
    public void Abandon() => Array.ForEach(_tiers, tier => tier.Abandon());

    public void Dispose() => Array.ForEach(_tiers, tier => tier.Dispose());

    private static int Steps(string span) => span switch { "2h" => 720, "day" => 1440, "week" => 1008, _ => 744 };

    // What the coarser tier has not as a whole step yet, or lost. The finer one's own open step is added when it is over.
    private static void CatchUp(Tier coarse, Tier fine, string link, long now)
    {
        long from = Math.Max(coarse.WholeUntil(link), fine.Begin(now) - (fine.Step * (Steps(fine.Name) - 1)));
        foreach (LinkPoint point in fine.Read(link, from, now, withOpen: false))
        {
            if (point.Samples > 0) coarse.Add(link, point);
        }
    }

    private void Remember(in HistoryEvent change)
    {
        if (_changes.Count >= MostChanges) _changes.Dequeue();
        _changes.Enqueue(change);
    }

    private static CourseLine Line(string link, LinkPoint[] points) => new()
    {
        Link = link,
        States = string.Concat(points.Select(point => point.Samples == 0 ? '.' : Letters[point.State])),
        In = [.. points.Select(point => point.Samples == 0 ? (long?)null : (long)point.In)],
        Out = [.. points.Select(point => point.Samples == 0 ? (long?)null : (long)point.Out)],
        Loss = [.. points.Select(point => point.Asked == 0 ? (double?)null : Math.Round(1 - ((double)point.Answered / point.Asked), 3))],
        Latency = [.. points.Select(point => point.Answered == 0 ? (double?)null : Math.Round(point.Latency / 1000, 1))],
    };
}
