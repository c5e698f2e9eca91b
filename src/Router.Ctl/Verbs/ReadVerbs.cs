using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>The verbs without arguments: one question, one page.</summary>
internal static class ReadVerbs
{
    public static Command Status() => Simple(
        "status", "What routerd runs, how full it is, and what it dropped.",
        ControlPath.Status, ControlJson.Wire.StatusReport, StatusPage.Write);

    public static Command Rules() => Listed(
        "rules", "The rules in force, and what each has seen.",
        new Question<IReadOnlyList<RuleReport>>(ControlPath.Rules, ControlJson.Wire.IReadOnlyListRuleReport, RulesPage.Write),
        new Orders<RuleReport>(("name", rule => rule.Name), ("flows", rule => rule.Flows), ("packets", rule => rule.Packets), ("octets", rule => rule.Octets), ("last", rule => rule.LastMatch)));

    public static Command Web() => Simple(
        "web", "The web rules in force, their hits, and what was read on the web.",
        ControlPath.Web, ControlJson.Wire.WebReport, WebPage.Write);

    public static Command Users() => Simple(
        "users", "Who is logged in, on which devices, since when and how.",
        ControlPath.Users, ControlJson.Wire.UsersReport, UsersPage.Write);

    public static Command Links() => Listed(
        "links", "The links: state, addresses, probes, traffic.",
        new Question<IReadOnlyList<LinkReport>>(ControlPath.Links, ControlJson.Wire.IReadOnlyListLinkReport, LinksPage.Write),
        new Orders<LinkReport>(
            ("name", link => link.Name), ("state", link => link.State), ("in", link => link.Received.OctetsPerSecond), ("out", link => link.Sent.OctetsPerSecond),
            ("loss", link => link.LossShare), ("latency", link => link.LatencyMilliseconds), ("flows", link => link.Flows), ("pins", link => link.Pins)));

    public static Command Reload()
    {
        var command = new Command("reload", "Load the configuration again; a bad one changes nothing.");
        command.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            (HttpMethod.Post, ControlPath.Reload), ControlJson.Wire.ReloadReport, CheckPage.Write, report => report.Loaded, cancel));
        return command;
    }

    private static Command Simple<T>(string name, string about, string path, JsonTypeInfo<T> type, Action<T, Screen> page)
        where T : class
    {
        Option<double> watch = Reading.Watch();
        var command = new Command(name, about) { watch };
        command.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(new Question<T>(path, type, page), Reading.Every(parsed, watch), cancel));
        return command;
    }

    private static Command Listed<T>(string name, string about, Question<IReadOnlyList<T>> question, Orders<T> orders)
    {
        Option<double> watch = Reading.Watch();
        var command = new Command(name, about) { orders.Sort, orders.Limit, watch };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() => session.AskAsync(question with { Arrange = orders.Read(parsed) }, Reading.Every(parsed, watch), cancel));
        });
        return command;
    }
}
