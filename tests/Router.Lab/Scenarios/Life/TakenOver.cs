using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Life;

/// <summary>A process that takes over from one that runs (routerd --take-over): the one before forwards until the next one can.</summary>
public sealed class TakenOver : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly EchoBothWays _lab = new();
    private readonly RouterDaemon _router;

    public TakenOver()
    {
        _router = new RouterDaemon(_lab.Bed, new RouterYaml { Mode = "failover", Rules = EchoBothWays.Rules });
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public void Nothing_is_lost_and_the_pause_is_short()
    {
        using DatagramStream outward = _lab.Outward(1000);
        using DatagramStream inward = _lab.Inward(1000);
        Flows(outward, inward);
        outward.TakeLongestGap();
        Flows(outward, inward);
        TestContext.Current.SendDiagnosticMessage("nothing happens: longest pause {0:F0} ms", outward.TakeLongestGap().TotalMilliseconds);
        for (int i = 0; i < 5; i++)
        {
            outward.TakeLongestGap();
            inward.TakeLongestGap();
            int before = _router.Program.Pid;
            _router.TakeOver();
            Flows(outward, inward);
            TimeSpan pause = outward.TakeLongestGap(), pauseInward = inward.TakeLongestGap();
            TestContext.Current.SendDiagnosticMessage("taken over: nothing passed for {0:F0} ms outward and {1:F0} ms inward; {2}", pause.TotalMilliseconds, pauseInward.TotalMilliseconds,
                _router.Log.Split('\n').First(line => line.Contains("routerd forwards", StringComparison.Ordinal)));
            Assert.Contains($"ms after process {before} had stopped, 6 queues and sockets were kept open", _router.Log, StringComparison.Ordinal);
            // How short it is on a quiet machine is measured where the real systemd runs; here it shares two cores with all else.
            Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(1));
            Assert.InRange(pauseInward, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }
        Assert.Equal(0, outward.StopAndCountLost());
        Assert.Equal(0, inward.StopAndCountLost());
        Assert.Single(outward.Changes);
        Assert.Single(inward.Changes);
    }

    [Fact]
    public void Whoever_cannot_read_the_configuration_takes_over_nothing()
    {
        using DatagramStream stream = _lab.Outward(1000);
        Flows(stream);
        _router.Write("zones: { trusted: { interfcaes: [lan0] } }\n");
        using (BackgroundProgram refused = _router.Succeed())
        {
            Assert.True(refused.WaitForExit(s_patience), refused.Said);
            Assert.Equal(78, refused.ExitCode);
            Assert.Contains("interfcaes", refused.Said, StringComparison.Ordinal);
        }
        Flows(stream);
        _router.Write(new RouterYaml { Mode = "failover" });
        _router.TakeOver();
        Flows(stream);
        Assert.Equal(0, stream.StopAndCountLost());
    }

    [Fact]
    public void Where_nobody_runs_any_more_it_just_starts()
    {
        using DatagramStream stream = _lab.Outward(100);
        Flows(stream);
        _router.Kill();
        _router.TakeOver();
        Flows(stream);
        Assert.DoesNotContain("had stopped", _router.Log, StringComparison.Ordinal);
        Assert.Single(stream.Changes);
    }

    [Fact]
    public void Without_being_asked_a_second_process_takes_nothing()
    {
        using BackgroundProgram second = _lab.Bed.Router.Start(Programs.Routerd, "--config", _router.ConfigurationFile, "--runtime", Path.GetDirectoryName(_router.ControlSocket)!, "--state", _router.State);
        Assert.True(second.WaitForExit(s_patience), second.Said);
        Assert.NotEqual(0, second.ExitCode);
        Assert.True(_router.Program.Running);
        Assert.Equal($"{_router.Program.Pid}", $"{_router.Ask("status")["pid"]}");
    }

    private void Flows(params DatagramStream[] streams)
    {
        long[] then = [.. streams.Select(stream => stream.Answered)];
        Wait.Until(() => streams.Index().All(one => one.Item.Answered > then[one.Index] + 50), s_patience,
            () => $"the streams do not run:\n{_router.Log}");
    }
}
