using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Demo;

/// <summary>The demo's chapters, in the order in which they are told.</summary>
internal sealed class Story : IDisposable
{
    private static readonly IPEndPoint Echo = new(Plan.Servers[1], 7);

    private readonly Screen _screen;
    private readonly bool _quick;
    private readonly Topology _bed;
    private readonly WebServer _web;
    private readonly EchoServer _echo;
    private readonly BackgroundProgram _names;
    private readonly RouterDaemon _router;

    public Story(Screen screen, bool quick)
    {
        _screen = screen;
        _quick = quick;
        _screen.Chapter("The lab");
        Screen.Line("host1 host2 host3 ---[ bridge ]---lan0 [ router ] wan0---fiber---\\");
        Screen.Line("               guest ------------guest0 [        ] wan1---dsl------- the Internet");
        Screen.Line("                                        [        ] wan2---lte----/");
        _bed = Topology.Raise();
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _echo = EchoServer.Start(_bed.Internet, Echo.Address, Echo.Port);
        _names = NameServer.Start(_bed);
        _router = new RouterDaemon(_bed);
    }

    public void Tell()
    {
        StartRouter();
        RealPrograms();
        SpreadHosts();
        CutAndReturn();
        KillTheDaemon();
        TidyUp();
    }

    public void Dispose()
    {
        _router.Dispose();
        _names.Dispose();
        _echo.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    private void StartRouter()
    {
        _screen.Chapter("The configuration, and the router that runs it");
        _router.Write(DemoProgram.Yaml());
        _screen.Typed("cat router.yaml", DemoProgram.Yaml(), 60);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        _router.Start();
        Screen.Line($"routerd was ready after {clock.ElapsedMilliseconds} ms.");
        Show("links");
    }

    private void RealPrograms()
    {
        _screen.Chapter("Hosts look up names and download");
        int length = _quick ? 32 << 20 : 256 << 20;
        string sum = _web.Checksum(length);
        bool looked = true, whole = true;
        foreach (var (host, name) in _bed.Hosts.Select((host, i) => (host, $"host{i + 1}")))
        {
            Outcome dig = host.Run("dig", "+short", "+time=2", "+tries=1", $"@{Plan.NameServer}", NameServer.KnownName, "A");
            Outcome download = host.Shell($"curl -sS -m 60 -w '%{{stderr}}%{{speed_download}}' http://{Plan.Servers[0]}/bytes/{length} | sha256sum");
            string seenAs = Who.Is(host);
            looked &= dig.Text == Plan.Servers[0].ToString();
            whole &= download.Output.StartsWith(sum, StringComparison.Ordinal);
            Screen.Line($"{name}: {NameServer.KnownName} is {dig.Text}; {length >> 20} MiB at {Gigabits(download.Error)} Gbit/s; the server saw {seenAs} ({RouterYaml.LinkNames[Who.LinkOf(seenAs)]})");
        }
        _screen.Prove("every host got its answer from the name server", looked);
        _screen.Prove($"every host downloaded {length >> 20} MiB with the right SHA-256", whole);
        Outcome trace = _bed.Hosts[0].Run("traceroute", "-n", "-q1", "-w2", "-m6", $"{Plan.Servers[0]}");
        _screen.Typed($"traceroute -n {Plan.Servers[0]}", trace.Output);
        _screen.Prove("traceroute shows the router once, then the provider, then the server", trace.Output.Trim().Split('\n').Length == 4);
    }

    private void SpreadHosts()
    {
        int count = _quick ? 300 : 1000;
        _screen.Chapter($"{count} more hosts are placed by weights 8 and 4");
        int[] perLink = CountByLink(0, count);
        for (int i = 0; i < 3; i++) _screen.Bar(RouterYaml.LinkNames[i], perLink[i], count);
        _screen.Prove("two thirds went to fiber, one third to dsl, within 3 points", Math.Abs(perLink[0] - (count * 2 / 3.0)) <= 0.03 * count);
        _screen.Prove("the reserved link took none of them", perLink[2] == 0 && perLink.Sum() == count);
    }

    private void CutAndReturn()
    {
        _screen.Chapter("Fiber is cut while hosts use it");
        NetworkNamespace host = _bed.Hosts[0];
        IPAddress onFiber = MembersOn(0)[0], onDsl = MembersOn(1)[0];
        using var hit = DatagramStream.Start(host, onFiber, Echo, 200);
        using var untouched = DatagramStream.Start(host, onDsl, Echo, 200);
        long length = _quick ? 200L << 20 : 1L << 30;
        using BackgroundProgram download = StartDownload(host, onFiber, length, _quick ? "40M" : "100M");
        Wait.Until(() => hit.Answered > 50 && untouched.Answered > 50, TimeSpan.FromSeconds(5), () => "the streams do not run");
        Show("flows", "--host", $"{onFiber}");
        Show("hosts");

        Screen.Line("The cable of wan0 is pulled.");
        TimeSpan cut = hit.Clock;
        _bed.SetCarrier(0, false);
        TimeSpan? took = NewFlows.UntilSeenAs(Plan.LinkAddress(1), host, onFiber, Plan.Servers[0], TimeSpan.FromSeconds(5));
        Wait.For(() => hit.Changes.Count > 1, TimeSpan.FromSeconds(3));
        Show("links");
        _screen.Prove($"new connections of a host on fiber used dsl {took?.TotalMilliseconds ?? double.NaN:F0} ms after the cut (asked: 1,000)", took < TimeSpan.FromSeconds(1));
        TimeSpan moved = hit.Changes.Count > 1 ? hit.Changes[1].At - cut : Timeout.InfiniteTimeSpan;
        _screen.Prove($"its UDP flow went on over dsl after {moved.TotalMilliseconds:F0} ms, from the same socket", hit.Changes.Count > 1 && Who.LinkOf(hit.Changes[1].SeenAs) == 1);
        Return(untouched);
        _screen.Prove("its download was reset, went on from where it was over dsl, and is whole", Finished(download, _web.Checksum(length)));
    }

    private void Return(DatagramStream untouched)
    {
        _screen.Chapter("Fiber returns");
        _bed.SetCarrier(0, true);
        Wait.For(() => _router.LinkState("fiber") == "up", TimeSpan.FromSeconds(20));
        Show("links");
        _screen.Prove("fiber is up again", _router.LinkState("fiber") == "up");
        _screen.Prove("hosts that were placed on dsl are still there", MembersOn(1).Length >= 1 && untouched.Changes.Count == 1);
        _screen.Prove("a flow on dsl lost nothing from before the cut until now", untouched.StopAndCountLost() == 0);
        _screen.Prove("new hosts are placed on fiber again", CountByLink(2000, 30)[0] > 0);
    }

    private void KillTheDaemon()
    {
        _screen.Chapter("routerd is killed in the middle of a download, and started again");
        long length = _quick ? 512L << 20 : 1L << 30;
        using BackgroundProgram download = _bed.Hosts[1].Start("bash", "-c", $"set -o pipefail; curl -sS -m 120 --limit-rate 300M http://{Plan.Servers[0]}/bytes/{length} | sha256sum");
        Wait.Until(() => _web.Visits.Any(visit => visit.Path == $"/bytes/{length}"), TimeSpan.FromSeconds(5), () => "no download");
        _router.Kill();
        bool ran = download.Running;
        _router.Start();
        bool finished = download.WaitForExit(TimeSpan.FromSeconds(60));
        _screen.Prove($"the download of {length >> 20} MiB over one TCP connection survived kill -9, with the right SHA-256",
            ran && finished && download.Said.StartsWith(_web.Checksum(length), StringComparison.Ordinal));
    }

    private void TidyUp()
    {
        _screen.Chapter("Tidying up");
        Show("status");
        _router.Stop();
        Outcome teardown = _router.RunOnce("teardown", "--config", _router.ConfigurationFile);
        string left = _bed.Router.Shell("ip -o link show type tun; nft list tables").OrThrow().Text;
        _screen.Prove("`routerd teardown` left neither device nor table behind", teardown.Succeeded && left.Length == 0);
    }

    /// <summary>A download of a client that goes on where it was when its connection is reset.</summary>
    private BackgroundProgram StartDownload(NetworkNamespace host, IPAddress from, long length, string rate)
    {
        string file = Path.Combine(_bed.Directory, "download");
        BackgroundProgram download = host.Start("bash", "-c",
            $"until curl -sS -m 120 --interface {from} --limit-rate {rate} -C - -o {file} http://{Plan.Servers[0]}/bytes/{length}; do echo 'curl goes on' >&2; done; sha256sum < {file}");
        Wait.Until(() => _web.Visits.Any(visit => visit.Path == $"/bytes/{length}"), TimeSpan.FromSeconds(5), () => $"no download: {download.Said}");
        return download;
    }

    private bool Finished(BackgroundProgram download, string sum)
    {
        bool ended = download.WaitForExit(TimeSpan.FromSeconds(60));
        _screen.Typed("curl -C - ... (what it said)", download.Said);
        return ended && download.Said.Contains("goes on", StringComparison.Ordinal) && download.Said.Contains(sum, StringComparison.Ordinal);
    }

    /// <summary>Members of the crowd that are on a link now.</summary>
    private IPAddress[] MembersOn(int link) =>
        [.. Crowd.AskWhoTheyAre(_bed.Hosts[0], 0, 12, Plan.Servers[0]).Where(one => Who.LinkOf(one.Value) == link).Select(one => one.Key)];

    private int[] CountByLink(int first, int count)
    {
        int[] perLink = new int[3];
        foreach (string seenAs in Crowd.AskWhoTheyAre(_bed.Hosts[0], first, count, Plan.Servers[0]).Values) perLink[Who.LinkOf(seenAs)]++;
        return perLink;
    }

    private void Show(params string[] verb)
    {
        Outcome outcome = _router.Show(verb);
        _screen.Typed($"routerctl {string.Join(' ', verb)}", outcome.Output + outcome.Error, 12);
    }

    private static string Gigabits(string octetsPerSecond) =>
        double.TryParse(octetsPerSecond.Trim(), out double speed) ? $"{speed * 8 / 1e9:F1}" : "?";
}
