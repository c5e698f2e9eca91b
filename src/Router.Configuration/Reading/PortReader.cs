using Router.Configuration.Layers;
using Router.Configuration.Reading.Probing;
using Router.Configuration.Reference;
using Router.Forwarding;
using Router.Wire;

namespace Router.Configuration.Reading;

/// <summary>
/// Reads `zones` and `links`: what has a name that rules may use, and an interface. Zones, links and groups share one space of
/// names; an interface belongs to one of them only.
/// </summary>
internal sealed class PortReader(Names names, ErrorList errors)
{
    /// <summary>The kernel's IFNAMSIZ is 16 octets with the closing zero.</summary>
    private const int MostInterfaceLetters = 15;

    /// <summary>So that `rt-NAME` is an interface name.</summary>
    private const int MostZoneLetters = 12;

    private const int MostLinkLetters = 32;

    private const int MostWeight = 1000;

    private static readonly KeySet ZoneKeys = new(LinkParts.Zone);
    private static readonly KeySet LinkKeys = new(LinkParts.Link);

    private readonly Ipv6Reader _ipv6 = new();
    private readonly Dictionary<string, Place> _interfaces = new(StringComparer.Ordinal);

    public List<ZoneSettings> Zones(Setting setting)
    {
        var zones = new List<ZoneSettings>();
        foreach (Setting zone in setting.Named())
        {
            names.Define(zone, "zone", MostZoneLetters);
            CountPort(zone);
            var interfaces = new List<string>();
            bool written = false, licensed = true;
            WelcomeSettings? welcome = null;
            foreach ((string name, Setting value) in zone.Fields(ZoneKeys))
            {
                if (name == "interfaces")
                {
                    written = true;
                    foreach ((string text, Setting item) in value.Texts()) TakeInterface(text, item, interfaces);
                }
                else if (name == "welcome")
                {
                    welcome = WelcomeReader.Read(value);
                }
                else if (name == "licensed")
                {
                    licensed = value.Flag() ?? true;
                }
                else if (value.Flag() == false)
                {
                    value.Error("`spoof_check: false` is not part of this release", "remove it; the check is always on");
                }
            }
            if (interfaces.Count == 0 && !written) zone.KeyError($"zone `{zone.Key}` has no interfaces", "write `interfaces: [NAME]`");
            else if (interfaces.Count == 0) zone.KeyError($"zone `{zone.Key}` has no usable interface", "name at least one, such as `interfaces: [lan0]`");
            zones.Add(new ZoneSettings(zone.Key, [.. interfaces]) { Licensed = licensed, Welcome = welcome });
        }
        return zones;
    }

    public List<LinkSettings> Links(Setting setting, HealthSettings common)
    {
        var links = new List<LinkSettings>();
        foreach (Setting link in setting.Named())
        {
            names.Define(link, "link", MostLinkLetters);
            links.Add(Link(link, common));
            CountPort(link);
        }
        if (links.Count > 0 && links.TrueForAll(l => !l.Enabled)) setting.Warn("every link is disabled: nothing can reach the Internet", "remove `enabled: false` from one");
        if (links.Count == 0) setting.Error("there is no link: nothing can reach the Internet", "write `links:` with at least one, such as `fiber: { interface: wan0 }`");
        return links;
    }

    /// <summary>Told once, at the first that is too many.</summary>
    private void CountPort(Setting port)
    {
        if (names.PortCount != PortId.Most + 1) return;
        port.KeyError($"`{port.Key}` is one too many: there may be {PortId.Most - 1} zones and links in all", "put interfaces that are treated alike into one zone");
    }

    private LinkSettings Link(Setting link, HealthSettings common)
    {
        var interfaces = new List<string>();
        bool written = false;
        var made = new LinkSettings(link.Key, "") { Health = common };
        foreach ((string name, Setting value) in link.Fields(LinkKeys))
        {
            switch (name)
            {
                case "interface":
                    written = true;
                    if (value.Text() is { } text) TakeInterface(text, value, interfaces);
                    break;
                case "enabled":
                    made = made with { Enabled = value.Flag() ?? true };
                    break;
                case "weight":
                    made = made with { Weight = value.Number(0, MostWeight) ?? 1 };
                    break;
                case "speed":
                    made = made with { Speed = value.Speed() };
                    break;
                case "metered":
                    made = made with { Metered = value.Flag() ?? false };
                    break;
                case "cap":
                    made = made with { Cap = CapReader.Read(value) };
                    break;
                case "gateway":
                    made = Gateways(value, made);
                    break;
                case "refuse_private":
                    made = made with { RefusesPrivate = value.Flag() ?? false };
                    break;
                case "ipv6":
                    made = _ipv6.Read(value, made);
                    break;
                case "resolvers":
                    made = made with { Resolvers = HealthReader.Resolvers(value) };
                    break;
                case "health":
                    made = made with { Health = HealthReader.Read(value, common) };
                    break;
            }
        }
        if (!written) link.KeyError($"link `{link.Key}` has no interface", "write `interface: NAME`");
        // The provider's own name servers know the names of targets too.
        if (made.Health.Resolvers.Length == 0) made = made with { Health = made.Health with { Resolvers = made.Resolvers } };
        return made with { Interface = interfaces.Count > 0 ? interfaces[0] : "" };
    }

    private static LinkSettings Gateways(Setting setting, LinkSettings link)
    {
        foreach ((string text, Setting item) in setting.Texts())
        {
            if (!Address.TryParse(text, out Address address) || address.IsUnspecified || address.IsMulticast || address.IsLoopback)
            {
                item.Error($"`{text}` is not a gateway's address", "write an IPv4 or IPv6 address, or leave it out: the kernel's routes are followed");
            }
            else if ((address.IsV4 ? link.Gateway4 : link.Gateway6) is { } other)
            {
                item.Error($"a second {(address.IsV4 ? "IPv4" : "IPv6")} gateway, after {other}", "keep one of each family");
            }
            else
            {
                link = address.IsV4 ? link with { Gateway4 = address } : link with { Gateway6 = address };
            }
        }
        return link;
    }

    private void TakeInterface(string text, Setting item, List<string> into)
    {
        if (InterfaceFault(text) is { } fault)
        {
            item.Error($"`{text}` cannot be an interface: {fault}", "write a name as `ip link` shows it");
        }
        else if (_interfaces.TryGetValue(text, out Place first))
        {
            errors.Error(item.Place, $"interface `{text}` is used already, at {first}", "give each interface to one zone or link");
        }
        else
        {
            _interfaces.Add(text, item.Place);
            into.Add(text);
        }
    }

    private static string? InterfaceFault(string name) => name switch
    {
        "" or "." or ".." => "the kernel has no such name",
        "lo" => "it is the loopback",
        _ when name.Length > MostInterfaceLetters => $"longer than {MostInterfaceLetters} characters",
        _ when name.AsSpan().ContainsAnyExceptInRange('!', '~') || name.AsSpan().ContainsAny('/', ':') => "it has a character that is not allowed",
        _ when name.StartsWith("rt-", StringComparison.Ordinal) => "`rt-` begins the names of our own devices",
        _ => null,
    };
}
