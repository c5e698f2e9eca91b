namespace Router.Ports;

/// <summary>
/// A port without a kernel: what is in <see cref="Inbox"/> is received, what is sent is found in <see cref="Outbox"/>. Offload and
/// next hop travel with the packet. Two ports of a <see cref="Pair"/> are the ends of a wire, and may be used by two threads.
/// </summary>
public sealed class MemoryPort : Port
{
    /// <param name="name">For people.</param>
    /// <param name="capacity">Packets that each box holds; more are refused and counted.</param>
    public MemoryPort(string name, int capacity = 1024) : this(name, new PacketQueue(capacity), new PacketQueue(capacity)) { }

    private MemoryPort(string name, PacketQueue inbox, PacketQueue outbox) : base(name)
    {
        Inbox = inbox;
        Outbox = outbox;
    }

    public PacketQueue Inbox { get; }

    public PacketQueue Outbox { get; }

    /// <summary>Two ends of one wire.</summary>
    public static (MemoryPort, MemoryPort) Pair(string name, string other, int capacity = 1024)
    {
        PacketQueue there = new(capacity);
        PacketQueue back = new(capacity);
        return (new MemoryPort(name, back, there), new MemoryPort(other, there, back));
    }

    /// <summary>Behaves from now on as if the interface behind had been deleted.</summary>
    public void Unplug() => IsGone = true;

    public override int Receive(Batch batch)
    {
        batch.Clear();
        if (IsGone) return 0;
        for (int waiting = Inbox.Count; waiting > 0 && batch.Count < batch.Capacity; waiting--)
        {
            ReadOnlySpan<byte> octets = Inbox.Peek(out PacketMeta meta);
            int slot = batch.Add();
            octets = octets[..Math.Min(octets.Length, batch.Room)];
            octets.CopyTo(batch.Space(slot));
            batch[slot] = meta;
            batch[slot].Length = octets.Length;
            batch[slot].NextHop = 0;
            Inbox.Drop();
        }
        return batch.Count;
    }

    public override int Send(Batch batch, ReadOnlySpan<int> slots)
    {
        int sent = 0;
        foreach (int slot in slots)
        {
            if (!IsGone && Outbox.TryAdd(batch.Octets(slot), batch[slot])) sent++;
            else RefusedOctets += batch[slot].Length;
        }
        SendRefused += slots.Length - sent;
        return sent;
    }
}
