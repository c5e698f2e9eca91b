using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Router.Tables;

/// <summary>Where a lookup stands. Void as soon as the index is changed.</summary>
public struct Cursor
{
    internal uint Tag;
    internal uint Position;
}

/// <summary>
/// Finds table entries by the hash of a key. It keeps no keys: a slot is 32 bits of the hash (the tag) and the number of an
/// entry, and the caller compares the full key in the entry itself. It lives in anonymous memory and is rebuilt at start with a
/// fresh secret, so a file never holds an index that could disagree with its entries.
///
/// Slots are a power of two and at least twice the most entries, so at most half are taken and a lookup that finds nothing
/// touches 1.5 to 2.5 slots, eight of which share a cache line. An entry stands in its home slot (the tag's low bits) or behind
/// it, with no empty slot between. Removing pulls the followers back into the gap, so that there are no tombstones and a table
/// that has seen a million flows come and go is as fast as a new one.
///
/// It is a multiset: the same hash may be added with many values, and even the same pair twice, since a flow's two keys may by
/// chance have equal tags. Remove takes one away. One thread at a time; full is an answer.
/// </summary>
public sealed unsafe class HashIndex : IDisposable
{
    // A slot as one number: the tag in the high half, the value plus one in the low half, so that zeroed memory is empty.
    private readonly ulong* _slots;
    private readonly uint _mask;
    private int _most;
    private readonly Mapping _memory;

    /// <param name="mostEntries">How many it takes; each costs 16 to 32 octets.</param>
    /// <exception cref="IOException">There is no memory for it.</exception>
    public HashIndex(int mostEntries)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostEntries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mostEntries, 1 << 30);
        uint slots = BitOperations.RoundUpToPowerOf2((uint)mostEntries * 2);
        _most = mostEntries;
        _mask = slots - 1;
        _memory = Mapping.Anonymous((long)slots * sizeof(ulong));
        _slots = (ulong*)_memory.Base;
    }

    public int Count { get; private set; }

    /// <summary>Octets of memory behind it.</summary>
    public long Octets => _memory.Length;

    /// <summary>Adds a value of 0 or more under this hash; false when it is full.</summary>
    public bool Add(ulong hash, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        if (Count >= _most) return false;
        uint tag = TagOf(hash);
        uint at = tag & _mask;
        while (_slots[at] != 0) at = (at + 1) & _mask;
        _slots[at] = SlotOf(tag, value);
        Count++;
        return true;
    }

    /// <summary>Takes away one such pair; false when there is none.</summary>
    public bool Remove(ulong hash, int value)
    {
        if (Count == 0 || value < 0) return false;
        uint tag = TagOf(hash);
        ulong wanted = SlotOf(tag, value);
        uint at = tag & _mask;
        for (ulong slot = _slots[at]; slot != wanted; slot = _slots[at])
        {
            if (slot == 0) return false;
            at = (at + 1) & _mask;
        }
        Close(at);
        Count--;
        return true;
    }

    /// <summary>Fills a gap from behind until an empty slot ends the run.</summary>
    private void Close(uint gap)
    {
        uint at = gap;
        while (true)
        {
            at = (at + 1) & _mask;
            ulong slot = _slots[at];
            if (slot == 0) break;
            // It may move into the gap only if its home is not behind the gap, counted round the ring.
            uint home = (uint)(slot >> 32) & _mask;
            if (((at - home) & _mask) < ((at - gap) & _mask)) continue;
            _slots[gap] = slot;
            gap = at;
        }
        _slots[gap] = 0;
    }

    /// <summary>The first value that may belong to this hash, or -1. Equal tags do not mean equal keys.</summary>
    public int First(ulong hash, out Cursor cursor)
    {
        cursor.Tag = TagOf(hash);
        cursor.Position = cursor.Tag & _mask;
        return Count == 0 ? -1 : Find(ref cursor);
    }

    /// <summary>The next value, or -1.</summary>
    public int Next(ref Cursor cursor) => Count == 0 ? -1 : Find(ref cursor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(ref Cursor cursor)
    {
        uint at = cursor.Position & _mask;
        while (true)
        {
            ulong slot = _slots[at];
            if (slot == 0) break;
            at = (at + 1) & _mask;
            if ((uint)(slot >> 32) != cursor.Tag) continue;
            cursor.Position = at;
            return (int)(uint)slot - 1;
        }
        cursor.Position = at;
        return -1;
    }

    /// <summary>Asks the processor to fetch the home slot of this hash, some packets before it is looked up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported && Count != 0) Sse.Prefetch0(_slots + (TagOf(hash) & _mask));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint TagOf(ulong hash) => (uint)(hash >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SlotOf(uint tag, int value) => (ulong)tag << 32 | ((uint)value + 1);

    /// <summary>Gives the memory back. An index that is disposed of answers as an empty one that is full.</summary>
    public void Dispose()
    {
        Count = 0;
        _most = 0;
        _memory.Dispose();
    }
}
