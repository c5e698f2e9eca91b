using Router.Forwarding;
using Router.Ports;
using Router.Tests.Forwarding.Bed;

namespace Router.Tests.Forwarding;

/// <summary>Whoever asks the forwarding thread gets an answer, also when there is no such thread any more.</summary>
public sealed class WorkerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task AnErrandIsDone()
    {
        using Worker worker = Start();
        Assert.Equal(7, await worker.Ask(static _ => 7).WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AnErrandForAThreadThatEndedByAFaultIsRefused()
    {
        using Worker worker = Start();
        using var bad = new BadPort();
        await worker.Ask(w => Put(w, bad)).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => !worker.IsRunning, Patience));

        Task<int> errand = worker.Ask(static _ => 7);
        WorkerEndedException refused = await Assert.ThrowsAsync<WorkerEndedException>(
            () => errand.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Contains(BadPort.Fault, refused.Message, StringComparison.Ordinal);
        Assert.Same(worker.Fault, refused.InnerException);
    }

    [Fact]
    public async Task ErrandsThatWaitWhenTheThreadEndsAreRefused()
    {
        using Worker worker = Start();
        using var bad = new BadPort();
        using var gate = new ManualResetEventSlim();
        Task<bool> holds = worker.Ask(_ => gate.Wait(Patience));
        Task<bool> breaks = worker.Ask(w => Put(w, bad) && Throw());
        Task<int>[] waiting = [.. Enumerable.Range(0, 100).Select(i => worker.Ask(_ => i))];
        gate.Set();
        Assert.True(await holds);
        await Assert.ThrowsAsync<InvalidOperationException>(() => breaks);
        // Each is done or refused; none is left without an answer.
        await Task.WhenAll(waiting).WaitAsync(Patience, TestContext.Current.CancellationToken)
            .ContinueWith(all => Assert.True(all.IsCompletedSuccessfully || all.Exception!.InnerExceptions.All(e => e is WorkerEndedException)), TaskScheduler.Default);
        Assert.True(SpinWait.SpinUntil(() => !worker.IsRunning, Patience));
    }

    [Fact]
    public async Task ADrillStandsBeforeAPortUntilItIsTakenAwayOrThePortIs()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using Worker worker = Start();
        var port = new MemoryPort("wan0");
        var id = new PortId(5);
        var plan = DrillPlan.OfRoundTrips(1, 0, long.MaxValue);
        Assert.Null(await worker.Ask(w => w.BeginDrill(id, plan)).WaitAsync(Patience, cancel));
        await worker.Ask(w => Put(w, port)).WaitAsync(Patience, cancel);

        DrilledPort? drill = await worker.Ask(w => w.BeginDrill(id, plan)).WaitAsync(Patience, cancel);
        Assert.NotNull(drill);
        Assert.Null(await worker.Ask(w => w.BeginDrill(id, plan)).WaitAsync(Patience, cancel));
        Assert.Same(drill, await worker.Ask(w => w.PortOf(id)).WaitAsync(Patience, cancel));
        Assert.Same(port, await worker.Ask(w => End(w).PortOf(id)).WaitAsync(Patience, cancel));

        Assert.NotNull(await worker.Ask(w => w.BeginDrill(id, plan)).WaitAsync(Patience, cancel));
        Assert.Null(await worker.Ask(w => Detached(w).PortOf(id)).WaitAsync(Patience, cancel));
        Assert.Null(await worker.Ask(w => End(w).PortOf(id)).WaitAsync(Patience, cancel));

        static Worker End(Worker w)
        {
            w.EndDrill();
            return w;
        }

        Worker Detached(Worker w)
        {
            w.Detach(id);
            return w;
        }
    }

    private static bool Put(Worker worker, Port port)
    {
        worker.Attach(new PortId(5), port);
        return true;
    }

    private static bool Throw() => throw new InvalidOperationException("an errand's own fault is its own");

    private static Worker Start()
    {
        var worker = new Worker(ForwardingTables.Anonymous(new TableSizes(64, 64, 64)), new Draft().Make(newPolicy: true));
        worker.Start();
        return worker;
    }

    /// <summary>Always readable, and a fault to read.</summary>
    private sealed class BadPort : Port
    {
        public const string Fault = "the port is bad";

        private readonly Doorbell _bell = new();

        public BadPort() : base("bad") => _bell.Ring();

        public override int Descriptor => _bell.Descriptor;

        public override int Receive(Batch batch) => throw new InvalidOperationException(Fault);

        public override int Send(Batch batch, ReadOnlySpan<int> slots) => 0;

        protected override void Dispose(bool disposing)
        {
            if (disposing) _bell.Dispose();
            base.Dispose(disposing);
        }
    }
}
