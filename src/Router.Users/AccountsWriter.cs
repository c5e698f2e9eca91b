using System.Text;

namespace Router.Users;

/// <summary>Writes accounts as YAML that <see cref="AccountsReader"/> reads as the same. Comments of whoever edited the file are not kept.</summary>
internal static class AccountsWriter
{
    private const string Head =
        """
        # Who may log in. Passwords are set with `routerctl user passwd NAME`, which writes this file anew (without further comments).
        # The last line, `...`, says that the file is whole.
        users:

        """;

    public static string Write(Accounts accounts)
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (Account account in accounts.All)
        {
            text.Append($"  {Quote(account.Name)}:");
            int begin = text.Length;
            if (account.Hash is { } hash) text.Append($"\n    password: {Quote(hash)}");
            if (account.Groups.Count > 0) text.Append($"\n    groups: [{string.Join(", ", account.Groups.Select(Quote))}]");
            if (account.FullName is { } name) text.Append($"\n    full_name: {Quote(name)}");
            if (account.IsAdministrator) text.Append("\n    administrator: true");
            if (!account.IsEnabled) text.Append("\n    enabled: false");
            text.Append(text.Length == begin ? " {}\n" : "\n");
        }
        return text.Append("...\n").ToString();
    }

    // Only what cannot be anything else is left bare.
    private static string Quote(string text)
    {
        bool isBare = text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            && text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off");
        return isBare ? text : $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
    }
}
