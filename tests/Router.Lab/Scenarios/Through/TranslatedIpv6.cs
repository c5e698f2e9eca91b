using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Through;

/// <summary>
/// R8, X14 and NAPT66 with real programs: hosts that have unique local addresses (RFC 4193) only, behind two providers. With `npt` each
/// provider routes a /48 here, and by RFC 6296 the hosts' subnet 1 of fd00:10::/48 is subnet cf4e of the first (fd10 - 2dc3 + 1) and
/// cf4d of the second (fd10 - 2dc4 + 1); with `napt` the links' own addresses serve.
/// </summary>
public sealed class TranslatedIpv6 : IDisposable
{
    private const int Mtu = 1400;

    private static readonly IPEndPoint Echo = new(Plan.Server6, 7);

    private static readonly string[] Prefixes = ["2001:db8:a::/48", "2001:db8:b::/48"];

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 3, Providers = 2, LinkMtu = new Dictionary<int, int> { [1] = Mtu } });
    private readonly WebServer _web;
    private readonly EchoServer _echo;
    private RouterDaemon? _router;

    public TranslatedIpv6()
    {
        _bed.Router.Run("ip", "addr", "add", "fd00:10:0:1::1/64", "dev", "lan0", "nodad").OrThrow();
        for (int i = 0; i < 3; i++)
        {
            _bed.Hosts[i].Shell($"ip addr flush dev eth0 scope global && ip addr add {Local(i)}/64 dev eth0 nodad && ip -6 route replace default via fd00:10:0:1::1").OrThrow();
        }
        for (int link = 0; link < 2; link++)
        {
            _bed.Providers[link].Run("ip", "-6", "route", "add", Prefixes[link], "via", $"{Plan.LinkAddress6(link)}").OrThrow();
            _bed.Internet.Run("ip", "-6", "route", "add", Prefixes[link], "via", $"2001:db8:ff:{link}::2").OrThrow();
        }
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Echo.Address, Echo.Port);
    }

    public void Dispose()
    {
        _router?.Dispose();
        _echo.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Theory]
    [InlineData("npt")]
    [InlineData("napt")]
    public void Programs_work_and_are_seen_by_an_address_of_the_link(string nat)
    {
        Start(nat, "failover");
        const int length = 16 << 20;
        string sum = _bed.Hosts[0].Shell($"curl -sS -m 20 http://[{Plan.Server6}]/bytes/{length} | sha256sum").OrThrow().Text;
        Assert.Equal(_web.Checksum(length), sum.Split(' ')[0]);
        Assert.Equal(Seen(nat, 0, 0), SeenAs(0));
        Outcome ping = _bed.Hosts[0].Run("ping", "-6", "-n", "-q", "-c10", "-i0.05", "-W2", "-s", "1400", $"{Plan.Server6}");
        Assert.Contains("10 received", ping.Output, StringComparison.Ordinal);
        foreach (string method in (string[])["-U", "-I", "-T"])
        {
            Outcome trace = _bed.Hosts[0].Run("traceroute", "-6", "-n", "-q1", "-w2", "-m6", method, $"{Plan.Server6}").OrThrow();
            Assert.Equal(["fd00:10:0:1::1", $"{Plan.Gateway6(0)}", $"{Plan.Server6}"],
                trace.Output.Split('\n').Skip(1).Where(line => line.Length > 0).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        }
        (_, int echoed) = Datagram.Exchange(_bed.Hosts[1], Echo, new byte[30_000]);
        Assert.Equal(30_000, echoed);
        Outcome told = _router!.Show("explain", "--from", $"{Local(0)}", "tcp", $"[{Plan.Server6}]:443");
        TestContext.Current.SendDiagnosticMessage("{0}", told.Output);
        Assert.Contains($"leaves by fiber as {Seen(nat, 0, 0)}", told.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npt")]
    [InlineData("napt")]
    public void Hosts_are_shared_out_and_when_a_link_goes_they_move_to_the_other(string nat)
    {
        Start(nat, "balance");
        int[] links = [.. Enumerable.Range(0, 3).Select(host => SeenAs(host).Equals(Seen(nat, 0, host)) ? 0 : 1)];
        Assert.Equal([1, 2], new[] { links.Count(link => link == 0), links.Count(link => link == 1) }.Order());
        int hit = Array.IndexOf(links, 0), spared = Array.IndexOf(links, 1);
        using var stream = DatagramStream.Start(_bed.Hosts[hit], Local(hit), Echo, 100);
        using var other = DatagramStream.Start(_bed.Hosts[spared], Local(spared), Echo, 100);
        Wait.Until(() => stream.Answered > 20 && other.Answered > 20, TimeSpan.FromSeconds(10), () => "the streams do not run");

        _bed.SetCarrier(0, false);

        Wait.Until(() => stream.Changes.Count == 2, TimeSpan.FromSeconds(10), () => $"seen as {string.Join(", ", stream.Changes)}\n{_router!.Log}");
        Assert.Equal([Seen(nat, 0, hit), Seen(nat, 1, hit)], stream.Changes.Select(change => IPEndPoint.Parse(change.SeenAs).Address));
        Assert.Equal(Seen(nat, 1, hit), SeenAs(hit));
        Assert.Equal(0, other.StopAndCountLost());
        Assert.Single(other.Changes);
    }

    [Theory]
    [InlineData("npt")]
    [InlineData("napt")]
    public void What_does_not_fit_is_told_and_streams_are_clamped(string nat)
    {
        Start(nat, "failover", order: "dsl");
        Outcome ping = _bed.Hosts[0].Run("ping", "-6", "-n", "-c1", "-W1", "-M", "do", "-s", "1452", $"{Plan.Server6}");
        Assert.Contains("From fd00:10:0:1::1", ping.Output, StringComparison.Ordinal);
        Assert.Contains($"mtu={Mtu}", ping.Output, StringComparison.Ordinal);
        const int length = 5_000_000;
        string sum = _bed.Hosts[0].Shell($"curl -sS -m 10 http://[{Plan.Server6}]/bytes/{length} | sha256sum").OrThrow().Text;
        Assert.Equal(_web.Checksum(length), sum.Split(' ')[0]);
        Assert.Equal(Seen(nat, 1, 0), SeenAs(0));
    }

    [Fact]
    public void A_server_inside_is_reached_by_its_counterparts_of_both_links_and_by_its_neighbours_too()
    {
        Start("npt", "failover", $"""
            - name: Web server
              source: [internet]
              destination: ["{Local(1)}"]
              service: [tcp/80]
              action: allow
            """);
        using var inside = WebServer.Start(_bed.Hosts[1], _bed.Directory);
        for (int link = 0; link < 2; link++) Assert.Equal($"{Plan.Server6}", Ask(_bed.Internet, Seen("npt", link, 1), "--interface", $"{Plan.Server6}"));
        Assert.Equal($"{Seen("npt", 0, 0)}", Ask(_bed.Hosts[0], Seen("npt", 0, 1)));
        Assert.NotEqual(0, _bed.Internet.Run("curl", "-sS", "-m", "2", $"http://[{Seen("npt", 0, 2)}]/").ExitCode);
    }

    private static IPAddress Local(int host) => IPAddress.Parse($"fd00:10:0:1::{11 + host}");

    private static IPAddress Seen(string nat, int link, int host) =>
        nat == "napt" ? Plan.LinkAddress6(link) : IPAddress.Parse($"2001:db8:{(link == 0 ? "a:cf4e" : "b:cf4d")}::{11 + host}");

    private IPAddress SeenAs(int host) => IPAddress.Parse(Ask(_bed.Hosts[host], Plan.Server6));

    private static string Ask(NetworkNamespace from, IPAddress server, params string[] curl) => Who.Is(from, server, curl).Trim().Trim('[', ']');

    private void Start(string nat, string mode, string rules = "", string order = "")
    {
        var yaml = new RouterYaml
        {
            Mode = mode, Weights = [1, 1], AllowOut = false, Health = "hold_down: 1s",
            LinkMore = [.. Prefixes.Select(prefix => nat == "npt" ? $"ipv6: {{ nat: npt, prefix: {prefix}, inside: fd00:10::/48 }}" : "ipv6: { nat: napt }")],
            Rules = (rules.Length == 0 ? "" : rules + "\n") + "- { name: Out, source: [trusted, guest, firewall], destination: [internet], action: allow }",
        };
        _router = new RouterDaemon(_bed, yaml);
        if (order.Length > 0) _router.Write(yaml.ToString().Replace("order: [fiber, dsl]", $"order: [{order}, fiber]", StringComparison.Ordinal));
        _router.Start();
        foreach (string link in RouterYaml.LinkNames[..2]) _router.WaitForLink(link, mode == "balance" || link == (order.Length > 0 ? order : "fiber") ? "up" : "standby", TimeSpan.FromSeconds(10));
        Wait.Until(() => _bed.Hosts[0].Run("ping", "-6", "-n", "-q", "-c1", "-W1", $"{Plan.Server6}").Succeeded, TimeSpan.FromSeconds(10), () => _router.Log);
    }
}
