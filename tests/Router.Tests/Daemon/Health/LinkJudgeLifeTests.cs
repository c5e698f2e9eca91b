using Router.Configuration;
using Router.Daemon.Health;
using Router.Forwarding.Links;

namespace Router.Tests.Daemon.Health;

/// <summary>The judge over long times: random lives with invariants, and flapping links.</summary>
public class LinkJudgeLifeTests
{
    private const long Second = 1_000_000;
    private static readonly LinkGround Firm = new(true, true, true, false);
    private static readonly ProbeRound Good = new(1, 1, 1, 10_000);
    private static readonly ProbeRound Bad = new(1, 0, 1, 0);

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Random_life_keeps_the_promises(int seed)
    {
        var dice = new Random(seed);
        var settings = new HealthSettings { DownAfter = dice.Next(1, 5), UpAfter = dice.Next(1, 8), HoldDown = TimeSpan.FromSeconds(dice.Next(0, 40)) };
        var judge = new LinkJudge(settings, 0);
        LinkGround ground = default;
        bool answered = false, fellProven = false;
        int badRow = 0, goodRow = 0, changes = 0;
        long now = 0, lastFall = 0;
        double luck = 0.9;
        for (int step = 0; step < 50_000; step++)
        {
            now += dice.Next((int)Second);
            LinkVerdict before = judge.Verdict;
            bool changed = false;
            switch (dice.Next(200))
            {
                case 0:
                    ground = new LinkGround(dice.Next(8) > 0, dice.Next(8) > 0, dice.Next(8) > 0, dice.Next(8) == 0);
                    changed = judge.Ground(ground, "gateway", now);
                    break;
                case 1:
                    ground = Firm;
                    changed = judge.Ground(ground, "gateway", now);
                    break;
                case 2:
                    // Quiet minutes: holds run out, and falls are forgiven.
                    now += dice.Next(1200) * Second;
                    changed = judge.Tick(now);
                    break;
                case 3: luck = dice.Next(3) switch { 0 => 0.0, 1 => 0.8, _ => 0.99 }; break;
                case 4: changed = judge.InUse(dice.Next(2) == 0, now); break;
                case < 20: changed = judge.Tick(now); break;
                default:
                    bool good = dice.NextDouble() < luck;
                    if (ground.Firm) (badRow, goodRow) = good ? (0, goodRow + 1) : (badRow + 1, 0);
                    changed = judge.Round(good ? Good : Bad, now);
                    if (before.Usable && good) answered = true;
                    break;
            }
            LinkVerdict after = judge.Verdict;
            string where = $"seed {seed}, step {step}: {before} then {after}";
            Assert.False(string.IsNullOrWhiteSpace(after.Cause), where);
            Assert.True(changed == (before.Health != after.Health || before.Usable != after.Usable), where);
            Assert.True(after.Usable == after.Health is LinkHealth.Up or LinkHealth.Standby or LinkHealth.Degraded, where);
            if (after.Usable) Assert.True(ground.Firm, where);
            if (after.Usable) Assert.True(badRow < settings.DownAfter || !before.Usable, where);
            if (!after.Usable && before.Usable)
            {
                (lastFall, fellProven) = (now, fellProven || answered);
                (badRow, goodRow) = (0, 0);
            }
            if (after.Usable && !before.Usable)
            {
                if (fellProven) Assert.True(now - lastFall >= settings.HoldDown.Ticks / 10, where);
                badRow = 0;
            }
            if (changed) changes++;
            Assert.True(after.Since <= now && after.Since >= before.Since, where);
        }
        Assert.True(changes > 50, $"seed {seed}: only {changes} changes, the test is blind");
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(115, 5)]
    [InlineData(20, 100)]
    public void Link_that_flaps_every_two_minutes_stops_moving_people(int upSeconds, int downSeconds)
    {
        int[] fallsByHour = Flap(upSeconds, downSeconds, TimeSpan.FromHours(6));
        Assert.InRange(fallsByHour[0], 1, 3);
        Assert.All(fallsByHour[1..], falls => Assert.Equal(0, falls));
    }

    [Fact]
    public void Link_that_flaps_now_and_then_is_used_in_between()
    {
        int[] falls = Flap(3 * 3600, 10, TimeSpan.FromHours(24));
        Assert.InRange(falls.Sum(), 7, 8);
    }

    [Fact]
    public void Hold_doubles_with_each_fall_to_ten_minutes_and_decays()
    {
        var hold = new HoldDown();
        long[] held = new long[7];
        for (int i = 0; i < held.Length; i++)
        {
            hold.Fall(60 * Second, 30 * Second);
            held[i] = hold.Current / Second;
        }
        Assert.Equal([30, 60, 120, 240, 480, 600, 600], held);
        hold.Fall(2 * HoldDown.HalfLife, 30 * Second);
        Assert.Equal(150, hold.Current / Second);
        hold.Fall(100 * HoldDown.HalfLife, 30 * Second);
        Assert.Equal(30, hold.Current / Second);
    }

    [Fact]
    public void Hold_of_nothing_stays_nothing()
    {
        var hold = new HoldDown();
        for (int i = 0; i < 5; i++) hold.Fall(0, 0);
        Assert.Equal(0, hold.Current);
    }

    private static int[] Flap(int upSeconds, int downSeconds, TimeSpan time)
    {
        var judge = new LinkJudge(new HealthSettings(), 0);
        judge.Ground(Firm, "", 0);
        var falls = new int[(int)time.TotalHours];
        for (long now = 0; now < time.Ticks / 10; now += Second / 2)
        {
            bool before = judge.Verdict.Usable;
            judge.Tick(now);
            judge.Round(now / Second % (upSeconds + downSeconds) < upSeconds ? Good : Bad, now);
            if (before && !judge.Verdict.Usable) falls[now / (3600 * Second)]++;
        }
        return falls;
    }
}
