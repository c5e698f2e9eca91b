using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages.Changes;

/// <summary>The answer to `routerctl diff`: what changes, line by line, and then what becomes of live flows.</summary>
internal static class DiffPage
{
    public static void Write(DiffReport diff, Screen screen)
    {
        foreach (ConfigurationNote error in diff.Errors) screen.Line(CheckPage.Text(error, ""), new Style(Color.Red));
        if (diff.Errors.Count > 0)
        {
            screen.Line($"{diff.After} cannot be loaded, so it changes nothing.", new Style(Color.Red));
            return;
        }
        screen.Line(diff.Changes.Count == 0 ? $"{diff.After} means the same as {diff.Before}." : $"From {diff.Before} to {diff.After}:");
        foreach (ChangeReport change in diff.Changes) screen.Line(Line(change), new Style(ColourOf(change.Kind)));
        if (diff.Flows is { } flows) Write(flows, screen);
    }

    private static string Line(ChangeReport change)
    {
        string what = change.Name.Length == 0 ? change.Part : $"{change.Part} {change.Name}";
        return change.Kind switch
        {
            "added" => $"  + {what}: {change.To}",
            "removed" => $"  - {what}: {change.From}",
            "moved" => $"  ^ {what}: from {change.From} to {change.To}",
            _ => $"  ~ {what}: {change.Key} from {change.From ?? "nothing"} to {change.To ?? "nothing"}",
        };
    }

    private static Color ColourOf(string kind) => kind switch { "added" => Color.Green, "removed" => Color.Red, _ => Color.Yellow };

    private static void Write(ForeseenFlows flows, Screen screen)
    {
        string took = Units.Duration(flows.DurationMilliseconds / 1000);
        if (flows.Closed + flows.Moved + flows.Reset + flows.Drained == 0)
        {
            screen.Line($"Of {flows.Looked} live flows all would stay as they are (looked at in {took}).");
        }
        else
        {
            screen.Line($"Of {flows.Looked} live flows {Words(flows.Closed, flows.Moved, flows.Reset, flows.Drained)} (looked at in {took}).");
            WriteGroups("RULE", flows.ByRule, screen);
            WriteGroups("HOST", flows.ByHost, screen);
            WriteExamples(flows.Examples, screen);
        }
        foreach (HostOverLimit host in flows.OverLimit)
        {
            screen.Line($"{host.Host} has {host.Flows} flows and might have {host.Limit}: it keeps them, and gets no new ones until they are fewer.", new Style(Color.Yellow));
        }
    }

    private static string Words(long closed, long moved, long reset, long drained)
    {
        var words = new List<string>();
        if (closed > 0) words.Add($"{closed} would be closed");
        if (moved > 0) words.Add($"{moved} would go on by another link");
        if (reset > 0) words.Add($"{reset} would be reset, to begin anew by another link");
        if (drained > 0) words.Add($"{drained} would have some time to end");
        return string.Join(", ", words);
    }

    private static void WriteGroups(string title, IReadOnlyList<ForeseenGroup> groups, Screen screen)
    {
        var table = new AnswerTable(new Column(title), new Column("CLOSED", Right: true), new Column("MOVED", Right: true), new Column("RESET", Right: true), new Column("DRAINED", Right: true));
        foreach (ForeseenGroup group in groups) table.Add(group.Name, Number(group.Closed), Number(group.Moved), Number(group.Reset), Number(group.Drained));
        table.WriteTo(screen, "");
    }

    private static void WriteExamples(IReadOnlyList<ForeseenExample> examples, Screen screen)
    {
        var table = new AnswerTable(new Column("FLOW"), new Column("FATE"), new Column("FROM"), new Column("TO"), new Column("THEN-DECIDED-BY", 1));
        foreach (ForeseenExample example in examples)
        {
            FlowReport flow = example.Flow;
            string to = example.To ?? (example.Fate is "moved" or "reset" ? "by weight" : "-");
            table.Add($"{flow.Protocol} {flow.Inside} {flow.Remote}", example.Fate, flow.Link, to, example.Rule);
        }
        table.WriteTo(screen, "");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
