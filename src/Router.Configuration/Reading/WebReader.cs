using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Configuration.Web;
using Router.Forwarding.Identities;
using Router.Forwarding.Web;

namespace Router.Configuration.Reading;

/// <summary>Reads `web_rules`, with the files that they name, and `web`. A rule with any fault is left out of the result: the load fails anyway.</summary>
/// <param name="names">Zones and times; is told of the users that are spoken of.</param>
/// <param name="errors">Where faults are told.</param>
/// <param name="lists">Reads list files; null where the text comes from elsewhere, and files are none of the reader's business.</param>
internal sealed class WebReader(Names names, ErrorList errors, NameLists? lists)
{
    private const int MostRules = 10_000, MostNameLetters = 100, MostTextLetters = 2000, MostTargetLetters = 800;

    private static readonly KeySet Keys = new(RuleParts.WebRule);
    private static readonly KeySet CommonKeys = new(RuleParts.Web);

    private readonly Dictionary<string, Place> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>`web_rules`.</summary>
    public List<WebRuleSettings> Rules(Setting setting)
    {
        var rules = new List<WebRuleSettings>();
        foreach (Setting item in setting.Items())
        {
            if (rules.Count == MostRules)
            {
                item.Error($"more than {MostRules} web rules", "join rules by lists of URLs, or put names into a file (`list`)");
                break;
            }
            if (Rule(item) is { } rule) rules.Add(rule);
        }
        return rules;
    }

    /// <summary>`web`.</summary>
    public static WebSettings Common(Setting setting)
    {
        var web = new WebSettings();
        foreach ((string name, Setting value) in setting.Fields(CommonKeys))
        {
            if (name == "unreadable") web = web with { DeniesUnreadable = value.Word(("allow", false), ("deny", true)) ?? false };
            else web = web with { Ports = Ports(value) };
        }
        return web;
    }

    private static ushort[] Ports(Setting setting)
    {
        var ports = new List<ushort>();
        foreach (Setting item in setting.Items())
        {
            if (item.Number(1, 65535) is not { } port) continue;
            if (port is 21 or 69 or 1723 or 5060) item.Error($"port {port} is read by a helper already", "name ports of web servers only");
            else ports.Add((ushort)port);
        }
        if (setting.IsEmpty) setting.Error("an empty `ports` would switch web rules off", "remove it, or name ports");
        return [.. ports];
    }

    private WebRuleSettings? Rule(Setting item)
    {
        int before = errors.Count;
        var rule = new WebRuleSettings();
        bool isNamed = false, acts = false;
        foreach ((string name, Setting value) in item.Fields(Keys))
        {
            Fill(rule, name, value);
            isNamed |= name == "name";
            acts |= name == "action";
        }
        if (!isNamed) item.Error("a web rule has no name", "write `name: ...`; counters and logs go by it");
        if (!acts) item.Error($"web rule `{rule.Name}` has no action", "write `action: allow`, `deny`, `drop` or `redirect`");
        if (acts && rule.Action == WebAction.Redirect != rule.Target is not null)
        {
            item.Error(rule.Target is null ? $"web rule `{rule.Name}` does not say where to" : $"web rule `{rule.Name}` does not redirect, and `to` means nothing",
                "write `action: redirect` and `to: http://...` together");
        }
        return errors.Count == before ? rule : null;
    }

    private void Fill(WebRuleSettings rule, string key, Setting value)
    {
        switch (key)
        {
            case "name": rule.Name = Name(value); break;
            case "enabled": rule.Enabled = value.Flag() ?? true; break;
            case "url": rule.Patterns = Patterns(value); break;
            case "list": rule.Lists = Lists(value); break;
            case "users": rule.Users = Users(value); break;
            case "zones": rule.Zones = Zones(value); break;
            case "time": rule.Time = Time(value); break;
            case "action": rule.Action = value.Word(("allow", WebAction.Allow), ("deny", WebAction.Deny), ("drop", WebAction.Drop), ("redirect", WebAction.Redirect)) ?? rule.Action; break;
            case "text": rule.Text = Text(value); break;
            case "to": rule.Target = Target(value); break;
        }
    }

    private string Name(Setting value)
    {
        if (value.Text() is not { } name) return "";
        if (name.Trim().Length == 0 || name.Length > MostNameLetters || name.Any(char.IsControl)) value.Error("this cannot name a web rule", $"use 1 to {MostNameLetters} visible characters");
        else if (!_names.TryAdd(name, value.Place)) value.Error($"a web rule named `{name}` stands at {_names[name]} already", "give each a name of its own; counters and logs go by it");
        return name;
    }

    private static WebPattern[] Patterns(Setting value)
    {
        var patterns = new List<WebPattern>();
        foreach ((string text, Setting item) in value.Texts())
        {
            if (WebPattern.TryParse(text, out WebPattern? pattern, out string? fault)) patterns.Add(pattern!);
            else item.Error($"`{text}`: {fault}", "write `example.net`, `*.example.net`, `example.net/path/*`, an address, or `*`");
        }
        if (value.IsEmpty) value.Error("an empty `url` names no host", "remove it to mean all, or name hosts");
        return [.. patterns];
    }

    private NameSet[] Lists(Setting value)
    {
        var sets = new List<NameSet>();
        foreach ((string text, Setting item) in value.Texts())
        {
            if (lists is null) continue;
            string path = Path.GetFullPath(text, Path.GetDirectoryName(Path.GetFullPath(item.Place.File)) ?? "/");
            int before = errors.Count;
            if (lists.Read(path, errors) is { } set) sets.Add(set);
            else if (errors.Count == before) item.Error($"`{text}` has faults, told above", "mend the file");
        }
        if (value.IsEmpty) value.Error("an empty `list` names no file", "remove it, or name a file of host names");
        return [.. sets];
    }

    private IdentitySet? Users(Setting value)
    {
        List<string> users = [], groups = [];
        bool everyUser = false;
        foreach ((string text, Setting item) in value.Texts())
        {
            bool isGroup = text.StartsWith("group:", StringComparison.OrdinalIgnoreCase);
            string name = isGroup || text.StartsWith("user:", StringComparison.OrdinalIgnoreCase) ? text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..] : text;
            if (name.Length is 0 or > 64 || name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == ':')) item.Error($"`{text}` names nobody", "write a user's name, `group:NAME` or `authenticated`");
            else if (text.Equals("authenticated", StringComparison.OrdinalIgnoreCase)) everyUser = true;
            else
            {
                (isGroup ? groups : users).Add(name);
                names.Mention($"{(isGroup ? "group" : "user")}:{name.ToLowerInvariant()}", item.Place);
            }
        }
        if (value.IsEmpty) value.Error("an empty `users` would be for nobody", "remove it, or name users");
        return new IdentitySet(users, groups, everyUser);
    }

    private string[] Zones(Setting value)
    {
        var zones = new List<string>();
        foreach ((string text, Setting item) in value.Texts())
        {
            if (names.FindPort(text) is { } zone && names.FindLink(text) is null) zones.Add(zone);
            else item.Error($"there is no zone `{text}`", Spelling.Remedy(text, [.. names.Zones], "use one of"));
        }
        if (value.IsEmpty) value.Error("an empty `zones` would be for nobody", "remove it, or name zones");
        return [.. zones];
    }

    private TimeRange? Time(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (names.Times.TryGetValue(text, out TimeRange? time)) return time;
        value.Error($"there is no time `{text}`", Spelling.Remedy(text, names.Times.Keys, "define it under `times`, or use one of"));
        return null;
    }

    private static string? Text(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (text.Length <= MostTextLetters) return text;
        value.Error($"a text of {text.Length} characters", $"use at most {MostTextLetters}");
        return null;
    }

    // It goes into a header as it is.
    private static string? Target(Setting value)
    {
        if (value.Text() is not { } text) return null;
        bool isUrl = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
        if (isUrl && text.Length <= MostTargetLetters && text.All(letter => letter is > ' ' and < '\u007f')) return text;
        value.Error($"`{text}` is not a URL to lead to", $"write `http://host/path` or `https://host/path`, in at most {MostTargetLetters} ASCII characters");
        return null;
    }
}
