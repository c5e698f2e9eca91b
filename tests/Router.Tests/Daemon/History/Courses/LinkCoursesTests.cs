using Router.Api;
using Router.Daemon.History;
using Router.Daemon.History.Courses;
using Router.Daemon.Systemd;

namespace Router.Tests.Daemon.History.Courses;

public sealed class LinkCoursesTests : IDisposable
{
    private const long Second = 1000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    // A multiple of every step.
    private const long Begin = 20_000 * Day;

    private readonly string _directory = Directory.CreateTempSubdirectory("courses-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private LinkCourses Open(int octets = 1 << 20) => new(_directory, octets);

    private static LinkSample Sample(long time, long received, string state = "up", int asked = 10, int answered = 10, long latency = 8000, string link = "fiber") =>
        new(time, link, state, received, received / 10, "", "", [new TargetSample("192.0.2.1", asked, answered, latency)]);

    private static CourseReport Report(LinkCourses courses, string span, long now) => courses.Report(span, ["fiber"], now)!;

    private static void Fill(LinkCourses courses, long from, long to, Func<long, LinkSample> sample)
    {
        for (long time = from; time < to; time += 5 * Second) courses.Add(sample(time));
    }

    [Theory]
    [InlineData("2h", 10, 720)]
    [InlineData("day", 60, 1440)]
    [InlineData("week", 600, 1008)]
    [InlineData("month", 3600, 744)]
    public void A_span_has_steps_without_gap_up_to_now(string span, long step, int steps)
    {
        using LinkCourses courses = Open();
        Fill(courses, Begin, Begin + (2 * Hour), time => Sample(time, 1000));
        long now = Begin + (2 * Hour) - Second;
        CourseReport report = Report(courses, span, now);
        CourseLine line = Assert.Single(report.Links);
        Assert.Equal((step, steps, steps, steps), (report.StepSeconds, line.In.Count, line.States.Length, line.Latency.Count));
        Assert.Equal(now / Second / step * step, report.From + (step * (steps - 1)));
        int known = (int)(2 * 3600 / step);
        Assert.Equal(Enumerable.Repeat((long?)1000, known), line.In.TakeLast(known));
        Assert.All(line.In.SkipLast(known), one => Assert.Null(one));
        Assert.Equal(new string('.', steps - known) + new string('u', known), line.States);
    }

    [Fact]
    public void A_step_is_the_mean_of_rates_the_sum_of_probes_and_the_worst_of_states()
    {
        using LinkCourses courses = Open();
        Fill(courses, Begin, Begin + Minute, time => (time - Begin) / (30 * Second) == 0 ? Sample(time, 100, latency: 10_000) : Sample(time, 300, "degraded", 10, 5, 40_000));
        courses.Add(Sample(Begin + Minute, 0));
        CourseLine line = Assert.Single(Report(courses, "day", Begin + Minute).Links);
        Assert.Equal((200L, 20L, 'g'), (line.In[^2], line.Out[^2], line.States[^2]));
        Assert.Equal((0.25, 20.0), (line.Loss[^2], line.Latency[^2]));
    }

    [Fact]
    public void A_time_of_silence_is_a_gap_and_a_link_that_answered_nothing_has_no_latency()
    {
        using LinkCourses courses = Open();
        Fill(courses, Begin, Begin + Minute, time => Sample(time, 100));
        Fill(courses, Begin + (2 * Minute), Begin + (3 * Minute), time => Sample(time, 0, "down", 4, 0, 0));
        CourseLine line = Assert.Single(Report(courses, "day", Begin + (3 * Minute) - 1).Links);
        Assert.EndsWith("u.d", line.States, StringComparison.Ordinal);
        Assert.Equal((1.0, null, null), (line.Loss[^1], line.Latency[^1], line.In[^2]));
    }

    [Fact]
    public void After_a_restart_everything_is_there_and_steps_that_went_on_go_on()
    {
        long stop = Begin + Hour + (25 * Minute) + (35 * Second), end = Begin + (2 * Hour);
        Dictionary<string, CourseReport> whole = [];
        using (LinkCourses unbroken = new(Path.Combine(_directory, "unbroken"), 1 << 20))
        {
            Fill(unbroken, Begin, end, time => Sample(time, (time - Begin) / Second));
            foreach (string span in (string[])["2h", "day", "week", "month"]) whole[span] = Report(unbroken, span, end - 1);
        }
        using (LinkCourses first = Open()) Fill(first, Begin, stop, time => Sample(time, (time - Begin) / Second));
        using LinkCourses second = Open();
        Assert.Equal(0, second.Load(stop, []));
        Fill(second, stop, end, time => Sample(time, (time - Begin) / Second));
        foreach ((string span, CourseReport expected) in whole)
        {
            CourseLine was = expected.Links[0], line = Report(second, span, end - 1).Links[0];
            // Of the ten seconds in which it was stopped a part is lost, and of what they are part of as much.
            for (int i = 0; i < was.In.Count; i++) Assert.True(was.In[i] is null == line.In[i] is null && Math.Abs((was.In[i] ?? 0) - (line.In[i] ?? 0)) <= 10, $"{span}: step {i} was {was.In[i]} and is {line.In[i]}");
        }
    }

    [Fact]
    public void What_is_damaged_is_a_gap_and_nothing_else()
    {
        using (LinkCourses first = Open()) Fill(first, Begin, Begin + Hour, time => Sample(time, 1000));
        string file = Directory.GetFiles(_directory, "course-2h.*").Single();
        byte[] octets = File.ReadAllBytes(file);
        for (int i = 4000; i < 4100; i++) octets[i] ^= 0x5A;
        File.WriteAllBytes(file, octets[..^7]);
        using LinkCourses second = Open();
        Assert.InRange(second.Load(Begin + Hour, []), 1, 5);
        CourseLine line = Report(second, "2h", Begin + Hour - 1).Links[0];
        int gaps = line.In.TakeLast(360).Count(one => one is null);
        Assert.InRange(gaps, 1, 6);
        Assert.All(line.In.OfType<long>(), one => Assert.Equal(1000, one));
        Assert.DoesNotContain(null, Report(second, "day", Begin + Hour - 1).Links[0].In.TakeLast(58));
    }

    [Fact]
    public void Files_and_links_are_bounded()
    {
        const int Octets = 4096;
        using LinkCourses courses = Open(Octets);
        for (int link = 0; link < 3 * Tier.MostLinks; link++) Fill(courses, Begin + (link * Minute), Begin + ((link + 2) * Minute), time => Sample(time, 1, link: $"link{link}"));
        courses.Flush(toDisk: false);
        Assert.All(new DirectoryInfo(_directory).GetFiles().GroupBy(file => file.Name.Split('.')[0]), tier => Assert.InRange(tier.Sum(file => file.Length), 0, 4 * Octets));
        string last = $"link{(3 * Tier.MostLinks) - 1}";
        Assert.Contains('u', courses.Report("2h", [last], Begin + (3 * Tier.MostLinks * Minute))!.Links[0].States);
        Assert.DoesNotContain('u', courses.Report("month", ["link0"], Begin + Day)!.Links[0].States);
    }

    [Fact]
    public void A_clock_that_is_set_back_writes_over_what_had_been_the_future()
    {
        using LinkCourses courses = Open();
        Fill(courses, Begin + Hour, Begin + (2 * Hour), time => Sample(time, 9));
        Fill(courses, Begin, Begin + (90 * Minute), time => Sample(time, 1));
        CourseLine line = Report(courses, "2h", Begin + (90 * Minute) - 1).Links[0];
        Assert.All(line.In.OfType<long>(), one => Assert.Equal(1, one));
        Assert.Equal(540, line.In.OfType<long>().Count());
    }

    [Fact]
    public void Changes_of_state_are_told_for_the_span_and_bounded()
    {
        using LinkCourses courses = Open();
        courses.Load(Begin, [Change(Begin - Day, "down"), Change(Begin - Minute, "up")]);
        courses.Note(Change(Begin, "degraded"));
        courses.Note(new HistoryEvent(Begin, Priority.Notice, "reload", "", "", "no state"));
        Assert.Equal(["up", "degraded"], Report(courses, "2h", Begin).Changes.Select(change => change.State));
        Assert.Equal(["down", "up", "degraded"], Report(courses, "week", Begin).Changes.Select(change => change.State));
        for (int i = 0; i < 2 * LinkCourses.MostChanges; i++) courses.Note(Change(Begin, "up"));
        Assert.Equal(LinkCourses.MostChanges, Report(courses, "week", Begin).Changes.Count);
        Assert.Null(courses.Report("year", ["fiber"], Begin));
    }

    [Theory]
    [InlineData("1 fiber up 1 2 3 4 5 6")]
    [InlineData("1 fiber strange 1 2 3 2 5 6")]
    [InlineData("1 - up 1 2 3 2 5 6")]
    [InlineData("1 fiber up 1 2 3 2 5 0")]
    [InlineData("1 fiber up 1 2 3 2 5")]
    [InlineData("1 fiber up -1 2 3 2 5 6")]
    [InlineData("")]
    public void Lines_that_make_no_sense_are_no_points(string text) => Assert.False(LinkPoint.TryParse(text, out _, out _));

    [Fact]
    public void A_point_is_read_as_it_was_written()
    {
        var point = new LinkPoint(Begin, 1, 1234, 567, 20, 19, 8123, 12);
        Assert.True(LinkPoint.TryParse(point.ToLine("my link"), out string link, out LinkPoint read));
        Assert.Equal(("my_link", point), (link, read));
    }

    private static HistoryEvent Change(long time, string state) => new(time, Priority.Warning, HistoryEvent.StateKind, "fiber", state, "a cause");
}
