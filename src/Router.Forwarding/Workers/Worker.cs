using System.Collections.Concurrent;
using Router.Licensing;
using Router.Ports;

namespace Router.Forwarding;

/// <summary>
/// The forwarding thread. It waits until a port has something, reads a batch from each port that has, walks it, and between
/// batches takes up a new plan, runs errands, looks at flows under a new plan, and tends the tables. The box's own port is served
/// first, so that probes are answered under any load.
///
/// Others talk to it in two ways only: by publishing a plan, which is one write, and by errands, which run on this thread between
/// two batches and are bounded in number; what an administrator has done to live flows and pins is in Worker.Errands.cs.
/// </summary>
public sealed partial class Worker : IDisposable
{
    private const int BatchSlots = 64;
    private const int MostErrands = 256;

    /// <summary>Flows that are looked at under a new plan between two looks at the ports.</summary>
    internal const int ReviewSlice = 120;

    /// <summary>
    /// How long the thread looks again before it sleeps, microseconds: an answer mostly follows its question within that, and waking
    /// a sleeper costs more than the looks. Each look gives way to whoever else wants the core.
    /// </summary>
    private const long Vigil = 60;

    private readonly Forwarder _forwarder;
    private readonly Poller _poller = new();
    private readonly Doorbell _doorbell = new();
    private readonly Batch _batch = new(BatchSlots);
    private readonly ConcurrentQueue<Errand> _errands = new();
    private readonly Port?[] _ports = new Port?[PortId.Most + 1];
    private readonly Thread _thread;
    private PortId _drilledId;
    private DrilledPort? _drilled;
    private Plan _plan;
    private volatile bool _stopping, _ended;
    private long _beats, _lastPacket;

    public Worker(ForwardingTables tables, Plan plan, Pool? pool = null)
    {
        _plan = plan;
        _forwarder = new Forwarder(tables, plan, BatchSlots, pool);
        _poller.Add(_doorbell.Descriptor, PortId.Most);
        _thread = new Thread(Run) { Name = "forwarding", IsBackground = true };
    }

    public Forwarder Forwarder => _forwarder;

    /// <summary>Whether the thread goes round, so that ports are changed by errands only.</summary>
    public bool IsRunning => _thread.IsAlive;

    /// <summary>Grows as long as the thread goes round.</summary>
    public long Beats => Volatile.Read(ref _beats);

    /// <summary>Called on the forwarding thread each 10 ms, with the time: whoever watches over it lives by that. It may not wait.</summary>
    public Action<long>? Pulse { get; init; }

    /// <summary>When it last looked for packets, microseconds; 0 while it does.</summary>
    public long EndedAt { get; private set; }

    /// <summary>The fault that ended the thread, if one did.</summary>
    public Exception? Fault { get; private set; }

    public Plan Plan => Volatile.Read(ref _plan);

    public void Start() => _thread.Start();

    /// <summary>Publishes a plan; the next batch is walked under it.</summary>
    public void Publish(Plan plan)
    {
        Volatile.Write(ref _plan, plan);
        _doorbell.Ring();
    }

    /// <summary>
    /// Has something done on the forwarding thread between two batches. It must be short. There is always an answer: if the thread
    /// ends before, or has ended, that is it.
    /// </summary>
    /// <exception cref="InvalidOperationException">Too many errands wait already.</exception>
    /// <exception cref="WorkerEndedException">By the task: nobody is left to do it.</exception>
    public Task<T> Ask<T>(Func<Worker, T> errand)
    {
        if (_errands.Count >= MostErrands) throw new InvalidOperationException("the forwarding thread has too many errands");
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _errands.Enqueue(new Errand(
            worker =>
            {
                try
                {
                    answer.SetResult(errand(worker));
                }
                catch (Exception fault)
                {
                    answer.SetException(fault);
                }
            },
            ended => answer.SetException(ended)));
        // Who ends the thread says so first and looks for errands then; so one of the two finds this one.
        Interlocked.MemoryBarrier();
        if (_ended) RefuseErrands();
        else _doorbell.Ring();
        return answer.Task;
    }

    /// <summary>Puts a port into service, in place of the one that had this id, which is closed. On the forwarding thread, or before Start.</summary>
    public void Attach(PortId id, Port port)
    {
        Detach(id);
        _ports[id.Value] = port;
        _forwarder.Outbox.Attach(id, port);
        if (port.Descriptor >= 0) _poller.Add(port.Descriptor, id.Value);
    }

    /// <summary>Puts a drill between the path and a link's port, which is in service. On the forwarding thread.</summary>
    /// <returns>The drill; null if the port is not there, or another drill is on.</returns>
    public DrilledPort? BeginDrill(PortId id, DrillPlan plan)
    {
        if (_drilled is not null || _ports[id.Value] is not { } port) return null;
        (_drilledId, _drilled) = (id, new DrilledPort(port, plan, Math.Max(BatchSlots, _forwarder.Outbox.Spare.Capacity), Random.Shared.Next()));
        Swap(id, _drilled);
        return _drilled;
    }

    /// <summary>Takes the drill away, if there is one: the port is the real one again. On the forwarding thread.</summary>
    public void EndDrill()
    {
        if (_drilled is not { } drilled) return;
        _drilled = null;
        Swap(_drilledId, drilled.Release());
        drilled.Dispose();
    }

    private void Swap(PortId id, Port port) => _forwarder.Outbox.Attach(id, _ports[id.Value] = port);

    /// <summary>Takes a port out of service and closes it. A drill on it is over.</summary>
    public void Detach(PortId id)
    {
        if (_drilled is not null && id == _drilledId) EndDrill();
        if (_ports[id.Value] is not { } port) return;
        if (port.Descriptor >= 0) _poller.Remove(port.Descriptor);
        _forwarder.Outbox.Detach(id);
        _ports[id.Value] = null;
        port.Dispose();
    }

    /// <summary>The port with this id, if it is in service. On the forwarding thread.</summary>
    public Port? PortOf(PortId id) => _ports[id.Value];

    /// <summary>Ends the thread and closes all ports.</summary>
    public void Dispose()
    {
        _stopping = true;
        _doorbell.Ring();
        if (_thread.IsAlive) _thread.Join();
        for (int id = 0; id < _ports.Length; id++) Detach(new PortId((byte)id));
        _forwarder.Dispose();
        _batch.Dispose();
        _poller.Dispose();
        _doorbell.Dispose();
    }

    private void Run()
    {
        try
        {
            Span<int> ready = stackalloc int[PortId.Most + 1];
            while (!_stopping) GoRound(ready);
        }
        catch (Exception fault)
        {
            // A bug. The daemon sees it, says it, and ends: flows live on in the tables for the next process.
            Fault = fault;
        }
        EndedAt = Monotonic.Microseconds();
        _ended = true;
        Interlocked.MemoryBarrier();
        RefuseErrands();
    }

    private void GoRound(Span<int> ready)
    {
        int count = _poller.Wait(ready, 0);
        long now = Monotonic.Microseconds();
        if (count == 0 && !_forwarder.Review.IsScanning)
        {
            if (now - _lastPacket < Vigil)
            {
                Thread.Yield();
                return;
            }
            count = _poller.Wait(ready, (int)(Upkeep.Interval / 1000));
            now = Monotonic.Microseconds();
        }
        _forwarder.Begin(Volatile.Read(ref _plan), now);
        ready[..count].Sort();
        foreach (int tag in ready[..count])
        {
            if (tag == PortId.Most) RunErrands();
            else Serve(new PortId((byte)tag), now);
        }
        if (_forwarder.Review.IsScanning)
        {
            _forwarder.Review.Scan(_forwarder.Plan, ReviewSlice, now);
            _forwarder.Outbox.Flush(_batch);
        }
        if (_forwarder.Upkeep.Tend(_forwarder.Plan, now))
        {
            FlushSlice(now);
            Pulse?.Invoke(now);
        }
        Volatile.Write(ref _beats, _beats + 1);
    }

    private void Serve(PortId id, long now)
    {
        if (_ports[id.Value] is not { } port) return;
        if (port.Receive(_batch) > 0)
        {
            _forwarder.Walk(id, _batch);
            _batch.Clear();
            _lastPacket = now;
        }
        else if (port.IsGone)
        {
            _poller.Remove(port.Descriptor);
            _forwarder.Events.Write(new PathEvent { Kind = PathEventKind.PortGone, Ingress = id });
        }
    }

    // What a drill has delayed goes on too, to the nearest slice of the upkeep.
    private void FlushSlice(long now)
    {
        _forwarder.Outbox.Flush(_batch);
        if (_drilled is not { } drilled) return;
        drilled.Send(now);
        if (drilled.NextDue <= now) Serve(_drilledId, now);
    }

    private void RunErrands()
    {
        _doorbell.Quiet();
        while (_errands.TryDequeue(out Errand errand)) errand.Do(this);
    }

    private void RefuseErrands()
    {
        while (_errands.TryDequeue(out Errand errand)) errand.Refuse(new WorkerEndedException(Fault));
    }

    private readonly record struct Errand(Action<Worker> Do, Action<WorkerEndedException> Refuse);
}
