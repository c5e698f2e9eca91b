namespace Router.Ports;

/// <summary>
/// Packets in arrays, in order: a bounded ring between one thread that adds and one that takes. A place grows to the largest
/// packet that it ever held and is used again, so that a warm queue allocates nothing.
/// </summary>
/// <param name="capacity">Packets it holds; a further one is refused.</param>
public sealed class PacketQueue(int capacity)
{
    private readonly byte[][] _octets = NewPlaces(capacity);
    private readonly PacketMeta[] _meta = new PacketMeta[capacity];
    private long _added;
    private long _taken;

    public int Count => (int)(Volatile.Read(ref _added) - Volatile.Read(ref _taken));

    /// <summary>Copies a packet to the end; <see cref="PacketMeta.Length"/> is set from the octets.</summary>
    /// <returns>False when the queue is full.</returns>
    public bool TryAdd(ReadOnlySpan<byte> octets, in PacketMeta meta = default)
    {
        if (Count == capacity) return false;
        int place = (int)(_added % capacity);
        if (_octets[place].Length < octets.Length) _octets[place] = new byte[octets.Length];
        octets.CopyTo(_octets[place]);
        _meta[place] = meta;
        _meta[place].Length = octets.Length;
        Volatile.Write(ref _added, _added + 1);
        return true;
    }

    /// <summary>The first packet, lent until <see cref="Drop"/>.</summary>
    public ReadOnlySpan<byte> Peek(out PacketMeta meta)
    {
        if (Count == 0) throw new InvalidOperationException("the packet queue is empty");
        int place = (int)(_taken % capacity);
        meta = _meta[place];
        return _octets[place].AsSpan(0, meta.Length);
    }

    /// <summary>Gives the first packet's place back.</summary>
    public void Drop() => Volatile.Write(ref _taken, _taken + 1);

    /// <summary>Takes the first packet out as a copy of its own, for tests.</summary>
    public byte[] Take(out PacketMeta meta)
    {
        byte[] copy = Peek(out meta).ToArray();
        Drop();
        return copy;
    }

    public byte[] Take() => Take(out _);

    private static byte[][] NewPlaces(int count)
    {
        byte[][] places = new byte[count][];
        Array.Fill(places, []);
        return places;
    }
}
