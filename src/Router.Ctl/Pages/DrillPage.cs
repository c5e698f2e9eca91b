using System.Globalization;
using Router.Api;

namespace Router.Ctl.Pages;

/// <summary>What came of a drill.</summary>
internal static class DrillPage
{
    public static void Write(DrillReport drill, Screen screen)
    {
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"drill:    {drill.Link}, {drill.What}, for {Units.Duration((drill.Ends - drill.Began).TotalSeconds)} from {drill.Began.ToLocalTime():HH:mm:ss}"));
        screen.Line($"noticed:  {(drill.DetectedSeconds is { } after ? $"{drill.DetectedAs} after {Units.Duration(after)}: {drill.DetectedCause}" : "not at all: the link kept its state")}");
        screen.Line($"flows:    {drill.FlowsBefore} on the link before; {drill.Moved} moved, {drill.Reset} reset, {drill.Lost} lost");
        screen.Line($"packets:  {drill.PacketsLost} lost, {drill.PacketsDelayed} delayed{(drill.PacketsOverflowed > 0 ? $", {drill.PacketsOverflowed} more found no room to wait in" : "")}");
        screen.Line($"returned: {Return(drill)}");
    }

    /// <summary>What has changed between two looks, for whoever waits.</summary>
    public static IEnumerable<string> News(DrillReport before, DrillReport after)
    {
        if (after.DetectedAs != before.DetectedAs && after.DetectedSeconds is { } seconds) yield return $"{after.Link}: {after.DetectedAs} after {Units.Duration(seconds)}: {after.DetectedCause}";
        if (after.Phase != before.Phase && after.Phase == "returning") yield return $"{after.Link}: the drill is over, waiting for the link to be well again";
    }

    private static string Return(DrillReport drill) => drill switch
    {
        { ReturnedSeconds: 0 } => "it was never away",
        { ReturnedSeconds: { } seconds } => $"well again {Units.Duration(seconds)} after the end",
        { Phase: "over" } => $"not within the time that was waited; it is {drill.State}",
        _ => $"not yet; it is {drill.State}",
    };
}
