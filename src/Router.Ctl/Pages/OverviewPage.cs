using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answer to `routerctl` alone.</summary>
internal static class OverviewPage
{
    public static void Write(OverviewReport overview, Screen screen)
    {
        StatusReport status = overview.Status;
        screen.Line($"routerd {status.Version}, up {Units.Duration(status.UptimeSeconds)}, {status.Mode}, {screen.Count(status.Flows.Used)} of {screen.Count(status.Flows.Capacity)} flows, "
            + $"{screen.Count(status.Pins.Used)} pins, {screen.Count(status.Drops.Sum(drop => drop.Packets))} packets dropped");
        LicensePage.WriteCounters(overview.License, screen);
        var links = new AnswerTable(
            new Column("LINK"), new Column("STATE"), new Column("FOR", 2, Right: true), new Column("IN", 1, Right: true), new Column("OUT", 1, Right: true),
            new Column("LOSS", 2, Right: true), new Column("LATENCY", 3, Right: true), new Column("SHARE", 4, Right: true), new Column("FLOWS", 3, Right: true));
        foreach (LinkReport link in overview.Links)
        {
            links.Add(
                link.Name, LinksPage.StateOf(link), Units.Age(link.Since, screen.Now), screen.BitRate(link.Received.OctetsPerSecond), screen.BitRate(link.Sent.OctetsPerSecond),
                LinksPage.LossOf(link), LinksPage.LatencyOf(link), Units.Share(link.PlacementShare), screen.Count(link.Flows));
        }
        links.WriteTo(screen, "No links are configured.");
        foreach (string warning in status.Warnings) screen.Line($"warning: {warning}", new Style(Color.Yellow));
        if (overview.Events.Count > 0) EventsPage.Write(overview.Events, screen);
        screen.Line("More: routerctl top, links, hosts, flows, rules, events; routerctl help.");
    }
}
