using System.Buffers;

namespace Router.Daemon.History.Courses;

/// <summary>
/// The course of all links in steps of one length: a ring of points for each link in memory, and the same as lines in a ring of files, so that it is
/// there again after a restart. A step that goes on is put together aside, and takes its place in both rings when the next one begins.
///
/// A point's place is its step's number modulo the ring's length, so nothing has to be moved, gaps stay gaps, and a clock that is set
/// back writes over what had been the future. Not safe by itself: <see cref="LinkCourses"/> holds the lock.
/// </summary>
internal sealed class Tier : IDisposable
{
    /// <summary>Links whose course is kept; of more, the one that was heard of least lately goes.</summary>
    public const int MostLinks = 64;

    private sealed class Course(int steps)
    {
        public readonly LinkPoint[] Points = new LinkPoint[steps];
        public LinkPoint Open;
        public long Latest;
    }

    private readonly Dictionary<string, Course> _courses = [];
    private readonly FileRing _files;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly int _steps;

    /// <param name="directory">Of the files.</param>
    /// <param name="name">Of the files, and of the tier for those who ask.</param>
    /// <param name="step">Length of a step.</param>
    /// <param name="steps">How many are kept.</param>
    /// <param name="fileOctets">Of one file; there are four at the most.</param>
    public Tier(string directory, string name, TimeSpan step, int steps, int fileOctets)
    {
        (Name, Step, _steps) = (name, (long)step.TotalMilliseconds, steps);
        _files = new FileRing(directory, $"course-{name}", 4, fileOctets);
    }

    public string Name { get; }

    /// <summary>Milliseconds.</summary>
    public long Step { get; }

    public IEnumerable<string> Links => _courses.Keys;

    /// <summary>When the step began that a time is in.</summary>
    public long Begin(long time) => time - (time % Step);

    /// <summary>Adds a finer point, or a sample; answers the step that this ended, if it did.</summary>
    /// <exception cref="IOException">The step that ended is in memory, and could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public LinkPoint? Add(string link, in LinkPoint point)
    {
        Course course = Of(link);
        long begin = Begin(point.Time);
        LinkPoint? ended = null;
        if (course.Open.Samples > 0 && course.Open.Time != begin)
        {
            ended = course.Open;
            Put(course, course.Open);
            course.Open = default;
        }
        course.Open = (course.Open.Samples == 0 ? new LinkPoint { Time = begin } : course.Open).With(point);
        course.Latest = point.Time;
        if (ended is { } whole) Write(link, whole);
        return ended;
    }

    /// <summary>Takes up what the files have of the time before now; answers how many lines made no sense.</summary>
    public int Load(long now)
    {
        int damaged = 0;
        long oldest = Begin(now) - (Step * _steps);
        foreach (ReadOnlyMemory<byte> line in _files.Lines())
        {
            if (!CheckedLine.TryRead(line.Span, out string text) || !LinkPoint.TryParse(text, out string link, out LinkPoint point) || point.Time != Begin(point.Time)) damaged++;
            else if (point.Time > oldest && point.Time <= now) Put(Of(link), point);
        }
        return damaged;
    }

    /// <summary>Begin of the first step that is not whole; 0 if nothing is known of the link.</summary>
    public long WholeUntil(string link) => _courses.TryGetValue(link, out Course? course) && course.Latest > 0 ? Begin(course.Latest) + Step : 0;

    /// <summary>A link's points of a time, each step one, oldest first; those of which nothing is known have no samples.</summary>
    /// <param name="link">By name.</param>
    /// <param name="from">A time in the first step.</param>
    /// <param name="to">A time in the last.</param>
    /// <param name="withOpen">Whether the step that is not over yet is told as far as it has come.</param>
    public LinkPoint[] Read(string link, long from, long to, bool withOpen = true)
    {
        long first = Begin(from), count = Math.Clamp(((Begin(to) - first) / Step) + 1, 0, _steps);
        var points = new LinkPoint[count];
        if (!_courses.TryGetValue(link, out Course? course)) return points;
        for (int i = 0; i < count; i++)
        {
            long time = first + (i * Step);
            LinkPoint point = course.Points[Place(time)];
            if (point.Time == time) points[i] = point;
            if (withOpen && course.Open.Samples > 0 && course.Open.Time == time) points[i] = course.Open;
        }
        return points;
    }

    /// <summary>Hands what was written to the kernel, or on request to the disk.</summary>
    public void Flush(bool toDisk) => _files.Flush(toDisk);

    /// <summary>Gives the file up after a fault.</summary>
    public void Abandon() => _files.Abandon();

    public void Dispose() => _files.Dispose();

    private int Place(long time) => (int)(time / Step % _steps);

    private void Put(Course course, in LinkPoint point)
    {
        course.Points[Place(point.Time)] = point;
        course.Latest = Math.Max(course.Latest, point.Time);
    }

    private Course Of(string link)
    {
        if (_courses.TryGetValue(link, out Course? known)) return known;
        if (_courses.Count >= MostLinks) _courses.Remove(_courses.MinBy(course => course.Value.Latest).Key);
        return _courses[link] = new Course(_steps);
    }

    private void Write(string link, in LinkPoint point)
    {
        _line.ResetWrittenCount();
        CheckedLine.Write(_line, point.ToLine(link));
        _files.Append(_line.WrittenSpan);
    }
}
