using System.Numerics;
using Router.Forwarding.Reading;
using Router.Ports;

namespace Router.Forwarding;

/// <summary>What went through a port, written by the forwarding thread [F]. Super-packets count as one packet.</summary>
public struct PortTraffic
{
    public long PacketsIn, PacketsOut, OctetsIn, OctetsOut;
}

/// <summary>
/// What a batch leaves behind to be sent: for each port, the slots that go out by it, in the order in which they were walked. A
/// second, smaller batch holds what the router itself makes: answers, fragments, pieces that had to wait. Everything is sent when
/// the batch has been walked, with one call per port; what a port does not take is gone and counted, as on a wire.
/// </summary>
internal sealed class Outbox : IDisposable
{
    private readonly Port?[] _ports = new Port?[PortId.Most + 1];
    private readonly int[][] _slots = new int[PortId.Most + 1][];
    private readonly int[][] _spareSlots = new int[PortId.Most + 1][];
    private readonly int[] _counts = new int[PortId.Most + 1];
    private readonly int[] _spareCounts = new int[PortId.Most + 1];
    private readonly int _most;
    private ulong _pending;

    /// <param name="most">Slots of the largest batch.</param>
    public Outbox(int most) => _most = most;

    /// <summary>Room for what the router makes itself.</summary>
    public Batch Spare { get; } = new(256, 9280);

    /// <summary>What went in and out, by port.</summary>
    public PortTraffic[] Traffic { get; } = new PortTraffic[PortId.Most + 1];

    /// <summary>Records what goes out; null while nobody wants that.</summary>
    public Capture? Capture { get; set; }

    /// <summary>Packets that ports did not take.</summary>
    public long Refused { get; private set; }

    /// <summary>Ports that mean something else from now on: what went through them is kept as one sum, in the last place.</summary>
    public void Retire(ulong ports)
    {
        for (; ports != 0; ports &= ports - 1)
        {
            ref PortTraffic gone = ref Traffic[BitOperations.TrailingZeroCount(ports)], sum = ref Traffic[PortId.Most];
            (sum.PacketsIn, sum.PacketsOut) = (sum.PacketsIn + gone.PacketsIn, sum.PacketsOut + gone.PacketsOut);
            (sum.OctetsIn, sum.OctetsOut) = (sum.OctetsIn + gone.OctetsIn, sum.OctetsOut + gone.OctetsOut);
            gone = default;
        }
    }

    public Port? this[PortId id] => _ports[id.Value];

    public void Attach(PortId id, Port port)
    {
        _ports[id.Value] = port;
        _slots[id.Value] ??= new int[_most];
        _spareSlots[id.Value] ??= new int[Spare.Capacity];
    }

    public void Detach(PortId id) => _ports[id.Value] = null;

    /// <summary>Lets a slot of the batch that is being walked go out by a port.</summary>
    public DropReason Put(PortId to, int slot)
    {
        if (_ports[to.Value] is null) return DropReason.NoPort;
        _slots[to.Value][_counts[to.Value]++] = slot;
        _pending |= to.Bit;
        return DropReason.None;
    }

    /// <summary>Lets a slot of <see cref="Spare"/> go out by a port.</summary>
    public DropReason PutSpare(PortId to, int slot)
    {
        if (_ports[to.Value] is null) return DropReason.NoPort;
        _spareSlots[to.Value][_spareCounts[to.Value]++] = slot;
        _pending |= to.Bit;
        return DropReason.None;
    }

    /// <summary>Sends everything, and empties the spare batch.</summary>
    public void Flush(Batch batch)
    {
        for (; _pending != 0; _pending &= _pending - 1)
        {
            int id = BitOperations.TrailingZeroCount(_pending);
            Send(id, batch, _slots[id].AsSpan(0, _counts[id]));
            Send(id, Spare, _spareSlots[id].AsSpan(0, _spareCounts[id]));
            _counts[id] = _spareCounts[id] = 0;
        }
        Spare.Clear();
    }

    public void Dispose() => Spare.Dispose();

    private void Send(int id, Batch batch, ReadOnlySpan<int> slots)
    {
        if (slots.IsEmpty || _ports[id] is not { } port) return;
        if (Capture is { } capture)
        {
            foreach (int slot in slots) capture.Seen(new PortId((byte)id), inbound: false, batch.Octets(slot));
        }
        long refusedBefore = port.RefusedOctets;
        int sent = port.Send(batch, slots);
        Refused += slots.Length - sent;
        ref PortTraffic traffic = ref Traffic[id];
        traffic.PacketsOut += sent;
        traffic.OctetsOut -= port.RefusedOctets - refusedBefore;
        foreach (int slot in slots) traffic.OctetsOut += batch[slot].Length;
    }
}
