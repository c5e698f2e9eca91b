using System.Globalization;
using Router.Api;
using Router.Ctl.Pages;
using Spectre.Console;

namespace Router.Ctl.Top;

/// <summary>
/// What `top` looks like, from the top: the router in a line, the links with the last minute of each, the two lists' names, the list that is
/// chosen, and the keys or a question. Everything fits the width that there is; of links no more are shown than a third of the rows, and lists end where
/// the screen does.
/// </summary>
internal sealed class TopPicture(TopState state, LastMinute lastMinute, bool colour, bool unicode)
{
    private const int Gap = 2, RateWidth = 12;
    private const int LeastBars = 6, MostBars = 60;

    /// <summary>A link's line without its name and its bars.</summary>
    private const int LinkColumns = 64;

    private static readonly string[] s_help =
    [
        "up down PgUp PgDn Home End, j k   choose a line",
        "Tab, 1, 2                         hosts or flows",
        "Enter                             the flows of the host that is chosen",
        "/                                 narrow the lists: 10.0.0.5, 10.0.0.0/24, :443, tcp, a link's",
        "                                  or a user's name, rule=, state=; all words must hold",
        "Esc                               narrow them no longer",
        "r i o t n, s                      sort by rate, in, out, octets so far, number of flows (of",
        "                                  a flow its age); s takes the next of these",
        "m                                 move the host that is chosen to another link",
        "p, Space                          stand still",
        "Ctrl-L, Ctrl-Z                    draw anew, leave for a while",
        "q, Ctrl-C                         end",
    ];

    /// <param name="columns">Of the terminal.</param>
    /// <param name="rows">Of the terminal.</param>
    /// <param name="away">Why routerd does not answer; null if it does.</param>
    public Frame Draw(int columns, int rows, string? away)
    {
        var frame = new Frame(columns, rows, colour);
        Title(frame, away);
        if (state.Report is { } report)
        {
            Links(frame, report.Links, Math.Max(1, rows / 3));
            Tabs(frame, report);
            if (state.Mode == TopState.Asking.Help) foreach (string line in s_help) frame.Add((line, Look.Plain));
            else if (state.Pane == Pane.Hosts) Hosts(frame, report);
            else Flows(frame, report);
        }
        frame.FillUntil(1);
        Foot(frame);
        return frame;
    }

    private void Title(Frame frame, string? away)
    {
        if (state.Report is not { } report)
        {
            frame.Add((away is null ? "routerd is asked" : $"routerd is away: {away}; it is asked again", away is null ? Look.Plain : Look.Red));
            return;
        }
        string left = string.Create(CultureInfo.InvariantCulture,
            $"routerd {report.Version}  up {Units.Duration(report.UptimeSeconds)}  {report.Mode}  {Units.Count(report.FlowTable.Used)} of {Units.Count(report.FlowTable.Capacity)} flows  {report.HostCount} hosts");
        string clock = report.Time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        (string Text, Look Look) right = away is not null ? ($"routerd is away since {clock}", Look.Red) : state.IsPaused ? ($"paused {clock}", Look.Yellow) : (clock, Look.Plain);
        int space = Math.Max(1, frame.Columns - left.GetCellWidth() - right.Text.GetCellWidth());
        frame.Add((Fit.Middle(left, Math.Max(1, frame.Columns - right.Text.GetCellWidth() - 1)), Look.Bold), (new string(' ', space), Look.Plain), right);
    }

    private void Links(Frame frame, IReadOnlyList<LinkReport> links, int most)
    {
        int name = Math.Clamp(links.Count == 0 ? 4 : links.Max(link => link.Name.GetCellWidth()), 4, Math.Max(6, frame.Columns / 6));
        int bars = frame.Columns - name - LinkColumns;
        bool hasBars = bars >= LeastBars;
        bars = hasBars ? Math.Min(bars, MostBars) : 0;
        frame.Add((LinkLine("LINK", name, "STATE", "IN", "OUT", hasBars ? Fit.To("LAST MINUTE", bars) : "", "LOSS", "LATENCY", "SHARE", "FLOWS"), Look.Dim));
        for (int i = 0; i < links.Count && i < most; i++)
        {
            LinkReport link = links[i];
            string line = LinkLine(
                link.Name, name, link.State, Units.BitRate(link.Received.OctetsPerSecond), Units.BitRate(link.Sent.OctetsPerSecond), lastMinute.Draw(link.Name, bars, unicode),
                LinksPage.LossOf(link) ?? "-", LinksPage.LatencyOf(link) ?? "-", Units.Share(link.PlacementShare), Units.Count(link.Flows));
            frame.Add((line[..(name + 1)], Look.Bold), (line[(name + 1)..(name + 9)], LookOf(link.State)), (line[(name + 9)..], Look.Plain));
        }
        if (links.Count > most) frame.Add(($"({links.Count - most} more links)", Look.Dim));
    }

    private static string LinkLine(string name, int width, string state, string into, string from, string bars, string loss, string latency, string share, string flows) =>
        $"{Fit.To(name, width)} {Fit.To(state, 8)}{Fit.To(into, RateWidth, right: true)}{Fit.To(from, RateWidth, right: true)} {bars} "
        + $"{Fit.To(loss, 6, right: true)} {Fit.To(latency, 8, right: true)} {Fit.To(share, 6, right: true)} {Fit.To(flows, 6, right: true)}";

    private void Tabs(Frame frame, TopReport report)
    {
        frame.Add(("", Look.Plain));
        string narrowed = state.Filter.Length > 0 ? $"  only {state.Filter}" : "";
        string measured = report.SpanSeconds is null ? "  (rates in a second)" : "";
        frame.Add(
            (" 1 hosts ", state.Pane == Pane.Hosts ? Look.Reverse : Look.Plain), (" 2 flows ", state.Pane == Pane.Flows ? Look.Reverse : Look.Plain),
            ($"  by {Words(state.Sort, state.Pane)}{narrowed}{measured}", Look.Plain));
    }

    private void Hosts(Frame frame, TopReport report) => List(
        frame,
        [new Column("HOST"), new Column("USER", 3), new Column("ZONE", 5), new Column("LINK", 2), new Column("FLOWS", 1, Right: true), new Column("IN", 0, Right: true), new Column("OUT", 0, Right: true), new Column("OCTETS", 4, Right: true)],
        [.. report.Hosts.Select(host => (string[])
        [
            host.Host, host.User ?? "-", host.Zone, host.Link ?? "-", Units.Count(host.Flows), Rate(host.OctetsPerSecondIn), Rate(host.OctetsPerSecondOut), Units.Octets(host.OctetsIn + host.OctetsOut),
        ])],
        "No host has a flow that fits.");

    private void Flows(Frame frame, TopReport report) => List(
        frame,
        [new Column("PROTO", 3), new Column("INSIDE"), new Column("REMOTE"), new Column("LINK", 1), new Column("USER", 6), new Column("RULE", 7), new Column("STATE", 4), new Column("IN", 0, Right: true), new Column("OUT", 0, Right: true), new Column("OCTETS", 2, Right: true), new Column("AGE", 5, Right: true)],
        [.. report.Flows.Select(busy => (string[])
        [
            busy.Flow.Protocol, busy.Flow.Inside.ToString(), busy.Flow.Remote.ToString(), busy.Flow.Link ?? "-", busy.Flow.User ?? "-", busy.Flow.Rule, busy.Flow.State,
            Rate(busy.OctetsPerSecondIn), Rate(busy.OctetsPerSecondOut), Units.Octets(busy.Flow.OctetsIn + busy.Flow.OctetsOut), Units.Duration(busy.Flow.AgeSeconds),
        ])],
        "No flow fits.");

    private void List(Frame frame, Column[] columns, List<string[]> rows, string ifEmpty)
    {
        if (rows.Count == 0)
        {
            frame.Add((ifEmpty, Look.Plain));
            return;
        }
        List<(int Index, int Width)> kept = ColumnFit.Fitting(
            columns, index => Math.Max(columns[index].Right ? 9 : columns[index].Title.Length, rows.Max(row => row[index].GetCellWidth())), frame.Columns + Gap, Gap);
        frame.Add((Line(kept, columns, index => columns[index].Title), Look.Dim));
        int room = state.PageRows = Math.Max(1, frame.Left - 1);
        int first = Math.Max(0, Math.Min(state.Chosen - room / 2, rows.Count - room));
        for (int row = first; row < rows.Count && row < first + room; row++)
        {
            int at = row;
            frame.Add((Line(kept, columns, index => rows[at][index]), row == state.Chosen ? Look.Reverse : Look.Plain));
        }
    }

    private static string Line(List<(int Index, int Width)> kept, Column[] columns, Func<int, string> text) =>
        string.Join(new string(' ', Gap), kept.Select(column => Fit.To(text(column.Index), column.Width, columns[column.Index].Right)));

    private void Foot(Frame frame)
    {
        string host = state.Report is { } report && state.Pane == Pane.Hosts && state.Chosen < report.Hosts.Count ? report.Hosts[state.Chosen].Host : "";
        (string text, Look look) = state.Mode switch
        {
            TopState.Asking.Filter => ($"/{state.Filter}_   Enter: only these, Esc: as before", Look.Bold),
            TopState.Asking.Link => ($"Move {host} to which link?  {string.Join("  ", state.OtherLinks.Select((link, index) => $"{index + 1} {link}"))}   Esc: none", Look.Bold),
            TopState.Asking.Sure => ($"Move {state.Moving!.Host} to {state.Moving.Link}?  y yes  f with its live flows  n no", Look.Bold),
            TopState.Asking.Help => ("any key goes back", Look.Bold),
            _ => state.Message.Length > 0 ? (state.Message, Look.Yellow) : ("? help  q end  / filter  s sort  Tab switch  Enter its flows  m move  p pause", Look.Dim),
        };
        frame.Add((text, look));
    }

    private static string Rate(double octetsPerSecond) => octetsPerSecond < 0.5 ? "-" : Units.BitRate(octetsPerSecond);

    private static string Words(string sort, Pane pane) => sort switch
    {
        "in" => "rate in",
        "out" => "rate out",
        "octets" => "octets so far",
        "flows" => pane == Pane.Hosts ? "number of flows" : "age",
        _ => "rate",
    };

    private static Look LookOf(string state) => state switch
    {
        "up" => Look.Green,
        "standby" => Look.Cyan,
        "degraded" => Look.Yellow,
        "down" => Look.Red,
        _ => Look.Dim,
    };
}
