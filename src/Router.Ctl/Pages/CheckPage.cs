using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answers to `routerctl check` and `routerctl reload`, in the form in which compilers speak, so that editors find the place.</summary>
internal static class CheckPage
{
    public static void Write(CheckReport check, Screen screen)
    {
        WriteNotes(check.Errors, check.Warnings, screen);
        string warnings = check.Warnings.Count == 0 ? "" : $", {Counted(check.Warnings.Count, "warning")}";
        if (check.Errors.Count == 0) screen.Line($"{check.File} can be loaded{warnings}.", new Style(Color.Green));
        else screen.Line($"{check.File} cannot be loaded: {Counted(check.Errors.Count, "error")}{warnings}.", new Style(Color.Red));
    }

    public static void Write(ReloadReport reload, Screen screen)
    {
        WriteNotes(reload.Errors, reload.Warnings, screen);
        if (reload.Loaded)
        {
            string closed = reload.FlowsClosed == 0 ? "" : $" Closed {Counted(reload.FlowsClosed, "flow")} that it does not allow.";
            string took = Units.Duration(reload.DurationMilliseconds / 1000);
            screen.Line($"Policy {reload.PolicyGeneration} is in force, after {took}.{closed}", new Style(Color.Green));
            if (reload.RevertsAt is { } deadline)
            {
                screen.Line($"It is on trial until {deadline.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}: the configuration of before comes back unless you write: routerctl confirm", new Style(Color.Yellow));
            }
        }
        else
        {
            if (reload.Refusal is { } refusal) screen.Line($"The machine refuses: {refusal}", new Style(Color.Red));
            screen.Line($"Not loaded. Policy {reload.PolicyGeneration} stays in force, unchanged.", new Style(Color.Red));
        }
    }

    private static void WriteNotes(IReadOnlyList<ConfigurationNote> errors, IReadOnlyList<ConfigurationNote> warnings, Screen screen)
    {
        foreach (ConfigurationNote error in errors) screen.Line(Text(error, ""), new Style(Color.Red));
        foreach (ConfigurationNote warning in warnings) screen.Line(Text(warning, "warning: "), new Style(Color.Yellow));
    }

    /// <summary>"router.yaml:12:7: message; remedy", without the numbers that are not known.</summary>
    public static string Text(ConfigurationNote note, string kind)
    {
        string place = (note.Line, note.Column) switch
        {
            (0, _) => note.File,
            (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{note.File}:{note.Line}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{note.File}:{note.Line}:{note.Column}"),
        };
        return note.Remedy is null ? $"{place}: {kind}{note.Message}" : $"{place}: {kind}{note.Message}; {note.Remedy}";
    }

    private static string Counted(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
