using System.Globalization;
using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Configuration.Reading;

/// <summary>Reads the fields of a rule that stand for themselves and refer to nothing else. Null: a fault that has been told.</summary>
internal static class RuleFields
{
    private static readonly KeySet NatKeys = new(RuleParts.Nat);
    private static readonly KeySet PlanKeys = new(RuleParts.Plans);

    /// <summary>RFC 2474, 2597, 3246, 5865, 8622.</summary>
    private static readonly Dictionary<string, int> CodePoints = new(StringComparer.OrdinalIgnoreCase)
    {
        ["default"] = 0, ["cs0"] = 0, ["le"] = 1, ["cs1"] = 8, ["af11"] = 10, ["af12"] = 12, ["af13"] = 14, ["cs2"] = 16, ["af21"] = 18,
        ["af22"] = 20, ["af23"] = 22, ["cs3"] = 24, ["af31"] = 26, ["af32"] = 28, ["af33"] = 30, ["cs4"] = 32, ["af41"] = 34, ["af42"] = 36,
        ["af43"] = 38, ["cs5"] = 40, ["voice-admit"] = 44, ["ef"] = 46, ["cs6"] = 48, ["cs7"] = 56,
    };

    public static RuleAction? Action(Setting value) =>
        value.Word(("allow", RuleAction.Allow), ("deny", RuleAction.Deny), ("drop", RuleAction.Drop));

    public static RuleFamily? Family(Setting value) =>
        value.Word(("any", RuleFamily.Any), ("ipv4", RuleFamily.IPv4), ("ipv6", RuleFamily.IPv6));

    public static PinMode? Pin(Setting value) => value.Word(("host", PinMode.Host), ("connection", PinMode.Connection), ("site", PinMode.Site));

    public static RuleLog? Log(Setting value)
    {
        RuleLog log = RuleLog.None;
        foreach (Setting item in value.Items())
        {
            if (item.Word(("none", RuleLog.None), ("connections", RuleLog.Connections), ("packets", RuleLog.Packets)) is not { } one) return null;
            log |= one;
        }
        return log;
    }

    /// <summary>`none`, one protocol, or a list of them.</summary>
    public static Gateway? Gateways(Setting value)
    {
        Gateway gateways = Gateway.None;
        foreach (Setting item in value.Items())
        {
            if (item.Word(("ftp", Gateway.Ftp), ("tftp", Gateway.Tftp), ("sip", Gateway.Sip), ("pptp", Gateway.Pptp), ("none", Gateway.None)) is not { } one) return null;
            gateways |= one;
        }
        return gateways;
    }

    public static int? Dscp(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (CodePoints.TryGetValue(text, out int point)) return point;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out point) && point <= 63) return point;
        value.Error($"`{text}` is not a code point", "write 0 to 63, or a name such as ef, af41, cs1, default");
        return null;
    }

    /// <summary>`nat: off | auto | ADDRESS`, or `nat: { source: ..., full_cone: true }`.</summary>
    public static void Nat(Setting value, RuleSettings rule)
    {
        if (value.Raw is not null)
        {
            NatSource(value, rule);
            return;
        }
        foreach ((string name, Setting part) in value.Fields(NatKeys))
        {
            if (name == "source") NatSource(part, rule);
            else rule.FullCone = part.Flag() ?? false;
        }
        if (rule.FullCone && rule.Nat == SourceNat.Off) value.Error("`full_cone` without translation has nothing to open", "remove one of the two");
    }

    /// <summary>`host:port`, `host`, or `[v6]:port`.</summary>
    public static ForwardTarget? ForwardTo(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (Address.TryParse(text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text, out Address host)) return Target(value, host, 0);
        int colon = text.LastIndexOf(':');
        string front = colon > 0 ? text[..colon] : "";
        bool bracketed = front.StartsWith('[') && front.EndsWith(']');
        if (Address.TryParse(bracketed ? front[1..^1] : front, out host) && bracketed != host.IsV4
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0)
        {
            return Target(value, host, port);
        }
        value.Error($"`{text}` is not a host to forward to", "write `10.0.0.80:443`, `10.0.0.80` to keep the port, or `[2001:db8::80]:443`");
        return null;
    }

    /// <summary>One word for every protocol, or a mapping that changes the default for some.</summary>
    public static FlowPlans Plans(Setting value, FlowPlans plans)
    {
        if (value.Raw is not null) return Plan(value) is { } all ? new FlowPlans(all, all, all, all) : plans;
        foreach ((string name, Setting part) in value.Fields(PlanKeys))
        {
            if (Plan(part) is not { } plan) continue;
            plans = name switch
            {
                "tcp" => plans with { Tcp = plan },
                "udp" => plans with { Udp = plan },
                "icmp" => plans with { Icmp = plan },
                _ => plans with { Other = plan },
            };
        }
        return plans;
    }

    private static FlowPlan? Plan(Setting value) =>
        value.Word(("keep", FlowPlan.Keep), ("move", FlowPlan.Move), ("reset", FlowPlan.Reset), ("drain", FlowPlan.Drain));

    private static void NatSource(Setting value, RuleSettings rule)
    {
        if (value.Text() is not { } text) return;
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            rule.Nat = SourceNat.Auto;
        }
        else if (text.Equals("off", StringComparison.OrdinalIgnoreCase))
        {
            rule.Nat = SourceNat.Off;
        }
        else if (Address.TryParse(text, out Address address) && IsHost(address))
        {
            rule.Nat = SourceNat.Fixed;
            rule.NatAddress = address;
        }
        else
        {
            value.Error($"`{text}` is not a source to translate to", "write `auto` (the link's address), `off`, or an address");
        }
    }

    private static ForwardTarget? Target(Setting value, Address host, ushort port)
    {
        if (IsHost(host)) return new ForwardTarget(host, port);
        value.Error($"`{host}` is not the address of a host", "write the address of the server behind the router");
        return null;
    }

    private static bool IsHost(Address a) => !a.IsUnspecified && !a.IsMulticast && !a.IsLoopback && !a.IsReserved;
}
