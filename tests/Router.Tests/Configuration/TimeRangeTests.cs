using Router.Configuration;

namespace Router.Tests.Configuration;

/// <summary>Time ranges over midnight, over the week's end, and over the hours that clocks skip or repeat.</summary>
public sealed class TimeRangeTests
{
    /// <summary>Clocks go from 02:00 to 03:00 on the last Sunday of March and back from 03:00 to 02:00 on that of October.</summary>
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("t", TimeSpan.FromHours(1), "t", "t", "t",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    private static TimeRange Range(string fields) =>
        Loading.Sound(Loading.WithRule("action: allow\ntime: t", $"times: {{ t: {{ {fields} }} }}\n")).Rules[0].Time!;

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text + "Z", System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("days: mon-fri, from: \"08:00\", to: \"18:00\"", "2026-03-04T07:00", true)]
    [InlineData("days: mon-fri, from: \"08:00\", to: \"18:00\"", "2026-03-04T06:59", false)]
    [InlineData("days: mon-fri, from: \"08:00\", to: \"18:00\"", "2026-03-04T16:59", true)]
    [InlineData("days: mon-fri, from: \"08:00\", to: \"18:00\"", "2026-03-04T17:00", false)]
    [InlineData("days: mon-fri, from: \"08:00\", to: \"18:00\"", "2026-03-07T12:00", false)]
    [InlineData("days: fri, from: \"22:00\", to: \"06:00\"", "2026-03-06T21:00", true)]
    [InlineData("days: fri, from: \"22:00\", to: \"06:00\"", "2026-03-07T04:59", true)]
    [InlineData("days: fri, from: \"22:00\", to: \"06:00\"", "2026-03-07T05:00", false)]
    [InlineData("days: fri, from: \"22:00\", to: \"06:00\"", "2026-03-06T04:59", false)]
    [InlineData("days: [sat-mon]", "2026-03-09T12:00", true)]
    [InlineData("days: [sat-mon]", "2026-03-10T12:00", false)]
    [InlineData("days: \"tue, thu\"", "2026-03-05T12:00", true)]
    [InlineData("days: monday", "2026-03-09T12:00", true)]
    [InlineData("from: \"18:00\"", "2026-03-09T22:59", true)]
    [InlineData("to: \"24:00\"", "2026-03-09T22:59", true)]
    [InlineData("from: \"09:00\", to: \"09:00\"", "2026-03-09T07:00", true)]
    public void Inside_or_not(string fields, string utc, bool inside) => Assert.Equal(inside, Range(fields).Contains(Utc(utc), Zone));

    [Theory]
    [InlineData("days: mon-fri, from: \"08:00\", to: \"18:00\"", "2026-03-06T17:00", "2026-03-09T07:00")]
    [InlineData("days: sun, from: \"22:00\", to: \"06:00\"", "2026-03-09T06:00", "2026-03-15T21:00")]
    [InlineData("days: sun, from: \"02:30\", to: \"12:00\"", "2026-03-28T12:00", "2026-03-29T01:30")]
    [InlineData("days: sat, from: \"22:00\", to: \"06:00\"", "2026-03-28T22:00", "2026-03-29T04:00")]
    [InlineData("days: sun, from: \"02:30\", to: \"12:00\"", "2026-10-24T12:00", "2026-10-25T01:30")]
    public void The_next_change(string fields, string utc, string next) => Assert.Equal(Utc(next), Range(fields).NextChange(Utc(utc), Zone));

    /// <summary>Walks two years in odd steps: whether a range holds changes at the announced instants and never between them.</summary>
    [Fact]
    public void Nothing_changes_before_the_announced_instant()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 40; round++)
        {
            var range = new TimeRange("t", (byte)random.Next(1, 128), TimeSpan.FromMinutes(random.Next(1440)), TimeSpan.FromMinutes(random.Next(1441)));
            DateTimeOffset now = Utc("2026-03-20T00:00") + TimeSpan.FromMinutes(random.Next(300_000));
            for (int step = 0; step < 40; step++)
            {
                DateTimeOffset next = range.NextChange(now, Zone)!.Value;
                Assert.True(next > now, $"seed {seed}");
                TimeSpan between = (next - now) * random.NextDouble();
                Assert.True(range.Contains(now, Zone) == range.Contains(now + between, Zone), $"seed {seed}: {range} at {now} and {now + between}, next {next}");
                now = next;
            }
        }
    }
}
