using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Wire;

namespace Router.Configuration.Reading.Probing;

/// <summary>Reads `health`, the common one or a link's own: what is not written there is taken from the one before.</summary>
internal static class HealthReader
{
    private const int MostTargets = 16;
    private const int MostRounds = 1000;

    /// <summary>They are asked one after the other, so a name is known, or not, within as many timeouts.</summary>
    private const int MostResolvers = 3;

    private static readonly KeySet Keys = new(LinkParts.Health);
    private static readonly KeySet DegradedKeys = new(LinkParts.Degraded);

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
        "resolvers" => health with { Resolvers = Resolvers(value) },
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
        foreach (Setting item in setting.Items())
        {
            if (TargetReader.Read(item) is not { } target) sound = false;
            else if (!targets.Contains(target)) targets.Add(target);
            else item.Error($"target `{target}` is written twice", "keep one of the two");
        }
        if (sound && targets.Count is 0 or > MostTargets) setting.Error($"{targets.Count} targets", $"write 1 to {MostTargets}, such as `[gateway]`");
        return sound && targets.Count > 0 ? [.. targets] : null;
    }

    /// <summary>Name servers in the Internet, of a link or for its probes.</summary>
    public static Address[] Resolvers(Setting setting)
    {
        var resolvers = new List<Address>();
        foreach ((string text, Setting item) in setting.Texts())
        {
            if (!Address.TryParse(text, out Address address) || address.IsUnspecified || address.IsMulticast || address.IsLoopback || address.IsLinkLocal)
            {
                item.Error($"`{text}` is not a name server that a link could reach", "write the address of one in the Internet, such as 9.9.9.9");
            }
            else if (resolvers.Count == MostResolvers)
            {
                item.Error($"more than {MostResolvers} resolvers", "keep the best ones");
            }
            else if (!resolvers.Contains(address))
            {
                resolvers.Add(address);
            }
        }
        return [.. resolvers];
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
