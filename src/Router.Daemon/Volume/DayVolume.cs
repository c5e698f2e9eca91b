namespace Router.Daemon.Volume;

/// <summary>What a link carried on one day of the box's own calendar.</summary>
/// <param name="Day">By local time.</param>
/// <param name="In">Octets from the Internet, counted from the IP header on.</param>
/// <param name="Out">Octets to it.</param>
internal readonly record struct DayVolume(DateOnly Day, long In, long Out)
{
    public long Octets => In + Out;
}

/// <summary>The month by which a provider counts: from its reset day to the day before the next.</summary>
/// <param name="First">The first day of it.</param>
/// <param name="Next">The first day of the one that follows.</param>
internal readonly record struct BillingMonth(DateOnly First, DateOnly Next)
{
    /// <summary>The month that holds a day. Where a calendar month has no such day, it is reset on the last that it has.</summary>
    /// <param name="day">Any day.</param>
    /// <param name="resetDay">1 to 31.</param>
    public static BillingMonth Of(DateOnly day, int resetDay)
    {
        DateOnly reset = ResetIn(day, resetDay);
        return day >= reset ? new BillingMonth(reset, ResetIn(FirstOf(day).AddMonths(1), resetDay)) : new BillingMonth(ResetIn(FirstOf(day).AddMonths(-1), resetDay), reset);
    }

    public bool Holds(DateOnly day) => day >= First && day < Next;

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);

    private static DateOnly ResetIn(DateOnly day, int resetDay) => new(day.Year, day.Month, Math.Min(resetDay, DateTime.DaysInMonth(day.Year, day.Month)));
}
