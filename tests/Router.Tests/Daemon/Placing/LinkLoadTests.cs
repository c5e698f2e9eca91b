using Router.Daemon.Placing;
using Router.Tests.Tables;

namespace Router.Tests.Daemon.Placing;

/// <summary>One link's capacity and queue, second by second, by a clock that the test moves.</summary>
public class LinkLoadTests
{
    private const long Second = 1_000_000, Hour = 3600 * Second;
    private const double Megabit = 125_000;

    private readonly LinkLoad _load = new("dsl");
    private long _now = 50 * Hour;
    private double _in, _out;

    [Fact]
    public void The_peak_is_the_most_of_some_seconds_and_a_burst_is_none()
    {
        Go(10, 2 * Megabit, 5);
        Assert.Equal(2 * Megabit, _load.Peak.In, 1.0);
        Go(1, 40 * Megabit, 5);
        Go(10, 0, 5);
        // The burst counts as what it was over four seconds.
        Assert.Equal((40 + 3 * 2) * Megabit / 4, _load.Peak.In, 1.0);
        Assert.Equal(0, _load.Peak.Out);
    }

    [Fact]
    public void A_peak_is_forgotten_after_a_day_and_not_before()
    {
        Go(10, 50 * Megabit, 5);
        for (int hour = 0; hour < 22; hour++) Pass(Hour, 1 * Megabit);
        Assert.Equal(50 * Megabit, _load.Peak.In, 1.0);
        Pass(3 * Hour, 1 * Megabit);
        Assert.InRange(_load.Peak.In, 0, 2 * Megabit);
    }

    [Fact]
    public void A_link_queues_when_it_is_slow_under_load_and_has_drained_when_it_was_quick_for_a_while()
    {
        Go(20, 0.1 * Megabit, 10);
        Assert.Equal(10_000, _load.IdleLatency);
        Go(4, 10 * Megabit, 12);
        Assert.False(_load.Queues);
        Go(2, 10 * Megabit, 180);
        Assert.False(_load.Queues);
        Go(1, 10 * Megabit, 180);
        Assert.True(_load.Queues);
        // Load that goes and a latency half-way down are not enough.
        Go(60, 4 * Megabit, 30);
        Assert.True(_load.Queues);
        Go(9, 4 * Megabit, 12);
        Assert.True(_load.Queues);
        Go(1, 4 * Megabit, 12);
        Assert.False(_load.Queues);
        Assert.Equal(10_000, _load.IdleLatency);
    }

    [Fact]
    public void Delay_without_load_is_no_queue_and_becomes_what_is_usual()
    {
        Go(10, 10 * Megabit, 10);
        Go(600, 0.1 * Megabit, 90);
        Assert.False(_load.Queues);
        Assert.InRange(_load.IdleLatency, 85_000, 90_000);
        Go(20, 10 * Megabit, 95);
        Assert.False(_load.Queues);
    }

    [Fact]
    public void Load_without_delay_is_no_queue_and_long_load_does_not_make_delay_usual()
    {
        Go(10, 0.1 * Megabit, 10);
        Go(100, 100 * Megabit, 14);
        Assert.False(_load.Queues);
        Go(3600, 100 * Megabit, 200);
        Assert.True(_load.Queues);
        Assert.Equal(10_000, _load.IdleLatency);
    }

    [Fact]
    public void Upload_queues_too()
    {
        Go(10, 0.1 * Megabit, 10);
        for (int second = 0; second < 10; second++) Sample(0.2 * Megabit, 5 * Megabit, 300);
        Assert.True(_load.Queues);
    }

    [Fact]
    public void While_no_probe_is_answered_nothing_changes_and_a_failure_ends_it()
    {
        Go(10, 0.1 * Megabit, 10);
        Go(6, 10 * Megabit, 300);
        Go(60, 10 * Megabit, 0);
        Assert.True(_load.Queues);
        _load.Drain();
        Assert.False(_load.Queues);
    }

    [Fact]
    public void Counts_that_begin_again_are_no_rate()
    {
        Go(10, 10 * Megabit, 5);
        (_in, _out) = (0, 0);
        Go(10, 1 * Megabit, 5);
        Assert.Equal(10 * Megabit, _load.Peak.In, 1.0);
        Assert.Equal(1 * Megabit, _load.Rate.In, 1.0);
    }

    /// <summary>
    /// A link of 10 Mbit/s with a queue, hosts that come one a second and stay some minutes, each wanting up to 1 Mbit/s; those that come while
    /// it queues go elsewhere. It must neither flap nor stay shut when it has room.
    /// </summary>
    [Fact]
    public void A_link_on_its_edge_does_not_flap()
    {
        Random random = Seeded.New();
        const double capacity = 10 * Megabit;
        var hosts = new List<(long Leaves, double Wants)>();
        double queue = 0;
        int changes = 0, shut = 0, elsewhere = 0;
        Go(30, 0.1 * Megabit, 10);
        for (int second = 0; second < 3600; second++)
        {
            bool before = _load.Queues;
            hosts.RemoveAll(host => host.Leaves <= second);
            if (random.Next(4) == 0 && before) elsewhere++;
            else if (random.Next(4) == 0) hosts.Add((second + random.Next(30, 180), random.NextDouble() * Megabit));
            double wanted = hosts.Sum(host => host.Wants * (0.5 + random.NextDouble()));
            queue = Math.Clamp(queue + wanted - capacity, 0, 0.4 * capacity);
            double carried = Math.Min(capacity, wanted + (queue > 0 ? capacity : 0));
            Sample(carried, carried / 20, 10 + 1000 * queue / capacity);
            changes += before != _load.Queues ? 1 : 0;
            shut += _load.Queues ? 1 : 0;
        }
        Assert.InRange(changes, 2, 3600 / 25);
        Assert.InRange(shut, 1, 3300);
        Assert.NotEqual(0, elsewhere);
    }

    private void Go(int seconds, double rate, double milliseconds)
    {
        for (int second = 0; second < seconds; second++) Sample(rate, 0, milliseconds);
    }

    private void Sample(double rateIn, double rateOut, double milliseconds)
    {
        _now += Second;
        (_in, _out) = (_in + rateIn, _out + rateOut);
        _load.Sample(_now, (long)_in, (long)_out, (long)(milliseconds * 1000));
    }

    private void Pass(long time, double rate)
    {
        for (long end = _now + time; _now < end;)
        {
            long step = Math.Min(60 * Second, end - _now);
            _now += step;
            _in += rate * (step / (double)Second);
            _load.Sample(_now, (long)_in, (long)_out, 5000);
        }
    }
}
