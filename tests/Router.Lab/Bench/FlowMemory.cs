using System.Globalization;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Routers;

namespace Router.Lab.Bench;

/// <summary>
/// A million flows: what they take of memory, and whether the path feels them. They are UDP flows of one host to twenty
/// addresses that swallow what they get.
/// </summary>
internal static class FlowMemory
{
    private const int Flows = 1_000_000;
    private const int Capacity = 1 << 20;
    private const int Least = 1024;
    private const string Swallowing = "198.18.1.0";
    private const int PacketsPerSecond = 100_000;

    /// <summary>What a daemon with a million flows has resident, less what one with the smallest tables has that was sent the same, by flow.</summary>
    public static double OctetsPerFlow()
    {
        using var small = new BenchLab(bed => new RouterDaemon(bed, Yaml(Least)));
        Fill(small, Least);
        long floor = Resident(small);
        using var full = new BenchLab(bed => new RouterDaemon(bed, Yaml(Capacity)));
        Fill(full, Flows);
        return (Resident(full) - floor) / (double)Flows;
    }

    /// <summary>How many times slower small packets pass beside a million flows than beside none.</summary>
    public static double Slowing()
    {
        using var lab = new BenchLab(bed => new RouterDaemon(bed, Yaml(Capacity)));
        var path = new PathMeasures(seconds: 3);
        double before = path.Packets(lab, 1024);
        Fill(lab, Flows);
        return before / path.Packets(lab, 1024);
    }

    private static RouterYaml Yaml(int flows) => new() { Mode = "single", Weights = [1, 1], Flows = flows };

    // Sends first packets of a million flows, over and over, until the table has so many of them.
    private static void Fill(BenchLab lab, int flows)
    {
        lab.Internet.Run("ip", "route", "replace", "blackhole", Swallowing + "/24").OrThrow();
        var router = (RouterDaemon)lab.Router;
        using BackgroundProgram blast = lab.Host.Start(Environment.ProcessPath!, "blast", "eth0", lab.RouterMac(), $"{Plan.LanHost(0)}",
            Swallowing, "9000", Flows.ToString(CultureInfo.InvariantCulture), "60", PacketsPerSecond.ToString(CultureInfo.InvariantCulture));
        (long Flows, long Packets) seen = default;
        Wait.Until(() => (seen = Seen(router)) is var (used, packets) && used >= flows * 0.99 && packets >= Flows, TimeSpan.FromSeconds(60), () => $"only {seen}");
        blast.Kill();
    }

    private static (long Flows, long Packets) Seen(RouterDaemon router)
    {
        JsonNode status = router.Ask("status");
        return (status["flows"]!["used"]!.GetValue<long>(), status["packets"]!.GetValue<long>());
    }

    /// <summary>Octets of the daemon's memory that are in RAM, its mapped tables among them.</summary>
    private static long Resident(BenchLab lab)
    {
        string line = File.ReadLines($"/proc/{((RouterDaemon)lab.Router).Program.Pid}/status").First(one => one.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
