using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Configuration;
using Router.Configuration.Comparing;
using Router.Daemon.Control;
using Router.Daemon.Reporting;
using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Ports;
using Router.Users;

namespace Router.Daemon.Changing;

/// <summary>
/// `diff`: what a configuration changes of the one in force, by its words and for the live flows; or what one kept configuration changes of
/// another, by their words. A text is taken as `apply` would take it: as the main file, with the fragments and variables that the daemon has.
/// </summary>
internal sealed class DiffReports(string file, Helm helm, KeptConfigurations kept, Foresight foresight, FlowForecast forecast)
{
    private readonly Lock _one = new();

    /// <param name="query">What is compared.</param>
    /// <param name="text">The main file; null for those that are on the disk, or for a kept one.</param>
    /// <exception cref="RefusedRequest">A kept configuration is not there or damaged, or a file cannot be read.</exception>
    public DiffReport Of(DiffQuery query, byte[]? text)
    {
        (string before, Settings? old) = query.Against is { } against ? Kept(against) : ($"the configuration in force since {helm.InForce.LoadedAt:HH:mm:ss}", helm.Settings);
        (string after, LoadResult loaded) = query.Kept is { } number ? Load(number) : text is not null ? ("the file", LoadText(text)) : (file, LoadText(null));
        loaded = AccountsCheck.Added(loaded);
        CheckReport said = ConfigurationReports.Checked(file, loaded);
        var report = new DiffReport { Before = before, After = after, Errors = said.Errors, Warnings = said.Warnings };
        if (loaded.Settings is not { } settings || old is null || loaded.Errors.Count > 0) return report;
        report = report with { Changes = [.. Comparison.Of(old, settings).Select(Describe)] };
        return query.Against is null ? report with { Flows = Foresee(settings) } : report;
    }

    // One at a time: the forwarding thread is asked much.
    private ForeseenFlows Foresee(Settings settings)
    {
        lock (_one)
        {
            try
            {
                (Plan plan, PortRegistry numbers) = foresight.Of(settings);
                return forecast.Run(plan, numbers.NameOf);
            }
            catch (PortException full)
            {
                throw new RefusedRequest(StatusCodes.Status409Conflict, full.Message);
            }
        }
    }

    private (string, LoadResult) Load(int number)
    {
        Kept found = kept.Find(number, out string? fault) ?? throw new RefusedRequest(StatusCodes.Status409Conflict, fault!);
        return (Words(number, found), ConfigurationLoader.LoadTexts(found.Files.Select(one => (one.Name, Encoding.UTF8.GetBytes(one.Text))), readsLists: true));
    }

    private (string, Settings) Kept(int number)
    {
        (string words, LoadResult loaded) = Load(number);
        return (words, loaded.Settings ?? throw new RefusedRequest(StatusCodes.Status409Conflict, $"kept configuration {number} cannot be loaded by this release: {loaded.Errors[0]}"));
    }

    private LoadResult LoadText(byte[]? text)
    {
        try
        {
            IEnumerable<(string, byte[])> fragments = ConfigurationLoader.Files(file).Skip(1).Select(name => (name, File.ReadAllBytes(name)));
            return ConfigurationLoader.LoadTexts([(file, text ?? File.ReadAllBytes(file)), .. fragments], readsLists: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RefusedRequest(StatusCodes.Status409Conflict, fault.Message);
        }
    }

    private static string Words(int number, Kept found) =>
        string.Create(CultureInfo.InvariantCulture, $"kept configuration {number}, of {found.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss} by {found.By}");

    private static ChangeReport Describe(Change change) => new()
    {
        Part = change.Part, Name = change.Name, Kind = change.Kind.ToString().ToLowerInvariant(), Key = change.Key, From = change.From, To = change.To,
    };
}
