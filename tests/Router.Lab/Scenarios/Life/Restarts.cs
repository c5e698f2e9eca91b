using System.Net;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Life;

/// <summary>routerd is killed, stopped, reloaded and given bad files while traffic runs; the traffic must not care.</summary>
public sealed class Restarts : IDisposable
{
    private readonly Topology _bed = Topology.Raise();
    private readonly WebServer _web;
    private readonly RouterDaemon _router;

    public Restarts()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _router = new RouterDaemon(_bed);
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_download_of_a_gibibyte_survives_the_end_and_the_start_of_the_daemon(bool killed)
    {
        const long length = 1L << 30;
        string sum = _web.Checksum(length);
        long before = PolicyAndFlows().Flows;
        using BackgroundProgram download = _bed.Hosts[0].Start("bash", "-c",
            $"set -o pipefail; curl -sS -m 120 --limit-rate 400M http://{Plan.Servers[0]}/bytes/{length} | sha256sum");
        Wait.Until(() => PolicyAndFlows().Flows > before, TimeSpan.FromSeconds(5), () => "no flow");

        for (int i = 0; i < 3; i++)
        {
            if (killed) _router.Kill();
            else _router.Stop();
            Assert.True(download.Running, $"the download ended before the test did: {download.Said}");
            _router.Start();
            Wait.For(() => !download.Running, TimeSpan.FromMilliseconds(300));
        }

        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(90)), $"{download.Said}\n{_router.Log}");
        Assert.Equal(sum, download.Said.Split(' ')[0].Trim());
    }

    [Fact]
    public void Pins_outlive_a_kill()
    {
        var before = Crowd.AskWhoTheyAre(_bed.Hosts[0], 0, 100, Plan.Servers[0]);
        _router.Kill();
        _router.Start();
        var after = Crowd.AskWhoTheyAre(_bed.Hosts[0], 0, 100, Plan.Servers[0]);
        Assert.All(before, member => Assert.Equal(member.Value, after[member.Key]));
    }

    [Fact]
    public void A_reload_with_ten_thousand_rules_under_load_loses_no_packet()
    {
        using var echo = EchoServer.Start(_bed.Internet, Plan.Servers[1], 7);
        using BackgroundProgram server = _bed.Internet.Start("iperf3", "-s", "--forceflush", "-B", $"{Plan.Servers[0]}");
        server.WaitToSay("Server listening", TimeSpan.FromSeconds(5));
        using BackgroundProgram load = _bed.Hosts[0].Start("iperf3", "-c", $"{Plan.Servers[0]}", "-t", "60", "-b", "2G");
        using var counted = DatagramStream.Start(_bed.Hosts[1], Plan.LanHost(1), new IPEndPoint(Plan.Servers[1], 7), 1000);
        Wait.Until(() => counted.Answered > 100, TimeSpan.FromSeconds(5), () => "the stream does not run");

        _router.Write(new RouterYaml { Rules = Bench.OwnMeasures.Unmatched(10_000) });
        double[] took = [.. Enumerable.Range(0, 3).Select(_ => ReloadByControlSocket())];

        long lost = counted.StopAndCountLost();
        Assert.True(load.Running, load.Said);
        Assert.Equal(0, lost);
        Assert.Single(counted.Changes);
        TestContext.Current.SendDiagnosticMessage("reload with 10,000 rules: {0} ms, of {1} datagrams {2} lost", string.Join(", ", took), counted.Sent, lost);
        // How long it takes is measured by the bench; here only that it is no stall, on whatever machine this runs.
        Assert.True(took.Max() < 5000, $"reloads took {string.Join(", ", took)} ms");
    }

    [Fact]
    public void Sighup_puts_a_new_policy_in_force()
    {
        Assert.True(Reaches(_bed.Hosts[0]));
        _router.Write(new RouterYaml { AllowOut = false, Rules = Allow(Plan.LanHost(1)) });
        _router.Reload();
        Assert.False(Reaches(_bed.Hosts[0]));
        Assert.True(Reaches(_bed.Hosts[1]));
    }

    [Fact]
    public void A_flow_that_a_reload_no_longer_allows_is_closed_and_others_go_on()
    {
        var to = new IPEndPoint(Plan.Servers[1], 7);
        using var echo = EchoServer.Start(_bed.Internet, to.Address, to.Port);
        using var cut = DatagramStream.Start(_bed.Hosts[0], Plan.LanHost(0), to, 200);
        using var kept = DatagramStream.Start(_bed.Hosts[1], Plan.LanHost(1), to, 200);
        Wait.Until(() => cut.Answered > 20 && kept.Answered > 20, TimeSpan.FromSeconds(5), () => "the streams do not run");

        _router.Write(new RouterYaml { AllowOut = false, Rules = Allow(Plan.LanHost(1)) });
        _router.Reload();

        long after = cut.Answered;
        long keptThen = kept.Answered;
        Wait.Until(() => kept.Answered > keptThen + 100, TimeSpan.FromSeconds(5), () => "the allowed stream stopped");
        Assert.InRange(cut.Answered - after, 0, 3); // what was on its way
        Assert.Equal(0, kept.StopAndCountLost());
    }

    [Theory]
    [InlineData("zones: [", "router.yaml")]
    [InlineData("zones:\n  trusted: { interfaces: [lan0] }\nlinks:\n  fiber: { interface: wan0, wieght: 3 }\n", "wieght")]
    public void A_bad_file_changes_nothing_and_says_where_it_is_bad(string text, string named)
    {
        (long policy, _) = PolicyAndFlows();
        _router.Write(text);
        Outcome reload = _router.Show("reload");
        Assert.False(reload.Succeeded);
        Assert.Contains(named, reload.Output + reload.Error, StringComparison.Ordinal);
        _router.Program.Signal(Libc.SIGHUP);
        _router.Program.WaitToSay(named, TimeSpan.FromSeconds(5));
        Assert.Equal(policy, PolicyAndFlows().Policy);
        Assert.True(Reaches(_bed.Hosts[0]));
    }

    private (long Policy, long Flows) PolicyAndFlows()
    {
        JsonNode status = _router.Ask("status");
        return (status["policyGeneration"]!.GetValue<long>(), status["flows"]!["used"]!.GetValue<long>());
    }

    private double ReloadByControlSocket()
    {
        JsonNode report = _router.Ask("reload");
        Assert.True(report["loaded"]!.GetValue<bool>(), report.ToString());
        return report["durationMilliseconds"]!.GetValue<double>();
    }

    private static bool Reaches(NetworkNamespace host) => host.Run("curl", "-sS", "-m", "1", $"http://{Plan.Servers[0]}/").Succeeded;

    private static string Allow(IPAddress source) => $"""
        - name: Only {source}
          source: [{source}]
          destination: [internet]
          action: allow
        """;
}
