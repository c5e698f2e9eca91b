using System.Collections.Concurrent;
using System.Text;
using Router.Daemon.Naming;
using Router.Daemon.Systemd;
using Router.Ports;
using Router.Tests.Daemon.Systemd;
using Router.Wire;

namespace Router.Tests.Daemon.Naming;

/// <summary>What becomes of names over time, with look-ups that answer when the test says so.</summary>
public sealed class HostNamesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nm_").FullName;
    private readonly MemoryStream _written = new();
    private readonly Journal _journal;
    private readonly BlockingCollection<Action> _posted = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource<NameFinding>> _asked = new();
    private readonly HostNames _names;

    public HostNamesTests()
    {
        _journal = new Journal(null, _written, new HandClock());
        _names = Make();
    }

    public void Dispose()
    {
        _journal.Dispose();
        _written.Dispose();
        _posted.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(300u, 300)]
    [InlineData(0u, 5)]
    [InlineData(604_800u, 3600)]
    public void An_answer_holds_as_long_as_it_says_within_bounds(uint said, int held)
    {
        KnownName known = HostNames.Judge(KnownName.Nothing, Found(said, "192.0.2.1"), now: 7);
        Assert.Equal(7 + (held * 1_000_000L), known.Due);
        Assert.Equal(0, known.Failures);
    }

    [Fact]
    public void That_there_is_no_address_is_an_answer_and_holds_a_minute()
    {
        KnownName known = HostNames.Judge(KnownName.Of([Address.Parse("192.0.2.1")]), Found(300), now: 7);
        Assert.Empty(known.Addresses);
        Assert.Equal((7 + 60_000_000L, 0), (known.Due, known.Failures));
    }

    [Fact]
    public void A_failure_keeps_the_addresses_and_is_tried_again_ever_more_rarely()
    {
        KnownName known = KnownName.Of([Address.Parse("192.0.2.1")]);
        var waits = new List<long>();
        for (int i = 0; i < 40; i++)
        {
            known = HostNames.Judge(known, new NameFinding(null, null, "nobody there"), now: 0);
            waits.Add(known.Due / 1_000_000);
        }
        Assert.Equal([1, 2, 4, 8, 16, 32, 32], waits[..7]);
        Assert.Equal(32, waits[^1]);
        Assert.Equal([Address.Parse("192.0.2.1")], known.Addresses);
        Assert.Equal("nobody there", known.Fault);
    }

    [Fact]
    public void Of_a_family_that_fails_the_addresses_stay_and_the_others_are_taken()
    {
        KnownName before = KnownName.Of([Address.Parse("192.0.2.1"), Address.Parse("2001:db8::1")]);
        NameAnswer v4 = Found(300, "192.0.2.2").V4!;
        KnownName after = HostNames.Judge(before, new NameFinding(v4, null, "refused"), now: 0);
        Assert.Equal([Address.Parse("192.0.2.2"), Address.Parse("2001:db8::1")], after.Addresses);
        Assert.Equal((1, 1_000_000L), (after.Failures, after.Due));
        // One that never had such addresses does not miss them.
        after = HostNames.Judge(KnownName.Of([Address.Parse("192.0.2.1")]), new NameFinding(v4, null, "refused"), now: 0);
        Assert.Equal((0, 300_000_000L), (after.Failures, after.Due));
    }

    [Fact]
    public void Each_name_is_asked_for_once_at_a_time_whatever_reloads_come_between()
    {
        string[] names = ["a.example"];
        Tick(names, 0);
        TaskCompletionSource<NameFinding> first = _asked["a.example"];
        Tick(names, 1);
        Tick(["a.example", "b.example"], 2);
        Assert.Same(first, _asked["a.example"]);
        Assert.Equal(2, _asked.Count);

        Answer("a.example", Found(300, "192.0.2.1"));

        Assert.True(_names.TakeChange());
        Assert.False(_names.TakeChange());
        Assert.Equal([Address.Parse("192.0.2.1")], _names.Addresses["a.example"]);
        Assert.Empty(_names.Addresses["b.example"]);
    }

    [Fact]
    public void An_answer_for_a_name_that_nobody_speaks_of_any_more_is_dropped()
    {
        Tick(["a.example"], 0);
        Tick(["b.example"], 1);
        Answer("a.example", Found(300, "192.0.2.1"));
        Assert.Equal(["b.example"], _names.Addresses.Keys);
        Assert.False(_names.TakeChange());
    }

    [Fact]
    public void There_are_never_more_look_ups_than_a_few_and_all_have_their_turn()
    {
        string[] names = [.. Enumerable.Range(0, 50).Select(i => $"h{i}.example")];
        for (int done = 0; done < names.Length; done++)
        {
            Tick(names, 0);
            Assert.Equal(Math.Min(HostNames.MostAtOnce, names.Length - done), _asked.Count);
            Answer(_asked.Keys.First(), Found(300, "192.0.2.1"));
        }
        Assert.All(_names.Addresses.Values, addresses => Assert.Single(addresses));
    }

    [Fact]
    public void A_failure_is_told_once_and_so_is_its_end_and_so_is_each_change()
    {
        string[] names = ["a.example"];
        Ask(names, Found(300, "192.0.2.1"));
        Ask(names, new NameFinding(null, null, "192.0.2.53 does not answer"));
        Ask(names, new NameFinding(null, null, "192.0.2.53 does not answer"));
        Ask(names, Found(300, "192.0.2.1"));
        Ask(names, Found(300, "192.0.2.2", "2001:db8::2"));
        Ask(names, Found(300));
        Assert.Equal(
            [
                "host name a.example is 192.0.2.1",
                "warning: host name a.example cannot be looked up: 192.0.2.53 does not answer; 192.0.2.1 stays in force until it can",
                "host name a.example can be looked up again",
                "host name a.example is 192.0.2.2, 2001:db8::2, and was 192.0.2.1",
                "warning: host name a.example has no address, and was 192.0.2.2, 2001:db8::2",
            ],
            Encoding.UTF8.GetString(_written.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf("Z ", StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public void What_was_known_is_known_to_the_next_process_and_asked_for_at_once()
    {
        Ask(["a.example", "b.example"], Found(300, "192.0.2.1", "2001:db8::1"));
        HostNames next = Make();
        Assert.Equal([Address.Parse("192.0.2.1"), Address.Parse("2001:db8::1")], next.Addresses["a.example"]);
        Assert.Equal(0, next.Known["a.example"].Due);
        File.WriteAllText(Path.Combine(_folder, "names"), "a.example 192.0.2.1 nonsense\n\nb.example\n\u0001 \u0002\n");
        Assert.Equal(["a.example"], Make().Addresses.Keys);
    }

    [Fact]
    public void A_look_up_that_ends_by_a_fault_is_a_failure()
    {
        Tick(["a.example"], 0);
        _asked.TryRemove("a.example", out TaskCompletionSource<NameFinding>? asked);
        asked!.SetException(new InvalidOperationException("a bug"));
        _posted.Take(TestContext.Current.CancellationToken)();
        Assert.Equal(1, _names.Known["a.example"].Failures);
        Assert.Contains("a bug", _names.Known["a.example"].Fault, StringComparison.Ordinal);
    }

    private HostNames Make() => new(
        (name, _) => _asked.GetOrAdd(name, _ => new TaskCompletionSource<NameFinding>(TaskCreationOptions.RunContinuationsAsynchronously)).Task,
        new NameMemory(_folder), _journal);

    private void Tick(IReadOnlyList<string> names, long now) => _names.Tick(names, now, _posted.Add, TestContext.Current.CancellationToken);

    // Looks the first name up, at a time when it is due.
    private void Ask(string[] names, NameFinding found)
    {
        Tick(names, long.MaxValue);
        Answer(names[0], found);
    }

    private void Answer(string name, NameFinding found)
    {
        Assert.True(_asked.TryRemove(name, out TaskCompletionSource<NameFinding>? asked));
        asked.SetResult(found);
        _posted.Take(TestContext.Current.CancellationToken)();
    }

    private static NameFinding Found(uint seconds, params string[] addresses)
    {
        Address[] all = [.. addresses.Select(Address.Parse)];
        return new NameFinding(Of([.. all.Where(a => a.IsV4)]), Of([.. all.Where(a => !a.IsV4)]), "");

        NameAnswer Of(Address[] some) => new(NameVerdict.Answered, some, seconds, 0);
    }
}
