using Router.Forwarding.Answers;
using Router.Wire;

namespace Router.Tests.Forwarding.Answers;

public class AnswerLimitTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void X17_a_flood_gets_the_burst_and_then_the_rate()
    {
        var limit = new AnswerLimit(perSecond: 100, burst: 10);
        Assert.Equal(10, Taken(limit, now: 5 * Second, asks: 3000));
        Assert.Equal(2990, limit.Suppressed);
        Assert.Equal(0, Taken(limit, 5 * Second + 9_999, 100));
        Assert.Equal(1, Taken(limit, 5 * Second + 10_000, 100));
        Assert.Equal(10, Taken(limit, 60 * Second, 100));
    }

    [Fact]
    public void In_the_long_run_the_rate_is_kept_and_all_of_it_is_given()
    {
        var limit = new AnswerLimit(perSecond: 200, burst: 20);
        int taken = 0;
        for (long now = 0; now < 10 * Second; now += 777) taken += limit.Take(now) ? 1 : 0;
        Assert.InRange(taken, 1990, 2020);
    }

    [Fact]
    public void A_quiet_time_saves_no_more_than_the_burst()
    {
        var limit = new AnswerLimit(perSecond: 100, burst: 10);
        Assert.Equal(10, Taken(limit, 0, 100));
        Assert.Equal(10, Taken(limit, 3600 * Second, 100));
    }

    [Fact]
    public void One_destination_does_not_starve_the_others()
    {
        var limit = new AnswerLimit(perSecond: 100, burst: 40);
        var loud = Address.Parse("192.0.2.1");
        int given = 0;
        for (int i = 0; i < 1000; i++) given += limit.Take(loud, Second) ? 1 : 0;
        Assert.Equal(20, given);
        // Some of these may share a bucket with the loud one or with each other, all of them cannot.
        int others = 0;
        for (uint i = 0; i < 20; i++) others += limit.Take(Address.FromV4(0x0a000001 + i), Second) ? 1 : 0;
        Assert.InRange(others, 15, 20);
    }

    [Fact]
    public void All_destinations_together_get_no_more_than_one_bucket_holds()
    {
        var limit = new AnswerLimit(perSecond: 100, burst: 40);
        int given = 0;
        for (uint i = 0; i < 5000; i++) given += limit.Take(Address.FromV4(0x0a000000 + i), Second) ? 1 : 0;
        Assert.Equal(40, given);
    }

    private static int Taken(AnswerLimit limit, long now, int asks)
    {
        int taken = 0;
        for (int i = 0; i < asks; i++) taken += limit.Take(now) ? 1 : 0;
        return taken;
    }
}
