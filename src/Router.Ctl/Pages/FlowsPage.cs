using System.Globalization;
using Router.Api;

namespace Router.Ctl.Pages;

/// <summary>The answers to `routerctl flows` and `routerctl flows kill`.</summary>
internal static class FlowsPage
{
    /// <param name="flows">The answer.</param>
    /// <param name="limit">How many were asked for; that many means that there may be more.</param>
    /// <param name="screen">Where to.</param>
    public static void Write(IReadOnlyList<FlowReport> flows, int limit, Screen screen)
    {
        var table = new AnswerTable(
            new Column("ID", 9, Right: true), new Column("PROTO"), new Column("INSIDE"), new Column("OUTSIDE", 3), new Column("REMOTE"),
            new Column("LINK"), new Column("ZONE", 8), new Column("RULE", 4), new Column("STATE", 2), new Column("AGE", 5, Right: true),
            new Column("IDLE", 4, Right: true), new Column("OUT", 3, Right: true), new Column("IN", 3, Right: true), new Column("USER", 6), new Column("WHY", 7));
        foreach (FlowReport flow in flows)
        {
            table.Add(
                flow.Id.ToString(CultureInfo.InvariantCulture), flow.Protocol, flow.Inside.ToString(), flow.Outside.ToString(),
                flow.Remote.ToString(), flow.Link, flow.Zone, flow.Rule, flow.State, Units.Duration(flow.AgeSeconds),
                Units.Duration(flow.IdleSeconds), screen.Octets(flow.OctetsOut), screen.Octets(flow.OctetsIn), flow.User, flow.PinReason);
        }
        table.WriteTo(screen, "No such flows.");
        if (flows.Count >= limit)
        {
            screen.Line($"The first {limit} are shown; ask for more with --limit, or for fewer with --host, --link, --rule, --port, --protocol, --user, --state, --since.");
        }
    }

    public static void Write(KillReport kill, Screen screen) => screen.Line(kill.Killed switch
    {
        0 => "No such flows.",
        1 => "1 flow was ended.",
        _ => string.Create(CultureInfo.InvariantCulture, $"{kill.Killed} flows were ended."),
    });
}
