using System.Threading.Channels;
using Router.Api;
using Router.Daemon.History;
using Router.Daemon.Systemd;
using Router.Tests.Daemon.Systemd;

namespace Router.Tests.Daemon.History;

public sealed class ChronicleTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("history-").FullName;
    private readonly MemoryStream _lines = new();
    private readonly HandClock _clock = new();
    private readonly Journal _journal;

    public ChronicleTests() => _journal = new Journal(null, Stream.Synchronized(_lines), _clock);

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Chronicle Open(string? directory = null) => new(directory ?? _directory, _journal, _clock, fileOctets: 4096);

    private List<string> Texts(Chronicle chronicle, string? kind = null) => [.. chronicle.Events(e => kind is null || e.Kind == kind, 1000).Select(e => e.Text)];

    [Fact]
    public void What_the_journal_writes_is_there_after_a_restart()
    {
        using (Chronicle first = Open())
        {
            first.Start(() => []);
            _journal.Write(Catalog.Started, Priority.Notice, "routerd forwards");
            _journal.Write(Catalog.LinkState, Priority.Warning, "link fiber is down: no carrier (was up for 3 s)", ("LINK", "fiber"), ("STATE", "down"), ("CAUSE", "no carrier"));
            _journal.Write(Catalog.Flow, Priority.Info, "open  tcp 10.0.0.5:1 > 192.0.2.1:2 by fiber");
        }
        _journal.Write(Catalog.Policy, Priority.Notice, "nobody keeps this");
        using Chronicle second = Open();
        Assert.Equal(["routerd forwards", "no carrier"], Texts(second));
        HistoryEvent state = Assert.Single(second.Events(e => e.Link == "fiber", 1000));
        Assert.Equal(("state", "down", _clock.GetUtcNow()), (state.Kind, state.State, state.When));
    }

    [Fact]
    public void What_hosts_run_into_pushes_out_no_event_of_a_link()
    {
        EventKind kind = Catalog.HostLimit with { Burst = 1_000_000 };
        using (Chronicle first = Open())
        {
            _journal.Write(Catalog.LinkState, Priority.Warning, "down", ("LINK", "fiber"), ("STATE", "down"), ("CAUSE", "no carrier"));
            first.Start(() => []);
            for (int i = 0; i < 3000; i++) _journal.Write(kind, Priority.Warning, $"limits: host 10.0.0.{i} has its 10 live flows");
        }
        using Chronicle second = Open();
        Assert.Equal(["no carrier"], Texts(second, "state"));
        Assert.InRange(Texts(second, "limit").Count, 20, 200);
    }

    [Fact]
    public void Of_too_many_the_last_are_given()
    {
        using (Chronicle first = Open())
        {
            for (int i = 0; i < 100; i++) _journal.Write(Catalog.Policy, Priority.Notice, $"{i}");
        }
        using Chronicle second = Open();
        Assert.Equal(["97", "98", "99"], second.Events(_ => true, 3).Select(e => e.Text));
    }

    [Fact]
    public async Task Who_follows_misses_nothing_and_hears_nothing_twice()
    {
        using Chronicle chronicle = Open();
        chronicle.Start(() => []);
        var heard = new List<string>();
        for (int i = 0; i < 200; i++) _journal.Write(Catalog.Policy, Priority.Notice, $"{i}");
        (List<HistoryEvent> past, ChannelReader<HistoryEvent> coming) = chronicle.Follow(_ => true, 1000);
        heard.AddRange(past.Select(e => e.Text));
        for (int i = 200; i < 300; i++) _journal.Write(Catalog.Policy, Priority.Notice, $"{i}");
        while (heard.Count < 300) heard.Add((await coming.ReadAsync(TestContext.Current.CancellationToken)).Text);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"{i}"), heard);
        chronicle.Leave(coming);
    }

    [Fact]
    public void A_disk_that_refuses_is_told_of_once_and_nothing_else_suffers()
    {
        string file = Path.Combine(_directory, "in-the-way");
        File.WriteAllText(file, "");
        using (Chronicle chronicle = Open(file))
        {
            chronicle.Start(() => []);
            for (int i = 0; i < 50; i++) _journal.Write(Catalog.Policy, Priority.Notice, $"line {i}");
        }
        string told = System.Text.Encoding.UTF8.GetString(_lines.ToArray());
        Assert.Equal(2, told.Split("is not kept for `routerctl events`").Length);
        Assert.Contains("line 49", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_is_told_of_and_what_is_whole_is_given()
    {
        using (Chronicle first = Open())
        {
            foreach (string text in (string[])["one", "two", "three"]) _journal.Write(Catalog.Policy, Priority.Notice, text);
        }
        string path = Path.Combine(_directory, "history", "events.00000001");
        File.WriteAllText(path, File.ReadAllText(path).Replace("two", "2wo", StringComparison.Ordinal));
        using Chronicle second = Open();
        Assert.Equal(["one", "three"], Texts(second));
        Assert.Contains("1 lines of the events that were kept are damaged", System.Text.Encoding.UTF8.GetString(_lines.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_was_down_over_the_edge_of_the_time_is_told_with_its_own_times()
    {
        var noon = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        HistoryEvent State(double minute, string state, string cause) => new(noon.AddMinutes(minute).ToUnixTimeMilliseconds(), Priority.Notice, "state", "fiber", state, cause);
        LinkSample Sample(double minute, string state, int answered) => new(noon.AddMinutes(minute).ToUnixTimeMilliseconds(), "fiber", state, 100, 10, "198.51.100.10", "198.51.100.1",
            [new TargetSample("gateway", 10, answered, answered == 0 ? 0 : 1000 * answered)]);

        PastReport past = LinkPast.Of("fiber", noon, noon.AddMinutes(1),
            [Sample(0, "down", 0), Sample(0.1, "down", 0), Sample(0.2, "degraded", 5), Sample(0.9, "up", 10)],
            [State(-60, "up", "in use"), State(-5, "down", "no carrier"), State(-4, "down", "gateway silent"), State(0.2, "standby", "it answers"), State(90, "down", "later")]);

        PastTrouble trouble = Assert.Single(past.Troubles);
        Assert.Equal((noon.AddMinutes(-5), noon.AddMinutes(0.2), "no carrier", "it answers"), (trouble.Began, trouble.Ended, trouble.Cause, trouble.EndedBy));
        PastTarget target = Assert.Single(past.Targets);
        Assert.Equal((40L, 15L, 5.0, 10.0), (target.Asked, target.Answered, target.LeastMilliseconds, target.MostMilliseconds));
        Assert.Equal((5 * 5.0 + 10 * 10.0) / 15, target.MeanMilliseconds!.Value, 6);
        Assert.Equal("down", Assert.Single(past.Minutes).State);
        PastGap gap = Assert.Single(past.Gaps);
        Assert.Equal((noon.AddMinutes(0.2), noon.AddMinutes(0.9)), (gap.From, gap.To));
    }
}
