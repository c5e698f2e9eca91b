namespace Router.Configuration;

/// <summary>Which time ranges hold at one instant, and when that changes next. Each range is worked out once however many rules use it.</summary>
internal sealed class RuleClock(DateTimeOffset now, TimeZoneInfo zone)
{
    private readonly Dictionary<TimeRange, bool> _holds = [];

    /// <summary>The nearest change of the ranges asked for so far, or null.</summary>
    public DateTimeOffset? NextChange { get; private set; }

    public bool Holds(TimeRange? time)
    {
        if (time is null) return true;
        if (_holds.TryGetValue(time, out bool holds)) return holds;
        _holds.Add(time, holds = time.Contains(now, zone));
        if (time.NextChange(now, zone) is { } change && !(change >= NextChange)) NextChange = change;
        return holds;
    }
}
