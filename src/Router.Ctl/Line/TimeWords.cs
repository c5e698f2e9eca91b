using System.Globalization;

namespace Router.Ctl;

/// <summary>
/// A time in the past as people write it: `14:05` or `14:05:30` (today, or yesterday if that has not come yet), `2026-11-22`,
/// `2026-11-22 14:05`, anything of ISO 8601, or how long ago: `90s`, `10m`, `2h`, `3d`. Without an offset it is the terminal's local time.
/// </summary>
internal static class TimeWords
{
    private static readonly string[] s_hours = ["H:mm", "H:mm:ss"];
    private static readonly string[] s_days = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss"];

    /// <exception cref="ControlFailure">It is none of these.</exception>
    public static DateTimeOffset Read(string text, DateTimeOffset now)
    {
        if (TryAgo(text, out TimeSpan ago)) return now - ago;
        if (TimeOnly.TryParseExact(text, s_hours, CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly hour))
        {
            DateTime today = now.Date + hour.ToTimeSpan();
            return At(today <= now.DateTime ? today : today.AddDays(-1), now);
        }
        if (DateTime.TryParseExact(text, s_days, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day)) return At(day, now);
        if (text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset exact)) return exact;
        throw new ControlFailure(ExitCode.Usage, $"'{text}' is no time: write 14:05, \"2026-11-22 14:05\", or how long ago, as 10m, 2h or 3d");
    }

    /// <summary>A length of time: a number and s, m, h or d.</summary>
    public static bool TryAgo(string text, out TimeSpan length)
    {
        length = default;
        int unit = text.Length < 2 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        if (unit == 0 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > 36_500) return false;
        length = TimeSpan.FromSeconds((long)number * unit);
        return true;
    }

    // By the clock's offset of that day, which daylight saving may have changed since.
    private static DateTimeOffset At(DateTime time, DateTimeOffset now) =>
        now.Offset == TimeZoneInfo.Local.GetUtcOffset(now) ? new DateTimeOffset(time, TimeZoneInfo.Local.GetUtcOffset(time)) : new DateTimeOffset(time, now.Offset);
}
