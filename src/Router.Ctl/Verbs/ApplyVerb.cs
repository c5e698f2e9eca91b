using System.CommandLine;
using Router.Api;
using Router.Ctl.Verbs.Changes;

namespace Router.Ctl.Verbs;

/// <summary>
/// `routerctl apply FILE [--confirm 60s]` and `routerctl confirm`: a new configuration that takes itself back unless the one who sent
/// it still reaches the box: on a terminal it is asked there (<see cref="Putting"/>). The file is read here, with the rights of whoever runs this.
/// </summary>
internal static class ApplyVerb
{
    private static readonly Argument<string> File = new("FILE") { Description = "The new configuration; it takes the place of the one that routerd uses." };
    private static readonly Option<bool> Discard = new("--discard") { Description = "Overwrite changes of that file that were never loaded; they are kept beside it." };
    private static readonly Option<string> Confirm = new("--confirm") { Description = "Take it back after this time, such as 60s or 5m, unless it is confirmed.", HelpName = "TIME" };

    public static Command Build()
    {
        var command = new Command("apply", "Put a new configuration in force, for good or on trial; a bad one changes nothing.") { File, Confirm, Discard };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() =>
            {
                string query = new ApplyQuery { Confirm = Time(parsed.GetValue(Confirm)), By = Who, Discard = parsed.GetValue(Discard) }.ToQuery();
                return Putting.InForceAsync(session, ControlPath.Apply + query, Read(parsed.GetRequiredValue(File)), cancel);
            });
        });
        return command;
    }

    /// <summary>Who sits here, for the list of kept configurations: the one behind sudo, if there is one. The daemon takes it for a remark and no more.</summary>
    public static string? Who => (Environment.GetEnvironmentVariable("SUDO_USER") ?? Environment.UserName) is { Length: > 0 and <= 64 } name ? name : null;

    /// <summary>`60s` as a time; null for none.</summary>
    /// <exception cref="ControlFailure">It is none.</exception>
    public static TimeSpan? Time(string? text) => text is null ? null : TimeSpan.FromSeconds(CaptureVerb.ReadSeconds(text));

    public static Command BuildConfirm()
    {
        var command = new Command("confirm", "Keep the configuration that apply --confirm has put on trial.");
        command.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            (HttpMethod.Post, ControlPath.Confirm), ControlJson.Wire.ConfirmReport, (_, screen) => screen.Line("Confirmed: it stays."), _ => true, cancel));
        return command;
    }

    /// <summary>The octets of a file that is to be sent.</summary>
    /// <exception cref="ControlFailure">It cannot be read, or is too long.</exception>
    public static byte[] Read(string file)
    {
        try
        {
            byte[] text = System.IO.File.ReadAllBytes(file);
            if (text.Length is > 0 and <= ControlPath.MostFileOctets) return text;
            throw new ControlFailure(ExitCode.Bad, $"{file} has {text.Length} octets; a configuration has 1 to {ControlPath.MostFileOctets}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ControlFailure(ExitCode.Bad, $"{file} cannot be read: {fault.Message}");
        }
    }
}
