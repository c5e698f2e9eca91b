using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answer to `routerctl status`.</summary>
internal static class StatusPage
{
    public static void Write(StatusReport status, Screen screen)
    {
        Fact(screen, "routerd", $"{status.Version}, process {status.Pid}, up {Units.Duration(status.UptimeSeconds)}");
        Fact(screen, "configuration", $"{status.ConfigurationFile}, policy {status.PolicyGeneration} since {Local(status.PolicyLoadedAt)}");
        if (status.RevertsAt is { } end) screen.Line($"{"on trial:",-15}the configuration of before comes back at {Local(end)}, unless: routerctl confirm", new Style(Color.Yellow));
        Fact(screen, "mode", status.Mode);
        Fact(screen, "flows", Full(status.Flows));
        Fact(screen, "pins", Full(status.Pins));
        Fact(screen, "taken in", $"{screen.Count(status.Packets)} packets, {screen.Octets(status.Octets)}");
        Fact(screen, "dropped", $"{screen.Count(status.Drops.Sum(drop => drop.Packets))} packets");
        foreach (DropReport drop in status.Drops.OrderByDescending(drop => drop.Packets))
        {
            screen.Line($"  {screen.Count(drop.Packets),9}  {drop.Reason}");
        }
        foreach (string warning in status.Warnings) screen.Line($"warning: {warning}", new Style(Color.Yellow));
    }

    private static void Fact(Screen screen, string name, string value) => screen.Line($"{name + ":",-15}{value}");

    private static string Full(Occupancy table)
    {
        double share = table.Capacity == 0 ? 0 : (double)table.Used / table.Capacity;
        return $"{table.Used.ToString(CultureInfo.InvariantCulture)} of {table.Capacity.ToString(CultureInfo.InvariantCulture)} ({Units.Share(share)})";
    }

    private static string Local(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
