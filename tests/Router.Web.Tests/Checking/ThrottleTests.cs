using Router.Web.Checking;

namespace Router.Web.Tests.Checking;

public sealed class ThrottleTests
{
    private readonly Throttle _throttle = new(100);
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Fact]
    public void Each_failure_after_the_first_few_doubles_the_wait_up_to_a_quarter_of_an_hour()
    {
        var waits = new List<double>();
        for (int i = 0; i < 16; i++)
        {
            TimeSpan wait = _throttle.Begin("a", $"user {i}", true, _now);
            waits.Add(wait.TotalSeconds);
            _now += wait;
            if (wait > TimeSpan.Zero) Assert.Equal(TimeSpan.Zero, _throttle.Begin("a", $"user {i}", true, _now));
            _throttle.End("a", $"user {i}", false, _now);
        }
        Assert.Equal([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900], waits);
    }

    [Fact]
    public void An_account_that_many_guess_waits_everywhere_but_at_a_clean_device_in_a_trusted_zone()
    {
        for (int i = 0; i < 10; i++) Fail($"guest {i}", "root", isTrusted: false);
        Assert.True(_throttle.Begin("guest 99", "root", false, _now) > TimeSpan.FromSeconds(60));
        Fail("desk 2", "sam", isTrusted: true);
        Assert.True(_throttle.Begin("desk 2", "ROOT", true, _now) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, _throttle.Begin("desk 1", "root", true, _now));
    }

    [Fact]
    public void Only_one_password_of_a_device_is_looked_at_at_a_time()
    {
        Assert.Equal(TimeSpan.Zero, _throttle.Begin("a", "x", true, _now));
        Assert.True(_throttle.Begin("a", "y", true, _now) > TimeSpan.Zero);
        _throttle.End("a", "x", null, _now);
        Assert.Equal(TimeSpan.Zero, _throttle.Begin("a", "y", true, _now));
    }

    [Fact]
    public void The_right_password_and_an_hour_forget()
    {
        for (int i = 0; i < 6; i++) Fail("a", "x", isTrusted: false);
        Assert.True(_throttle.Begin("a", "x", false, _now) > TimeSpan.Zero);
        _now += TimeSpan.FromHours(2);
        Fail("a", "x", isTrusted: false);
        Assert.Equal(TimeSpan.Zero, _throttle.Begin("a", "x", false, _now));
    }

    [Fact]
    public void A_flood_of_names_does_not_grow_it_and_keeps_who_failed_most()
    {
        for (int i = 0; i < 8; i++) Fail("worst", "w", isTrusted: false);
        for (int i = 0; i < 10_000; i++) Fail($"d{i}", $"n{i}", isTrusted: false);
        Assert.True(_throttle.Begin("worst", "other", false, _now) > TimeSpan.Zero);
    }

    private void Fail(string device, string account, bool isTrusted)
    {
        _throttle.Begin(device, account, isTrusted, _now);
        _throttle.End(device, account, false, _now);
    }
}
