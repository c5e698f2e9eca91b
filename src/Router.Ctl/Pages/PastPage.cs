using System.Globalization;
using System.Net;
using Router.Api;

namespace Router.Ctl.Pages;

/// <summary>
/// The answer to `routerctl report`: a text for a provider's helpdesk, who knows neither routerd nor its words. Times carry their
/// offset once, at the top; nothing in it speaks of other links, or of whoever uses this one.
/// </summary>
internal static class PastPage
{
    private const string Clock = "HH:mm:ss";

    public static void Write(IReadOnlyList<PastReport> links, Screen screen)
    {
        for (int i = 0; i < links.Count; i++)
        {
            if (i > 0) screen.Line("");
            Write(links[i], screen);
        }
    }

    private static void Write(PastReport past, Screen screen)
    {
        screen.Line($"Internet link {past.Link}, as seen from the customer's router");
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"{past.From:yyyy-MM-dd HH:mm:ss} to {past.To:yyyy-MM-dd HH:mm:ss}, times are UTC{past.From:zzz}"));
        screen.Line("");
        screen.Line($"Our address on the link: {(past.Addresses.Count == 0 ? "not known" : string.Join(", then ", past.Addresses.Select(Named)))}");
        screen.Line($"Gateway:                 {(past.Gateways.Count == 0 ? "none, or not known" : string.Join(", then ", past.Gateways))}");
        screen.Line("");
        WriteTroubles(past, screen);
        WriteTargets(past, screen);
        WriteMinutes(past, screen);
        foreach (PastGap gap in past.Gaps)
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"Nothing was recorded from {gap.From.ToString(Clock, CultureInfo.InvariantCulture)} to {gap.To.ToString(Clock, CultureInfo.InvariantCulture)}: the router was not running."));
        }
    }

    private static void WriteTroubles(PastReport past, Screen screen)
    {
        if (past.Troubles.Count == 0)
        {
            screen.Line("The link was up the whole time, as far as is known.");
            return;
        }
        foreach (PastTrouble trouble in past.Troubles)
        {
            string what = trouble.State == "down" ? "The link was down" : "The link was bad";
            string until = trouble.Ended is { } ended ? $"until {At(ended, past)} ({Units.Duration((ended - trouble.Began).TotalSeconds)})" : "and still is";
            screen.Line($"{what} from {At(trouble.Began, past)} {until}.");
            screen.Line($"  How it began: {trouble.Cause}.");
            if (trouble.EndedBy is { } by) screen.Line($"  How it ended: {by}.");
        }
    }

    private static void WriteTargets(PastReport past, Screen screen)
    {
        if (past.Targets.Count == 0) return;
        screen.Line("");
        screen.Line("Questions sent over the link by the router itself, and their answers, in the whole time:");
        var table = new AnswerTable(new Column("ASKED"), new Column("SENT", Right: true), new Column("ANSWERED", Right: true), new Column("LOST", Right: true),
            new Column("LATENCY-LEAST", Right: true), new Column("MEAN", Right: true), new Column("MOST", Right: true));
        foreach (PastTarget target in past.Targets)
        {
            string name = target.Target == "gateway" && past.Gateways.Count == 1 ? $"gateway {past.Gateways[0]}" : target.Target;
            table.Add(name, Number(target.Asked), Number(target.Answered), Lost(target.Asked, target.Answered),
                Milliseconds(target.LeastMilliseconds), Milliseconds(target.MeanMilliseconds), Milliseconds(target.MostMilliseconds));
        }
        table.WriteTo(screen, "");
    }

    private static void WriteMinutes(PastReport past, Screen screen)
    {
        if (past.Minutes.Count == 0) return;
        screen.Line("");
        screen.Line("Minute by minute:");
        var table = new AnswerTable(new Column("TIME"), new Column("LINK"), new Column("SENT", Right: true), new Column("LOST", Right: true), new Column("LATENCY", Right: true),
            new Column("RECEIVED", 1, Right: true), new Column("TRANSMITTED", 1, Right: true));
        foreach (PastMinute minute in past.Minutes)
        {
            table.Add(minute.Time.ToString("HH:mm", CultureInfo.InvariantCulture), Plain(minute.State), Number(minute.Asked), Lost(minute.Asked, minute.Answered),
                Milliseconds(minute.MeanMilliseconds), screen.BitRate(minute.OctetsInPerSecond), screen.BitRate(minute.OctetsOutPerSecond));
        }
        table.WriteTo(screen, "");
    }

    // Whether traffic is placed on it is nobody else's business.
    private static string Plain(string state) => state switch { "degraded" => "bad", "standby" => "up", _ => state };

    private static string Named(string address) => IPAddress.TryParse(address, out IPAddress? parsed) && IsPrivate(parsed) ? $"{address} (private: translated by the modem or the provider)" : address;

    // RFC 1918, and RFC 6598 for providers.
    private static bool IsPrivate(IPAddress address) => address.GetAddressBytes() is [var first, var second, _, _]
        && (first == 10 || (first == 172 && second is >= 16 and < 32) || (first == 192 && second == 168) || (first == 100 && second is >= 64 and < 128));

    private static string At(DateTimeOffset time, PastReport past) =>
        time.ToString(time.Date == past.From.Date ? Clock : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Lost(long asked, long answered) => asked == 0 ? "-" : Units.Share((double)(asked - answered) / asked);

    private static string Milliseconds(double? milliseconds) => milliseconds is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some:0.0} ms") : "-";
}
