using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Router.Api;
using Router.Ctl.Pages;
using Router.Licensing.Files;

namespace Router.Ctl.Verbs;

/// <summary>
/// `routerctl license`: who holds places and seats, and who was refused. `show`, `verify` and `issue` are about licence files: what is
/// named is read and written here, with the rights of whoever runs this, and needs no daemon. `free` takes a place away.
/// </summary>
internal static class LicenseVerb
{
    private static readonly Argument<string?> File = new("FILE") { Description = "A licence file to show instead of what is in force; works without routerd.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Verified = new("FILE") { Description = "A licence file." };
    private static readonly Argument<string> Device = new("DEVICE") { Description = "An address of the device, or its MAC." };
    private static readonly Option<string> Key = new("--key") { Description = "The private key, PEM, P-256.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> Public = new("--public-key") { Description = "Verify with this public key (PEM) in place of the one of this build.", HelpName = "FILE" };
    private static readonly Option<string?> Out = new("--output") { Description = "Where to write it; standard output without.", HelpName = "FILE" };
    private static readonly Option<string> Number = new("--number") { Description = "Names the licence.", Required = true };
    private static readonly Option<string> Holder = new("--holder") { Description = "For whom it is.", Required = true };
    private static readonly Option<int> Users = new("--users") { Description = "How many users.", Required = true };
    private static readonly Option<int> Devices = new("--devices-per-user") { Description = "How many devices for each.", DefaultValueFactory = _ => Licence.UsualDevicesPerUser };
    private static readonly Option<DateOnly?> NotBefore = Day("--not-before", "The first day on which it holds.");
    private static readonly Option<DateOnly?> Expires = Day("--expires", "The last day, of a trial.");
    private static readonly Option<DateOnly?> Maintenance = Day("--maintenance-until", "The last day whose releases it covers.");

    private static readonly Option<double> Watch = Reading.Watch();

    public static Command Build()
    {
        var show = new Command("show", "Show the licence in force, or one in a file.") { File, Public };
        show.SetAction((parsed, cancel) => parsed.GetValue(File) is { } file
            ? CommandLine.SessionOf(parsed).GuardAsync(() => Task.FromResult(ShowFile(parsed, file)))
            : CommandLine.SessionOf(parsed).GuardAsync(() => ShowInForceAsync(CommandLine.SessionOf(parsed), cancel)));
        var verify = new Command("verify", "Say whether a licence file is rightly signed, and what it comes to today.") { Verified, Public };
        verify.SetAction((parsed, _) => CommandLine.SessionOf(parsed).GuardAsync(() => Task.FromResult(ShowFile(parsed, parsed.GetRequiredValue(Verified)))));
        var issue = new Command("issue", "Write and sign a licence file.") { Key, Number, Holder, Users, Devices, NotBefore, Expires, Maintenance, Out };
        issue.SetAction((parsed, _) => CommandLine.SessionOf(parsed).GuardAsync(() => Task.FromResult(Issue(parsed))));
        var free = new Command("free", "Take the place of a device away, and end its flows.") { Device };
        free.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            (HttpMethod.Post, ControlPath.FreePlace + new FreeQuery { Device = parsed.GetRequiredValue(Device) }.ToQuery()), ControlJson.Wire.FreedReport, LicensePage.Write, _ => true, cancel));
        var command = new Command("license", "Who holds places and seats of the licence, since when and why, and who was refused.") { Watch, show, verify, issue, free };
        command.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            new Question<LicenseReport>(ControlPath.License, ControlJson.Wire.LicenseReport, LicensePage.Write), Reading.Every(parsed, Watch), cancel));
        return command;
    }

    private static async Task<int> ShowInForceAsync(Session session, CancellationToken cancel)
    {
        LicenseReport report = await session.FetchAsync(HttpMethod.Get, ControlPath.License, ControlJson.Wire.LicenseReport, cancel);
        session.Show(report.Licence, ControlJson.Wire.LicenceFacts, LicensePage.Write);
        return report.Licence.Problem is null ? ExitCode.Ok : ExitCode.Bad;
    }

    private static int ShowFile(ParseResult parsed, string file)
    {
        using ECDsa key = parsed.GetValue(Public) is { } given ? PublicKey(given) : ProductKey.Open();
        string text = Read(file);
        if (LicenceText.Verify(text, key, out Licence? licence) is { } fault) throw new ControlFailure(ExitCode.Bad, $"{file} is not good: {fault}.");
        LicenceStanding standing = LicenceStanding.Of(licence, DateOnly.FromDateTime(DateTime.UtcNow), ProductKey.ReleaseDay);
        var facts = new LicenceFacts
        {
            File = file, Number = licence!.Number, Holder = licence.Holder, Users = licence.Users, DevicesPerUser = licence.DevicesPerUser, Issued = licence.Issued,
            NotBefore = licence.NotBefore, Expires = licence.Expires, MaintenanceUntil = licence.MaintenanceUntil,
            DevelopmentKey = parsed.GetValue(Public) is null && ProductKey.IsDevelopment,
            State = standing.State switch
            {
                LicenceState.Valid or LicenceState.Base => "valid",
                LicenceState.NotYet => "not yet",
                LicenceState.Expired => "expired",
                LicenceState.ReleaseTooNew => "release too new",
            },
        };
        CommandLine.SessionOf(parsed).Show(facts, ControlJson.Wire.LicenceFacts, LicensePage.Write);
        return standing.State == LicenceState.Valid ? ExitCode.Ok : ExitCode.Bad;
    }

    private static int Issue(ParseResult parsed)
    {
        var licence = new Licence(
            parsed.GetRequiredValue(Number), parsed.GetRequiredValue(Holder), parsed.GetValue(Users), parsed.GetValue(Devices), DateOnly.FromDateTime(DateTime.UtcNow),
            parsed.GetValue(NotBefore), parsed.GetValue(Expires), parsed.GetValue(Maintenance));
        string keyFile = parsed.GetRequiredValue(Key);
        try
        {
            using ECDsa key = ProductKey.OpenPrivate(Read(keyFile));
            string text = LicenceText.Issue(licence, key);
            if (parsed.GetValue(Out) is { } file) System.IO.File.WriteAllText(file, text);
            else parsed.InvocationConfiguration.Output.Write(text);
            return ExitCode.Ok;
        }
        catch (CryptographicException fault)
        {
            throw new ControlFailure(ExitCode.Usage, $"{keyFile} is not a private key to sign licences with: {fault.Message}");
        }
        catch (FormatException fault)
        {
            throw new ControlFailure(ExitCode.Usage, $"there can be no such licence: {fault.Message}.");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ControlFailure(ExitCode.Bad, $"the licence cannot be written: {refused.Message}");
        }
    }

    private static ECDsa PublicKey(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Read(file));
            return key;
        }
        catch (Exception wrong) when (wrong is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ControlFailure(ExitCode.Usage, $"{file} is not a public key: {wrong.Message}");
        }
    }

    private static string Read(string file)
    {
        try
        {
            return System.IO.File.ReadAllText(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ControlFailure(ExitCode.Usage, $"{file} cannot be read: {refused.Message}");
        }
    }

    private static Option<DateOnly?> Day(string name, string about) => new(name)
    {
        Description = about,
        HelpName = "YYYY-MM-DD",
        CustomParser = result =>
        {
            if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)) return day;
            result.AddError($"'{result.Tokens[0].Value}' is not a day such as 2026-12-31.");
            return null;
        },
    };
}
