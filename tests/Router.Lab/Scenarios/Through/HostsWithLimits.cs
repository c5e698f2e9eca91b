using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Through;

public sealed class LabWithLimits() : RunningLab(bed => new RouterDaemon(bed, new RouterYaml { Limits = "" }));

/// <summary>One host that scans or floods, beside others that work, under the limits that a configuration has without saying so.</summary>
public sealed class HostsWithLimits(LabWithLimits lab) : IClassFixture<LabWithLimits>
{
    private RouterDaemon Router => (RouterDaemon)lab.Router;

    [Fact]
    public void R9_A_host_that_scans_gets_its_six_hundred_and_no_one_else_notices()
    {
        using BackgroundProgram scan = lab.Bed.Hosts[0].Start("hping3", "-S", "-q", "-p", "++1", "-i", "u300", "-c", "6000", $"{Plan.Servers[1]}");
        Wait.Until(() => Refused() > 1000, TimeSpan.FromSeconds(10), () => $"nothing is refused: {Router.Ask("status")}");
        for (int i = 0; i < 20; i++) Assert.InRange(Who.LinkOf(lab.Bed.Hosts[1]), 0, 2);
        scan.WaitForExit(TimeSpan.FromSeconds(20));
        Assert.InRange(FlowsOf(Plan.LanHost(0).ToString()), 500, 700);
        string line = Assert.Single(Router.Log.Split('\n'), one => one.Contains($"{Plan.LanHost(0)}", StringComparison.Ordinal) && one.Contains("limits", StringComparison.Ordinal));
        Assert.Contains("is refused new ones", line, StringComparison.Ordinal);
    }

    [Fact]
    public void R9_A_flood_of_SYNs_fills_no_table_and_others_work_meanwhile()
    {
        long before = Used();
        using BackgroundProgram flood = lab.Bed.Hosts[2].Start("hping3", "-S", "-q", "--flood", "-p", "80", $"{Plan.Servers[2]}");
        long refused = Refused();
        Wait.Until(() => Refused() - refused > 20_000, TimeSpan.FromSeconds(20), () => $"no flood: {Router.Ask("status")}");
        for (int i = 0; i < 20; i++) Assert.InRange(Who.LinkOf(lab.Bed.Hosts[1]), 0, 2);
        flood.Kill();
        // Source ports come round again, and what opens anew over its limit is not admitted again: it may end with less.
        Assert.InRange(Used() - before, 0, 700);
    }

    private long Used() => Router.Ask("status")["flows"]!["used"]!.GetValue<long>();

    private long FlowsOf(string host) => Router.Ask("flows", "--host", host, "--limit", "10000").AsArray().Count;

    // By the number of live flows, or by that of a minute, whichever came first: a scan's flows live four minutes each.
    private long Refused() => Router.Ask("status")["drops"]!.AsArray()
        .Where(one => (string?)one!["reason"] is "HostFlows" or "HostRate").Sum(one => one!["packets"]!.GetValue<long>());
}
