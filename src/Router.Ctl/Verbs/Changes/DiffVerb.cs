using System.CommandLine;
using Router.Api;
using Router.Ctl.Pages.Changes;

namespace Router.Ctl.Verbs.Changes;

/// <summary>
/// `routerctl diff`: what a configuration would change, by its words and for the flows that are live now. A file is read here, with the rights
/// of whoever runs this, and taken as `apply` would take it; without one, what a reload would change is told.
/// </summary>
internal static class DiffVerb
{
    private static readonly Argument<string?> File = new("FILE")
    {
        Description = "A new configuration; without it, what a reload would change.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<int?> Kept = new("--kept") { Description = "A kept configuration in place of a file: what a rollback to it would change.", HelpName = "N" };
    private static readonly Option<int?> Against = new("--against") { Description = "Compare with a kept configuration, not with the one in force; flows are not looked at then.", HelpName = "N" };

    public static Command Build()
    {
        var command = new Command("diff", "What a configuration would change, and which live flows it would close or move; nothing is changed.") { File, Kept, Against };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() =>
            {
                string? file = parsed.GetValue(File);
                byte[]? text = file is null ? null : ApplyVerb.Read(file);
                var query = new DiffQuery { Kept = parsed.GetValue(Kept), Against = parsed.GetValue(Against) };
                return session.AskUnguardedAsync(
                    (text is null ? HttpMethod.Get : HttpMethod.Post, ControlPath.Diff + query.ToQuery()), ControlJson.Wire.DiffReport, DiffPage.Write, report => report.Errors.Count == 0, cancel, text);
            });
        });
        return command;
    }
}
