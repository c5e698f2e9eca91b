using System.Globalization;
using Router.Licensing;

namespace Router.Configuration.Comparing;

/// <summary>Users, directory, licence and portal, key by key.</summary>
internal static class PeoplePortrait
{
    public static IReadOnlyList<(string, string)> Users(UserSettings users) => new Keys
    {
        { "file", users.File },
        { "require_login", users.LoginZones },
        { "before_login", RulePortrait.Of(users.BeforeLogin) },
        { "exempt", RulePortrait.Of(users.Exempt) },
        { "login_idle", users.LoginIdle },
        { "login_most", users.LoginMost },
        { "automatic", users.Automatic.Select(one => $"{one.User} by {(one.Mac == 0 ? "" : $"{one.Mac:x12} ")}{string.Join(' ', one.Addresses.Select(range => $"{range.First}-{range.Last}"))}".TrimEnd()) },
        { "limits", users.Limits.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key}: {one.Value.MaxDevices}{(one.Value.ReplacesOldest ? " replace-oldest" : "")}")) },
    }.Said;

    public static IReadOnlyList<(string, string)> Directory(DirectorySettings? directory) => directory is null ? [] : new Keys
    {
        { "url", directory.Urls },
        { "base", directory.Base },
        { "bind", directory.Bind },
        { "password_file", directory.PasswordFile },
        { "ca_file", directory.CaFile },
        { "start_tls", directory.StartTls },
        { "timeout", directory.Timeout },
        { "administrators", directory.Administrators },
    }.Said;

    public static IReadOnlyList<(string, string)> License(LicenseSettings license) => new Keys
    {
        { "file", license.File },
        { "mode", license.Mode == PoolMode.PerHost ? "per-host" : "per-user" },
        { "device_idle", license.DeviceIdle },
        { "reserved", license.Reserved.Select(one => $"{one.Name} {(one.Mac == 0 ? one.Address.ToString() : $"{one.Mac:x12}")}") },
        { "contact", license.Contact },
    }.Said;

    public static IReadOnlyList<(string, string)> Portal(PortalSettings portal) => new Keys
    {
        { "enabled", portal.Enabled },
        { "http", (int)portal.Http },
        { "https", (int)portal.Https },
        { "hostname", portal.Hostname },
        { "certificate", portal.Certificate },
        { "key", portal.Key },
        { "files", portal.Files },
        { "contact", portal.Contact },
    }.Said;

    public static IReadOnlyList<(string, string)> Metrics(MetricsSettings metrics) => new Keys
    {
        { "listen", metrics.Listen?.ToString() },
        { "allow", metrics.Allow },
        { "token_file", metrics.TokenFile },
    }.Said;
}
