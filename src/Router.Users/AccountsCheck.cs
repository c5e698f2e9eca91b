using Router.Configuration;

namespace Router.Users;

/// <summary>What `check` and a load have to say of the accounts beside a configuration: errors of their file, and names that nobody has.</summary>
/// <param name="Errors">What is wrong in the file; the accounts of before would stay in force.</param>
/// <param name="Warnings">Users and groups that nobody has; or that the file could not be read by whoever asks, so that this is not known.</param>
public sealed record AccountsCheck(IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<ConfigurationError> Warnings)
{
    public static AccountsCheck Of(Settings settings)
    {
        AccountsRead read = AccountsFile.Read(settings.Users.File);
        if (read.Accounts is { } accounts) return new AccountsCheck([], [.. Mentions.Unknown(settings, accounts)]);
        bool isUnread = read.Errors.All(error => error.Line == 0);
        return isUnread && settings.Users.Mentions.Count == 0 ? new AccountsCheck([], [])
            : isUnread ? new AccountsCheck([], [.. read.Errors.Select(error => error with { Severity = Severity.Warning })])
            : new AccountsCheck(read.Errors, []);
    }

    /// <summary>A load with all of it said, as `check` says it.</summary>
    public static LoadResult Added(LoadResult loaded)
    {
        if (loaded.Settings is not { } settings) return loaded;
        AccountsCheck found = Of(settings);
        return loaded with { Errors = [.. loaded.Errors, .. found.Errors], Warnings = [.. loaded.Warnings, .. found.Warnings] };
    }

    /// <summary>All of it as warnings, for a load that goes on without the new accounts.</summary>
    public IEnumerable<ConfigurationError> AsWarnings => Errors.Select(error => error with { Severity = Severity.Warning }).Concat(Warnings);
}
