using System.CommandLine;
using System.Globalization;
using Router.Api;
using Router.Ctl.Pages.Changes;

namespace Router.Ctl.Verbs.Changes;

/// <summary>
/// `routerctl diff`: what a configuration would change, by its words and for the flows that are live now. A file is read here, with the rights
/// of whoever runs this, and taken as `apply` would take it; without one, what a reload would change is told; `@N` is a kept configuration.
/// </summary>
internal static class DiffVerb
{
    private static readonly Argument<string?> File = new("FILE")
    {
        Description = "A new configuration; @N for a kept one; without it, what a reload would change.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Against = new("--against")
    {
        Description = "Compare with a kept configuration, not with the one in force; flows are not looked at then.", HelpName = "@N",
    };

    public static Command Build()
    {
        var command = new Command("diff", "What a configuration would change, and which live flows it would close or move; nothing is changed.") { File, Against };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() =>
            {
                string? file = parsed.GetValue(File);
                int? kept = file is null ? null : KeptNumber(file);
                byte[]? text = file is not null && kept is null ? ApplyVerb.Read(file) : null;
                var query = new DiffQuery { Kept = kept, Against = parsed.GetValue(Against) is { } other ? KeptNumber(other) ?? throw new ControlFailure(ExitCode.Usage, $"'{other}' is no kept configuration; write @1, @2, ...") : null };
                return session.AskUnguardedAsync(
                    (text is null ? HttpMethod.Get : HttpMethod.Post, ControlPath.Diff + query.ToQuery()), ControlJson.Wire.DiffReport, DiffPage.Write, report => report.Errors.Count == 0, cancel, text);
            });
        });
        return command;
    }

    private static int? KeptNumber(string text) =>
        text.StartsWith('@') && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
