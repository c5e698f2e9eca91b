using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Forwarding.Rules;

namespace Router.Configuration.Reading;

/// <summary>Reads the parts that are one for the whole router: `internet`, `timeouts`, `tables`, `dns`, `on_exit`.</summary>
internal static class GlobalReader
{
    private static readonly KeySet InternetKeys = new(GlobalParts.Internet);
    private static readonly KeySet TableKeys = new(GlobalParts.Tables);
    private static readonly KeySet DnsKeys = new(GlobalParts.Dns);
    private static readonly KeySet TimeoutKeys = new(GlobalParts.Timeouts);

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromDays(1);

    public static InternetSettings Internet(Setting setting, Names names)
    {
        var internet = new InternetSettings();
        foreach ((string name, Setting value) in setting.Fields(InternetKeys))
        {
            internet = name switch
            {
                "mode" => internet with
                {
                    Mode = value.Word(("single", InternetMode.Single), ("failover", InternetMode.Failover), ("balance", InternetMode.Balance)) ?? internet.Mode,
                },
                "placement" => internet with
                {
                    Placement = value.Word(("weight", Placement.Weight), ("measured", Placement.Measured)) ?? internet.Placement,
                },
                "order" => internet with { Order = Order(value, names) },
                "pin" => internet with { Pin = RuleFields.Pin(value) ?? internet.Pin },
                "drain_time" => internet with { DrainTime = value.Duration(TimeSpan.FromSeconds(1), LongestDrain) ?? internet.DrainTime },
                "pick_up_tcp" => internet with { PicksUpTcp = value.Flag() ?? internet.PicksUpTcp },
                _ => internet with { PinIdle = value.Duration(TimeSpan.FromSeconds(1), LongestTimeout) ?? internet.PinIdle },
            };
        }
        return internet;
    }

    /// <summary>Idle times in microseconds. Below what an RFC asks, applications break, so that is an error and not a preference.</summary>
    public static FlowTimeouts Timeouts(Setting setting)
    {
        var t = new FlowTimeouts();
        foreach ((string name, Setting value) in setting.Fields(TimeoutKeys))
        {
            t = name switch
            {
                "tcp_established" => t with { TcpEstablished = Idle(value, 7440, "RFC 5382 REQ-5", t.TcpEstablished) },
                "tcp_transitory" => t with { TcpTransitory = Idle(value, 240, "RFC 5382 REQ-5", t.TcpTransitory) },
                "tcp_time_wait" => t with { TcpTimeWait = Idle(value, 120, "RFC 7857 2.1", t.TcpTimeWait) },
                "tcp_reset" => t with { TcpReset = Idle(value, 240, "RFC 7857 2.2", t.TcpReset) },
                "udp" => t with { Udp = Idle(value, 120, "RFC 4787 REQ-5", t.Udp) },
                "udp_dns" => t with { UdpDns = Idle(value, 5, "a resolver waits that long", t.UdpDns) },
                "icmp" => t with { Icmp = Idle(value, 60, "RFC 5508 REQ-2", t.Icmp) },
                _ => t with { Other = Idle(value, 60, "tunnels need it", t.Other) },
            };
        }
        return t;
    }

    public static TableSettings Tables(Setting setting)
    {
        var tables = new TableSettings();
        foreach ((string name, Setting value) in setting.Fields(TableKeys))
        {
            tables = name == "flows"
                ? tables with { Flows = value.Number(1024, 16_777_216) ?? tables.Flows }
                : tables with { Pins = value.Number(256, 1_048_576) ?? tables.Pins };
        }
        return tables;
    }

    /// <summary>Whom a forwarder on the box asks is written to this file; null if there is none.</summary>
    public static string? ServersFile(Setting setting)
    {
        string? path = null;
        foreach ((_, Setting value) in setting.Fields(DnsKeys))
        {
            if (value.Text() is not { } text) continue;
            if (text.StartsWith('/') && !text.EndsWith('/')) path = text;
            else value.Error($"`{text}` is not the path of a file", "write it from the root on, such as `/run/routerd-dns/servers`");
        }
        return path;
    }

    public static void OnExit(Setting setting)
    {
        if (setting.Word(("closed", true), ("open", false)) == false) setting.Error("`on_exit: open` is not part of this release", "write `closed`, or remove it");
    }

    private static List<string> Order(Setting setting, Names names)
    {
        var order = new List<string>();
        foreach ((string text, Setting item) in setting.Texts())
        {
            if (names.FindLink(text) is not { } link) item.Error($"there is no link `{text}`", Spelling.Remedy(text, [.. names.Links], "use one of"));
            else if (order.Contains(link)) item.Error($"link `{link}` is named twice", "name each link once");
            else order.Add(link);
        }
        return order;
    }

    private static long Idle(Setting value, int leastSeconds, string why, long otherwise) =>
        value.Duration(TimeSpan.FromSeconds(leastSeconds), LongestTimeout, why) is { } idle ? idle.Ticks / TimeSpan.TicksPerMicrosecond : otherwise;
}
