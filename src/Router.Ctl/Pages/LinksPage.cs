using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answer to `routerctl links`: a row each, and below it why links are not up.</summary>
internal static class LinksPage
{
    public static void Write(IReadOnlyList<LinkReport> links, Screen screen)
    {
        var table = new AnswerTable(
            new Column("LINK"), new Column("STATE"), new Column("FOR", 1, Right: true), new Column("USED", 3), new Column("INTERFACE", 6),
            new Column("WEIGHT", 4, Right: true), new Column("SHARE", 5, Right: true), new Column("ADDRESS", 2), new Column("GATEWAY", 7),
            new Column("GATEWAY-MAC", 13), new Column("MTU", 12, Right: true), new Column("LOSS", 8, Right: true),
            new Column("LATENCY", 8, Right: true), new Column("IN", 3, Right: true), new Column("OUT", 3, Right: true),
            new Column("TODAY", 9, Right: true), new Column("MONTH", 8, Right: true),
            new Column("TOTAL-IN", 11, Right: true), new Column("TOTAL-OUT", 11, Right: true), new Column("FLOWS", 2, Right: true),
            new Column("PINS", 5, Right: true));
        foreach (LinkReport link in links) table.Add(Row(link, screen.Now));
        table.WriteTo(screen, "No links are configured.");
        foreach (LinkReport link in links)
        {
            if (link.Cause is not null && link.State is not "up") screen.Line($"{link.Name} is {link.State}: {link.Cause}");
            if (link.Drill is { } drill) screen.Line($"{link.Name} is under a drill: {drill}");
            if (link.Placement is { Queues: true } placement) screen.Line(Queueing(link.Name, placement));
            if (link.Volume is { State: not "ample" } volume) screen.Line(Remark(link.Name, volume));
        }
    }

    private static string Queueing(string link, PlacementReport placement) =>
        string.Create(CultureInfo.InvariantCulture, $"{link} queues, {placement.LatencyMilliseconds:0.#} ms where {placement.IdleLatencyMilliseconds:0.#} ms is idle: new hosts avoid it until it has drained");

    private static string Remark(string link, VolumeReport volume) => volume.State == "spent"
        ? $"{link} has used up its {Month(volume)} and carries nothing until {volume.NextMonth:yyyy-MM-dd}"
        : $"{link} is short of volume, {Month(volume)}: other links go first until {volume.NextMonth:yyyy-MM-dd}";

    private static string Month(VolumeReport volume) =>
        Units.Octets(volume.MonthIn + volume.MonthOut) + (volume.Cap is { } cap ? $" of {Units.Octets(cap)}" : "");

    private static Cell[] Row(LinkReport link, DateTimeOffset now) =>
    [
        link.Name,
        new Cell(link.State, ColourOf(link.State)),
        Units.Age(link.Since, now),
        !link.Usable ? "no" : link.InUse ? "yes" : link.Weight == 0 ? "reserve" : "spare",
        link.Interface,
        link.Placement is { } measured && link.Weight > 0 ? Units.BitRate(measured.WeightKilobits * 125.0) : link.Weight.ToString(CultureInfo.InvariantCulture),
        Units.Share(link.PlacementShare),
        link.Addresses.Count switch { 0 => "-", 1 => link.Addresses[0], var more => $"{link.Addresses[0]} +{more - 1}" },
        link.Gateway ?? link.Gateway6,
        link.Gateway is null ? link.Gateway6Mac : link.GatewayMac,
        link.Mtu.ToString(CultureInfo.InvariantCulture),
        link.LossShare is { } loss ? Units.Share(loss) : null,
        link.LatencyMilliseconds is { } latency ? $"{latency.ToString("0.0", CultureInfo.InvariantCulture)} ms" : null,
        Units.BitRate(link.Received.OctetsPerSecond),
        Units.BitRate(link.Sent.OctetsPerSecond),
        link.Volume is { } today ? Units.Octets(today.TodayIn + today.TodayOut) : null,
        link.Volume is { } month ? Month(month) : null,
        Units.Octets(link.Received.Octets),
        Units.Octets(link.Sent.Octets),
        Units.Count(link.Flows),
        Units.Count(link.Pins),
    ];

    private static Color ColourOf(string state) => state switch
    {
        "up" => Color.Green,
        "standby" => Color.Aqua,
        "degraded" => Color.Yellow,
        "down" => Color.Red,
        _ => Color.Grey,
    };
}
