using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answers to `routerctl license` and its verbs.</summary>
internal static class LicensePage
{
    private const int BarLetters = 30;

    /// <summary>Both counters as bars, then each holder, and who was refused.</summary>
    public static void Write(LicenseReport report, Screen screen)
    {
        screen.Line(Sentence(report.Licence));
        if (report.Licence.DevelopmentKey) screen.Line("warning: this build believes the development key, with which anybody may issue licences", new Style(Color.Yellow));
        WriteCounters(report, screen);
        screen.Line($"since start: {screen.Count(report.Tally.PlacesTaken)} places taken, {screen.Count(report.Tally.PlacesFreed)} given back, "
            + $"{screen.Count(report.Tally.Logins)} logins, {screen.Count(report.Tally.Logouts)} logouts, {screen.Count(report.Tally.Refused)} newcomers refused");
        screen.Line("");
        WritePlaces(report, screen);
        if (report.Users.Count > 0) WriteUsers(report, screen);
        if (report.Refused.Count > 0) WriteRefused(report, screen);
    }

    /// <summary>How full it is.</summary>
    public static void WriteCounters(LicenseReport report, Screen screen)
    {
        if (report.Licence.Problem is { } problem) screen.Line($"warning: {problem}", new Style(Color.Yellow));
        Bar(screen, "devices", report.Devices);
        if (report.Seats is { } seats) Bar(screen, "users", seats);
    }

    /// <summary>A licence by itself.</summary>
    public static void Write(LicenceFacts licence, Screen screen)
    {
        Fact(screen, "state", licence.State);
        if (licence.File is { } file) Fact(screen, "file", file);
        if (licence.Number is { } number) Fact(screen, "number", number);
        if (licence.Holder is { } holder) Fact(screen, "holder", holder);
        Fact(screen, "users", licence.Users.ToString(CultureInfo.InvariantCulture));
        Fact(screen, "devices", $"{(licence.Users * (long)licence.DevicesPerUser).ToString(CultureInfo.InvariantCulture)}, {licence.DevicesPerUser.ToString(CultureInfo.InvariantCulture)} for each user");
        Day(screen, "issued", licence.Issued);
        Day(screen, "not before", licence.NotBefore);
        Day(screen, "trial until", licence.Expires);
        Day(screen, "maintained until", licence.MaintenanceUntil);
        if (licence.Problem is { } problem) screen.Line($"warning: {problem}", new Style(Color.Yellow));
        if (licence.DevelopmentKey) screen.Line("warning: this build believes the development key, with which anybody may issue licences", new Style(Color.Yellow));
    }

    public static void Write(FreedReport freed, Screen screen) =>
        screen.Line($"The place of {freed.Device} ({string.Join(", ", freed.Mac is { } mac ? [mac, .. freed.Addresses] : freed.Addresses)}) is free after {Units.Duration(freed.HeldSeconds)}; "
            + $"{freed.FlowsEnded.ToString(CultureInfo.InvariantCulture)} live flows were ended.");

    private static string Sentence(LicenceFacts licence)
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"{licence.Users} users, {licence.DevicesPerUser} devices each");
        return licence.State switch
        {
            "base" => $"no licence: the base of {what}",
            "valid" => $"licence {licence.Number} of {licence.Holder}: {what}{End(licence)}",
            "not yet" => $"licence {licence.Number} of {licence.Holder} begins on {Iso(licence.NotBefore)}; until then the base of {what}",
            "expired" => $"licence {licence.Number} of {licence.Holder}: the trial ended with {Iso(licence.Expires)}, and nothing passes from licensed zones",
            "release too new" => $"licence {licence.Number} of {licence.Holder}: maintained until {Iso(licence.MaintenanceUntil)}, and this release is newer: the base of {what}",
            string other => $"licence {licence.Number}: {other}; {what}",
        };
    }

    private static string End(LicenceFacts licence) => licence.Expires is { } last ? $", a trial until {Iso(last)}"
        : licence.MaintenanceUntil is { } until ? $", maintained until {Iso(until)}" : "";

    private static void Bar(Screen screen, string name, CounterReport counter)
    {
        double share = counter.Limit == 0 ? 1 : Math.Min(1, (double)counter.Used / counter.Limit);
        int full = (int)Math.Round(share * BarLetters);
        // A bar is full when all are taken, and shows something as soon as one is.
        if (counter.Used < counter.Limit) full = Math.Min(full, BarLetters - 1);
        if (counter.Used > 0) full = Math.Max(full, 1);
        string kept = counter.Reserved > 0 ? string.Create(CultureInfo.InvariantCulture, $", {counter.Reserved} of them kept for reserved devices") : "";
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{name,-8}[{new string('#', full)}{new string('.', BarLetters - full)}] {counter.Used} of {counter.Limit}{kept}");
        screen.Line(line, share >= 1 ? new Style(Color.Red) : share >= 0.8 ? new Style(Color.Yellow) : null);
    }

    private static void WritePlaces(LicenseReport report, Screen screen)
    {
        var table = new AnswerTable(
            new Column("DEVICE"), new Column("MAC", 2), new Column("ZONE", 3), new Column("USER", 1), new Column("HELD-FOR", 1, Right: true), new Column("FLOWS", 2, Right: true),
            new Column("IDLE", 1, Right: true), new Column("BECAUSE-OF", 2));
        foreach (PlaceReport place in report.Places)
        {
            string? device = place.Addresses.Count > 0 ? string.Join(' ', place.Addresses) : null;
            table.Add(place.Name is { Length: > 0 } name ? $"{name}{(device is null ? "" : $" {device}")}" : device, place.Mac, place.Zone, place.User,
                place.Since is { } since ? Units.Age(since, screen.Now) : null, screen.Count(place.Flows), place.Since is null || place.Flows > 0 ? null : Units.Duration(place.IdleSeconds), place.Reason);
        }
        table.WriteTo(screen, "No device has a place.");
    }

    private static void WriteUsers(LicenseReport report, Screen screen)
    {
        screen.Line("");
        var table = new AnswerTable(
            new Column("USER"), new Column("SEATS", 0, Right: true), new Column("DEVICES", 1, Right: true), new Column("SINCE", 1, Right: true), new Column("ON", 2));
        foreach (SeatReport user in report.Users)
        {
            table.Add(user.User, user.Administrator ? "admin" : screen.Count(user.Seats), screen.Count(user.Devices), Units.Age(user.Since, screen.Now), string.Join(' ', user.Machines));
        }
        table.WriteTo(screen, "");
    }

    private static void WriteRefused(LicenseReport report, Screen screen)
    {
        screen.Line("");
        var table = new AnswerTable(
            new Column("REFUSED"), new Column("MAC", 3), new Column("ZONE", 3), new Column("WHY"), new Column("WANTED", 2), new Column("TIMES", 2, Right: true), new Column("LAST", 1, Right: true));
        foreach (RefusedReport refused in report.Refused)
        {
            table.Add(refused.Host, refused.Mac, refused.Zone, refused.Why, refused.Wanted, screen.Count(refused.Times), Units.Age(refused.Last, screen.Now));
        }
        table.WriteTo(screen, "");
    }

    private static void Fact(Screen screen, string name, string value) => screen.Line($"{name + ":",-18}{value}");

    private static void Day(Screen screen, string name, DateOnly? day)
    {
        if (day is not null) Fact(screen, name, Iso(day));
    }

    private static string Iso(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-";
}
