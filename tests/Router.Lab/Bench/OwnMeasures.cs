using System.Diagnostics;
using System.Net;
using System.Text;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Bench;

/// <summary>What only routerd does: it starts, notices dead links, and changes its rules under load.</summary>
internal static class OwnMeasures
{
    public static IReadOnlyList<OwnMeasure> All =>
    [
        new("start to forwarding, 1,000 rules", "ms", 0, Start, "under 500 ms", ms => ms < 500),
        new("new flows after carrier loss", "ms", 0, () => LinkLoss(bed => bed.SetCarrier(0, false)), "within 1 s", ms => ms <= 1000),
        new("new flows after a black hole", "ms", 0, () => LinkLoss(bed => bed.Shim(0).BlackHole(true)), "within 3 s", ms => ms <= 3000),
        new("reload, 10,000 rules, under load", "ms", 0, () => Reload().Milliseconds, "under 200 ms", ms => ms < 200),
        new("probes of 39 targets, ICMP", "% of a core", 2, ProbeCost.Icmp, "under 1", percent => percent < 1),
        new("probes of 39 targets, half by TCP", "% of a core", 2, ProbeCost.Tcp, "under 1", percent => percent < 1),
        new("probes of 39 targets, with HTTP", "% of a core", 2, ProbeCost.Web, "under 1", percent => percent < 1),
        new("stall of a stream in a quiet moment", "ms", 1, Replacement.Quiet, "as below", _ => true),
        new("the same, 10,000 hosts re-placed", "ms", 1, Replacement.Stall, "under 5 ms", ms => ms < 5),
        new("200 logins a second, added to the longest wait", "ms", 1, LoginLoad.AddedWait, "under 5 ms", ms => ms < 5),
        new("memory per flow, 1,000,000 flows", "octets", 0, FlowMemory.OctetsPerFlow, "256 or less", octets => octets <= 256),
        new("slowing by 1,000,000 flows", "times", 2, FlowMemory.Slowing, "1.3 or less", times => times <= 1.3),
        new("datagrams lost in that reload", "", 0, () => Reload().Lost, "none", lost => lost == 0),
    ];

    /// <summary>From the start of the process until a host's datagram has been answered.</summary>
    private static double Start()
    {
        using Topology bed = Topology.Raise(new BedOptions { Hosts = 1, Bridge = false, Providers = 2 });
        using var echo = EchoServer.Start(bed.Internet, Plan.Servers[0], 7);
        using var router = new RouterDaemon(bed, new RouterYaml { Weights = [8, 4], Rules = Unmatched(1000) });
        using var stream = DatagramStream.Start(bed.Hosts[0], Plan.LanHost(0), new IPEndPoint(Plan.Servers[0], 7), 1000);
        var clock = Stopwatch.StartNew();
        router.Launch();
        Wait.Until(() => stream.Answered > 0, TimeSpan.FromSeconds(10), () => $"nothing was forwarded:\n{router.Log}");
        return clock.Elapsed.TotalMilliseconds;
    }

    private static double LinkLoss(Action<Topology> cut)
    {
        using Topology bed = Topology.Raise(new BedOptions { Hosts = 1, Shimmed = [0] });
        using WebServer web = WebServer.Start(bed.Internet, bed.Directory);
        using var router = new RouterDaemon(bed, new RouterYaml { Mode = "failover" });
        router.Start();
        if (Who.LinkOf(bed.Hosts[0]) != 0) throw new LabException("the first link is not in use");
        cut(bed);
        TimeSpan? took = NewFlows.UntilSeenAs(Plan.LinkAddress(1), bed.Hosts[0], Plan.LanHost(0), Plan.Servers[0], TimeSpan.FromSeconds(10));
        return took?.TotalMilliseconds ?? double.PositiveInfinity;
    }

    // As it is for an administrator who changes one rule of many: the daemon runs with them already, and has reloaded before. The
    // first reload of a fresh process takes some four times as long, as its code is compiled while it runs.
    private static (double Milliseconds, double Lost) Reload()
    {
        using Topology bed = Topology.Raise(new BedOptions { Hosts = 2, Providers = 2 });
        using var echo = EchoServer.Start(bed.Internet, Plan.Servers[1], 7);
        using var router = new RouterDaemon(bed, new RouterYaml { Weights = [8, 4], Rules = Unmatched(10_000) });
        router.Start();
        for (int i = 0; i < 3; i++) router.Ask("reload");
        using BackgroundProgram server = bed.Internet.Start("iperf3", "-s", "--forceflush", "-1", "-B", $"{Plan.Servers[0]}");
        server.WaitToSay("Server listening", TimeSpan.FromSeconds(5));
        using BackgroundProgram load = bed.Hosts[0].Start("iperf3", "-c", $"{Plan.Servers[0]}", "-t", "60");
        using var counted = DatagramStream.Start(bed.Hosts[1], Plan.LanHost(1), new IPEndPoint(Plan.Servers[1], 7), 1000);
        Wait.Until(() => counted.Answered > 500, TimeSpan.FromSeconds(10), () => "the stream does not run");
        double[] took = [.. Enumerable.Range(0, 5).Select(_ => router.Ask("reload")["durationMilliseconds"]!.GetValue<double>()).Order()];
        return (took[2], counted.StopAndCountLost());
    }

    /// <summary>Rules that match nothing of the lab, each with networks and a port of its own.</summary>
    public static string Unmatched(int count)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            text.Append($"- {{ name: Rule {i}, source: [10.200.{i / 250}.{i % 250}], destination: [100.{64 + (i / 10_000)}.{i / 100 % 100}.{i % 100}], ");
            text.Append($"service: [tcp/{1000 + (i % 50_000)}], action: {(i % 2 == 0 ? "deny" : "allow")} }}\n");
        }
        return text.ToString().TrimEnd();
    }
}
