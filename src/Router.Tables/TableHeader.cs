using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Router.Tables;

/// <summary>
/// The first page of a table's file. What never changes comes first and is sealed by a checksum; what changes is one aligned word
/// each, so that a writer which dies in the middle has either changed it or not.
///
///      0  magic            "routertb"
///      8  format           1
///     12  layout version   ITableEntry.LayoutVersion
///     16  entry octets     sizeof(T)
///     20  identity octets  ITableEntry.IdentityOctets
///     24  birth            random: serials of this file begin here, so that references into an older file of this name are stale
///     28  zero
///     32  capacity         entries; with the seal (checksum over octets 0 to 35) in the word's upper half
///     40  touched          entries that were ever taken, always the lowest ids; its complement in the word's upper half
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal struct TableHeader
{
    /// <summary>Entries begin here: the largest usual page, so that they begin on a page of every kernel.</summary>
    public const int Octets = 4096;

    private const ulong MagicValue = 0x6274_7265_7475_6f72;
    private const uint FormatValue = 1;

    [FieldOffset(0)] private ulong _magic;
    [FieldOffset(8)] private uint _format;
    [FieldOffset(12)] private uint _layoutVersion;
    [FieldOffset(16)] private uint _entryOctets;
    [FieldOffset(20)] private uint _identityOctets;
    [FieldOffset(24)] private uint _birth;
    [FieldOffset(28)] private readonly uint _zero;
    [FieldOffset(32)] private ulong _capacity;
    [FieldOffset(40)] private ulong _touched;

    public readonly uint Birth => _birth;

    /// <summary>0 in a header that is not <see cref="IsWhole"/>.</summary>
    public readonly int Capacity => (int)(uint)_capacity;

    /// <summary>Entries from this id on have never been used; the capacity where the word is damaged, so that all are looked at.</summary>
    public readonly int Touched
    {
        get
        {
            uint mark = (uint)_touched;
            return mark == ~(uint)(_touched >> 32) && mark <= (uint)Capacity ? (int)mark : Capacity;
        }
    }

    /// <summary>Fills the header of an empty file. The seal is written last, so that a file is either unfinished or whole.</summary>
    public void Write(EntryLayout layout, int capacity, uint birth)
    {
        _magic = MagicValue;
        _format = FormatValue;
        _layoutVersion = layout.Version;
        _entryOctets = (uint)layout.Octets;
        _identityOctets = (uint)layout.IdentityOctets;
        _birth = birth;
        SetTouched(0);
        SetCapacity(capacity);
    }

    public void SetCapacity(int capacity) => Volatile.Write(ref _capacity, (ulong)Seal((uint)capacity) << 32 | (uint)capacity);

    public void SetTouched(int touched) => Volatile.Write(ref _touched, (ulong)~(uint)touched << 32 | (uint)touched);

    /// <summary>Why entries of this layout cannot be read from the file, in words, or null if they can.</summary>
    public readonly string? Objection(EntryLayout layout, long fileOctets)
    {
        if (_magic != MagicValue) return "it is not a table, or its header was never finished";
        if (_format != FormatValue) return $"its format is {_format}, not {FormatValue}";
        if (_zero != 0 || (uint)(_capacity >> 32) != Seal((uint)_capacity) || Capacity <= 0) return "its header is damaged";
        if (_layoutVersion != layout.Version) return $"its entries have layout version {_layoutVersion}, not {layout.Version}";
        if (_entryOctets != layout.Octets) return $"its entries have {_entryOctets} octets, not {layout.Octets}";
        if (_identityOctets != layout.IdentityOctets) return $"its entries' identity has {_identityOctets} octets, not {layout.IdentityOctets}";
        if (fileOctets < layout.FileOctets(Capacity)) return $"it was cut to {fileOctets} of {layout.FileOctets(Capacity)} octets";
        return null;
    }

    private readonly uint Seal(uint capacity)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, _magic);
        crc = BitOperations.Crc32C(crc, _format);
        crc = BitOperations.Crc32C(crc, _layoutVersion);
        crc = BitOperations.Crc32C(crc, _entryOctets);
        crc = BitOperations.Crc32C(crc, _identityOctets);
        crc = BitOperations.Crc32C(crc, _birth);
        return ~BitOperations.Crc32C(crc, capacity);
    }
}

/// <summary>How entries lie in a file: each is an <see cref="EntryHeader"/> and then the caller's struct, on an 8-octet boundary.</summary>
internal readonly record struct EntryLayout(uint Version, int Octets, int IdentityOctets)
{
    public static EntryLayout Of<T>() where T : unmanaged, ITableEntry
    {
        var layout = new EntryLayout(T.LayoutVersion, Unsafe.SizeOf<T>(), T.IdentityOctets);
        if ((uint)layout.IdentityOctets > (uint)layout.Octets)
        {
            throw new ArgumentException($"{typeof(T).Name} has {layout.Octets} octets but claims {layout.IdentityOctets} for its identity");
        }
        return layout;
    }

    /// <summary>From one entry to the next.</summary>
    public int Stride => (EntryHeader.Octets + Octets + 7) & ~7;

    public long FileOctets(int capacity) => TableHeader.Octets + (long)capacity * Stride;
}
