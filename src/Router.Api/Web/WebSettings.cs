namespace Router.Api.Web;

/// <summary>What router-web goes by, all of it from router.yaml: it reads no configuration of its own.</summary>
public sealed record WebSettings
{
    /// <summary>False: no port is to be open.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>TCP port of the captive landing.</summary>
    public int Http { get; init; } = 4080;

    /// <summary>TCP port of the pages.</summary>
    public int Https { get; init; } = 4081;

    /// <summary>What people's machines call the box; null: they are sent to its address in their zone.</summary>
    public string? Hostname { get; init; }

    /// <summary>The administrator's certificate chain (PEM); null: router-web makes one.</summary>
    public string? Certificate { get; init; }

    /// <summary>The private key of <see cref="Certificate"/> (PEM).</summary>
    public string? Key { get; init; }

    /// <summary>A directory with texts and a logo that take the place of the built-in ones; null for none.</summary>
    public string? Files { get; init; }

    /// <summary>Whom people are told to ask, as the administrator wrote it; null for nobody in particular.</summary>
    public string? Contact { get; init; }

    /// <summary>The local accounts; null: there are none.</summary>
    public string? UsersFile { get; init; }

    /// <summary>Where accounts are that are not local; null for nowhere.</summary>
    public WebDirectory? Directory { get; init; }

    public IReadOnlyList<WebZone> Zones { get; init; } = [];

    /// <summary>Who may have the numbers, besides the box itself.</summary>
    public WebMetrics Metrics { get; init; } = new();
}

/// <summary>Who may ask for /metrics.</summary>
public sealed record WebMetrics
{
    /// <summary>An address and port for them alone; null for none.</summary>
    public string? Listen { get; init; }

    /// <summary>Names of zones, and networks as `192.0.2.0/24`; empty for the box itself only.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>The file with the word that they show too, over HTTPS; null for none.</summary>
    public string? TokenFile { get; init; }
}

/// <summary>A local zone, as its visitors see it.</summary>
public sealed record WebZone
{
    public required string Name { get; init; }

    /// <summary>The box's own addresses in it; those that are link-local are left out.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Its hosts are welcomed rather than known.</summary>
    public WebWelcome? Welcome { get; init; }
}

/// <summary>What guests of a zone are shown. The password itself stays in routerd.</summary>
public sealed record WebWelcome
{
    public string Text { get; init; } = "";

    public bool AsksPassword { get; init; }

    /// <summary>How long one is let in.</summary>
    public required double PassSeconds { get; init; }
}

/// <summary>An LDAP or Active Directory server.</summary>
public sealed record WebDirectory
{
    /// <summary>One or two, `ldap://host[:port]` or `ldaps://host[:port]`: the second is asked when the first does not answer.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>Below which entries are looked for.</summary>
    public required string Base { get; init; }

    /// <summary>As whom router-web looks for people; null: as nobody.</summary>
    public string? Bind { get; init; }

    /// <summary>The file that has the password for <see cref="Bind"/>.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Certificates that the server's must come from (PEM); null for those that the box trusts anyway.</summary>
    public string? CaFile { get; init; }

    /// <summary>Whether `ldap://` is secured before anything is said (RFC 4511 4.14).</summary>
    public bool StartTls { get; init; } = true;

    /// <summary>How long one server is waited for in all.</summary>
    public double TimeoutSeconds { get; init; } = 3;

    /// <summary>The group whose members are administrators of the box; null for none.</summary>
    public string? Administrators { get; init; }
}

/// <summary>A web rule, for the page of somebody whom it has stopped.</summary>
public sealed record RuleText
{
    public required string Name { get; init; }

    /// <summary>As the administrator wrote it; null for nothing.</summary>
    public string? Text { get; init; }
}
