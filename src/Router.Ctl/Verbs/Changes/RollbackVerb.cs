using System.CommandLine;
using Router.Api;
using Router.Ctl.Pages.Changes;

namespace Router.Ctl.Verbs.Changes;

/// <summary>`routerctl rollback`: puts a configuration in force again that was in force before; or shows which there are, and what stands in one.</summary>
internal static class RollbackVerb
{
    private static readonly Argument<int?> Number = new("N")
    {
        Description = "Which one: 1, the default, is the one before that in force.", Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Confirm = new("--confirm") { Description = "Take it back after this time, such as 60s or 5m, unless it is confirmed.", HelpName = "TIME" };
    private static readonly Option<bool> Discard = new("--discard") { Description = "Overwrite changes of the file that were never loaded; they are kept beside it." };
    private static readonly Option<bool> List = new("--list") { Description = "Show the kept configurations; nothing is changed." };
    private static readonly Option<bool> Show = new("--show") { Description = "Print the files of a kept configuration; nothing is changed." };

    public static Command Build()
    {
        var command = new Command("rollback", "Put a configuration in force again that was in force before; the last ten are kept.") { Number, Confirm, Discard, List, Show };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            if (parsed.GetValue(List)) return session.AskAsync((HttpMethod.Get, ControlPath.Kept), ControlJson.Wire.IReadOnlyListKeptReport, KeptPage.Write, _ => true, cancel);
            int number = parsed.GetValue(Number) ?? 1;
            if (parsed.GetValue(Show)) return session.AskAsync((HttpMethod.Get, $"{ControlPath.KeptFiles}?number={number}"), ControlJson.Wire.IReadOnlyListCheckedFile, KeptPage.Write, _ => true, cancel);
            return session.GuardAsync(() =>
            {
                var query = new RollbackQuery { Number = number, Confirm = ApplyVerb.Time(parsed.GetValue(Confirm)), By = ApplyVerb.Who, Discard = parsed.GetValue(Discard) };
                return Putting.InForceAsync(session, ControlPath.Rollback + query.ToQuery(), null, cancel);
            });
        });
        return command;
    }
}
