using System.CommandLine;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl check`: what is wrong with the configuration that routerd would load.</summary>
internal static class CheckVerb
{
    public static Command Build()
    {
        var command = new Command("check", "What is wrong or doubtful in the configuration; nothing is changed.");
        command.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            (HttpMethod.Get, ControlPath.Check), ControlJson.Wire.CheckReport, CheckPage.Write, report => report.Errors.Count == 0, cancel));
        return command;
    }
}
