using Router.Ports;

namespace Router.Tests.Ports;

/// <summary>
/// The smallest router: two ports and a thread that passes whatever one receives to the other. What comes from the first is
/// addressed to one neighbour. It counts super-packets and unfinished checksums as they pass.
/// </summary>
internal sealed class Junction : IDisposable
{
    private const int Stop = 2;

    private readonly Port[] _ports;
    private readonly ulong _neighbour;
    private readonly Doorbell _stop = new();
    private readonly Thread _thread;
    private readonly Batch _batch;
    private readonly int[] _slots;

    public Junction(Port inside, Port outside, ulong neighbour, int slots = 64)
    {
        _ports = [inside, outside];
        _neighbour = neighbour;
        _batch = new Batch(slots);
        _slots = [.. Enumerable.Range(0, slots)];
        _thread = new Thread(Pass);
        _thread.Start();
    }

    public long Packets { get; private set; }

    public long Supers { get; private set; }

    public long Unfinished { get; private set; }

    /// <summary>Octets of the largest packet.</summary>
    public int Largest { get; private set; }

    /// <summary>Stops and waits; the counters are final then.</summary>
    public void Dispose()
    {
        _stop.Ring();
        _thread.Join();
        _stop.Dispose();
        _batch.Dispose();
    }

    private void Pass()
    {
        using Poller poller = new();
        poller.Add(_ports[0].Descriptor, 0);
        poller.Add(_ports[1].Descriptor, 1);
        poller.Add(_stop.Descriptor, Stop);
        Span<int> tags = stackalloc int[3];
        while (true)
        {
            int ready = poller.Wait(tags, -1);
            for (int i = 0; i < ready; i++)
            {
                if (tags[i] == Stop) return;
                Step(_ports[tags[i]], _ports[1 - tags[i]]);
            }
        }
    }

    private void Step(Port from, Port to)
    {
        int count = from.Receive(_batch);
        for (int slot = 0; slot < count; slot++)
        {
            ref PacketMeta meta = ref _batch[slot];
            meta.NextHop = _neighbour;
            Packets++;
            if (meta.Offload.IsSuper) Supers++;
            if (meta.Offload.ChecksumUnfinished) Unfinished++;
            Largest = Math.Max(Largest, meta.Length);
        }
        to.Send(_batch, _slots.AsSpan(0, count));
    }
}
