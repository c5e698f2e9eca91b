using System.Collections;
using System.Globalization;

namespace Router.Configuration.Comparing;

/// <summary>The keys of one thing while its portrait is drawn: a value becomes text as the file would have it; null and empty lists are left out.</summary>
internal sealed class Keys : IEnumerable
{
    private readonly List<(string Key, string Value)> _said = [];

    public IReadOnlyList<(string Key, string Value)> Said => _said;

    public void Add(string key, object? value)
    {
        string? text = value switch
        {
            null => null,
            string one => one,
            TimeSpan length => Of(length),
            IEnumerable list => string.Join(", ", list.Cast<object>().Select(Word)),
            _ => Word(value),
        };
        if (!string.IsNullOrEmpty(text)) _said.Add((key, text));
    }

    public IEnumerator GetEnumerator() => _said.GetEnumerator();

    /// <summary>`2h`, `90s`, `500ms`: the largest unit that leaves no rest.</summary>
    public static string Of(TimeSpan length) =>
        length.Ticks % TimeSpan.TicksPerDay == 0 && length.Ticks > 0 ? Number(length.TotalDays, "d")
        : length.Ticks % TimeSpan.TicksPerHour == 0 && length.Ticks > 0 ? Number(length.TotalHours, "h")
        : length.Ticks % TimeSpan.TicksPerMinute == 0 && length.Ticks > 0 ? Number(length.TotalMinutes, "m")
        : length.Ticks % TimeSpan.TicksPerSecond == 0 ? Number(length.TotalSeconds, "s")
        : Number(length.TotalMilliseconds, "ms");

    /// <summary>The same of microseconds.</summary>
    public static string Of(long microseconds) => Of(TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond));

    private static string Word(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        Enum word => word.ToString().ToLowerInvariant(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Number(double count, string unit) => count.ToString(CultureInfo.InvariantCulture) + unit;
}
