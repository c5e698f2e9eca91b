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

    public static Command Rules() => Simple(
        "rules", "The rules in force, and what each has seen.",
        ControlPath.Rules, ControlJson.Wire.IReadOnlyListRuleReport, RulesPage.Write);

    public static Command Web() => Simple(
        "web", "The web rules in force, their hits, and what was read on the web.",
        ControlPath.Web, ControlJson.Wire.WebReport, WebPage.Write);

    public static Command Users() => Simple(
        "users", "Who is logged in, on which devices, since when and how.",
        ControlPath.Users, ControlJson.Wire.UsersReport, UsersPage.Write);

    public static Command Links()
    {
        Option<bool> watch = WatchOption();
        var command = new Command("links", "The links: state, addresses, probes, traffic.") { watch };
        command.SetAction((parsed, cancel) => parsed.GetValue(watch)
            ? CommandLine.SessionOf(parsed).WatchAsync(ControlPath.Links, ControlJson.Wire.IReadOnlyListLinkReport, LinksPage.Write, cancel)
            : CommandLine.SessionOf(parsed).AskAsync(
                (HttpMethod.Get, ControlPath.Links), ControlJson.Wire.IReadOnlyListLinkReport, LinksPage.Write, _ => true, cancel));
        return command;
    }

    public static Command Reload()
    {
        var command = new Command("reload", "Load the configuration again; a bad one changes nothing.");
        command.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            (HttpMethod.Post, ControlPath.Reload), ControlJson.Wire.ReloadReport, CheckPage.Write, report => report.Loaded, cancel));
        return command;
    }

    public static Option<bool> WatchOption() => new("--watch")
    {
        Description = "Ask again every second until interrupted.",
    };

    private static Command Simple<T>(string name, string about, string path, JsonTypeInfo<T> type, Action<T, Screen> page)
        where T : class
    {
        var command = new Command(name, about);
        command.SetAction((parsed, cancel) =>
            CommandLine.SessionOf(parsed).AskAsync((HttpMethod.Get, path), type, page, _ => true, cancel));
        return command;
    }
}
