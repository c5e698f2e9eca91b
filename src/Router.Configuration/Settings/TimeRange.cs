namespace Router.Configuration;

/// <summary>
/// A named time range, such as mon-fri 08:00 to 18:00 in local time. One that ends at or before its beginning runs across midnight
/// and belongs to the day on which it begins: `fri 22:00 to 06:00` ends on Saturday morning.
///
/// The wall clock is turned into instants, and those decide. So a range is as long as it is also on the days when clocks change: an
/// hour that does not exist counts as the one after it, an hour that comes twice as its second occurrence (standard time).
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Days">Bit n for day n of <see cref="DayOfWeek"/> (Sunday is 0).</param>
/// <param name="From">Since midnight, below 24 h.</param>
/// <param name="To">Since midnight, at most 24 h; not after <paramref name="From"/> means on the next day.</param>
public sealed record TimeRange(string Name, byte Days, TimeSpan From, TimeSpan To)
{
    public const byte EveryDay = 0x7f;

    /// <summary>Whether it holds at this instant.</summary>
    public bool Contains(DateTimeOffset now, TimeZoneInfo zone)
    {
        DateTime today = TimeZoneInfo.ConvertTime(now, zone).Date;
        for (int day = -2; day <= 1; day++)
        {
            if (Span(today.AddDays(day), zone) is { } span && now >= span.Begin && now < span.End) return true;
        }
        return false;
    }

    /// <summary>The next instant after this one at which it begins or ends, or null if it never does.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset now, TimeZoneInfo zone)
    {
        DateTime today = TimeZoneInfo.ConvertTime(now, zone).Date;
        DateTimeOffset? next = null;
        for (int day = -2; day <= 8; day++)
        {
            if (Span(today.AddDays(day), zone) is not { } span) continue;
            if (span.Begin > now && !(span.Begin >= next)) next = span.Begin;
            if (span.End > now && !(span.End >= next)) next = span.End;
        }
        return next;
    }

    private (DateTimeOffset Begin, DateTimeOffset End)? Span(DateTime date, TimeZoneInfo zone)
    {
        if ((Days >> (int)date.DayOfWeek & 1) == 0) return null;
        TimeSpan end = To > From ? To : To + TimeSpan.FromDays(1);
        return (Instant(date + From, zone), Instant(date + end, zone));
    }

    private static DateTimeOffset Instant(DateTime wall, TimeZoneInfo zone) =>
        new(DateTime.SpecifyKind(wall, DateTimeKind.Unspecified) - zone.GetUtcOffset(wall), TimeSpan.Zero);
}
