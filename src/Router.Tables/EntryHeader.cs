using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Router.Tables;

/// <summary>
/// The eight octets in front of each entry. The life word holds a state in its low two bits and the entry's serial above, and only
/// the methods here change it, each with one store:
///
///     state   payload                               next
///     Free    means nothing                         Taken (Take)
///     Taken   being written, read by its writer     Live (Commit), Free (Release)
///     Live    identity fixed, the rest changes      Free (Release)
///
/// A writer that dies leaves Free, Taken or Live behind. Taken is given up by the next process. Live was stored after the
/// identity and the check (release order; the kernel keeps a dead process's stores in program order), so it is whole, unless the
/// file was damaged otherwise, and that is what the check is for. The serial grows with each Release, so a reference that holds
/// the serial of an earlier life is stale as soon as that life ends.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Octets)]
internal struct EntryHeader
{
    public const int Octets = 8;

    private const uint StateMask = 3;
    private const uint Free = 0, Taken = 1, Live = 2;
    private const uint OneSerial = StateMask + 1;

    [FieldOffset(0)] private uint _life;
    [FieldOffset(4)] private uint _check;

    public readonly uint Serial => _life / OneSerial;

    /// <summary>State and serial in one read, to be compared later. Everything read afterwards is at least as new.</summary>
    public readonly uint Life => Volatile.Read(in _life);

    public readonly bool IsFree => (_life & StateMask) == Free;

    public readonly bool IsTaken => (_life & StateMask) == Taken;

    public static bool IsLive(uint life) => (life & StateMask) == Live;

    /// <summary>Free to Taken. The payload may be overwritten once this returned.</summary>
    public void Take()
    {
        _life = (_life & ~StateMask) | Taken;
        Volatile.WriteBarrier();
    }

    /// <summary>Taken to Live.</summary>
    public void Commit(int id, ReadOnlySpan<byte> identity)
    {
        _check = CheckOf(_life, id, identity);
        Volatile.Write(ref _life, (_life & ~StateMask) | Live);
    }

    /// <summary>Anything to Free; also mends a state that is none.</summary>
    public void Release() => Volatile.Write(ref _life, (_life & ~StateMask) + OneSerial);

    /// <summary>Whether these octets are what <see cref="Commit"/> saw for this id and life.</summary>
    public readonly bool Matches(uint life, int id, ReadOnlySpan<byte> identity) => _check == CheckOf(life, id, identity);

    /// <summary>CRC-32C over serial, id and identity: against damage, not against an adversary, who could not open the file.</summary>
    private static uint CheckOf(uint life, int id, ReadOnlySpan<byte> identity)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, (ulong)(life / OneSerial) << 32 | (uint)id);
        ref byte octets = ref MemoryMarshal.GetReference(identity);
        int at = 0;
        for (; at <= identity.Length - sizeof(ulong); at += sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref octets, at)));
        }
        for (; at < identity.Length; at++) crc = BitOperations.Crc32C(crc, Unsafe.Add(ref octets, at));
        return ~crc;
    }
}
