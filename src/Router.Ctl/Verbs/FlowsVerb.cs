using System.CommandLine;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl flows`: live flows, all or those that fit.</summary>
internal static class FlowsVerb
{
    private static readonly Option<string> Host = new("--host") { Description = "Only those with this address at one end.", HelpName = "ADDR" };
    private static readonly Option<string> Link = new("--link") { Description = "Only those that use this link.", HelpName = "NAME" };
    private static readonly Option<string> Rule = new("--rule") { Description = "Only those that this rule admitted.", HelpName = "NAME" };
    private static readonly Option<int?> Port = new("--port") { Description = "Only those with this port at one end.", HelpName = "N" };
    private static readonly Option<string> Protocol = new("--protocol") { Description = "Only this one: tcp, udp, icmp, icmpv6, or a number.", HelpName = "PROTO" };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = $"No more than so many, at most {FlowQuery.MostFlows}.",
        HelpName = "N",
        DefaultValueFactory = _ => new FlowQuery().Limit,
    };

    private static readonly Option<bool> Watch = ReadVerbs.WatchOption();

    public static Command Build()
    {
        var command = new Command("flows", "Live flows: who talks to whom, by which link and rule.") { Host, Link, Rule, Port, Protocol, Limit, Watch };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var query = new FlowQuery
        {
            Host = parsed.GetValue(Host),
            Link = parsed.GetValue(Link),
            Rule = parsed.GetValue(Rule),
            Port = parsed.GetValue(Port),
            Protocol = parsed.GetValue(Protocol),
            Limit = parsed.GetValue(Limit),
        };
        string path = ControlPath.Flows + query.ToQuery();
        Session session = CommandLine.SessionOf(parsed);
        return parsed.GetValue(Watch)
            ? session.WatchAsync(path, ControlJson.Wire.IReadOnlyListFlowReport, Page, cancel)
            : session.AskAsync((HttpMethod.Get, path), ControlJson.Wire.IReadOnlyListFlowReport, Page, _ => true, cancel);

        void Page(IReadOnlyList<FlowReport> flows, Screen screen) => FlowsPage.Write(flows, query.Limit, screen);
    }
}
