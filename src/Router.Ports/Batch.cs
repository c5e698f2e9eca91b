using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Router.Ports;

/// <summary>
/// Packets on their way through, each in a slot of its own, walked in place. The IP header always begins at the same offset of
/// its slot, behind a headroom in which a port writes what it needs in front (virtio header, Ethernet header), so that one
/// contiguous write sends it and nothing is copied. Slots belong to the batch: ports and the path borrow spans, and keep none
/// past the next <see cref="Clear"/>.
/// </summary>
public sealed unsafe class Batch : IDisposable
{
    /// <summary>Octets in front of the IP header that belong to the ports.</summary>
    public const int Headroom = 64;

    /// <summary>The largest IP packet.</summary>
    public const int MaxPacket = 65535;

    private const int Page = 4096;

    private readonly void* _block;
    private readonly byte* _memory;
    private readonly int _stride;
    private readonly PacketMeta[] _meta;

    /// <param name="slots">How many packets it holds.</param>
    /// <param name="room">Octets of each packet at the most.</param>
    public Batch(int slots, int room = MaxPacket)
    {
        Capacity = slots;
        Room = room;
        // An odd number of cache lines and not a multiple of a page, else the first lines of all slots compete for one cache set.
        _stride = ((Headroom + room + 127) / 64 | 1) * 64;
        // Zeroed by the kernel as slots are used for the first time: to do it here takes a millisecond for each megabyte.
        _block = NativeMemory.AllocZeroed((nuint)((long)_stride * slots + Page));
        _memory = (byte*)(((nuint)_block + Page - 1) & ~(nuint)(Page - 1));
        _meta = GC.AllocateArray<PacketMeta>(slots, pinned: true);
    }

    public int Capacity { get; }

    /// <summary>Octets of each packet at the most.</summary>
    public int Room { get; }

    public int Count { get; private set; }

    public ref PacketMeta this[int slot] => ref _meta[slot];

    /// <summary>The packet of a slot, from its IP header on.</summary>
    public Span<byte> Octets(int slot) => new(Base(slot), _meta[slot].Length);

    /// <summary>The whole slot from the IP header on, to build or enlarge a packet in. It holds old octets.</summary>
    public Span<byte> Space(int slot) => new(Base(slot), Room);

    /// <summary>Takes the next free slot, or -1 when the batch is full. The slot's meta is cleared.</summary>
    public int Add()
    {
        if (Count == Capacity) return -1;
        _meta[Count] = default;
        return Count++;
    }

    public void Clear() => Count = 0;

    /// <summary>The first octet of the IP header, for ports.</summary>
    internal byte* Base(int slot)
    {
        if ((uint)slot >= (uint)Capacity) throw new ArgumentOutOfRangeException(nameof(slot));
        return _memory + (long)slot * _stride + Headroom;
    }

    /// <summary>Sets how many slots hold packets, for ports that fill several in one call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Fill(int count) => Count = count;

    public void Dispose() => NativeMemory.Free(_block);
}
