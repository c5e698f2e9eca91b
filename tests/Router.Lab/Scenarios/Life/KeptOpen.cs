using Router.Lab.Clients;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Life;

/// <summary>
/// Queues and sockets of routerd that are kept open while it is restarted or dies: what arrives meanwhile waits, and nothing is lost. Measured with
/// two streams, one begun inside and one outside, slow enough that what waits has room however long a start takes on a machine that is busy.
/// </summary>
public sealed class KeptOpen : IDisposable
{
    private const int PerSecond = 200;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly EchoBothWays _lab = new();
    private KeptRouter? _router;

    public void Dispose()
    {
        _router?.Dispose();
        _lab.Dispose();
    }

    private KeptRouter Router => _router!;

    [Fact]
    public void Nothing_is_lost_over_restarts_and_crashes_and_both_are_short()
    {
        _router = new KeptRouter(_lab.Bed, new RouterYaml { Mode = "failover", Rules = EchoBothWays.Rules }, watchdog: TimeSpan.FromSeconds(30));
        using DatagramStream outward = _lab.Outward(PerSecond);
        using DatagramStream inward = _lab.Inward(PerSecond);
        Wait.Until(() => outward.Answered > 200 && inward.Answered > 200, s_patience, () => $"the streams do not run: {outward.Answered}, {inward.Answered}\n{Router.Log}");
        foreach (string what in (string[])["restart", "crash", "restart", "crash"])
        {
            outward.TakeLongestGap();
            inward.TakeLongestGap();
            Router.Have(what);
            (long Outward, long Inward) then = (outward.Sent, inward.Sent);
            Wait.Until(() => outward.Answered > then.Outward && inward.Answered > then.Inward, s_patience, () => $"packets stay behind after a {what}:\n{Router.Log}");
            (TimeSpan Outward, TimeSpan Inward) gap = (outward.TakeLongestGap(), inward.TakeLongestGap());
            TestContext.Current.SendDiagnosticMessage("{0}: nothing passed for {1:F0} ms outward and {2:F0} ms inward", what, gap.Outward.TotalMilliseconds, gap.Inward.TotalMilliseconds);
            Assert.Equal("port-dsl port-fiber port-firewall port-guest port-lte port-trusted", Router.StartedWith);
            // How short it is on a quiet machine is measured where the real systemd runs; here it shares two cores with all else.
            Assert.InRange(gap.Outward, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            Assert.InRange(gap.Inward, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }
        Assert.Equal(0, outward.StopAndCountLost());
        Assert.Equal(0, inward.StopAndCountLost());
        Assert.Single(outward.Changes);
        Assert.Single(inward.Changes);
        Assert.Contains("6 queues and sockets were kept open", Router.Log, StringComparison.Ordinal);
        LetsGoOfWhatIsGone();
    }

    // A zone that leaves the configuration leaves the store, with a reload as with a start.
    private void LetsGoOfWhatIsGone()
    {
        Router.Write(new RouterYaml { Mode = "failover", Weights = [8, 4] });
        Router.Show("reload").OrThrow();
        Wait.Until(() => Router.Log.Contains("drops port-lte", StringComparison.Ordinal), s_patience, () => Router.Log);
        Router.Write(new RouterYaml { Mode = "single", Weights = [8] });
        Router.Have("restart");
        Wait.Until(() => Router.Log.Contains("drops port-dsl", StringComparison.Ordinal), s_patience, () => Router.Log);
        Router.Have("crash");
        Assert.Equal("port-fiber port-firewall port-guest port-trusted", Router.StartedWith);
    }

    /// <summary>The watchdog is about packets: the rest of the process may be as lively as it likes.</summary>
    [Fact]
    public void A_forwarding_thread_that_stands_still_is_noticed_though_the_others_run()
    {
        _router = new KeptRouter(_lab.Bed, new RouterYaml(), watchdog: TimeSpan.FromSeconds(3));
        using DatagramStream stream = _lab.Outward(200);
        Wait.Until(() => stream.Answered > 50, s_patience, () => $"the stream does not run:\n{Router.Log}");
        Assert.DoesNotContain("the watchdog fires", Router.Log, StringComparison.Ordinal);
        Router.Have("freeze");
        Assert.Contains("the watchdog fires", Router.Log, StringComparison.Ordinal);
        long then = stream.Answered;
        Wait.Until(() => stream.Answered > then + 50, s_patience, () => $"the stream does not go on:\n{Router.Log}");
        Assert.Single(stream.Changes);
    }
}
