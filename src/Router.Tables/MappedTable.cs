using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Router.Tables;

/// <summary>
/// A bounded array of entries that outlives its process: a file, mapped and shared, on tmpfs. Entries are known by their id, which
/// stays the same over restarts, so that tables may refer to each other.
///
/// One process writes, and in it one thread at a time. An entry is taken, its identity is filled in through the indexer, and it is
/// committed; from then on only the octets behind the identity change. To change who an entry is, take another and free this one.
/// A kill at any instruction leaves a file whose live entries are whole (see <see cref="EntryHeader"/>): Open gives up those that
/// were being made, and verifies the others. What is behind the identity is only as consistent as its writer keeps it, field by
/// field, and must be checked by whoever resumes it where a strange value would hurt.
///
/// Free ids are kept on a stack in process memory, last freed first: the entry that was in use a moment ago is still in the cache,
/// and the file stays as dense as its busiest hour; the serial, not the order, tells stale references. Ids that were never used
/// come after those, in order, and their pages are made present a piece at a time before they are handed out. So memory follows
/// use, and a full file system is a full table and never a SIGBUS.
///
/// Any number of others may map the file and read (<see cref="OpenReadOnly"/>, <see cref="TryRead"/>).
///
/// Costs per entry: 8 octets and the entry, rounded up to a multiple of 8, in the file; 4 octets in process memory.
/// </summary>
[SuppressMessage("Design", "CA1000", Justification = "The type argument is what a file is opened as; nothing else could infer it.")]
public sealed unsafe class MappedTable<T> : IDisposable where T : unmanaged, ITableEntry
{
    /// <summary>Pages are made present in pieces of this size, a multiple of every page size: about 20 microseconds each.</summary>
    private const int PieceOctets = 256 * 1024;

    /// <summary>After the file system refused a piece, only each so many attempts to take an entry ask it again.</summary>
    private const int AskAgain = 4096;

    private readonly TableFile _file;
    private readonly int _stride;
    private readonly bool _writable;
    private readonly int[] _free;
    private readonly uint _birth;
    private byte* _entries;

    // Ids below this may be written: the capacity, but 0 for a reader and after Dispose.
    private int _owned;
    private int _freeCount;
    private int _touched;
    private int _present;
    private int _refusals;

    private MappedTable(TableFile file, int capacity, bool writable)
    {
        EntryLayout layout = EntryLayout.Of<T>();
        _file = file;
        _stride = layout.Stride;
        _writable = writable;
        _entries = file.Memory.Base + TableHeader.Octets;
        _birth = file.Header.Birth;
        _owned = writable ? capacity : 0;
        _free = writable ? GC.AllocateUninitializedArray<int>(capacity, pinned: true) : [];
        Capacity = capacity;
        FileOctets = layout.FileOctets(capacity);
        OriginReason = file.Reason;
        if (writable) Adopt();
    }

    /// <summary>
    /// Opens the table of that name to write, and makes it where there is none. A different capacity is taken over: entries whose
    /// id is below the new one live on with their ids, and the reason says how many did not.
    /// </summary>
    /// <exception cref="IOException">Another process writes it; it is a link, a special file or not ours; no room.</exception>
    public static MappedTable<T> Open(string path, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return new(TableFile.OpenToWrite(path, EntryLayout.Of<T>(), capacity), capacity, writable: true);
    }

    /// <summary>Opens a table to look at, while another process may be writing it. Only the reading members may be used.</summary>
    /// <exception cref="IOException">It is not there, not ours, or holds something else.</exception>
    public static MappedTable<T> OpenReadOnly(string path)
    {
        TableFile file = TableFile.OpenToRead(path, EntryLayout.Of<T>());
        return new(file, file.Header.Capacity, writable: false);
    }

    /// <summary>A table without a file, that ends with the process.</summary>
    public static MappedTable<T> Anonymous(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return new(TableFile.Anonymous(EntryLayout.Of<T>(), capacity), capacity, writable: true);
    }

    public TableOrigin Origin => _file.Origin;

    /// <summary>What is worth telling about the origin, in words; empty when all went on, or began, as usual.</summary>
    public string OriginReason { get; private set; }

    /// <summary>What became of the table at its opening, for the journal: "flows: 12034 taken over from the process before".</summary>
    public string OriginLine(string name) => Origin switch
    {
        TableOrigin.Fresh => $"{name}: empty",
        TableOrigin.Resumed when OriginReason.Length == 0 => $"{name}: {Count} taken over from the process before",
        TableOrigin.Resumed => $"{name}: {Count} taken over from the process before ({OriginReason})",
        TableOrigin.Discarded => $"{name}: those of the process before could not be taken over ({OriginReason})",
    };

    public int Capacity { get; private set; }

    /// <summary>Live entries, as the writer counts them; 0 for a reader.</summary>
    public int Count { get; private set; }

    public long FileOctets { get; }

    /// <summary>How many entries Open found that a dead writer had not finished; they were freed.</summary>
    public int HalfMade { get; private set; }

    /// <summary>How many entries Open found whose identity did not agree with its checksum; they were freed.</summary>
    public int Damaged { get; private set; }

    /// <summary>Sees to every entry that was ever used: counts the living, frees what is not whole, stacks the free, lowest on top.</summary>
    private void Adopt()
    {
        _touched = _file.Header.Touched;
        _present = _touched;
        for (int id = _touched - 1; id >= 0; id--)
        {
            ref EntryHeader header = ref HeaderOf(id);
            uint life = header.Life;
            if (EntryHeader.IsLive(life) && header.Matches(life, id, Identity(ref Payload(id))))
            {
                Count++;
                continue;
            }
            if (header.IsTaken) HalfMade++;
            else if (!header.IsFree) Damaged++;
            if (!header.IsFree) header.Release();
            _free[_freeCount++] = id;
        }
        if (HalfMade + Damaged == 0) return;
        string freed = $"{HalfMade} half-made and {Damaged} damaged entries were freed";
        OriginReason = OriginReason.Length == 0 ? freed : $"{OriginReason}; {freed}";
    }

    /// <summary>An entry, for its writer. Valid until Dispose.</summary>
    public ref T this[int id]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)id >= (uint)_owned) Refuse(id);
            return ref Payload(id);
        }
    }

    /// <summary>Takes a free entry; it is all zero and not live yet. False when the table is full.</summary>
    public bool TryTake(out int id)
    {
        if (_freeCount > 0) id = _free[--_freeCount];
        else if (_touched < _present || MorePresent()) id = Touch();
        else
        {
            id = -1;
            return false;
        }
        HeaderOf(id).Take();
        Payload(id) = default;
        return true;
    }

    /// <summary>Makes a taken entry live. Its identity is fixed from here on.</summary>
    public void Commit(int id)
    {
        if ((uint)id >= (uint)_owned) Refuse(id);
        ref EntryHeader header = ref HeaderOf(id);
        if (!header.IsTaken) throw new InvalidOperationException($"entry {id} is not being made");
        header.Commit(id, Identity(ref Payload(id)));
        Count++;
    }

    /// <summary>Ends an entry, live or only taken.</summary>
    public void Free(int id)
    {
        if ((uint)id >= (uint)_owned) Refuse(id);
        ref EntryHeader header = ref HeaderOf(id);
        if (header.IsFree) throw new InvalidOperationException($"entry {id} is free already");
        if (!header.IsTaken) Count--;
        header.Release();
        _free[_freeCount++] = id;
    }

    public bool IsLive(int id) => (uint)id < (uint)Capacity && EntryHeader.IsLive(HeaderOf(id).Life);

    /// <summary>A number that no other life of this entry has (until 2^30 lives later), in this file or an older one of its name.</summary>
    public uint Serial(int id)
    {
        if ((uint)id >= (uint)Capacity) Refuse(id);
        return HeaderOf(id).Serial + _birth;
    }

    /// <summary>
    /// Copies an entry that another thread or process may be changing. The identity is whole and of one life; each other field is
    /// whole by itself. False when the entry is not live, or changes too fast to be read.
    /// </summary>
    public bool TryRead(int id, out T copy)
    {
        const int attempts = 8;
        copy = default;
        if ((uint)id >= (uint)Capacity) return false;
        ref EntryHeader header = ref HeaderOf(id);
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            uint life = header.Life;
            if (!EntryHeader.IsLive(life)) return false;
            copy = Payload(id);
            bool matches = header.Matches(life, id, Identity(ref copy));
            Volatile.ReadBarrier();
            if (matches && header.Life == life) return true;
        }
        return false;
    }

    /// <summary>
    /// A first look at an entry that another thread or process may be changing or ending, for whoever looks for a few among many: nothing
    /// is copied or verified, so what seems to fit has to be read (<see cref="TryRead"/>) and looked at again. Of an entry that is live
    /// all the while, the identity is right. Valid until Dispose.
    /// </summary>
    public ref readonly T Peek(int id)
    {
        if ((uint)id >= (uint)Capacity) Refuse(id);
        return ref Payload(id);
    }

    /// <summary>The first live entry behind that one (begin with -1), or -1.</summary>
    public int NextLive(int after)
    {
        int end = _writable ? _touched : Capacity == 0 ? 0 : Math.Min(_file.Header.Touched, Capacity);
        for (int id = Math.Max(after, -1) + 1; id < end; id++)
        {
            if (EntryHeader.IsLive(HeaderOf(id).Life)) return id;
        }
        return -1;
    }

    /// <summary>Asks the processor to fetch an entry's first two cache lines, some packets before it is used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int id)
    {
        if (!Sse.IsSupported || (uint)id >= (uint)Capacity) return;
        byte* entry = _entries + (long)id * _stride;
        Sse.Prefetch0(entry);
        Sse.Prefetch0(entry + 64);
    }

    public void Dispose()
    {
        Capacity = _owned = Count = _freeCount = _touched = _present = 0;
        _entries = null;
        _file.Dispose();
    }

    /// <summary>The lowest id that was never used. The mark goes up before the entry changes, so that no used entry is behind it.</summary>
    private int Touch()
    {
        _file.Header.SetTouched(_touched + 1);
        return _touched++;
    }

    /// <summary>Makes the next piece of never used entries present; false when there are none, or no room.</summary>
    private bool MorePresent()
    {
        if (_touched >= Capacity || (_refusals > 0 && _refusals++ % AskAgain != 0)) return false;
        long begin = TableHeader.Octets + (long)_present * _stride;
        long from = begin / PieceOctets * PieceOctets;
        long to = Math.Min(_file.Memory.Length, (begin + _stride + PieceOctets - 1) / PieceOctets * PieceOctets);
        if (_file.Memory.Populate(from, to - from) != 0)
        {
            if (_refusals == 0) _refusals = 1;
            return false;
        }
        _refusals = 0;
        _present = (int)Math.Min(Capacity, (to - TableHeader.Octets) / _stride);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref EntryHeader HeaderOf(int id) => ref *(EntryHeader*)(_entries + (long)id * _stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T Payload(int id) => ref *(T*)(_entries + (long)id * _stride + EntryHeader.Octets);

    private static ReadOnlySpan<byte> Identity(ref T entry) =>
        new(Unsafe.AsPointer(ref entry), T.IdentityOctets);

    private void Refuse(int id)
    {
        ObjectDisposedException.ThrowIf(_entries == null, this);
        if (!_writable) throw new InvalidOperationException("this table is open for reading only");
        throw new ArgumentOutOfRangeException(nameof(id), id, $"the table has {Capacity} entries");
    }
}
