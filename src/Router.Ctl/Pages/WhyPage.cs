using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answer to `routerctl why`: a few facts and a sentence for each flow.</summary>
internal static class WhyPage
{
    public static void Write(IReadOnlyList<WhyReport> flows, Screen screen)
    {
        if (flows.Count == 0) screen.Line("No such flow is live.");
        foreach (WhyReport why in flows)
        {
            FlowReport flow = why.Flow;
            Fact(screen, "flow", $"{flow.Id} {flow.Protocol} {flow.Inside} as {flow.Outside} to {flow.Remote}, {flow.State}");
            Fact(screen, "admitted", $"{why.Admitted.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}, {Units.Duration(flow.AgeSeconds)} ago, by {why.AdmittedBy ?? "a rule that is gone since"}");
            if (flow.User is { } user) Fact(screen, "user now", user);
            if (flow.Rule != why.AdmittedBy) Fact(screen, "rule now", flow.Rule);
            if (flow.Link is { } link) Fact(screen, "link", why.LinkReason is { } reason ? $"{link}: {reason}" : link);
            if (why.Pin is { } pin) Fact(screen, "pin then", pin);
            if (why.MovedFrom is { } from) Fact(screen, "moved from", from);
            if (why.Web is { } web) Fact(screen, "on the web", web.Words);
            screen.Line(why.Verdict, new Style(decoration: Decoration.Bold));
        }
    }

    private static void Fact(Screen screen, string name, string value) => screen.Line($"{name + ":",-12}{value}");
}
