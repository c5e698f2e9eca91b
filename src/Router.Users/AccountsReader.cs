using Microsoft.Extensions.Configuration;
using Router.Configuration;
using Router.Configuration.Layers;
using Router.Configuration.Layers.Yaml;
using Router.Configuration.Reading;

namespace Router.Users;

/// <summary>
/// Reads users.yaml, with the reader of the configuration, so that it is as strict and says as well what is wrong and where:
///
///     users:
///       tony: { password: "$y$jAT$...", groups: [staff, night], full_name: Tony Example }
///       root: { password: "$y$jAT$...", administrator: true }
///       sam: { enabled: false }
///     ...
///
/// The last line is YAML's end of a document. It is required: a file that an editor or a copy has written half of is sound YAML with
/// half the users, and whoever is missing there would be locked out.
///
/// What a `password` holds is never repeated in a message, as it may be one.
/// </summary>
internal static class AccountsReader
{
    private const int MostGroups = 100;
    private const int MostFullNameLetters = 100;

    private static readonly KeySet s_fileKeys = new(["users"]);
    private static readonly KeySet s_accountKeys = new(["password", "groups", "full_name", "administrator", "enabled"]);

    /// <summary>All accounts; null if there is any error.</summary>
    public static Accounts? Read(string file, string text, ErrorList errors)
    {
        if (!IsWhole(text, out Place end))
        {
            errors.Error(end with { File = file }, "the file ends without `...`, so it may be half written", "write `...` as its last line once it is whole");
            return null;
        }
        if (YamlReader.Read(file, text, errors) is not { } root) return null;
        var layer = new Layer(root);
        var accounts = new List<Account>();
        foreach ((_, Setting users) in Setting.Root(new ConfigurationBuilder().Add(layer).Build(), new Origins([layer], errors)).Fields(s_fileKeys))
        {
            foreach (Setting user in users.IsEmpty ? [] : users.Named()) accounts.Add(Read(user));
        }
        errors.Sort([file]);
        return errors.Any ? null : new Accounts(accounts);
    }

    // Whether the last line with anything in it is the end mark, and where the text ends.
    private static bool IsWhole(string text, out Place end)
    {
        string last = "";
        (int line, int lines) = (1, 0);
        foreach (ReadOnlySpan<char> one in text.AsSpan().EnumerateLines())
        {
            lines++;
            if (one.TrimEnd().IsEmpty || one.TrimStart().StartsWith("#")) continue;
            (last, line) = (one.TrimEnd().ToString(), lines);
        }
        end = new Place("", line, last.Length + 1);
        return last == "...";
    }

    private static Account Read(Setting user)
    {
        if (!Account.IsName(user.Key)) user.KeyError("this cannot name a user", Account.NameRemedy);
        var account = new Account { Name = user.Key };
        foreach ((string name, Setting value) in user.IsEmpty ? [] : user.Fields(s_accountKeys))
        {
            account = name switch
            {
                "password" => account with { Hash = Hash(value) },
                "groups" => account with { Groups = Groups(value) },
                "full_name" => account with { FullName = FullName(value) },
                "administrator" => account with { IsAdministrator = value.Flag() ?? false },
                _ => account with { IsEnabled = value.Flag() ?? false },
            };
        }
        return account;
    }

    private static string? Hash(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (Passwords.LooksLikeHash(text)) return text;
        value.Error("this is not the hash of a password, of a kind that is safe", "set the password with `routerctl user passwd NAME`; it is never written as it is");
        return null;
    }

    private static List<string> Groups(Setting value)
    {
        var groups = new List<string>();
        foreach ((string text, Setting item) in value.IsEmpty ? [] : value.Texts())
        {
            if (!Account.IsName(text)) item.Error("this cannot name a group", Account.NameRemedy);
            else if (groups.Contains(text, StringComparer.OrdinalIgnoreCase)) item.Error($"group `{text}` is named twice", "name each group once");
            else groups.Add(text);
        }
        if (groups.Count > MostGroups) value.Error($"more than {MostGroups} groups", "name fewer");
        return groups;
    }

    private static string? FullName(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (text.Length <= MostFullNameLetters && !text.Any(char.IsControl)) return text;
        value.Error("this is not anybody's name", $"write at most {MostFullNameLetters} visible characters");
        return null;
    }
}
