using Router.Configuration;
using Router.Daemon.Health;
using Router.Forwarding.Links;

namespace Router.Tests.Daemon.Health;

public class LinkJudgeTests
{
    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;
    private static readonly LinkGround Firm = new(true, true, true, false);
    private static readonly ProbeRound Good = new(1, 1, 1, 10_000);
    private static readonly ProbeRound Bad = new(1, 0, 1, 0);

    private readonly LinkJudge _judge = new(new HealthSettings(), 0) { Subject = "gateway 198.51.100.1" };
    private long _now = Second;

    [Fact]
    public void New_link_is_usable_before_its_first_round()
    {
        Assert.False(_judge.Verdict.Usable);
        Assert.True(_judge.Ground(Firm, "gateway 198.51.100.1", _now));
        Assert.Equal(new LinkVerdict(LinkHealth.Up, true, "carrier and address are there", _now), _judge.Verdict);
    }

    [Theory]
    [InlineData(false, true, true, false, "the interface is not there")]
    [InlineData(true, false, true, false, "no carrier")]
    [InlineData(true, true, false, false, "no address")]
    [InlineData(true, true, true, true, "gateway 198.51.100.1 does not answer on the link: its neighbour entry failed")]
    public void Lost_ground_takes_it_down_at_once(bool present, bool carrier, bool address, bool neighbourFailed, string cause)
    {
        Serve();
        Assert.True(_judge.Ground(new LinkGround(present, carrier, address, neighbourFailed), "gateway 198.51.100.1", _now));
        Assert.Equal(new LinkVerdict(LinkHealth.Down, false, cause, _now), _judge.Verdict);
    }

    [Fact]
    public void Three_failed_rounds_in_a_row_take_it_down_and_not_two()
    {
        Serve();
        Assert.Equal([false, false, false, false, false, true], Play("..!..."));
        Assert.Equal("gateway 198.51.100.1 does not answer: 3 rounds failed", _judge.Verdict.Cause);
    }

    [Fact]
    public void Several_targets_are_counted_in_the_cause()
    {
        Serve();
        for (int i = 0; i < 3; i++) _judge.Round(new ProbeRound(0b111, 0b010, 2, 0), _now);
        Assert.Equal("1 of 3 targets answer, 2 needed: 3 rounds failed", _judge.Verdict.Cause);
    }

    [Fact]
    public void Link_that_fell_returns_after_up_after_rounds_and_its_hold()
    {
        Serve();
        Play("!...");
        Play("!!!!");
        Assert.False(_judge.Held);
        Play("!");
        Assert.True(_judge.Held);
        long held = _now - Second / 2;
        Assert.Equal(held + 30 * Second, _judge.Deadline);
        Assert.Equal("gateway 198.51.100.1 answers again, held for 30 s after a fall", _judge.Verdict.Cause);
        Assert.False(_judge.Tick(held + 30 * Second - 1));
        Assert.True(_judge.Tick(held + 30 * Second));
        Assert.Equal((LinkHealth.Up, true), (_judge.Verdict.Health, _judge.Verdict.Usable));
    }

    [Fact]
    public void Lost_rounds_in_the_hold_do_not_begin_it_anew_but_a_failure_does()
    {
        Serve();
        Play("!...!!!!!");
        long ends = _judge.Deadline;
        Play("..!.!..!");
        Assert.Equal(ends, _judge.Deadline);
        Play("...");
        Assert.False(_judge.Held);
        Play("!!!!!");
        Assert.Equal(_now - Second / 2 + 30 * Second, _judge.Deadline);
    }

    [Fact]
    public void Link_that_never_answered_pays_no_hold_when_it_does()
    {
        _judge.Ground(Firm, "", _now);
        Play("...");
        Assert.False(_judge.Verdict.Usable);
        Assert.Equal([false, false, false, false, true], Play("!!!!!"));
        Assert.True(_judge.Verdict.Usable);
    }

    [Fact]
    public void Carrier_that_returns_is_not_trusted_again()
    {
        Serve();
        Play("!");
        _judge.Ground(Firm with { Carrier = false }, "", _now);
        Assert.False(_judge.Ground(Firm, "", _now));
        Assert.Equal("carrier and address are back, gateway 198.51.100.1 has to answer 5 rounds", _judge.Verdict.Cause);
        Play("!!!!!");
        Assert.True(_judge.Held);
    }

    [Fact]
    public void Last_hope_is_released_from_its_hold()
    {
        Serve();
        Play("!...");
        Assert.False(_judge.Release(_now));
        Play("!!!!!");
        Assert.True(_judge.Release(_now));
        Assert.Equal("gateway 198.51.100.1 answers, and no other link is usable", _judge.Verdict.Cause);
    }

    [Fact]
    public void Loss_degrades_with_hysteresis_and_keeps_it_usable()
    {
        Serve();
        for (int i = 0; i < 60; i++) Play(i % 8 == 7 ? "." : "!");    // judged at the first excess, in the 24th round: 3 of 24
        Assert.Equal((LinkHealth.Degraded, true), (_judge.Verdict.Health, _judge.Verdict.Usable));
        Assert.Equal("12.5% of probes lost in 24 rounds, limit 10%", _judge.Verdict.Cause);
        int rounds = 0;
        while (_judge.Verdict.Health == LinkHealth.Degraded) rounds += Play("!").Length;
        Assert.Equal(0.05, _judge.Measure.Loss, 3);
        Assert.InRange(rounds, 20, 60);
    }

    [Fact]
    public void Degraded_link_that_is_left_for_a_better_one_still_says_why()
    {
        Serve();
        for (int i = 0; i < 40; i++) Play(i % 4 == 3 ? "." : "!");
        LinkVerdict verdict = _judge.Verdict;
        Assert.False(_judge.InUse(false, _now));
        Assert.Equal(verdict, _judge.Verdict);
        for (int i = 0; i < 100; i++) Play("!");
        Assert.Equal((LinkHealth.Standby, "5% of probes lost, answers take 10 ms: below the limits again"), (_judge.Verdict.Health, _judge.Verdict.Cause));
    }

    [Fact]
    public void Latency_degrades_with_hysteresis()
    {
        Serve();
        for (int i = 0; i < 40; i++) _judge.Round(Good with { Latency = 400_000 }, _now);
        Assert.Equal((LinkHealth.Degraded, "answers take 400 ms, limit 300 ms"), (_judge.Verdict.Health, _judge.Verdict.Cause));
        int rounds = 0;
        for (; _judge.Verdict.Health == LinkHealth.Degraded; rounds++) _judge.Round(Good, _now);
        Assert.InRange(_judge.Measure.Latency, 200_000, 240_000);
        Assert.True(rounds > 10, "at 300 ms it must not be fine yet");
    }

    [Fact]
    public void Disabling_is_no_fall_and_enabling_trusts_it_as_new()
    {
        Serve();
        Play("!!!");
        Assert.True(_judge.Ground(Firm with { Disabled = true }, "", _now));
        Assert.Equal((LinkHealth.Disabled, false, "the configuration says so"), (_judge.Verdict.Health, _judge.Verdict.Usable, _judge.Verdict.Cause));
        Assert.False(_judge.Ground(Firm with { Disabled = true, Carrier = false }, "", _now));
        Assert.True(_judge.Ground(Firm, "", _now));
        Assert.Equal((LinkHealth.Up, true), (_judge.Verdict.Health, _judge.Verdict.Usable));
        Play("!...!!!!!");
        Assert.Equal("gateway 198.51.100.1 answers again, held for 30 s after a fall", _judge.Verdict.Cause);
    }

    [Fact]
    public void What_is_wrong_with_answers_is_part_of_the_cause()
    {
        Serve();
        _judge.Subject = "https://example.com/ok";
        _judge.Complaint = "answers with status 302, not 204";
        Play("...");
        Assert.Equal("https://example.com/ok answers with status 302, not 204: 3 rounds failed", _judge.Verdict.Cause);
    }

    [Fact]
    public void Silence_of_people_s_traffic_too_hastens_the_verdict_and_says_so()
    {
        Serve();
        _judge.Traffic = _ => new LinkTraffic(14, 0, 3, 0, 6, 0);
        Assert.Equal([false, false, false, true], Play(".!.."));
        Assert.Equal("gateway 198.51.100.1 does not answer: 2 rounds failed, and 6 hosts are as silent (14 connections, 3 DNS questions)", _judge.Verdict.Cause);
    }

    [Fact]
    public void Silence_of_people_s_traffic_alone_says_nothing()
    {
        Serve();
        _judge.Traffic = _ => new LinkTraffic(500, 0, 30, 0, 60, 0);
        Assert.DoesNotContain(true, Play("!!!.!!!!!!!!!!!!!!!!!!!!!!!!!.!!!!!!!!!"));
        Assert.Equal(LinkHealth.Up, _judge.Verdict.Health);
    }

    [Fact]
    public void One_silent_host_hastens_nothing()
    {
        Serve();
        _judge.Traffic = _ => new LinkTraffic(500, 0, 0, 0, 1, 0);
        Assert.Equal([false, false, true], Play("..."));
        Assert.Equal("gateway 198.51.100.1 does not answer: 3 rounds failed", _judge.Verdict.Cause);
    }

    [Fact]
    public void Accepted_connections_keep_a_link_whose_targets_are_silent_for_as_long_as_they_are_made()
    {
        Serve();
        var met = new LinkTraffic(9, 7, 0, 0, 5, 4);
        _judge.Traffic = _ => met;
        Assert.Equal([false, false, true], Play("..."));
        Assert.Equal((LinkHealth.Degraded, true), (_judge.Verdict.Health, _judge.Verdict.Usable));
        Assert.Equal("gateway 198.51.100.1 does not answer: 3 rounds failed; it is kept, as 4 hosts accept connections over it (7 of 9 meanwhile)", _judge.Verdict.Cause);
        Assert.DoesNotContain(true, Play("......................."));
        met = default;
        Assert.Equal([true], Play("."));
        Assert.Equal((LinkHealth.Down, "gateway 198.51.100.1 does not answer: 27 rounds failed"), (_judge.Verdict.Health, _judge.Verdict.Cause));
    }

    [Fact]
    public void Only_what_was_met_since_the_first_failed_round_is_asked_for()
    {
        Serve();
        var asked = new List<long>();
        _judge.Traffic = since =>
        {
            asked.Add(since);
            return default;
        };
        Play("!!");
        Assert.Empty(asked);
        long began = _now - Second;
        Play("...");
        Assert.Equal([began, began, began], asked);
    }

    [Fact]
    public void Connections_do_not_bring_a_fallen_link_back()
    {
        Serve();
        Play("!...");
        _judge.Traffic = _ => new LinkTraffic(9, 9, 0, 0, 5, 5);
        Assert.DoesNotContain(true, Play("......"));
        Assert.False(_judge.Verdict.Usable);
    }

    [Fact]
    public void Standby_is_healthy_and_not_in_use()
    {
        Serve();
        Assert.True(_judge.InUse(false, _now));
        Assert.Equal((LinkHealth.Standby, true), (_judge.Verdict.Health, _judge.Verdict.Usable));
        Assert.False(_judge.InUse(false, _now));
        Assert.True(_judge.InUse(true, _now));
    }

    [Fact]
    public void Since_holds_while_the_health_does()
    {
        Serve();
        long since = _judge.Verdict.Since;
        Play("!!!!");
        Assert.Equal(since, _judge.Verdict.Since);
        Play("...");
        long down = _now - Second / 2;
        Assert.Equal(down, _judge.Verdict.Since);
        Play("!!!!!");
        Assert.Equal(down, _judge.Verdict.Since);
    }

    [Fact]
    public void Change_is_one_line()
    {
        Serve();
        Play("!");
        LinkVerdict before = _judge.Verdict;
        _judge.Ground(Firm with { Carrier = false }, "", before.Since + 3 * 60 * Minute + 12 * Minute);
        Assert.Equal("link dsl is down: no carrier (was up for 3 h 12 min)",
            new LinkVerdictChange(new(3), "dsl", before, _judge.Verdict).ToString());
        // Nothing is to be told of a state that it was in before.
        Assert.Equal("link dsl is up: in use", new LinkVerdictChange(new(3), "dsl", before, before with { Cause = "in use" }).ToString());
    }

    private void Serve() => _judge.Ground(Firm, "gateway 198.51.100.1", _now);

    /// <summary>One round each half second: ! is good, . has failed.</summary>
    private bool[] Play(string rounds)
    {
        var changes = new bool[rounds.Length];
        for (int i = 0; i < rounds.Length; i++, _now += Second / 2) changes[i] = _judge.Round(rounds[i] == '!' ? Good : Bad, _now);
        return changes;
    }
}
