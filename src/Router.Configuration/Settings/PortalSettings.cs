using System.Net;

namespace Router.Configuration;

/// <summary>The login and welcome pages, as router-web shows them. All of it is told to router-web; the path needs <see cref="Http"/> only.</summary>
public sealed record PortalSettings
{
    /// <summary>False: nobody listens, and the ports are not opened for anybody.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>TCP port where those are led who must log in, on the box's address in their zone.</summary>
    public ushort Http { get; init; } = 4080;

    /// <summary>TCP port of the pages.</summary>
    public ushort Https { get; init; } = 4081;

    /// <summary>What people's machines call the box; null: they are sent to its address.</summary>
    public string? Hostname { get; init; }

    /// <summary>The administrator's certificate chain and key; null, both, for one that router-web makes.</summary>
    public string? Certificate { get; init; }

    public string? Key { get; init; }

    /// <summary>Where texts and a logo are that take the place of the built-in ones; null for nowhere.</summary>
    public string? Files { get; init; }

    /// <summary>Whom people are told to ask; null for nobody in particular.</summary>
    public string? Contact { get; init; }

    /// <summary>The ports to be open for local hosts.</summary>
    public ushort[] Ports => Enabled ? [Http, Https] : [];
}

/// <summary>The numbers for Prometheus, which router-web tells at /metrics.</summary>
public sealed record MetricsSettings
{
    /// <summary>An address and port for the metrics alone, beside the portal's ports; null for none.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Who may read them, besides the box itself: names of zones, and networks as `192.0.2.0/24`.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>A file with the word that they must show; null for none. Read by router-web.</summary>
    public string? TokenFile { get; init; }
}

/// <summary>An LDAP or Active Directory server that knows people.</summary>
public sealed record DirectorySettings
{
    /// <summary>One or two, with scheme `ldap` or `ldaps`, host and maybe port.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    public required string Base { get; init; }

    /// <summary>As whom people are looked for; null: as nobody.</summary>
    public string? Bind { get; init; }

    /// <summary>Read by router-web, which is why it is a file and not a value.</summary>
    public string? PasswordFile { get; init; }

    public string? CaFile { get; init; }

    /// <summary>Whether `ldap:` is secured before anything is said.</summary>
    public bool StartTls { get; init; } = true;

    /// <summary>How long one server is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The group whose members are administrators of the box; null for none.</summary>
    public string? Administrators { get; init; }
}
