using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answer to `routerctl events`: a row each, oldest first.</summary>
internal static class EventsPage
{
    private const string Clock = "yyyy-MM-dd HH:mm:ss.fff";

    public static void Write(IReadOnlyList<EventReport> events, Screen screen)
    {
        var table = new AnswerTable(new Column("TIME"), new Column("KIND", 2), new Column("LINK", 1), new Column("STATE", 1), new Column("WHAT"));
        foreach (EventReport happened in events)
        {
            table.Add(Time(happened), happened.Kind, happened.Link, happened.State, new Cell(happened.Text, happened.Priority is "notice" ? null : Color.Yellow));
        }
        table.WriteTo(screen, "No such events.");
    }

    /// <summary>One of those that come while somebody waits: a line, as nobody knows how wide the next will be.</summary>
    public static void WriteLine(EventReport happened, Screen screen) =>
        screen.Line($"{Time(happened)}  {happened.Kind,-8} {happened.Link ?? "-",-8} {happened.State ?? "-",-8} {happened.Text}");

    private static string Time(EventReport happened) => happened.Time.ToLocalTime().ToString(Clock, CultureInfo.InvariantCulture);
}
