using System.CommandLine;
using Router.Api;
using Router.Ctl.Top;
using Router.Ports;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl top`: the busiest, live on the whole screen; with `--json` as documents for programs.</summary>
internal static class TopVerb
{
    private static readonly Option<string> Sort = new("--sort") { Description = $"By {string.Join(", ", TopQuery.Orders)}; the most first.", HelpName = "KEY", DefaultValueFactory = _ => new TopQuery().Sort };
    private static readonly Option<string> Filter = new("--filter") { Description = "Only what fits, as typed behind /: \"10.0.0.0/24 :443 tcp link=dsl\".", HelpName = "WORDS" };
    private static readonly Option<int> Rows = new("--rows") { Description = $"With --json: so many hosts and flows, at most {TopQuery.MostRows}.", HelpName = "N", DefaultValueFactory = _ => new TopQuery().Rows };
    private static readonly Option<double> Watch = Reading.Watch();

    public static Command Build()
    {
        Sort.CompletionSources.Add([.. TopQuery.Orders]);
        var command = new Command("top", "The busiest hosts and flows, and the links, live on the whole screen.") { Sort, Filter, Rows, Watch };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() => session.IsJson ? TellAsync(parsed, session, cancel) : ShowAsync(parsed, session, cancel));
        });
        return command;
    }

    private static async Task<int> TellAsync(ParseResult parsed, Session session, CancellationToken cancel)
    {
        IReadOnlyList<LinkReport> links = await session.FetchAsync(HttpMethod.Get, ControlPath.Links, ControlJson.Wire.IReadOnlyListLinkReport, cancel);
        FlowQuery which = TopFilter.Read(parsed.GetValue(Filter) ?? "", links.Select(link => link.Name), out string? complaint) ?? throw new ControlFailure(ExitCode.Usage, complaint!);
        var query = new TopQuery { Which = which, Sort = parsed.GetRequiredValue(Sort), Rows = parsed.GetValue(Rows) };
        return await session.AskAsync(new Question<TopReport>(ControlPath.Top + query.ToQuery(), ControlJson.Wire.TopReport, (_, _) => { }), Reading.Every(parsed, Watch), cancel);
    }

    private static async Task<int> ShowAsync(ParseResult parsed, Session session, CancellationToken cancel)
    {
        if (!Screen.IsTerminal || Console.IsInputRedirected)
        {
            throw new ControlFailure(ExitCode.Usage, "top draws on a terminal, and this is none: write top --json --watch for a program, or flows --sort octets --watch");
        }
        string sort = parsed.GetRequiredValue(Sort);
        if (!TopQuery.Orders.Contains(sort)) throw new ControlFailure(ExitCode.Usage, $"'{sort}' is no order; there are {string.Join(", ", TopQuery.Orders)}.");
        // Once in plain sight: whoever may not ask, or asks a routerd that does not run, is told on the usual screen.
        IReadOnlyList<LinkReport> links = await session.FetchAsync(HttpMethod.Get, ControlPath.Links, ControlJson.Wire.IReadOnlyListLinkReport, cancel);
        var state = new TopState { Sort = sort };
        if (state.Narrow(parsed.GetValue(Filter) ?? "", links.Select(link => link.Name)) is { } complaint) throw new ControlFailure(ExitCode.Usage, complaint);
        try
        {
            using var loop = new TopLoop(session.Socket, state);
            await loop.RunAsync(Reading.Every(parsed, Watch) ?? TimeSpan.FromSeconds(1), cancel);
            return ExitCode.Ok;
        }
        catch (PortException none)
        {
            throw new ControlFailure(ExitCode.Usage, none.Message);
        }
    }
}
