using System.Globalization;
using Router.Configuration.Layers;
using Router.Forwarding.Rules;

namespace Router.Configuration.Reading;

/// <summary>
/// Reads `services`, and the `service` of a rule. An item is a protocol with a port or a range of ports (`tcp/25`,
/// `udp/10000-20000`), a protocol (`tcp`, `icmp`, `gre`, `ip/47`), or the name of a service: the file's own, else a well-known one.
/// A comma is a list's, as everywhere: `[tcp/80, tcp/443]`.
/// </summary>
internal sealed class TransportPortReader(Names names)
{
    /// <summary>Enough for everything that a person would write; a service of more is a range.</summary>
    private const int MostItems = 256;

    /// <summary>TCP, UDP, DCCP, SCTP, UDP-Lite: what has ports.</summary>
    private static readonly byte[] WithPorts = [6, 17, 33, 132, 136];

    private static readonly Dictionary<string, byte> Protocols = new(StringComparer.OrdinalIgnoreCase)
    {
        ["icmp"] = 1, ["igmp"] = 2, ["ipip"] = 4, ["tcp"] = 6, ["udp"] = 17, ["dccp"] = 33, ["ipv6"] = 41, ["rsvp"] = 46, ["gre"] = 47,
        ["esp"] = 50, ["ah"] = 51, ["icmpv6"] = 58, ["eigrp"] = 88, ["ospf"] = 89, ["pim"] = 103, ["vrrp"] = 112, ["l2tp"] = 115,
        ["sctp"] = 132, ["udplite"] = 136,
    };

    /// <summary>Enters the file's own services. Their items are ports, protocols and well-known names.</summary>
    public void Define(Setting setting)
    {
        var read = new List<(string Name, ServiceMatch[]? Items)>();
        foreach (Setting service in setting.Named())
        {
            Names.CheckName(service, "service");
            if (Protocols.ContainsKey(service.Key)) service.KeyError($"`{service.Key}` is a protocol and cannot name a service", "choose another name");
            ServiceMatch[]? items = Items(service, out bool any);
            if (any) service.Error($"service `{service.Key}` cannot be any", "leave `service` out of a rule that means any");
            else if (service.IsEmpty) service.Error($"service `{service.Key}` is empty", "write at least one, such as `[tcp/25]`");
            read.Add((service.Key, any || items is { Length: 0 } ? null : items));
        }
        foreach ((string name, ServiceMatch[]? items) in read) names.Services[name] = items;
    }

    /// <summary>What a rule's `service` means; empty for any. Null if a part was in error: never taken for "any".</summary>
    public ServiceMatch[]? Rule(Setting setting)
    {
        ServiceMatch[]? items = Items(setting, out bool any);
        if (any) return [];
        if (items is not { Length: 0 }) return items;
        if (setting.IsEmpty) setting.Error("an empty `service` would match nothing", "remove it for any, or name a service");
        return null;
    }

    private ServiceMatch[]? Items(Setting setting, out bool any)
    {
        var found = new List<ServiceMatch>(1);
        bool sound = true;
        any = false;
        foreach ((string text, Setting item) in setting.Texts())
        {
            if (text.Equals("any", StringComparison.OrdinalIgnoreCase)) any = true;
            else if (Item(text, item) is not { } matches) sound = false;
            else if (found.Count + matches.Length <= MostItems) found.AddRange(matches);
            else sound = TooMany(setting);
        }
        return !sound ? null : found.Count > 1 ? [.. found.Distinct()] : [.. found];
    }

    private static bool TooMany(Setting setting)
    {
        setting.Error($"more than {MostItems} ports and protocols in one list", "use ranges");
        return false;
    }

    private ServiceMatch[]? Item(string text, Setting item)
    {
        int slash = text.IndexOf('/');
        if (slash < 0 && names.Services.TryGetValue(text, out ServiceMatch[]? own)) return own;
        if (slash < 0 && WellKnownPorts.Find(text) is { } known) return known;
        string name = slash < 0 ? text : text[..slash];
        string rest = slash < 0 ? "" : text[(slash + 1)..];
        if (name.Equals("ip", StringComparison.OrdinalIgnoreCase) && byte.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
        {
            return [new ServiceMatch(number, 0, ushort.MaxValue)];
        }
        if (!Protocols.TryGetValue(name, out byte protocol)) return Unknown(text, item);
        if (slash < 0) return [new ServiceMatch(protocol, 0, ushort.MaxValue)];
        if (!WithPorts.Contains(protocol))
        {
            item.Error($"`{name}` has no ports", $"write `{name}`");
            return null;
        }
        return Ports(protocol, name, rest, item);
    }

    private static ServiceMatch[]? Ports(byte protocol, string name, string ports, Setting item)
    {
        int dash = ports.IndexOf('-');
        bool read = ushort.TryParse(dash < 0 ? ports : ports.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out ushort first);
        ushort last = first;
        if (dash >= 0) read &= ushort.TryParse(ports.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out last);
        if (read && first > 0 && last >= first) return [new ServiceMatch(protocol, first, last)];
        string remedy = ports.Contains(',') ? $"write `[{string.Join(", ", ports.Split(',').Select(p => $"{name}/{p.Trim()}"))}]`"
            : read && last < first ? $"write `{name}/{last}-{first}`"
            : $"write `{name}/80` or `{name}/8000-8099`; ports are 1 to 65535";
        item.Error($"`{ports}` is not a port or a range of ports", remedy);
        return null;
    }

    private ServiceMatch[]? Unknown(string text, Setting item)
    {
        string remedy = text.Length > 0 && text.All(char.IsAsciiDigit) ? $"write `tcp/{text}` or `udp/{text}` for a port, `ip/{text}` for a protocol"
            : Spelling.Remedy(text, [.. names.Services.Keys, .. WellKnownPorts.Names, .. Protocols.Keys, "any"], "define it under `services`, or use one of");
        item.Error($"there is no service `{text}`", remedy);
        return null;
    }
}
