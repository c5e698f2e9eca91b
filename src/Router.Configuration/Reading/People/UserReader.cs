using System.Globalization;
using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Configuration.Reading;

/// <summary>Reads `users`, and the `welcome` of a zone. Whether the users that are named exist is not known here: accounts have a file of their own.</summary>
internal sealed class UserReader(Names names, ErrorList errors)
{
    private const int MostAutomatic = 10_000;
    private const int MostDevices = 1000;

    private static readonly TimeSpan s_leastLogin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestLogin = TimeSpan.FromDays(365);

    private static readonly KeySet s_keys = new(PeopleParts.Users);
    private static readonly KeySet s_automaticKeys = new(PeopleParts.Automatic);
    private static readonly KeySet s_limitKeys = new(PeopleParts.UserLimit);

    private readonly EndReader _ends = new(names, speaksOfUsers: false);
    private readonly Dictionary<ulong, (string User, Place Place)> _macs = [];
    private readonly List<(AddressRange Range, string User, Place Place)> _ranges = [];

    public UserSettings Users(Setting setting, IReadOnlyList<ZoneSettings> zones)
    {
        var users = new UserSettings();
        foreach ((string name, Setting value) in setting.Fields(s_keys))
        {
            users = name switch
            {
                "file" => users with { File = FilePath(value) ?? users.File },
                "require_login" => users with { LoginZones = LoginZones(value, zones) },
                "exempt" => users with { Exempt = _ends.Rule(value) ?? [] },
                "before_login" => users with { BeforeLogin = _ends.Rule(value) ?? [] },
                "login_idle" => users with { LoginIdle = value.Duration(s_leastLogin, s_longestLogin) ?? users.LoginIdle },
                "login_most" => users with { LoginMost = value.Duration(s_leastLogin, s_longestLogin) },
                "directory" => users with { Directory = PortalReader.Directory(value) },
                "automatic" => users with { Automatic = Automatic(value) },
                _ => users with { Limits = Limits(value) },
            };
        }
        ExpectOneEach();
        return users;
    }

    private static string? FilePath(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (text.StartsWith('/') && !text.EndsWith('/')) return text;
        value.Error($"`{text}` is not the path of a file", "write it from the root on, such as `/etc/routerd/users.yaml`");
        return null;
    }

    // `true` means people's own zones: guests have no accounts.
    private static List<string> LoginZones(Setting value, IReadOnlyList<ZoneSettings> zones)
    {
        if (value.Raw is { } word && bool.TryParse(word, out bool all)) return [.. zones.Where(zone => all && zone.Welcome is null).Select(zone => zone.Name)];
        var named = new List<string>();
        foreach ((string text, Setting item) in value.Texts())
        {
            if (zones.FirstOrDefault(zone => zone.Name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } zone) named.Add(zone.Name);
            else item.Error($"there is no zone `{text}`", Spelling.Remedy(text, [.. zones.Select(one => one.Name)], "write `true`, `false`, or a list of zones: "));
        }
        return named;
    }

    private List<AutomaticLogin> Automatic(Setting setting)
    {
        var logins = new List<AutomaticLogin>();
        foreach (Setting item in setting.Items())
        {
            string? user = null;
            ulong mac = 0;
            List<AddressRange> ranges = [];
            int before = errors.Count;
            foreach ((string name, Setting value) in item.Fields(s_automaticKeys))
            {
                if (name == "user") user = User(value);
                else if (name == "mac") mac = Mac(value) ?? 0;
                else ranges = Addresses(value);
            }
            if (errors.Count != before) continue;
            if (user is null) item.Error("an automatic login without `user` would be nobody's", "write `{ user: tony, address: 10.0.0.7 }`");
            else if (mac == 0 && ranges.Count == 0) item.Error($"nothing says by what `{user}` is known", "write `mac`, `address`, or both");
            else Take(new AutomaticLogin(user, mac, ranges), item, logins);
        }
        if (logins.Count > MostAutomatic) setting.Error($"more than {MostAutomatic} automatic logins", "let people log in");
        return logins;
    }

    private void Take(AutomaticLogin login, Setting item, List<AutomaticLogin> into)
    {
        into.Add(login);
        foreach (AddressRange range in login.Addresses) _ranges.Add((range, login.User, item.Place));
        if (login.Mac == 0 || _macs.TryAdd(login.Mac, (login.User, item.Place))) return;
        (string other, Place place) = _macs[login.Mac];
        item.Error($"this MAC is known at {place} already, for `{other}`", "a device serves one user; keep one of the two");
    }

    /// <summary>One address serves one user: in the order of addresses, each range is compared with the one that reaches farthest before it.</summary>
    private void ExpectOneEach()
    {
        _ranges.Sort(static (a, b) => a.Range.First.CompareTo(b.Range.First));
        for (int i = 1, farthest = 0; i < _ranges.Count; i++)
        {
            if (_ranges[i].Range.First <= _ranges[farthest].Range.Last)
            {
                (AddressRange range, string user, Place place) = _ranges[i];
                string also = _ranges[farthest].User.Equals(user, StringComparison.OrdinalIgnoreCase) ? "for the same user" : $"for `{_ranges[farthest].User}`";
                errors.Error(place, $"`{user}` is known by {range.First}, which stands at {_ranges[farthest].Place} too, {also}", "an address serves one user; keep one of the two");
            }
            if (_ranges[i].Range.Last > _ranges[farthest].Range.Last) farthest = i;
        }
    }

    private Dictionary<string, UserLimit> Limits(Setting setting)
    {
        var limits = new Dictionary<string, UserLimit>();
        foreach (Setting user in setting.Named())
        {
            names.Mention($"user:{user.Key.ToLowerInvariant()}", user.KeyPlace);
            var limit = new UserLimit(0, ReplacesOldest: false);
            foreach ((string name, Setting value) in user.Fields(s_limitKeys))
            {
                if (name == "max_devices") limit = limit with { MaxDevices = value.Number(1, MostDevices) ?? 0 };
                else limit = limit with { ReplacesOldest = value.Word(("refuse", false), ("replace-oldest", true)) ?? false };
            }
            if (limit.MaxDevices == 0) user.KeyError($"`{user.Key}` has no `max_devices`, so no limit", "write `max_devices: 1`, or remove it");
            limits[user.Key.ToLowerInvariant()] = limit;
        }
        return limits;
    }

    private string? User(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (EndReader.IsUserName(text))
        {
            names.Mention($"user:{text.ToLowerInvariant()}", value.Place);
            return text;
        }
        value.Error($"`{text}` names nobody", "write the name of a user");
        return null;
    }

    private List<AddressRange> Addresses(Setting value)
    {
        var ranges = new List<AddressRange>();
        foreach (EndTerm term in _ends.Rule(value) ?? [])
        {
            if (term.Kind == EndKind.Range) ranges.Add(term.Range);
            else value.Error($"`{term.Name}` is not an address", "write addresses, networks, ranges, or groups of such");
        }
        return ranges;
    }

    /// <summary>Six octets in hexadecimal, with `:` or `-` between; not a group's.</summary>
    public static ulong? Mac(Setting value)
    {
        if (value.Text() is not { } text) return null;
        string[] octets = text.Split(text.Contains('-') ? '-' : ':');
        ulong mac = 0;
        bool isMac = octets.Length == 6;
        foreach (string octet in octets)
        {
            isMac &= octet.Length == 2 && byte.TryParse(octet, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
            if (isMac) mac = mac << 8 | byte.Parse(octet, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }
        if (isMac && mac != 0 && (mac >> 40 & 1) == 0) return mac;
        value.Error($"`{text}` is not the MAC of a device", "write it in quotes, like \"02:00:00:00:00:22\"");
        return null;
    }
}
