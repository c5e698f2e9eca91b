using System.Globalization;
using Router.Api;

namespace Router.Ctl.Pages;

/// <summary>The answers to `routerctl hosts` and `routerctl hosts move`.</summary>
internal static class HostsPage
{
    /// <summary>A row for each host, and behind it one for each site that it is pinned for.</summary>
    /// <param name="hosts">The answer.</param>
    /// <param name="query">What was asked for: that many hosts mean that there may be more.</param>
    /// <param name="screen">Where to.</param>
    public static void Write(IReadOnlyList<HostReport> hosts, HostQuery query, Screen screen)
    {
        // Where nobody logs in there is no column for it.
        bool hasUsers = hosts.Any(host => host.User is not null);
        var table = new AnswerTable([
            new Column("HOST"), new Column("ZONE", 3), new Column("SITE", 1), new Column("LINK"), new Column("PINNED-FOR", 2, Right: true),
            new Column("FLOWS", 2, Right: true), new Column("REASON", 3), .. hasUsers ? [new Column("USER", 4)] : (Column[])[]]);
        foreach (HostReport host in hosts)
        {
            string? age = host.PinAgeSeconds is { } seconds ? Units.Duration(seconds) : null;
            table.Add([host.Host, host.Zone, host.Link is null ? null : "any", host.Link, age, screen.Count(host.Flows), Words(host.Reason, host.MovedFrom), .. hasUsers ? [host.User] : (Cell[])[]]);
            foreach (SitePinReport site in host.Sites)
            {
                table.Add([host.Host, host.Zone, site.Site, site.Link, Units.Duration(site.PinAgeSeconds), screen.Count(site.Flows), Words(site.Reason, site.MovedFrom), .. hasUsers ? [host.User] : (Cell[])[]]);
            }
        }
        table.WriteTo(screen, query with { Sort = null, Limit = new HostQuery().Limit } == new HostQuery() ? "No host is pinned, and none has a flow." : "No such hosts.");
        if (hosts.Count >= query.Limit) screen.Line($"The first {query.Limit} are shown; ask for more with --limit, or for fewer with --host, --link, --zone, --user.");
    }

    public static void Write(MoveReport move, Screen screen)
    {
        bool isThere = move.Pins == 0;
        screen.Line(isThere ? $"{move.Host} is pinned to {move.Link} already."
            : $"{move.Host} was moved from {string.Join(", ", move.From)} to {move.Link} ({Count(move.Pins, "pin")}): what it begins from now on leaves there.");
        if (move.FlowsMoved + move.FlowsReset > 0)
        {
            screen.Line($"{Count(move.FlowsMoved, "live flow")} went along, {move.FlowsReset.ToString(CultureInfo.InvariantCulture)} ended by a reset, to be opened anew.");
        }
        if (move.FlowsKept > 0) screen.Line($"{Count(move.FlowsKept, "live flow")} elsewhere: {(move.FlowsKept == 1 ? "it stays" : "they stay")} until {(move.FlowsKept == 1 ? "it ends" : "they end")}.{Hint(move)}");
    }

    private static string Hint(MoveReport move) => move.FlowsMoved + move.FlowsReset > 0 ? "" : " With --flows, flows go along as on_link_down of their rule says.";

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    private static string? Words(string? reason, string? from) => reason switch
    {
        "Placed" => "placed by weight",
        "LinkDown" => from is null ? "its link went down" : $"{from} went down",
        "Moved" => from is null ? "moved by hand" : $"moved by hand from {from}",
        "Degraded" => from is null ? "its link became slow or lossy" : $"{from} became slow or lossy",
        "Restored" => "its link returned",
        _ => reason,
    };
}
