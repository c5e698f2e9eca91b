using System.Collections;
using System.CommandLine;
using System.Text.Json;
using Router.Api;
using Router.Configuration;
using Router.Ctl.Pages;
using Router.Users;

namespace Router.Ctl.Verbs;

/// <summary>
/// `routerctl check`: what is wrong with a configuration. A file that is named is read here, with the rights of whoever runs
/// this and with its environment, so no daemon is needed; one that is running adds what only it can tell, such as who
/// would be locked out. Without a name the daemon reads its own; and if none is running, the file that it would read is read here.
/// </summary>
internal static class CheckVerb
{
    private const string DefaultFile = "/etc/routerd/router.yaml";

    private static readonly Argument<string?> File = new("FILE")
    {
        Description = "A file to check instead of the one that routerd uses; works without routerd.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Build()
    {
        var command = new Command("check", "What is wrong or doubtful in the configuration; nothing is changed.") { File };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() => RunAsync(parsed.GetValue(File), session, parsed.InvocationConfiguration.Error, cancel));
        });
        return command;
    }

    private static async Task<int> RunAsync(string? file, Session session, TextWriter error, CancellationToken cancel)
    {
        if (file is not null) return Show(await AskTooAsync(file, await ReadHereAsync(file, error), session, error, cancel), session);
        try
        {
            return await session.AskUnguardedAsync(
                (HttpMethod.Get, ControlPath.Check), ControlJson.Wire.CheckReport, CheckPage.Write, report => report.Errors.Count == 0, cancel);
        }
        catch (ControlFailure failure) when (failure.ExitCode is ExitCode.Unreachable or ExitCode.NotAllowed)
        {
            await error.WriteLineAsync($"routerctl: routerd cannot be asked, so {DefaultFile} is checked without it");
            return Show(await ReadHereAsync(DefaultFile, error), session);
        }
    }

    // Lists of a million names are read with it, which may take a while.
    private static Task<CheckReport> ReadHereAsync(string file, TextWriter error) =>
        Patience.WithAsync(Task.Run(() => ReadHere(file)), $"{Screen.Clean(file)} is being read", Patience.TerminalOf(error), Patience.Second);

    private static CheckReport ReadHere(string file)
    {
        LoadResult loaded = AccountsCheck.Added(ConfigurationLoader.Load(file, Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value))));
        return new CheckReport
        {
            File = file,
            Errors = [.. loaded.Errors.Select(Note)],
            Warnings = [.. loaded.Warnings.Select(Note)],
        };
    }

    // A sound file is shown to the daemon too; what it adds are remarks on the box as it is.
    private static async Task<CheckReport> AskTooAsync(string file, CheckReport report, Session session, TextWriter error, CancellationToken cancel)
    {
        if (report.Errors.Count > 0) return report;
        try
        {
            IReadOnlyList<CheckedFile> files = [.. ConfigurationLoader.Files(file).Select(name => new CheckedFile { Name = name, Text = System.IO.File.ReadAllText(name) })];
            CheckReport seen = await session.FetchAsync((HttpMethod.Post, ControlPath.Check), ControlJson.Wire.CheckReport,
                JsonSerializer.SerializeToUtf8Bytes(files, ControlJson.Wire.IReadOnlyListCheckedFile), cancel);
            return report with { Warnings = [.. report.Warnings.Union(seen.Warnings)] };
        }
        catch (ControlFailure failure)
        {
            await error.WriteLineAsync($"routerctl: routerd cannot be asked, so nothing is said of who would be locked out: {failure.Message}");
            return report;
        }
    }

    private static int Show(CheckReport report, Session session)
    {
        session.Show(report, ControlJson.Wire.CheckReport, CheckPage.Write);
        return report.Errors.Count == 0 ? ExitCode.Ok : ExitCode.Bad;
    }

    private static ConfigurationNote Note(ConfigurationError error) => new()
    {
        File = error.File,
        Line = error.Line,
        Column = error.Column,
        Message = error.Message,
        Remedy = error.Remedy.Length == 0 ? null : error.Remedy,
    };
}
