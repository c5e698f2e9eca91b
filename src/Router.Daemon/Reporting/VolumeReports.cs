using Router.Api;
using Router.Configuration;
using Router.Daemon.Volume;

namespace Router.Daemon.Reporting;

/// <summary>What a link carried, as it is told.</summary>
internal static class VolumeReports
{
    public static VolumeReport Of(LinkSettings link, in LinkUse use) => new()
    {
        TodayIn = use.Today.In, TodayOut = use.Today.Out, MonthIn = use.Month.In, MonthOut = use.Month.Out,
        MonthBegan = use.Period.First, NextMonth = use.Period.Next,
        Cap = link.Cap?.Octets, State = use.State.ToString().ToLowerInvariant(),
    };
}
