using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Bench;

/// <summary>
/// Ten thousand hosts on one link, each with a flow, and a stream on another link. The first link loses its carrier, and all are placed
/// and moved anew. What the stream feels of it is the longest time that it waits for an answer, seen by its own host.
/// </summary>
internal static class Replacement
{
    private const int Hosts = 10_000, PerSecond = 1000;
    private static readonly TimeSpan s_watched = TimeSpan.FromSeconds(2);

    private const string StreamByDsl = """
        - name: The stream
          source: [10.0.0.12]
          destination: [internet]
          action: allow
          link: dsl
        """;

    /// <summary>Milliseconds beyond the pace of the stream while they are moved.</summary>
    public static double Stall() => Gaps().Moving;

    /// <summary>The same in as many seconds when nothing happens: what the machine does by itself.</summary>
    public static double Quiet() => Gaps().Quiet;

    private static (double Quiet, double Moving) Gaps()
    {
        using Topology bed = Topology.Raise(new BedOptions { Hosts = 2 });
        var echo = new IPEndPoint(Plan.Servers[0], 7);
        using var server = EchoServer.Start(bed.Internet, echo.Address, echo.Port);
        // All behind one neighbour: the kernel keeps a thousand.
        bed.Router.Run("ip", "route", "add", Plan.Crowd, "via", $"{Plan.LanHost(0)}").OrThrow();
        using var router = new RouterDaemon(bed, new RouterYaml { Mode = "failover", Rules = StreamByDsl });
        router.Start();
        using var stream = DatagramStream.Start(bed.Hosts[1], Plan.LanHost(1), echo, PerSecond);
        int greeted = Crowd.Greet(bed.Hosts[0], Hosts, echo);
        if (greeted < Hosts) throw new LabException($"only {greeted} of {Hosts} hosts had an answer");
        double quiet = LongestGap(stream);
        bed.SetCarrier(0, false);
        double moving = LongestGap(stream);
        if (!router.Log.Contains($"live flows: {Hosts:N0} moved", StringComparison.Ordinal) && !router.Log.Contains($"live flows: {Hosts} moved", StringComparison.Ordinal))
            throw new LabException($"not all were moved:\n{router.Log}");
        return (quiet, moving);
    }

    private static double LongestGap(DatagramStream stream)
    {
        stream.TakeLongestGap();
        TimeSpan until = stream.Clock + s_watched;
        Wait.Until(() => stream.Clock > until, s_watched * 2, () => "the clock stands");
        return stream.TakeLongestGap().TotalMilliseconds - (1000.0 / PerSecond);
    }
}
