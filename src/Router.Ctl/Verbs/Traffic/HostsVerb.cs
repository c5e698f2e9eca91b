using System.CommandLine;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl hosts`: who is pinned where; `routerctl hosts move`: gives a host another link.</summary>
internal static class HostsVerb
{
    private static readonly Argument<string> Host = new("HOST") { Description = "The host's address." };
    private static readonly Argument<string> Link = new("LINK") { Description = "The link that it is to use." };
    private static readonly Option<bool> Flows = new("--flows") { Description = "Take live flows along now, each as on_link_down of its rule says: moved, reset or kept." };

    private static readonly Option<string> OnlyHost = new("--host") { Description = "Only this address, or those of this network.", HelpName = "ADDR" };
    private static readonly Option<string> OnlyLink = new("--link") { Description = "Only those that are pinned to this link.", HelpName = "NAME" };
    private static readonly Option<string> Zone = new("--zone") { Description = "Only those of this zone.", HelpName = "NAME" };
    private static readonly Option<string> User = new("--user") { Description = "Only those where this user is logged in now.", HelpName = "NAME" };
    private static readonly Option<string> Sort = Reading.Sort([.. HostQuery.Words, .. HostQuery.Numbers]);
    private static readonly Option<int> Limit = Reading.Limit(new HostQuery().Limit, HostQuery.MostHosts);
    private static readonly Option<double> Watch = Reading.Watch();

    public static Command Build()
    {
        var move = new Command("move", "Move a host, with all its pins, to another link.") { Host, Link, Flows };
        move.SetAction((parsed, cancel) =>
        {
            var query = new MoveQuery { Host = parsed.GetRequiredValue(Host), Link = parsed.GetRequiredValue(Link), Flows = parsed.GetValue(Flows) };
            return CommandLine.SessionOf(parsed).AskAsync(
                (HttpMethod.Post, ControlPath.MoveHost + query.ToQuery()), ControlJson.Wire.MoveReport, HostsPage.Write, _ => true, cancel);
        });
        var command = new Command("hosts", "Which host is pinned to which link, since when, and why.") { OnlyHost, OnlyLink, Zone, User, Sort, Limit, Watch, move };
        command.SetAction((parsed, cancel) =>
        {
            var query = new HostQuery
            {
                Host = parsed.GetValue(OnlyHost), Link = parsed.GetValue(OnlyLink), Zone = parsed.GetValue(Zone), User = parsed.GetValue(User),
                Sort = parsed.GetValue(Sort), Limit = parsed.GetValue(Limit),
            };
            var question = new Question<IReadOnlyList<HostReport>>(
                ControlPath.Hosts + query.ToQuery(), ControlJson.Wire.IReadOnlyListHostReport, (hosts, screen) => HostsPage.Write(hosts, query, screen));
            return CommandLine.SessionOf(parsed).AskAsync(question, Reading.Every(parsed, Watch), cancel);
        });
        return command;
    }
}
