namespace Router.Configuration.Reference;

/// <summary>Keys of users, their directory and the portal.</summary>
internal static class PeopleParts
{
    /// <summary>An automatic login.</summary>
    public static readonly Part Automatic = new(
    [
        new("user", Shape.Text(64), "name", "needed", "who is logged in", "`tony`"),
        new("mac", Shape.Mac, "MAC", "this or `address`", "his device", "`02:00:00:00:00:22`"),
        new("address", Shape.List(Shape.End), "addresses, networks, ranges, groups", "this or `mac`", "or its addresses", "`10.0.0.7`"),
    ]);

    /// <summary>What one user may have.</summary>
    public static readonly Part UserLimit = new(
    [
        new("max_devices", Shape.Number(1, 1000), "1 to 1000", "needed", "on how many devices he may be at once", "`1`"),
        new("at_limit", Shape.Word("refuse", "replace-oldest"), "`refuse`, `replace-oldest`", "`refuse`", "what becomes of one more", "`replace-oldest`"),
    ]);

    /// <summary>`users.directory`.</summary>
    public static readonly Part Directory = new(
    [
        new("url", Shape.List(Shape.LdapUrl, most: 2), "one or two URLs", "needed", "`ldaps://` or `ldap://`; the second is asked when the first does not answer", "`ldaps://dc1.example.com`"),
        new("base", Shape.Text(4096), "distinguished name", "needed", "below it people and groups are looked for", "`\"dc=example,dc=com\"`"),
        new("bind", Shape.Text(4096), "name and path, both or none", "nobody", "as whom the box looks for people; the file is read by `router-web`", "`\"uid=router,dc=example,dc=com\"`"),
        new("password_file", Shape.Path, "name and path, both or none", "nobody", "as whom the box looks for people; the file is read by `router-web`", "`/etc/routerd/ldap.secret`"),
        new("ca_file", Shape.Path, "path", "those that the box trusts", "certificates (PEM) that the server's must come from", "`/etc/routerd/ca.pem`"),
        new("start_tls", Shape.Flag, "flag", "`true`", "whether `ldap://` is secured before anything is said; `false` is warned about", "`true`"),
        new("timeout", Shape.Duration, "duration, 500ms to 30s", "`3s`", "how long one server is waited for", "`2s`"),
        new("administrators", Shape.Text(4096), "group", "none", "whose members are administrators of the box", "`router-admins`"),
    ]);

    /// <summary>`users`.</summary>
    public static readonly Part Users = new(
    [
        new("file", Shape.Path, "path", "`/etc/routerd/users.yaml`", "the accounts", "`/etc/routerd/people.yaml`"),
        new("require_login", Shape.Any(Shape.Flag, Shape.List(Shape.Name)), "flag or list of zones", "`false`", "hosts there reach nothing beyond their zone and the box before somebody has logged in; `true`: every zone without `welcome`", "`[trusted]`"),
        new("before_login", Shape.List(Shape.End, least: 1), "as a rule's destination, without users", "none", "where everybody may go before, as far as rules allow", "`[198.51.100.7, shop.example.com]`"),
        new("exempt", Shape.List(Shape.End, least: 1), "as a rule's source, without users", "none", "hosts that need neither log in nor take a pass", "`[10.0.0.50]`"),
        new("login_idle", Shape.Duration, "duration, 1s to 365d", "`120m`", "a login ends so long after the last packet of its device", "`30m`"),
        new("login_most", Shape.Duration, "duration, 1s to 365d", "none", "a login ends so long after it began", "`12h`"),
        new("automatic", Shape.List(Shape.Of(Automatic, isWhole: true), isBare: false), "list", "none", "who is logged in by the device: `user`, and `mac`, `address` (addresses, networks, ranges, groups) or both", "`[{ user: tony, address: 10.0.0.7 }]`"),
        new("limits", Shape.Map(Shape.Of(UserLimit), isNamed: false), "mapping", "none", "by user: `max_devices`, and `at_limit`: `refuse` the next login, or `replace-oldest`", "`{ kiosk: { max_devices: 1 } }`"),
        new("directory", Shape.Of(Directory), "", "", "accounts in an LDAP or Active Directory server", ""),
    ]);

    /// <summary>`metrics`.</summary>
    public static readonly Part Metrics = new(
    [
        new("listen", Shape.Text(64), "address and port", "none", "where the metrics alone are told over HTTP, beside the ports of the portal", "`127.0.0.1:9469`"),
        new("allow", Shape.List(Shape.End), "list of zones, addresses, networks", "the box itself", "who else may read `/metrics`", "`[trusted, 10.9.0.5]`"),
        new("token_file", Shape.Path, "path", "none", "the word in this file is wanted of them as bearer token, over HTTPS; it is read by `router-web`", "`/etc/routerd/metrics.token`"),
    ]);

    /// <summary>`portal`.</summary>
    public static readonly Part Portal = new(
    [
        new("enabled", Shape.Flag, "flag", "`true`", "`false`: no port is open, and nobody can log in by web", "`false`"),
        new("http", Shape.Number(1024, 65535), "1024 to 65535", "`4080`", "port of the landing, where those are led who must log in", "`8080`"),
        new("https", Shape.Number(1024, 65535), "1024 to 65535", "`4081`", "port of the pages", "`8443`"),
        new("hostname", Shape.HostName, "host name", "none", "what people's machines call the box; without it they are sent to its address in their zone", "`router.example.lan`"),
        new("certificate", Shape.Path, "paths, both or none", "one is made", "the administrator's certificate chain and key (PEM), read by `router-web`, and again when they change", "`/etc/routerd/portal.pem`"),
        new("key", Shape.Path, "paths, both or none", "one is made", "the administrator's certificate chain and key (PEM), read by `router-web`, and again when they change", "`/etc/routerd/portal.key`"),
        new("files", Shape.Path, "path", "none", "a directory with texts and a logo that take the place of the built-in ones", "`/etc/routerd/portal`"),
        new("contact", Shape.Text(200), "one line", "none", "whom people are told to ask", "`Jo in room 12`"),
    ]);
}
