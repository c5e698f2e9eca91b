using Router.Lab.Bed;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios;

/// <summary>The lab examines itself: what it builds carries real programs, and its shims do to a wire what they say.</summary>
public sealed class LabIsSound
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_host_behind_the_kernel_reaches_the_Internet_with_the_links_address(bool offloads)
    {
        using Topology bed = Topology.Raise(new BedOptions { Offloads = offloads });
        using var router = new KernelRouter(bed);
        router.Start();
        using WebServer web = WebServer.Start(bed.Internet, bed.Directory);
        const int length = 20_000_000;

        Assert.Equal(Plan.LinkAddress(0).ToString(), bed.Hosts[0].Run("curl", "-sS", $"http://{Plan.Servers[0]}/").OrThrow().Text);
        string sum = bed.Hosts[1].Shell($"curl -sS http://{Plan.Servers[1]}/bytes/{length} | sha256sum").OrThrow().Text;
        Assert.StartsWith(web.Checksum(length), sum, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_drops_a_source_that_is_not_its_customers()
    {
        using Topology bed = Topology.Raise();
        using WebServer web = WebServer.Start(bed.Internet, bed.Directory);

        Outcome outcome = bed.Hosts[0].Run("curl", "-sS", "-m", "1", $"http://{Plan.Servers[0]}/");

        Assert.False(outcome.Succeeded);
        Assert.Empty(web.Visits);
    }

    [Fact]
    public void A_shim_delays_loses_swallows_and_counts()
    {
        using Topology bed = Topology.Raise(new BedOptions { Providers = 1, Hosts = 1, Shimmed = [0] });
        string gateway = Plan.Gateway(0).ToString();
        Wires.Shim shim = bed.Shim(0);

        long before = shim.Counts().ToProvider.Sent;
        bed.Router.Run("ping", "-n", "-q", "-c20", "-i0.01", gateway).OrThrow();
        Assert.InRange(shim.Counts().ToProvider.Sent - before, 20, 22);

        shim.Delay(TimeSpan.FromMilliseconds(30));
        Assert.InRange(RoundTrip(bed.Router.Run("ping", "-n", "-c3", "-i0.05", gateway).OrThrow()), 60, 75);
        shim.Delay(TimeSpan.Zero);

        shim.Loss(0.3);
        Outcome lossy = bed.Router.Run("ping", "-n", "-q", "-c300", "-i0.002", "-W1", gateway);
        Assert.InRange(Received(lossy), 90, 210); // each way loses 0.3: 147 of 300 expected
        shim.Loss(0);

        shim.BlackHole(true);
        Assert.Equal(0, Received(bed.Router.Run("ping", "-n", "-q", "-c3", "-i0.05", "-W1", gateway)));
        Assert.True(shim.Counts().ToProvider.Swallowed >= 3);
        shim.BlackHole(false);
        bed.Router.Run("ping", "-n", "-q", "-c1", "-W1", gateway).OrThrow();
    }

    private static double RoundTrip(Outcome ping) =>
        double.Parse(ping.Output.Split('\n').First(line => line.StartsWith("rtt", StringComparison.Ordinal)).Split('/')[4]);

    private static int Received(Outcome ping) =>
        int.Parse(ping.Output.Split('\n').First(line => line.Contains("received", StringComparison.Ordinal)).Split(", ")[1].Split(' ')[0]);
}
