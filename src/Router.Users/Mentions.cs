using Router.Configuration;
using Router.Configuration.Layers;

namespace Router.Users;

/// <summary>
/// Users and groups that the configuration speaks of and no account has. It is a warning and no error: who is missing may be added in a
/// minute, and rules for nobody let nobody through. Where a directory has accounts too, nobody knows who is missing.
///
/// `group:NAME` where NAME is a group of addresses is a slip of its own: the rule would be for nobody, however the addresses are.
/// </summary>
public static class Mentions
{
    private const int Most = 50;

    /// <summary>One warning for each name, where it stands first.</summary>
    public static IEnumerable<ConfigurationError> Unknown(Settings settings, Accounts accounts)
    {
        if (settings.Users.Directory is not null) return [];
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
        (string what, string remedy) = !isGroup ? ($"there is no user `{name}` in {file}", $"add it with `routerctl user add {name}`, or {Mend(name, accounts.All.Select(account => account.Name))}")
            : mention.SameNamedAddresses is { } addresses ? ($"`{mention.Term}` means users, and nobody in {file} is in such a group: the addresses of the group `{addresses}` are not meant by it",
                $"write `{addresses}` for the addresses, or add a user with `routerctl user add NAME --group {name}`")
            : ($"nobody in {file} is in the group `{name}`", $"add one with `routerctl user add NAME --group {name}`, or {Mend(name, accounts.Groups)}");
        return new ConfigurationError(mention.File, mention.Line, mention.Column, what, remedy, Severity.Warning);
    }

    private static string Mend(string name, IEnumerable<string> known) => Spelling.Nearest(name, known) is { } nearest ? $"write `{nearest}`" : "mend the name";
}
