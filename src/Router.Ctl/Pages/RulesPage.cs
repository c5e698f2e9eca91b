using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answers to `routerctl rules` and `routerctl explain`.</summary>
internal static class RulesPage
{
    public static void Write(IReadOnlyList<RuleReport> rules, Screen screen)
    {
        var table = new AnswerTable(
            new Column("#", Right: true), new Column("RULE"), new Column("ACTION"), new Column("ACTIVE", 3), new Column("FLOWS", 1, Right: true),
            new Column("PACKETS", 2, Right: true), new Column("OCTETS", 2, Right: true), new Column("LAST-MATCH", 1, Right: true),
            new Column("TAKEN-BY", 4));
        foreach (RuleReport rule in rules)
        {
            table.Add(
                rule.Index.ToString(CultureInfo.InvariantCulture), rule.Name, new Cell(rule.Action, ColourOf(rule.Action)),
                rule.Active ? "yes" : "no", screen.Count(rule.Flows), screen.Count(rule.Packets), screen.Octets(rule.Octets),
                rule.LastMatch is { } last ? Units.Age(last, screen.Now) : "never", TakenBy(rule));
        }
        table.WriteTo(screen, "There are no rules.");
    }

    // Who stands in its way: all of it, or some.
    private static string TakenBy(RuleReport rule) =>
        rule.ShadowedBy is { } all ? $"never matches: {all}" : rule.Overlaps.Count > 0 ? $"partly: {string.Join(", ", rule.Overlaps)}" : "-";

    public static void Write(ExplainReport explained, Screen screen)
    {
        foreach (ExplainStep step in explained.Steps)
        {
            screen.Line($"{(step.Matched ? "*" : "-")} {step.Rule}: {step.Why}", step.Matched ? new Style(decoration: Decoration.Bold) : null);
        }
        if (explained.User is { } user) screen.Line($"user:   {user}");
        foreach (string name in explained.HostNames) screen.Line($"name:   {name}");
        if (explained.Pin is { } pin) screen.Line($"pin:    {pin}");
        if (explained.Link is { } link) screen.Line($"link:   {link}");
        if (explained.SourceAddress is { } source) screen.Line($"source: {source}");
        screen.Line(explained.Verdict, new Style(explained.Allowed ? Color.Green : Color.Red));
    }

    private static Color ColourOf(string action) => action == "allow" ? Color.Green : Color.Red;
}
