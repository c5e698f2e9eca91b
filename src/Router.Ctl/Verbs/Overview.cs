using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl` alone: what one wants to know first, on one screen.</summary>
internal static class Overview
{
    private const int Events = 6;

    public static Task<int> RunAsync(Session session, CancellationToken cancel) => session.GuardAsync(async () =>
    {
        StatusReport status = await session.FetchAsync(HttpMethod.Get, ControlPath.Status, ControlJson.Wire.StatusReport, cancel);
        var overview = new OverviewReport
        {
            Status = status,
            Links = await session.FetchAsync(HttpMethod.Get, ControlPath.Links, ControlJson.Wire.IReadOnlyListLinkReport, cancel),
            License = await session.FetchAsync(HttpMethod.Get, ControlPath.License, ControlJson.Wire.LicenseReport, cancel),
            Events = await session.FetchAsync(HttpMethod.Get, ControlPath.Events + new EventQuery { Limit = Events }.ToQuery(), ControlJson.Wire.IReadOnlyListEventReport, cancel),
        };
        session.Show(overview, ControlJson.Wire.OverviewReport, OverviewPage.Write);
        return ExitCode.Ok;
    });
}
