using Router.Configuration;
using Router.Configuration.Layers;

namespace Router.Users;

/// <summary>
/// Users and groups that the configuration speaks of and no account has. It is a warning and no error: who is missing may be added in a
/// minute, and rules for nobody let nobody through. Where a directory has accounts too, nobody knows who is missing.
/// </summary>
public static class Mentions
{
    private const int Most = 50;

    /// <summary>One warning for each name, where it stands first.</summary>
    public static IEnumerable<ConfigurationError> Unknown(Settings settings, Accounts accounts)
    {
        return settings.Users.Mentions.DistinctBy(mention => mention.Term).Where(mention => !Knows(accounts, mention.Term)).Take(Most).Select(mention => Warning(mention, settings.Users.File, accounts));
    }

    private static bool Knows(Accounts accounts, string term)
    {
        (string kind, string name) = term.Split(':', 2) is [var first, var second] ? (first, second) : (term, "");
        return kind == "group" ? accounts.HasGroup(name) : accounts.Find(name) is not null;
    }

    private static ConfigurationError Warning(UserMention mention, string file, Accounts accounts)
    {
        string name = mention.Term[(mention.Term.IndexOf(':') + 1)..];
        bool isGroup = mention.Term.StartsWith("group:", StringComparison.Ordinal);
        string? nearest = Spelling.Nearest(name, isGroup ? accounts.Groups : accounts.All.Select(account => account.Name));
        string mend = nearest is null ? "mend the name" : $"write `{nearest}`";
        return new ConfigurationError(mention.File, mention.Line, mention.Column,
            isGroup ? $"nobody in {file} is in the group `{name}`" : $"there is no user `{name}` in {file}",
            isGroup ? $"add one with `routerctl user add NAME --group {name}`, or {mend}" : $"add it with `routerctl user add {name}`, or {mend}", Severity.Warning);
    }
}
