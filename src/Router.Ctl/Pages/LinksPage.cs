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
        foreach (LinkReport link in links) table.Add(Row(link, screen));
        table.WriteTo(screen, "No links are configured.");
        foreach (LinkReport link in links)
        {
            if (link.Cause is not null && link.State is not "up") screen.Line($"{link.Name} is {link.State}: {link.Cause}");
            if (link.Drill is { } drill) screen.Line($"{link.Name} is under a drill: {drill}");
            if (link.Placement is { Queues: true } placement) screen.Line(Queueing(link.Name, placement));
            if (link.Volume is { State: not "ample" } volume) screen.Line(Remark(link.Name, volume, screen));
        }
    }

    private static string Queueing(string link, PlacementReport placement) =>
        string.Create(CultureInfo.InvariantCulture, $"{link} queues, {placement.LatencyMilliseconds:0.#} ms where {placement.IdleLatencyMilliseconds:0.#} ms is idle: new hosts avoid it until it has drained");

    private static string Remark(string link, VolumeReport volume, Screen screen) => volume.State == "spent"
        ? $"{link} has used up its {Month(volume, screen)} and carries nothing until {volume.NextMonth:yyyy-MM-dd}"
        : $"{link} is short of volume, {Month(volume, screen)}: other links go first until {volume.NextMonth:yyyy-MM-dd}";

    private static string Month(VolumeReport volume, Screen screen) =>
        screen.Octets(volume.MonthIn + volume.MonthOut) + (volume.Cap is { } cap ? $" of {screen.Octets(cap)}" : "");

    private static Cell[] Row(LinkReport link, Screen screen) =>
    [
        link.Name,
        StateOf(link),
        Units.Age(link.Since, screen.Now),
        !link.Usable ? "no" : link.InUse ? "yes" : link.Weight == 0 ? "reserve" : "spare",
        link.Interface,
        link.Placement is { } measured && link.Weight > 0 ? screen.BitRate(measured.WeightKilobits * 125.0) : link.Weight.ToString(CultureInfo.InvariantCulture),
        Units.Share(link.PlacementShare),
        link.Addresses.Count switch { 0 => "-", 1 => link.Addresses[0], var more => $"{link.Addresses[0]} +{more - 1}" },
        link.Gateway ?? link.Gateway6,
        link.Gateway is null ? link.Gateway6Mac : link.GatewayMac,
        link.Mtu.ToString(CultureInfo.InvariantCulture),
        LossOf(link),
        LatencyOf(link),
        screen.BitRate(link.Received.OctetsPerSecond),
        screen.BitRate(link.Sent.OctetsPerSecond),
        link.Volume is { } today ? screen.Octets(today.TodayIn + today.TodayOut) : null,
        link.Volume is { } month ? Month(month, screen) : null,
        screen.Octets(link.Received.Octets),
        screen.Octets(link.Sent.Octets),
        screen.Count(link.Flows),
        screen.Count(link.Pins),
    ];

    public static Cell StateOf(LinkReport link) => new(link.State, ColourOf(link.State));

    public static string? LossOf(LinkReport link) => link.LossShare is { } loss ? Units.Share(loss) : null;

    public static string? LatencyOf(LinkReport link) => link.LatencyMilliseconds is { } latency ? $"{latency.ToString("0.0", CultureInfo.InvariantCulture)} ms" : null;

    private static Color ColourOf(string state) => state switch
    {
        "up" => Color.Green,
        "standby" => Color.Aqua,
        "degraded" => Color.Yellow,
        "down" => Color.Red,
        _ => Color.Grey,
    };
}
