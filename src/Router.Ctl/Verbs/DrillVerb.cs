using System.CommandLine;
using System.Globalization;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>
/// `routerctl drill LINK --down`: begins a drill, tells of it as it goes, and shows what came of it when the link is well again. The
/// drill is the daemon's: it ends at its time whatever becomes of this program. Ctrl-C ends it at once.
/// </summary>
internal static class DrillVerb
{
    private static readonly TimeSpan s_ask = TimeSpan.FromMilliseconds(250);

    private static readonly Argument<string> Link = new("LINK") { Description = "The link whose failure is rehearsed." };
    private static readonly Option<string> Loss = new("--loss") { Description = "Share of questions that stay without answer, as 40%.", HelpName = "SHARE" };
    private static readonly Option<string> Delay = new("--delay") { Description = "What is added to each round trip, as 200ms or 1s.", HelpName = "TIME" };
    private static readonly Option<bool> Down = new("--down") { Description = "Nothing passes." };
    private static readonly Option<string> For = new("--for") { Description = "How long, as 30s or 2m, at most 10m.", HelpName = "TIME", DefaultValueFactory = _ => "60s" };

    public static Command Build()
    {
        var stop = new Command("stop", "End the drill that is on.");
        stop.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            (HttpMethod.Post, ControlPath.StopDrill), ControlJson.Wire.DrillReport, DrillPage.Write, _ => true, cancel));
        var command = new Command("drill", "Rehearse the failure of a link on the live box, and report what came of it.") { Link, Loss, Delay, Down, For, stop };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() => RunAsync(parsed, session, cancel));
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancel)
    {
        var query = new DrillQuery
        {
            Link = parsed.GetRequiredValue(Link), Down = parsed.GetValue(Down),
            Loss = parsed.GetValue(Loss) is { } loss ? ReadShare(loss) : 0,
            DelayMilliseconds = parsed.GetValue(Delay) is { } delay ? ReadMilliseconds(delay) : 0,
            Seconds = TimeWords.TryAgo(parsed.GetRequiredValue(For), out TimeSpan length) && length.TotalSeconds is >= 1 and <= DrillQuery.MostSeconds ? (int)length.TotalSeconds
                : throw Usage($"'{parsed.GetValue(For)}' is no time for a drill: write 30s or 2m, at most {DrillQuery.MostSeconds / 60}m"),
        };
        if (query is { Loss: 0, DelayMilliseconds: 0, Down: false }) throw Usage("nothing is to be rehearsed: write --down, or --loss 40%, or --delay 200ms");
        TextWriter tell = parsed.InvocationConfiguration.Error;
        DrillReport report = await session.FetchAsync(HttpMethod.Post, ControlPath.Drill + query.ToQuery(), ControlJson.Wire.DrillReport, cancel);
        await tell.WriteLineAsync($"{report.Link}: {report.What} until {report.Ends.ToLocalTime():HH:mm:ss}; Ctrl-C ends it before");
        try
        {
            using var tick = new PeriodicTimer(s_ask);
            DateTimeOffset began = report.Began;
            while (report.Phase != "over" && (report.Began - began).Duration() < TimeSpan.FromSeconds(1))
            {
                await tick.WaitForNextTickAsync(cancel);
                DrillReport next = await session.FetchAsync(HttpMethod.Get, ControlPath.Drill, ControlJson.Wire.DrillReport, cancel);
                foreach (string line in DrillPage.News(report, next)) await tell.WriteLineAsync(line);
                report = next;
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            bool isOn = report.Phase == "running";
            report = await session.FetchAsync(isOn ? HttpMethod.Post : HttpMethod.Get, isOn ? ControlPath.StopDrill : ControlPath.Drill, ControlJson.Wire.DrillReport, CancellationToken.None);
        }
        session.Show(report, ControlJson.Wire.DrillReport, DrillPage.Write);
        return ExitCode.Ok;
    }

    /// <exception cref="ControlFailure">It is no share.</exception>
    internal static int ReadShare(string text) =>
        int.TryParse(text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out int percent) && percent is > 0 and <= 100 && text.EndsWith('%')
            ? percent : throw Usage($"'{text}' is no share: write 40%");

    /// <exception cref="ControlFailure">It is no such time.</exception>
    internal static int ReadMilliseconds(string text)
    {
        bool isShort = text.EndsWith("ms", StringComparison.Ordinal);
        string digits = isShort ? text[..^2] : text.EndsWith('s') ? text[..^1] : "";
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= DrillQuery.MostDelay
            && number * (isShort ? 1 : 1000L) <= DrillQuery.MostDelay) return isShort ? number : number * 1000;
        throw Usage($"'{text}' is no delay: write 200ms or 1s, at most {DrillQuery.MostDelay / 1000}s");
    }

    private static ControlFailure Usage(string why) => new(ExitCode.Usage, why);
}
