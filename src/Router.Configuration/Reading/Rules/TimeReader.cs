using Router.Configuration.Layers;
using Router.Configuration.Reference;

namespace Router.Configuration.Reading;

/// <summary>Reads `times`: `{ days: mon-fri, from: "08:00", to: "18:00" }`; each part may be left out (every day, midnight to midnight).</summary>
internal sealed class TimeReader(Names names)
{
    private static readonly KeySet Keys = new(RuleParts.Time);
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public void Define(Setting setting)
    {
        foreach (Setting time in setting.Named())
        {
            Names.CheckName(time, "time");
            byte days = TimeRange.EveryDay;
            TimeSpan from = TimeSpan.Zero, to = TimeSpan.FromDays(1);
            foreach ((string name, Setting value) in time.Fields(Keys))
            {
                switch (name)
                {
                    case "days": days = ReadDays(value); break;
                    case "from": from = value.TimeOfDay(end: false) ?? from; break;
                    case "to": to = value.TimeOfDay(end: true) ?? to; break;
                }
            }
            names.Times[time.Key] = new TimeRange(time.Key, days, from, to);
        }
    }

    private static byte ReadDays(Setting setting)
    {
        int days = 0;
        foreach ((string list, Setting item) in setting.Texts())
        {
            foreach (string text in list.Split(',', StringSplitOptions.TrimEntries))
            {
                int dash = text.IndexOf('-');
                int first = Day(dash < 0 ? text : text[..dash]), last = dash < 0 ? first : Day(text[(dash + 1)..]);
                if (text.Equals("daily", StringComparison.OrdinalIgnoreCase)) days |= TimeRange.EveryDay;
                else if (first < 0 || last < 0) item.Error($"`{text}` is not a day", "write days such as `mon-fri`, `sat,sun` or `daily`");
                else days |= Span(first, last);
            }
        }
        if (days == 0) setting.Error("no days: the time would never come", "write days such as `mon-fri`, or remove `days` for every day");
        return (byte)days;
    }

    /// <summary>`fri-mon` goes round the end of the week.</summary>
    private static int Span(int first, int last)
    {
        int days = 1 << last;
        for (int day = first; day != last; day = (day + 1) % 7) days |= 1 << day;
        return days;
    }

    private static int Day(string text) =>
        Array.FindIndex(Days, d => text.Trim().StartsWith(d, StringComparison.OrdinalIgnoreCase)
            && ((DayOfWeek)Array.IndexOf(Days, d)).ToString().StartsWith(text.Trim(), StringComparison.OrdinalIgnoreCase));
}
