using System.CommandLine;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl why FLOW`: why a live flow is as it is, as it was decided when it was admitted.</summary>
internal static class WhyVerb
{
    private static readonly Argument<string[]> Flow = new("FLOW")
    {
        Description = "Its number, or ends of it as routerctl flows prints them: 17, or 10.0.0.5:40000, or tcp 10.0.0.5:40000 192.0.2.1:443.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Build()
    {
        var command = new Command("why", "Why a live flow is allowed and uses its link, as it was decided then.") { Flow };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() => session.AskAsync(
                (HttpMethod.Get, ControlPath.Why + QueryOf(string.Join(' ', parsed.GetRequiredValue(Flow)))),
                ControlJson.Wire.IReadOnlyListWhyReport, WhyPage.Write, flows => flows.Count > 0, cancel));
        });
        return command;
    }

    private static string QueryOf(string name)
    {
        if (FlowName.Read(name, out string? complaint) is null) throw new ControlFailure(ExitCode.Usage, complaint!);
        return $"?flow={Uri.EscapeDataString(name)}";
    }
}
