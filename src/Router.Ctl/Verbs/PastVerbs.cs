using System.CommandLine;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl events` and `routerctl report`: what was.</summary>
internal static class PastVerbs
{
    private static readonly Option<string> Since = new("--since") { Description = "Not before: 14:05, \"2026-11-22 14:05\", or how long ago, as 10m, 2h, 3d.", HelpName = "TIME" };
    private static readonly Option<string> Until = new("--until") { Description = "Not after, written alike.", HelpName = "TIME" };
    private static readonly Option<string> Link = new("--link") { Description = "Only what is about this link.", HelpName = "NAME" };
    private static readonly Option<string> Kind = new("--kind") { Description = "Only state, flows, reload, start, stop, volume, drill, limit, no-room, ...", HelpName = "KIND" };
    private static readonly Option<string> User = new("--user") { Description = "Only what names this user.", HelpName = "NAME" };
    private static readonly Option<string> Device = new("--device") { Description = "Only what names this address or MAC.", HelpName = "ADDR" };
    private static readonly Option<int> Limit = new("--limit") { Description = $"The last so many, at most {EventQuery.MostEvents}.", HelpName = "N", DefaultValueFactory = _ => new EventQuery().Limit };
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what happens from now on, until interrupted." };
    private static readonly Option<string> At = new("--at") { Description = "The time in question: 14:05, \"2026-11-22 14:05\", or how long ago.", HelpName = "TIME", Required = true };
    private static readonly Option<string> Minutes = new("--around") { Description = "How long before and after it, as 10m or 2h.", HelpName = "TIME", DefaultValueFactory = _ => $"{PastQuery.UsualMinutes}m" };

    public static Command BuildEvents()
    {
        var command = new Command("events", "What happened: states of links and why, flows moved, loads, starts, limits.") { Since, Until, Link, Kind, User, Device, Limit, Follow };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() =>
            {
                EventQuery query = QueryOf(parsed);
                return query.Follow
                    ? session.FollowAsync(ControlPath.Events + query.ToQuery(), ControlJson.Wire.EventReport, EventsPage.WriteLine, cancel)
                    : session.AskUnguardedAsync((HttpMethod.Get, ControlPath.Events + query.ToQuery()), ControlJson.Wire.IReadOnlyListEventReport, EventsPage.Write, _ => true, cancel);
            });
        });
        return command;
    }

    public static Command BuildReport()
    {
        var command = new Command("report", "A text for a link's provider: how the link was around a time.") { At, Link, Minutes };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() =>
            {
                var query = new PastQuery { At = TimeWords.Read(parsed.GetRequiredValue(At), DateTimeOffset.Now), Link = parsed.GetValue(Link), Minutes = ReadMinutes(parsed.GetRequiredValue(Minutes)) };
                return session.AskUnguardedAsync((HttpMethod.Get, ControlPath.Past + query.ToQuery()), ControlJson.Wire.IReadOnlyListPastReport, PastPage.Write, _ => true, cancel);
            });
        });
        return command;
    }

    private static EventQuery QueryOf(ParseResult parsed)
    {
        DateTimeOffset now = DateTimeOffset.Now;
        return new EventQuery
        {
            Since = parsed.GetValue(Since) is { } since ? TimeWords.Read(since, now) : null,
            Until = parsed.GetValue(Until) is { } until ? TimeWords.Read(until, now) : null,
            Link = parsed.GetValue(Link),
            Kind = parsed.GetValue(Kind),
            User = parsed.GetValue(User),
            Device = parsed.GetValue(Device),
            Limit = parsed.GetValue(Limit),
            Follow = parsed.GetValue(Follow),
        };
    }

    private static int ReadMinutes(string text)
    {
        if (TimeWords.TryAgo(text, out TimeSpan length) && length.TotalMinutes is >= 1 and <= PastQuery.MostMinutes) return (int)length.TotalMinutes;
        throw new ControlFailure(ExitCode.Usage, $"'{text}' is no such time: write 10m or 2h, at most {PastQuery.MostMinutes / 60}h");
    }
}
