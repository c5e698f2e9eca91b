using System.Net;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>
/// How links are probed (product.md 2), with real servers behind them. The rules let nothing of the box out, so that probes
/// pass by themselves or not at all; and each provider drops what does not come from its customer's address, so that a probe which
/// leaves by another link is not answered.
/// </summary>
public sealed class Probing : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly Topology _bed = Topology.Raise(new BedOptions { Shimmed = [0] });
    private readonly WebServer _web;
    private readonly BackgroundProgram _names;
    private readonly RouterDaemon _router;

    public Probing()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _names = NameServer.Start(_bed);
        _router = new RouterDaemon(_bed);
    }

    public void Dispose()
    {
        _router.Dispose();
        _names.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void Every_kind_of_probe_leaves_by_its_own_link_and_is_answered()
    {
        using BackgroundProgram tls = StartTls(out string certificate);
        _router.Write(Yaml(Enumerable.Range(0, 3).Select(EveryKind)));
        _router.Start(new Dictionary<string, string> { ["SSL_CERT_FILE"] = certificate });
        Wait.Until(() => Enumerable.Range(0, 3).All(link => Visits(link) >= 20), Long, () => $"the web server was asked {string.Join(", ", Enumerable.Range(0, 3).Select(Visits))} times\n{_router.Log}");
        foreach (JsonNode? link in _router.Ask("links").AsArray())
        {
            Assert.True(link!["usable"]!.GetValue<bool>(), $"{link}\n{_router.Log}");
            // One round of twenty may fall into the first second, when names and neighbours are not known yet.
            Assert.InRange(link["lossShare"]!.GetValue<double>(), 0, 0.05);
        }
        Assert.DoesNotContain("is down", _router.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Thirty_six_percent_of_loss_are_shown_as_36()
    {
        _router.Write(Yaml(["targets: [gateway], interval: 50ms, timeout: 3s", "", ""]));
        _router.Start();
        _bed.Shim(0).Toll(9, 25);
        Wait.Until(() => Loss() == 0.36, Long, () => $"the loss is {Loss()}\n{_router.Log}");
        // Whatever a hundred rounds are looked at from now on, it stays so.
        long seen = _bed.Shim(0).Counts().ToProvider.Seen;
        while (_bed.Shim(0).Counts().ToProvider.Seen < seen + 100) Assert.Equal(0.36, Loss());
        Assert.Equal("degraded", _router.LinkState("fiber"));
        Outcome page = _router.Show("links");
        Assert.Matches(@"fiber +degraded .* 36 % ", page.Output);
        Assert.Matches(@"fiber is degraded: [0-9.]+% of probes lost in [0-9]+ rounds, limit 10%", page.Output);
        TestContext.Current.SendDiagnosticMessage("{0}", page.Output);
        _bed.Shim(0).Toll(0, 1);
        Wait.Until(() => _router.LinkState("fiber") == "up", Long, () => _router.Log);
        Assert.InRange(Loss() ?? 1, 0, 0.05);
    }

    [Fact]
    public void A_disabled_link_carries_nothing_new_and_is_back_at_once()
    {
        _router.Write(Yaml(["", "", ""]));
        _router.Start();
        _router.WaitForLink("fiber", "up", Long);
        _router.Write(Yaml(["", "", ""], disabled: 0));
        _router.Reload();
        _router.WaitForLink("fiber", "disabled", Long);
        Assert.Equal(1, Who.LinkOf(_bed.Hosts[0]));
        Assert.Contains("link fiber is disabled: the configuration says so", _router.Log, StringComparison.Ordinal);
        _router.Write(Yaml(["", "", ""]));
        _router.Reload();
        _router.WaitForLink("fiber", "up", Long);
        Assert.Equal(0, Who.LinkOf(_bed.Hosts[1]));
    }

    [Fact]
    public void A_silent_target_does_not_condemn_a_link_over_which_people_connect()
    {
        _router.Write(Yaml([$"targets: [\"icmp:{Plan.Servers[1]}\"]", "", ""]));
        _router.Start();
        _router.WaitForLink("fiber", "up", Long);
        using (Knocking.Start(_bed.Hosts[0], new(Plan.Servers[0], 80), new(Plan.Servers[2], 80)))
        {
            Wait.Until(() => _router.Ask("links")[0]!["flows"]!.GetValue<long>() > 20, Long, () => "nobody connects");
            _bed.Internet.Run("ip", "addr", "del", $"{Plan.Servers[1]}/32", "dev", "lo").OrThrow();
            _router.WaitForLink("fiber", "degraded", Long);
            Assert.Matches("link fiber is degraded: icmp:198.18.0.11 does not answer: [0-9]+ rounds failed; it is kept, as 2 hosts accept connections over it", _router.Log);
        }
        _router.WaitForLink("fiber", "down", Long);
    }

    [Fact]
    public void People_who_get_no_answer_either_hasten_the_verdict()
    {
        _router.Write(Yaml(["targets: [gateway], down_after: 9", "", ""]));
        _router.Start();
        _router.WaitForLink("fiber", "up", Long);
        IPEndPoint[] servers = [.. Plan.Servers.Select(server => new IPEndPoint(server, 80))];
        using var knocking = Knocking.Start(_bed.Hosts[0], servers);
        Wait.Until(() => knocking.Opened > 20, Long, () => "nobody connects");
        _bed.Shim(0).BlackHole(true);
        _router.WaitForLink("fiber", "down", Long);
        Assert.Matches("link fiber is down: gateway 198.51.100.1 does not answer: [5-8] rounds failed, and 3 hosts are as silent", _router.Log);
    }

    private static string EveryKind(int link) =>
        $"targets: [gateway, \"icmp:{Plan.Servers[1]}\", \"tcp:{Plan.Servers[0]}:80\", \"dns:{Plan.NameServer}/{NameServer.KnownName}\", "
        + $"\"icmp:{Plan.Server6}\", {{ url: http://{NameServer.KnownName}/, status: 200, text: \"{Plan.LinkAddress(link)}\" }}, "
        + $"{{ url: https://{NameServer.KnownName}:4443/, text: s_server }}], quorum: 7, timeout: 5s, resolvers: [{Plan.NameServer}]";

    private int Visits(int link) => _web.Visits.Count(visit => Equals(visit.Client.Address.MapToIPv4(), Plan.LinkAddress(link)));

    private double? Loss() => _router.Ask("links")[0]!["lossShare"]?.GetValue<double>();

    // OpenSSL's own server, which answers each GET with a page about itself, and the certificate that vouches for it.
    private BackgroundProgram StartTls(out string certificate)
    {
        string key = Path.Combine(_bed.Directory, "tls.key");
        certificate = Path.Combine(_bed.Directory, "tls.crt");
        Command.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", $"/CN={NameServer.KnownName}", "-addext", $"subjectAltName=DNS:{NameServer.KnownName}", "-keyout", key, "-out", certificate]).OrThrow();
        BackgroundProgram program = _bed.Internet.Start("openssl", "s_server", "-accept", "4443", "-cert", certificate, "-key", key, "-www");
        Wait.Until(() => _bed.Internet.Run("ss", "-Hltn", "sport", "=", ":4443").Text.Length > 0, Long, () => $"no server: {program.Said}");
        return program;
    }

    private static string Yaml(IEnumerable<string> health, int? disabled = null) => $$"""
        zones:
          trusted: { interfaces: [lan0] }
        links:
        {{string.Join('\n', health.Select((own, link) => $"  {RouterYaml.LinkNames[link]}: {{ interface: wan{link}, enabled: {(link == disabled ? "false" : "true")}, health: {{ {own} }} }}"))}}
        internet: { mode: failover }
        limits: { flows: unlimited, new_flows: unlimited }
        rules:
          - name: People may
            source: [trusted]
            destination: [internet]
            action: allow
        """ + "\n";
}
