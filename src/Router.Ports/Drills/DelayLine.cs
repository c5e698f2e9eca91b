using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Router.Ports;

/// <summary>
/// Packets that wait for their time, first in, first out, as all wait equally long. A ring of octets of a fixed size; a packet that
/// finds no room is not taken, as on a real line whose buffer is full. One thread. Allocates when it is made, and never again.
///
///     head (due, meta), octets, head, octets, ...
/// </summary>
public sealed class DelayLine
{
    private record struct Head(long Due, PacketMeta Meta);

    private static readonly int s_head = Unsafe.SizeOf<Head>();

    private readonly byte[] _ring;
    private long _written, _read;

    /// <param name="octets">Room, heads included.</param>
    public DelayLine(int octets) => _ring = new byte[octets];

    public bool IsEmpty => _written == _read;

    /// <summary>When the first of them is due, monotonic microseconds; <see cref="long.MaxValue"/> if none waits.</summary>
    public long Due => IsEmpty ? long.MaxValue : First().Due;

    /// <summary>Takes a copy of a packet; false if there is no room.</summary>
    public bool TryAdd(long due, in PacketMeta meta, ReadOnlySpan<byte> octets)
    {
        if (_written - _read + s_head + octets.Length > _ring.Length) return false;
        var head = new Head(due, meta with { Length = octets.Length });
        Put(_written, MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref head, 1)));
        Put(_written + s_head, octets);
        _written += s_head + octets.Length;
        return true;
    }

    /// <summary>Moves packets that are due into a batch, as many as it has slots for.</summary>
    public void Release(long now, Batch to)
    {
        while (!IsEmpty)
        {
            Head head = First();
            if (head.Due > now) return;
            int slot = to.Add();
            if (slot < 0) return;
            to[slot] = head.Meta;
            Take(_read + s_head, to.Space(slot)[..head.Meta.Length]);
            _read += s_head + head.Meta.Length;
        }
    }

    private Head First()
    {
        Head head = default;
        Take(_read, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref head, 1)));
        return head;
    }

    private void Put(long at, ReadOnlySpan<byte> octets)
    {
        int begin = (int)(at % _ring.Length), first = Math.Min(octets.Length, _ring.Length - begin);
        octets[..first].CopyTo(_ring.AsSpan(begin));
        octets[first..].CopyTo(_ring);
    }

    private void Take(long at, Span<byte> octets)
    {
        int begin = (int)(at % _ring.Length), first = Math.Min(octets.Length, _ring.Length - begin);
        _ring.AsSpan(begin, first).CopyTo(octets);
        _ring.AsSpan(0, octets.Length - first).CopyTo(octets[first..]);
    }
}
