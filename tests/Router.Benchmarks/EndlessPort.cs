using Router.Ports;

namespace Router.Benchmarks;

/// <summary>
/// A port of memory that never runs dry: it gives the same packets again and again, as many as the batch holds, and counts what it
/// is given. One copy a packet on the way in, none on the way out.
/// </summary>
/// <param name="packets">What it gives, in turn.</param>
internal sealed class EndlessPort(params byte[][] packets) : Port("endless")
{
    private int _next;

    /// <summary>Packets that were sent by it.</summary>
    public long Taken { get; private set; }

    public override int Receive(Batch batch)
    {
        batch.Clear();
        for (int slot = batch.Add(); slot >= 0; slot = batch.Add())
        {
            byte[] packet = packets[_next];
            packet.CopyTo(batch.Space(slot));
            batch[slot].Length = packet.Length;
            _next = _next + 1 == packets.Length ? 0 : _next + 1;
        }
        return batch.Count;
    }

    public override int Send(Batch batch, ReadOnlySpan<int> slots)
    {
        Taken += slots.Length;
        return slots.Length;
    }
}
