using Router.Api;
using Router.Configuration;

namespace Router.Daemon.Control;

/// <summary>What loading a configuration gave, in the words of the control socket.</summary>
internal static class LoadReports
{
    public static CheckReport Check(string file, LoadResult loaded) => new()
    {
        File = file,
        Errors = Notes(loaded.Errors),
        Warnings = Notes(loaded.Warnings),
    };

    public static IReadOnlyList<ConfigurationNote> Notes(IReadOnlyList<ConfigurationError> errors) =>
        [.. errors.Select(error => new ConfigurationNote
        {
            File = error.File,
            Line = error.Line,
            Column = error.Column,
            Message = error.Message,
            Remedy = error.Remedy.Length == 0 ? null : error.Remedy,
        })];
}
