using Router.Configuration.Layers;
using Router.Configuration.Reference;

namespace Router.Configuration.Reading;

/// <summary>Reads `portal` and `users.directory`.</summary>
internal static class PortalReader
{
    /// <summary>Below it a port needs a right that router-web does not have (ip(7), ip_unprivileged_port_start).</summary>
    private const int LeastPort = 1024;

    private const int MostContact = 200;

    /// <summary>The longest name in the DNS, RFC 1035 2.3.4.</summary>
    private const int MostHostname = 253;

    private static readonly KeySet PortalKeys = new(PeopleParts.Portal);

    private static readonly KeySet DirectoryKeys = new(PeopleParts.Directory);

    public static PortalSettings Portal(Setting setting)
    {
        var portal = new PortalSettings();
        foreach ((string name, Setting value) in setting.Fields(PortalKeys))
        {
            portal = name switch
            {
                "enabled" => portal with { Enabled = value.Flag() ?? portal.Enabled },
                "http" => portal with { Http = (ushort)(value.Number(LeastPort, ushort.MaxValue) ?? portal.Http) },
                "https" => portal with { Https = (ushort)(value.Number(LeastPort, ushort.MaxValue) ?? portal.Https) },
                "hostname" => portal with { Hostname = Hostname(value) },
                "certificate" => portal with { Certificate = AbsolutePath(value) },
                "key" => portal with { Key = AbsolutePath(value) },
                "files" => portal with { Files = AbsolutePath(value) },
                _ => portal with { Contact = Contact(value) },
            };
        }
        if (portal.Http == portal.Https) setting.Error($"`http` and `https` are both {portal.Http}", "give each a port of its own");
        if (setting.At("certificate").IsEmpty != setting.At("key").IsEmpty) setting.Error("`certificate` and `key` belong together", "write both, or neither and one is made");
        return portal;
    }

    /// <summary>Null if anything needed is missing or wrong, which has been told then.</summary>
    public static DirectorySettings? Directory(Setting setting)
    {
        var directory = new DirectorySettings { Urls = [], Base = "" };
        foreach ((string name, Setting value) in setting.Fields(DirectoryKeys))
        {
            directory = name switch
            {
                "url" => directory with { Urls = Urls(value) },
                "base" => directory with { Base = value.Text() ?? "" },
                "bind" => directory with { Bind = value.Text() },
                "password_file" => directory with { PasswordFile = AbsolutePath(value) },
                "ca_file" => directory with { CaFile = AbsolutePath(value) },
                "start_tls" => directory with { StartTls = value.Flag() ?? true },
                "timeout" => directory with { Timeout = value.Duration(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30)) ?? directory.Timeout },
                _ => directory with { Administrators = value.Text() },
            };
        }
        if (directory.Urls.Count == 0 && setting.At("url").IsEmpty) setting.KeyError("`directory` has no `url`", "write one, such as `url: ldaps://dc1.example.com`");
        if (directory.Base.Length == 0) setting.KeyError("`directory` has no `base`", "write below what people are looked for, such as `base: \"dc=example,dc=com\"`");
        if (setting.At("bind").IsEmpty != setting.At("password_file").IsEmpty) setting.Error("`bind` and `password_file` belong together", "write both, or neither where anybody may search");
        if (!directory.StartTls && directory.Urls.Any(url => url.StartsWith("ldap:", StringComparison.OrdinalIgnoreCase)))
        {
            setting.At("start_tls").Warn("passwords travel to the directory as plain text", "write `start_tls: true`, or an `ldaps:` URL");
        }
        return directory.Urls.Count > 0 && directory.Base.Length > 0 ? directory : null;
    }

    private static List<string> Urls(Setting setting)
    {
        var urls = new List<string>();
        foreach ((string text, Setting item) in setting.Texts())
        {
            bool isUrl = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "ldap" or "ldaps" && url!.Host.Length > 0
                && url.AbsolutePath is "" or "/" && url.UserInfo.Length == 0 && url.Query.Length == 0;
            if (isUrl) urls.Add($"{url!.Scheme}://{url.Authority}");
            else item.Error($"`{text}` is not the URL of a directory", "write scheme and host, such as `ldaps://dc1.example.com` or `ldap://10.0.0.9:389`");
        }
        if (urls.Count > 2) setting.Error($"{urls.Count} directory servers", "write two at the most");
        return urls;
    }

    private static string? Hostname(Setting setting)
    {
        if (setting.Text() is not { } text) return null;
        string name = text.TrimEnd('.').ToLowerInvariant();
        bool isName = name.Length is > 0 and <= MostHostname && name.Split('.').All(IsLabel) && !char.IsAsciiDigit(name[^1]);
        if (isName) return name;
        setting.Error($"`{text}` is not a host name", "write one such as `router.example.lan`");
        return null;
    }

    // RFC 1123 2.1.
    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    internal static string? AbsolutePath(Setting setting)
    {
        if (setting.Text() is not { } text) return null;
        if (text.StartsWith('/')) return text;
        setting.Error($"`{text}` is not a path from the root on", $"write one such as `/etc/routerd/{Path.GetFileName(text)}`");
        return null;
    }

    private static string? Contact(Setting setting)
    {
        if (setting.Text() is not { } text) return null;
        if (text.Length is > 0 and <= MostContact && !text.Any(char.IsControl)) return text;
        setting.Error($"`contact` is to be one line of at most {MostContact} characters", "write whom to ask, such as `Jo in room 12, extension 300`");
        return null;
    }
}
