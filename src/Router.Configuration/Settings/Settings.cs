using Router.Configuration.Web;
using Router.Forwarding.Limits;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Configuration;

/// <summary>
/// The configuration as it was written, checked and with defaults filled in: names are still names. Immutable. The daemon takes
/// plumbing and health from it; the path takes a <see cref="Policy"/>, which <see cref="PolicyCompiler"/> makes of it.
/// </summary>
public sealed record Settings
{
    /// <summary>Local zones, as written.</summary>
    public required IReadOnlyList<ZoneSettings> Zones { get; init; }

    /// <summary>Links, as written; at least one.</summary>
    public required IReadOnlyList<LinkSettings> Links { get; init; }

    /// <summary>The names of zones and links: all that want a number in the registry.</summary>
    public string[] PortNames => [.. Zones.Select(z => z.Name), .. Links.Select(l => l.Name)];

    public required InternetSettings Internet { get; init; }

    /// <summary>Top down, without the default rule.</summary>
    public required IReadOnlyList<RuleSettings> Rules { get; init; }

    public required DefaultRuleSettings DefaultRule { get; init; }

    public required FlowTimeouts Timeouts { get; init; }

    public required TableSettings Tables { get; init; }

    public LimitSettings Limits { get; init; } = new();

    /// <summary>What may be read on the web.</summary>
    public WebSettings Web { get; init; } = new();

    /// <summary>Where a forwarder on the box reads whom to ask by which link; null if there is none.</summary>
    public string? ServersFile { get; init; }

    /// <summary>The pages for people: login, welcome, refusals.</summary>
    public PortalSettings Portal { get; init; } = new();

    public MetricsSettings Metrics { get; init; } = new();

    public LicenseSettings License { get; init; } = new();

    public UserSettings Users { get; init; } = new();

    /// <summary>What the links do without the daemon.</summary>
    public OnExit OnExit { get; init; }

    /// <summary>The names that rules and groups speak of, each once, in lower case: to be looked up before compiling.</summary>
    public required IReadOnlyList<string> HostNames { get; init; }
}

/// <summary>A named group of local interfaces.</summary>
/// <param name="Name">At most 12 characters, so that its device `rt-NAME` fits the kernel's 15.</param>
/// <param name="Interfaces">At least one; none is used twice.</param>
public sealed record ZoneSettings(string Name, IReadOnlyList<string> Interfaces)
{
    /// <summary>Whether its devices take places of the licence.</summary>
    public bool Licensed { get; init; } = true;

    /// <summary>The page that its guests see first; null for a zone without guests.</summary>
    public WelcomeSettings? Welcome { get; init; }

    /// <summary>The name of its TUN device.</summary>
    public string Device => $"rt-{Name}";
}

/// <summary>One way to the Internet.</summary>
public sealed record LinkSettings(string Name, string Interface)
{
    /// <summary>False: it is neither used nor probed, whatever its state.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Its share of new hosts or connections; 0 reserves it for rules that name it.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>What the provider promises, or null.</summary>
    public LinkSpeed? Speed { get; init; }

    public bool Metered { get; init; }

    /// <summary>What it may carry in a month, or null: any volume.</summary>
    public LinkCap? Cap { get; init; }

    /// <summary>Takes nothing from private addresses there: a public link has no strangers with such.</summary>
    public bool RefusesPrivate { get; init; }

    /// <summary>What becomes of the source of IPv6 that leaves by it.</summary>
    public Ipv6Nat Ipv6 { get; init; }

    /// <summary>For <see cref="Ipv6Nat.Npt"/>, and else null.</summary>
    public PrefixTranslation? Prefixes { get; init; }

    /// <summary>The gateway as written, or null: it is found from the kernel's routes.</summary>
    public Address? Gateway4 { get; init; }

    public Address? Gateway6 { get; init; }

    /// <summary>The provider's name servers, which are asked over this link and no other.</summary>
    public Address[] Resolvers { get; init; } = [];

    /// <summary>The common `health` with what this link changes of it.</summary>
    public HealthSettings Health { get; init; } = new();
}

/// <summary>A volume that is paid for by the month, both ways together.</summary>
/// <param name="Octets">How much; from nine tenths of it on, other links go first.</param>
/// <param name="ResetDay">On which day of the month it is whole again, 1 to 31.</param>
/// <param name="Stops">Whether the link carries nothing more once all of it is used.</param>
public sealed record LinkCap(long Octets, int ResetDay, bool Stops);

/// <summary>A declared speed in bits per second: towards us, and from us.</summary>
public readonly record struct LinkSpeed(long Down, long Up);

/// <summary>How links share the work.</summary>
public sealed record InternetSettings
{
    public InternetMode Mode { get; init; } = InternetMode.Balance;

    /// <summary>By what balancing weighs links.</summary>
    public Placement Placement { get; init; }

    /// <summary>Names of links for failover; those that are missing follow as written, but for reserved ones (weight 0).</summary>
    public IReadOnlyList<string> Order { get; init; } = [];

    /// <summary>For rules that have no `pin` of their own.</summary>
    public PinMode Pin { get; init; } = PinMode.Host;

    /// <summary>How long a host's pin outlives its last flow.</summary>
    public TimeSpan PinIdle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a flow that is drained may stay on its link.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Takes up an inside host's TCP connection whose beginning nobody here saw; else it is reset.</summary>
    public bool PicksUpTcp { get; init; }
}

/// <summary>The rule that ends the list: `deny` or `drop`, never `allow`.</summary>
public sealed record DefaultRuleSettings(RuleAction Action, RuleLog Log)
{
    /// <summary>Its name in counters and logs; no written rule may have it.</summary>
    public const string Name = "default rule";
}

/// <summary>How many entries the shared tables hold. They are made at start; a change needs a restart.</summary>
public sealed record TableSettings
{
    public int Flows { get; init; } = 262_144;

    public int Pins { get; init; } = 65_536;
}

/// <summary>What one inside host may have, and who may have more or less; the first exception that names a host holds.</summary>
public sealed record LimitSettings
{
    public HostLimit Common { get; init; } = new(Flows: 600, NewFlows: 600);

    public IReadOnlyList<LimitException> Exceptions { get; init; } = [];
}

/// <summary>A limit for some hosts.</summary>
public sealed record LimitException(EndTerm[] Source, HostLimit Limit);

/// <summary>What passes while no daemon runs. Nothing, so far.</summary>
public enum OnExit : byte { Closed }
