using System.Globalization;
using Router.Configuration.Layers;

namespace Router.Configuration.Reading;

/// <summary>
/// Reads the plain values: numbers with bounds, durations (`500ms`, `30s`, `10m`, `8h`, `2d`), speeds (`500/100 Mbit/s`), shares
/// (`10%`), words out of a few. Each tells what is wrong and returns null then, so that the caller keeps its default.
/// </summary>
internal static class Quantities
{
    /// <summary>Above this a bit rate is a slip of the pen.</summary>
    private const double MostBits = 1e13;

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    private static readonly (string Unit, double Bits)[] Rates =
        [("bit/s", 1), ("kbit/s", 1e3), ("Mbit/s", 1e6), ("Gbit/s", 1e9)];

    private static readonly (string Unit, double Octets)[] Volumes =
        [("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)];

    /// <summary>So that sums of them never overflow.</summary>
    private const double MostVolume = 1e17;

    public static int? Number(this Setting setting, int least, int most)
    {
        if (setting.Text() is not { } text) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most) return number;
        setting.Error($"`{text}` is not a number from {Invariant(least)} to {Invariant(most)}", "write a whole number in that range");
        return null;
    }

    public static bool? Flag(this Setting setting)
    {
        if (setting.Text() is not { } text) return null;
        if (text.Equals("true", StringComparison.OrdinalIgnoreCase)) return true;
        if (text.Equals("false", StringComparison.OrdinalIgnoreCase)) return false;
        setting.Error($"`{text}` is neither true nor false", "write `true` or `false`");
        return null;
    }

    /// <summary>One of the names of an enum's values, given in lower case.</summary>
    public static T? Word<T>(this Setting setting, params ReadOnlySpan<(string Name, T Value)> words) where T : struct
    {
        if (setting.Text() is not { } text) return null;
        foreach ((string name, T value) in words)
        {
            if (text.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }
        var names = new List<string>();
        foreach ((string name, _) in words) names.Add(name);
        setting.Error($"`{text}` is not possible for `{setting.Label}`", Spelling.Remedy(text, names, "write one of"));
        return null;
    }

    public static TimeSpan? Duration(this Setting setting, TimeSpan least, TimeSpan most, string why = "")
    {
        if (setting.Text() is not { } text) return null;
        if (ParseDuration(text) is not { } length)
        {
            setting.Error($"`{text}` is not a duration", "write a number and a unit: 500ms, 30s, 10m, 8h, 2d");
            return null;
        }
        if (length >= least && length <= most) return length;
        bool small = length < least;
        string reason = small && why.Length > 0 ? $" ({why})" : "";
        setting.Error($"`{setting.Label}` of {text} is {(small ? "below" : "above")} {Show(small ? least : most)}{reason}",
            $"write {Show(least)} to {Show(most)}");
        return null;
    }

    /// <summary>A share as 0 to 1, written in percent.</summary>
    public static double? Share(this Setting setting)
    {
        if (setting.Text() is not { } text) return null;
        if (text.EndsWith('%') && Decimal(text.AsSpan()[..^1].Trim()) is { } percent && percent is >= 0 and <= 100) return percent / 100;
        setting.Error($"`{text}` is not a share", "write a percentage such as 10%");
        return null;
    }

    /// <summary>`500/100 Mbit/s` (towards us, from us), or `100 Mbit/s` for both.</summary>
    public static LinkSpeed? Speed(this Setting setting)
    {
        if (setting.Text() is not { } text) return null;
        foreach ((string unit, double bits) in Rates)
        {
            int digits = text.Length - unit.Length;
            if (digits <= 0 || !text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) || char.IsAsciiLetter(text[digits - 1])) continue;
            ReadOnlySpan<char> numbers = text.AsSpan(0, digits).Trim();
            int slash = numbers.IndexOf('/');
            long? down = Bits(slash < 0 ? numbers : numbers[..slash].Trim(), bits);
            long? up = slash < 0 ? down : Bits(numbers[(slash + 1)..].Trim(), bits);
            if (down is { } ours && up is { } theirs) return new LinkSpeed(ours, theirs);
        }
        setting.Error($"`{text}` is not a speed", "write down/up and a unit, such as `500/100 Mbit/s` (kbit/s, Mbit/s, Gbit/s)");
        return null;
    }

    /// <summary>`50 GB`, in octets.</summary>
    public static long? Volume(this Setting setting)
    {
        if (setting.Text() is not { } text) return null;
        foreach ((string unit, double octets) in Volumes)
        {
            int digits = text.Length - unit.Length;
            if (digits <= 0 || !text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (Decimal(text.AsSpan(0, digits).Trim()) is { } count && count * octets is >= 1e6 and <= MostVolume) return (long)(count * octets);
        }
        setting.Error($"`{text}` is not a volume", "write a number and a unit, such as `50 GB` (MB, GB, TB of powers of ten; MiB, GiB, TiB of powers of two)");
        return null;
    }

    /// <summary>`08:00` to `24:00`, as the time since midnight.</summary>
    public static TimeSpan? TimeOfDay(this Setting setting, bool end)
    {
        if (setting.Text() is not { } text) return null;
        int colon = text.IndexOf(':');
        if (colon is 1 or 2 && text.Length == colon + 3
            && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out int hour)
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int minute)
            && minute < 60 && (hour < 24 || (end && hour == 24 && minute == 0)))
        {
            return new TimeSpan(hour, minute, 0);
        }
        setting.Error($"`{text}` is not a time of day", end ? "write \"00:00\" to \"24:00\"" : "write \"00:00\" to \"23:59\"");
        return null;
    }

    private static TimeSpan? ParseDuration(string text)
    {
        foreach ((string unit, TimeSpan length) in Units)
        {
            int digits = text.Length - unit.Length;
            if (digits <= 0 || digits > 9 || !text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (int.TryParse(text.AsSpan(0, digits).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && count <= TimeSpan.FromDays(36_500) / length) return count * length;
        }
        return null;
    }

    private static long? Bits(ReadOnlySpan<char> text, double unit) =>
        Decimal(text) * unit is { } bits and >= 1 and <= MostBits ? (long)bits : null;

    private static double? Decimal(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;

    private static string Show(TimeSpan length)
    {
        for (int i = Units.Length - 1; i > 0; i--)
        {
            if (length.Ticks % Units[i].Length.Ticks == 0) return Invariant(length.Ticks / Units[i].Length.Ticks) + Units[i].Unit;
        }
        return Invariant((long)length.TotalMilliseconds) + "ms";
    }

    private static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);
}
