using System.Diagnostics;
using Router.Api;
using Router.Configuration;

namespace Router.Daemon.Reporting;

/// <summary>What a load of the configuration said, as the control socket tells it.</summary>
internal static class ConfigurationReports
{
    public static CheckReport Checked(string file, LoadResult result) => new()
    {
        File = file, Errors = Notes(result.Errors), Warnings = Notes(result.Warnings),
    };

    /// <param name="refusal">What the machine refused, in a sentence; null where the files have errors.</param>
    public static ReloadReport Refused(uint generation, long begun, LoadResult result, string? refusal) =>
        Report(false, generation, begun, result, 0) with { Refusal = refusal };

    public static ReloadReport Loaded(uint generation, long begun, LoadResult result, long closed) => Report(true, generation, begun, result, closed);

    private static ReloadReport Report(bool loaded, uint generation, long begun, LoadResult result, long closed) => new()
    {
        Loaded = loaded, PolicyGeneration = generation, DurationMilliseconds = Stopwatch.GetElapsedTime(begun).TotalMilliseconds,
        FlowsClosed = closed, Errors = Notes(result.Errors), Warnings = Notes(result.Warnings),
    };

    private static ConfigurationNote[] Notes(IReadOnlyList<ConfigurationError> errors) =>
    [
        .. errors.Select(e => new ConfigurationNote { File = e.File, Line = e.Line, Column = e.Column, Message = e.Message, Remedy = e.Remedy }),
    ];
}
