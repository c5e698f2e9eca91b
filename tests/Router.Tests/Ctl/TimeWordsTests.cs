using System.Globalization;
using Router.Ctl;

namespace Router.Tests.Ctl;

public sealed class TimeWordsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 14, 0, 0, TimeSpan.FromHours(5.75));

    [Theory]
    [InlineData("10m", "2026-11-22 13:50:00")]
    [InlineData("90s", "2026-11-22 13:58:30")]
    [InlineData("3d", "2026-11-19 14:00:00")]
    [InlineData("13:05", "2026-11-22 13:05:00")]
    [InlineData("9:05:30", "2026-11-22 09:05:30")]
    [InlineData("14:05", "2026-11-21 14:05:00")] // has not come yet today
    [InlineData("2026-11-20", "2026-11-20 00:00:00")]
    [InlineData("2026-11-20 23:59", "2026-11-20 23:59:00")]
    [InlineData("2026-11-20T08:15:00Z", "2026-11-20 14:00:00")]
    public void Times_are_read_as_people_write_them(string text, string expected) =>
        Assert.Equal(expected, TimeWords.Read(text, s_now).ToOffset(s_now.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("25:00")]
    [InlineData("14")]
    [InlineData("99999999999d")]
    [InlineData("yesterday")]
    public void What_is_no_time_is_refused(string text) => Assert.Equal(ExitCode.Usage, Assert.Throws<ControlFailure>(() => TimeWords.Read(text, s_now)).ExitCode);
}
