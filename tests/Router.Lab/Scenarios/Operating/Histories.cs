using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>What is told of yesterday: events, and the text for a provider, over an outage, a stop, a kill and a damaged disk.</summary>
public sealed class Histories : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly Topology _bed = Topology.Raise(new BedOptions { Shimmed = [0] });
    private readonly RouterDaemon _router;

    public Histories()
    {
        _router = new RouterDaemon(_bed, new RouterYaml { Health = "hold_down: 1s\nup_after: 2\ntargets: [gateway, \"icmp:198.18.0.10\"]" });
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void An_outage_is_told_in_the_providers_words_also_after_a_kill()
    {
        _router.WaitForLink("fiber", "up", Soon);
        _bed.Shim(0).BlackHole(true);
        _router.WaitForLink("fiber", "down", Soon);
        _bed.Shim(0).BlackHole(false);
        _router.WaitForLink("fiber", "up", TimeSpan.FromSeconds(30));
        Wait.Until(() => Sampled("up"), TimeSpan.FromSeconds(20), () => Report());
        _router.Kill();
        _router.Start();

        string[] states = [.. Events("--link", "fiber", "--kind", "state").Select(e => $"{e!["state"]}")];
        Assert.Contains("down up", string.Join(' ', states.Where(state => state != "standby")), StringComparison.Ordinal);
        string report = Report();
        TestContext.Current.SendDiagnosticMessage("{0}\n{1}", report, _router.Show("events").Output);
        Assert.Contains($"Our address on the link: {Plan.LinkAddress(0)}", report, StringComparison.Ordinal);
        Assert.Contains($"Gateway:                 {Plan.Gateway(0)}", report, StringComparison.Ordinal);
        Assert.Matches(@"The link was down from \d\d:\d\d:\d\d until \d\d:\d\d:\d\d", report);
        Assert.Contains("How it began: 0 of 2 targets answer, 1 needed: 3 rounds failed", report, StringComparison.Ordinal);
        Assert.Matches(@"gateway 198\.51\.100\.1 +\d+ +\d+ +[\d.]+ % ", report);
        Assert.Matches(@"icmp:198\.18\.0\.10 +\d+ +\d+ +[\d.]+ % ", report);
        Assert.Matches(@"\d\d:\d\d +down +\d+ ", report);
        Assert.DoesNotContain("dsl", report, StringComparison.Ordinal);
        Assert.Equal(2, Events("--kind", "start").Count);
    }

    [Fact]
    public void Damaged_files_stop_no_start_and_cost_only_what_is_damaged()
    {
        _router.WaitForLink("fiber", "up", Soon);
        Wait.Until(() => Events("--kind", "start").Count == 1, Soon, () => _router.Log);
        _router.Stop();
        string file = Assert.Single(Directory.GetFiles(History, "events.*"));
        byte[] octets = File.ReadAllBytes(file);
        int middle = Array.IndexOf(octets, (byte)'\n', octets.Length / 2) + 3;
        octets[middle] ^= 1;
        File.WriteAllBytes(file, octets[..^3]);
        File.WriteAllBytes(Path.Combine(History, "samples.00000099"), [.. Enumerable.Range(0, 50_000).Select(i => (byte)(i * 7))]);
        int before = octets.Count(octet => octet == '\n');

        DateTimeOffset begun = DateTimeOffset.UtcNow;
        _router.Start();
        Wait.Until(() => Events("--kind", "start").Any(e => e!["time"]!.GetValue<DateTimeOffset>() >= begun), Soon, () => _router.Log);

        int kept = Events().Count(e => !$"{e!["time"]}".StartsWith("1970", StringComparison.Ordinal));
        Assert.True(kept >= before - 2, $"{kept} of {before}");
        Assert.Contains("of the events that were kept are damaged", _router.Log, StringComparison.Ordinal);
        Wait.Until(() => Sampled("up"), TimeSpan.FromSeconds(20), () => Report());
    }

    [Fact]
    public void Who_follows_hears_of_a_link_as_it_falls()
    {
        _router.WaitForLink("fiber", "up", Soon);
        using BackgroundProgram follower = _bed.Router.Start(Programs.Routerctl, "--socket", _router.ControlSocket, "events", "--follow", "--link", "fiber");
        follower.WaitToSay("carrier and address are there", Soon);
        _bed.SetCarrier(0, false);
        follower.WaitToSay("no carrier", Soon);
    }

    private string History => Path.Combine(Path.GetDirectoryName(_router.ControlSocket)!, "state", "history");

    private JsonArray Events(params string[] more) => _router.Ask(["events", .. more]).AsArray();

    private string Report() => _router.Show("report", "--at", "0s", "--link", "fiber").Output;

    private bool Sampled(string state) => Directory.Exists(History)
        && Directory.GetFiles(History, "samples.*").Any(file => File.ReadAllText(file).Contains($" fiber {state} ", StringComparison.Ordinal));
}
