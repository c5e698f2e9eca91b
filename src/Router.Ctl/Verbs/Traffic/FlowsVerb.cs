using System.CommandLine;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl flows`: live flows, all or those that fit; `routerctl flows kill`: ends those that fit.</summary>
internal static class FlowsVerb
{
    private static readonly Option<string> Host = new("--host") { Description = "Only those with this address, or one of this network, at one end.", HelpName = "ADDR", Recursive = true };
    private static readonly Option<string> Link = new("--link") { Description = "Only those that use this link.", HelpName = "NAME", Recursive = true };
    private static readonly Option<string> Rule = new("--rule") { Description = "Only those that this rule allows.", HelpName = "NAME", Recursive = true };
    private static readonly Option<int?> Port = new("--port") { Description = "Only those with this port at one end.", HelpName = "N", Recursive = true };
    private static readonly Option<string> Protocol = new("--protocol") { Description = "Only this one: tcp, udp, icmp, icmpv6, or a number.", HelpName = "PROTO", Recursive = true };
    private static readonly Option<string> User = new("--user") { Description = "Only those of hosts where this user is logged in now.", HelpName = "NAME", Recursive = true };
    private static readonly Option<string> State = new("--state") { Description = $"Only those in this state: {string.Join(", ", FlowQuery.States)}.", HelpName = "STATE", Recursive = true };
    private static readonly Option<string> Since = new("--since") { Description = "Only those that began since: 14:05, or how long ago, as 90s, 10m, 2h.", HelpName = "TIME", Recursive = true };
    private static readonly Option<string> Sort = Reading.Sort([.. FlowQuery.Numbers, .. FlowQuery.Words]);
    private static readonly Option<int> Limit = Reading.Limit(new FlowQuery().Limit, FlowQuery.MostFlows);
    private static readonly Option<bool> All = new("--all") { Description = "Every live flow; needed where nothing narrows it." };

    private static readonly Option<double> Watch = Reading.Watch();

    public static Command Build()
    {
        var kill = new Command("kill", "End the live flows that fit; TCP is told on both sides.") { All };
        kill.SetAction(KillAsync);
        var command = new Command("flows", "Live flows: who talks to whom, by which link and rule.") { Host, Link, Rule, Port, Protocol, User, State, Since, Sort, Limit, Watch, kill };
        State.CompletionSources.Add([.. FlowQuery.States]);
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        Session session = CommandLine.SessionOf(parsed);
        return session.GuardAsync(() =>
        {
            FlowQuery query = FilterOf(parsed) with { Sort = parsed.GetValue(Sort), Limit = parsed.GetValue(Limit) };
            var question = new Question<IReadOnlyList<FlowReport>>(ControlPath.Flows + query.ToQuery(), ControlJson.Wire.IReadOnlyListFlowReport, Page);
            return session.AskAsync(question, Reading.Every(parsed, Watch), cancel);

            void Page(IReadOnlyList<FlowReport> flows, Screen screen) => FlowsPage.Write(flows, query.Limit, screen);
        });
    }

    private static Task<int> KillAsync(ParseResult parsed, CancellationToken cancel)
    {
        Session session = CommandLine.SessionOf(parsed);
        return session.GuardAsync(() =>
        {
            FlowQuery query = FilterOf(parsed);
            bool all = parsed.GetValue(All);
            if (query.IsNarrow == all)
            {
                throw new ControlFailure(ExitCode.Usage, all
                    ? "--all ends every live flow: leave it out, or the other options"
                    : "this would end every live flow: say which with --host, --link, --rule, --port, --protocol, --user, --state, --since, or write --all");
            }
            return session.AskAsync((HttpMethod.Post, ControlPath.KillFlows + query.ToKillQuery(all)), ControlJson.Wire.KillReport, FlowsPage.Write, _ => true, cancel);
        });
    }

    private static FlowQuery FilterOf(ParseResult parsed) => new()
    {
        Host = parsed.GetValue(Host),
        Link = parsed.GetValue(Link),
        Rule = parsed.GetValue(Rule),
        Port = parsed.GetValue(Port),
        Protocol = parsed.GetValue(Protocol),
        User = parsed.GetValue(User),
        State = parsed.GetValue(State),
        Since = parsed.GetValue(Since) is { } since ? TimeWords.Read(since, DateTimeOffset.Now) : null,
    };
}
