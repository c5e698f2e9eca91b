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

    public static Command Build()
    {
        var move = new Command("move", "Move a host, with all its pins, to another link.") { Host, Link, Flows };
        move.SetAction((parsed, cancel) =>
        {
            var query = new MoveQuery { Host = parsed.GetRequiredValue(Host), Link = parsed.GetRequiredValue(Link), Flows = parsed.GetValue(Flows) };
            return CommandLine.SessionOf(parsed).AskAsync(
                (HttpMethod.Post, ControlPath.MoveHost + query.ToQuery()), ControlJson.Wire.MoveReport, HostsPage.Write, _ => true, cancel);
        });
        var command = new Command("hosts", "Which host is pinned to which link, since when, and why.") { move };
        command.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            (HttpMethod.Get, ControlPath.Hosts), ControlJson.Wire.IReadOnlyListHostReport, HostsPage.Write, _ => true, cancel));
        return command;
    }
}
