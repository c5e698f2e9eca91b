using System.Globalization;
using System.Net;
using System.Net.Sockets;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>
/// Random rules for the box itself, asked from outside: what a LAN host and the guest send to the box is decided by the kernel's chain, what
/// the Internet sends by the path. Both must say what the list says, read top down by a few lines that know nothing of either.
/// </summary>
public sealed class RulesForTheBox : IDisposable
{
    private const int Rounds = 6, Ports = 4, FirstPort = 9001;

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 2 });
    private readonly RouterDaemon _router;
    private readonly List<WebServer> _servers;

    public RulesForTheBox()
    {
        _router = new RouterDaemon(_bed);
        _servers = [.. Enumerable.Range(FirstPort, Ports).Select(port => WebServer.Start(_bed.Router, _bed.Directory, port))];
        _router.Start();
    }

    public void Dispose()
    {
        foreach (WebServer server in _servers) server.Dispose();
        _router.Dispose();
        _bed.Dispose();
    }

    private enum Verdict { Allow, Deny, Drop }

    private sealed record Written(string[] Sources, int First, int Last, Verdict Action, bool Enabled)
    {
        public string Yaml(int number) => string.Create(CultureInfo.InvariantCulture, $"""
            - name: Rule {number}
              enabled: {(Enabled ? "true" : "false")}
              source: [{string.Join(", ", Sources)}]
              destination: [firewall]
              service: [tcp/{First}-{Last}]
              action: {Action.ToString().ToLowerInvariant()}
            """);
    }

    private sealed record Prober(string Zone, NetworkNamespace From, IPAddress Address, IPAddress Box);

    [Fact]
    public async Task The_chain_and_the_path_say_what_the_list_says()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        Prober[] probers =
        [
            new("trusted", _bed.Hosts[0], Plan.LanHost(0), Plan.LanRouter),
            new("trusted", _bed.Hosts[1], Plan.LanHost(1), Plan.LanRouter),
            new("guest", _bed.Guest, Plan.GuestHost, Plan.GuestRouter),
            new("internet", _bed.Internet, Plan.Servers[0], Plan.LinkAddress(0)),
            new("internet", _bed.Internet, Plan.Servers[0], Plan.LinkAddress(1)),
        ];
        var met = new HashSet<(string, Verdict)>();
        for (int round = 0; round < Rounds; round++)
        {
            Written[] rules = [.. Enumerable.Range(0, random.Next(2, 7)).Select(_ => RandomRule(random))];
            _router.Write(new RouterYaml { Rules = string.Join('\n', rules.Select((rule, i) => rule.Yaml(i))) });
            _router.Show("reload").OrThrow();
            (Prober Prober, int Port)[] probes = [.. probers.SelectMany(prober => Enumerable.Range(FirstPort, Ports).Select(port => (prober, port)))];
            Verdict[] seen = await Task.WhenAll(probes.Select(probe => ProbeAsync(probe.Prober, probe.Port)));
            for (int i = 0; i < probes.Length; i++)
            {
                Verdict expected = Expected(rules, probes[i].Prober, probes[i].Port);
                Assert.True(expected == seen[i], $"seed {seed}: {probes[i].Prober.Zone} {probes[i].Prober.Address} to {probes[i].Prober.Box}:{probes[i].Port}: {seen[i]}, by the list {expected}\n{string.Join('\n', rules.Select((rule, n) => rule.Yaml(n)))}");
                met.Add((probes[i].Prober.Zone, expected));
            }
        }
        foreach (string zone in (ReadOnlySpan<string>)["trusted", "guest", "internet"]) Assert.True(met.Count(one => one.Item1 == zone) >= 2, $"seed {seed}: {zone}");
    }

    // First match wins; where no rule speaks, trusted hosts may, guests and the Internet may not.
    private static Verdict Expected(Written[] rules, Prober prober, int port)
    {
        foreach (Written rule in rules)
        {
            if (rule.Enabled && rule.First <= port && port <= rule.Last && rule.Sources.Any(source => Names(source, prober))) return rule.Action;
        }
        return prober.Zone == "trusted" ? Verdict.Allow : Verdict.Drop;
    }

    private static bool Names(string source, Prober prober) =>
        source == prober.Zone || source == prober.Address.ToString() || (source == "10.0.0.0/24" && prober.Address.ToString().StartsWith("10.0.0.", StringComparison.Ordinal))
        || (source == "fiber" && prober.Box.Equals(Plan.LinkAddress(0))) || (source == "dsl" && prober.Box.Equals(Plan.LinkAddress(1)));

    private static Written RandomRule(Random random)
    {
        string[] all = ["trusted", "guest", "internet", "fiber", "dsl", $"{Plan.LanHost(0)}", "10.0.0.0/24", $"{Plan.GuestHost}", $"{Plan.Servers[0]}"];
        string[] sources = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => all[random.Next(all.Length)]).Distinct()];
        int first = random.Next(FirstPort, FirstPort + Ports);
        return new Written(sources, first, random.Next(first, FirstPort + Ports), (Verdict)random.Next(3), random.Next(8) > 0);
    }

    // All at once, and without a thread for each: silence is told by a time that must not be spent waiting for a thread.
    private static async Task<Verdict> ProbeAsync(Prober prober, int port)
    {
        using Socket socket = prober.From.On(() =>
        {
            var made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            made.Bind(new IPEndPoint(prober.Address, 0));
            return made;
        });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(prober.Box, port), limit.Token);
            return Verdict.Allow;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return Verdict.Deny;
        }
        catch (OperationCanceledException)
        {
            return Verdict.Drop;
        }
    }
}
