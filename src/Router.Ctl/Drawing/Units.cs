using System.Globalization;

namespace Router.Ctl;

/// <summary>Numbers as people read them: three digits or so, a unit, decimal points as in English whatever the locale.</summary>
internal static class Units
{
    private static readonly string[] Thousands = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary>Octets in powers of 1000: "999 B", "12.3 MB".</summary>
    /// <param name="octets">How many.</param>
    /// <param name="exact">The number itself, for whoever compares or adds: "12345678".</param>
    public static string Octets(long octets, bool exact = false) => exact ? Whole(octets) : Scaled(octets, "B");

    /// <summary>A rate that is given in octets, told in bits as line speeds are: "1.2 Mbit/s"; exactly in octets a second, as all octets are then.</summary>
    public static string BitRate(double octetsPerSecond, bool exact = false) => exact ? Whole(Math.Round(octetsPerSecond)) : Scaled(octetsPerSecond * 8, "bit/s");

    /// <summary>A count: "950", "1.2 M".</summary>
    public static string Count(long count, bool exact = false) => exact || count < 100_000 ? Whole(count) : Scaled(count, "").TrimEnd();

    /// <summary>A length of time by its two largest units: "350ms", "12s", "4m12s", "3h05m", "12d07h".</summary>
    public static string Duration(double seconds)
    {
        if (seconds < 0) seconds = 0;
        if (seconds < 0.9995) return string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0}ms");
        if (seconds < 9.95) return string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0}s");
        var whole = TimeSpan.FromSeconds(Math.Round(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2)));
        return whole switch
        {
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{whole.Seconds}s"),
            { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{whole.Minutes}m{whole.Seconds:00}s"),
            { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{whole.Hours}h{whole.Minutes:00}m"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{whole.Days}d{whole.Hours:00}h"),
        };
    }

    /// <summary>How long ago that was.</summary>
    public static string Age(DateTimeOffset since, DateTimeOffset now) => Duration((now - since).TotalSeconds);

    /// <summary>A share of 0 to 1: "33.3 %".</summary>
    public static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");

    private static string Whole(double number) => number.ToString("0", CultureInfo.InvariantCulture);

    private static string Scaled(double value, string unit)
    {
        int step = 0;
        while (value >= 999.5 && step < Thousands.Length - 1)
        {
            value /= 1000;
            step++;
        }
        string digits = value.ToString(step == 0 || value >= 99.95 ? "0" : "0.0", CultureInfo.InvariantCulture);
        return $"{digits} {Thousands[step]}{unit}";
    }
}
