using System.Globalization;
using Router.Configuration.Layers;
using Router.Wire;

namespace Router.Configuration.Reading;

/// <summary>Reads `health`, the common one or a link's own: what is not written there is taken from the one before.</summary>
internal static class HealthReader
{
    private const int MostTargets = 16;
    private const int MostRounds = 1000;

    private static readonly KeySet Keys = new(["targets", "quorum", "interval", "timeout", "down_after", "up_after", "hold_down", "degraded"]);
    private static readonly KeySet DegradedKeys = new(["loss", "latency"]);
    private static readonly string[] LaterKinds = ["dns:", "http:", "https:"];

    public static HealthSettings Read(Setting setting, HealthSettings from)
    {
        HealthSettings health = from;
        foreach ((string name, Setting value) in setting.Fields(Keys)) health = With(health, name, value);
        if (health.Quorum > health.Targets.Length)
        {
            setting.Error($"a quorum of {health.Quorum} can never be reached with {health.Targets.Length} target(s)", "lower `quorum` or add targets");
        }
        return health;
    }

    private static HealthSettings With(HealthSettings health, string name, Setting value) => name switch
    {
        "targets" => health with { Targets = Targets(value) ?? health.Targets },
        "quorum" => health with { Quorum = value.Number(1, MostTargets) ?? health.Quorum },
        "interval" => health with { Interval = value.Duration(Milliseconds(50), TimeSpan.FromHours(1)) ?? health.Interval },
        "timeout" => health with { Timeout = value.Duration(Milliseconds(10), TimeSpan.FromMinutes(1)) ?? health.Timeout },
        "down_after" => health with { DownAfter = value.Number(1, MostRounds) ?? health.DownAfter },
        "up_after" => health with { UpAfter = value.Number(1, MostRounds) ?? health.UpAfter },
        "hold_down" => health with { HoldDown = value.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)) ?? health.HoldDown },
        _ => Degraded(health, value),
    };

    private static HealthSettings Degraded(HealthSettings health, Setting setting)
    {
        foreach ((string name, Setting value) in setting.Fields(DegradedKeys))
        {
            health = name == "loss"
                ? health with { DegradedLoss = value.Share() ?? health.DegradedLoss }
                : health with { DegradedLatency = value.Duration(Milliseconds(1), TimeSpan.FromMinutes(1)) ?? health.DegradedLatency };
        }
        return health;
    }

    private static ProbeTarget[]? Targets(Setting setting)
    {
        var targets = new List<ProbeTarget>();
        bool sound = true;
        foreach ((string text, Setting item) in setting.Texts())
        {
            if (Target(text, item) is not { } target) sound = false;
            else if (!targets.Contains(target)) targets.Add(target);
            else item.Error($"target `{text}` is written twice", "keep one of the two");
        }
        if (sound && targets.Count is 0 or > MostTargets) setting.Error($"{targets.Count} targets", $"write 1 to {MostTargets}, such as `[gateway]`");
        return sound && targets.Count > 0 ? [.. targets] : null;
    }

    private static ProbeTarget? Target(string text, Setting item)
    {
        if (text == "gateway") return ProbeTarget.Gateway;
        if (Array.Find(LaterKinds, k => text.StartsWith(k, StringComparison.Ordinal)) is { } later)
        {
            item.Error($"a `{later}` target is not part of this release", "use `gateway`, `icmp:ADDRESS` or `tcp:ADDRESS:PORT`");
            return null;
        }
        if (text.StartsWith("icmp:", StringComparison.Ordinal) && Address.TryParse(text[5..].Trim('[', ']'), out Address host))
        {
            return new ProbeTarget(ProbeKind.Icmp, host.ToString(), 0);
        }
        int colon = text.LastIndexOf(':');
        if (text.StartsWith("tcp:", StringComparison.Ordinal) && colon > 4 && Address.TryParse(Unbracketed(text[4..colon]), out host)
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0)
        {
            return new ProbeTarget(ProbeKind.Tcp, host.ToString(), port);
        }
        item.Error($"`{text}` is not a probe's target", "write `gateway`, `icmp:1.1.1.1`, `tcp:9.9.9.9:443` or `tcp:[2620:fe::fe]:443`, with an address and not a name");
        return null;
    }

    /// <summary>An IPv6 address in front of a port needs its brackets; null otherwise, as `1:2` could be read two ways.</summary>
    private static string? Unbracketed(string text)
    {
        if (text.StartsWith('[') && text.EndsWith(']')) return text[1..^1];
        return text.Contains(':') ? null : text;
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
