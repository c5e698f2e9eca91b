using System.Globalization;

using Router.Lab.Bed;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Bench;

/// <summary>
/// What probes take of a core: the daemon's time on the processor while it asks as many targets as eight links with five each have, less
/// that of the same daemon which asks once an hour. The lab has three links, so they have thirteen targets each.
/// </summary>
internal static class ProbeCost
{
    private const int Targets = 13, Links = 3;
    private static readonly TimeSpan s_watched = TimeSpan.FromSeconds(10);

    /// <summary>Percent of one core, every target asked by ICMP.</summary>
    public static double Icmp() => Percent(Enumerable.Range(1, Targets - 1).Select(n => $"\"icmp:{Address(n)}\""));

    /// <summary>Percent of one core, every second target asked by TCP.</summary>
    public static double Tcp() => Percent(Enumerable.Range(1, Targets - 1).Select(n => n % 2 == 0 ? $"\"tcp:{Address(n)}:80\"" : $"\"icmp:{Address(n)}\""));

    /// <summary>Percent of one core, every fourth target asked by HTTP, and the others by TCP and ICMP in turn.</summary>
    public static double Web() => Percent(Enumerable.Range(1, Targets - 1).Select(n => n % 4 == 0 ? $"{{ url: http://{Address(n)}/ }}" : n % 2 == 0 ? $"\"tcp:{Address(n)}:80\"" : $"\"icmp:{Address(n)}\""));

    private static string Address(int n) => $"198.18.2.{n}";

    private static double Percent(IEnumerable<string> targets)
    {
        string list = $"targets: [gateway, {string.Join(", ", targets)}]";
        return Math.Max(0, Share(list) - Share(list + "\ninterval: 1h"));
    }

    private static double Share(string health)
    {
        using Topology bed = Topology.Raise(new BedOptions { Hosts = 1, Bridge = false });
        for (int n = 1; n < Targets; n++) bed.Internet.Run("ip", "addr", "add", $"{Address(n)}/32", "dev", "lo").OrThrow();
        using WebServer web = WebServer.Start(bed.Internet, bed.Directory);
        using var router = new RouterDaemon(bed, new RouterYaml { Health = health });
        router.Start();
        for (int link = 0; link < Links - 1; link++) router.WaitForLink(RouterYaml.LinkNames[link], "up", TimeSpan.FromSeconds(30));
        long before = Nanoseconds(router);
        Thread.Sleep(s_watched);
        return (Nanoseconds(router) - before) / (s_watched.TotalSeconds * 1e9) * 100;
    }

    // The first number of schedstat: time on the processor (proc(5)). Compiling what has become hot goes on for a minute behind the start, and
    // is no price of probes.
    private static long Nanoseconds(RouterDaemon router) => Directory.GetDirectories($"/proc/{router.Program.Pid}/task")
        .Where(task => File.ReadAllText(Path.Combine(task, "comm")) != ".NET Tiered Com\n")
        .Sum(task => long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture));
}
