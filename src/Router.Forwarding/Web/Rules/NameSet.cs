using System.Buffers.Binary;
using System.Numerics;
using Router.Tables;

namespace Router.Forwarding.Web;

/// <summary>
/// A set of host names, each of which stands for itself and for all names beneath it. Made for lists of a million: a name is kept as
/// 64 bits of a keyed hash in one sorted array, some 8.3 octets a name, with a small table in front that leads to the few candidates.
/// Asking costs a hash and one or two cache lines for each label of the name that is asked for.
///
/// A name is hashed from its last label to its first, each label together with the hash so far; so all endings of a name are had in
/// one go. The key is made at start: whoever can choose names cannot choose them to fall on a listed one, and by chance that happens
/// to one name in 10^13.
///
/// Immutable; made by <see cref="NameSetBuilder"/> beside the forwarding thread, and published within a policy.
/// </summary>
public sealed class NameSet
{
    /// <summary>Labels that a name can have.</summary>
    public const int MostLabels = 127;

    private const int LongestLabel = 63, NamesPerStart = 8, MostStartBits = 17;

    private static readonly HashKey s_key = HashKey.Create();

    private readonly ulong[] _hashes;
    private readonly int[] _starts;
    private readonly int _shift;

    internal NameSet(ulong[] sorted)
    {
        _hashes = sorted;
        int bits = Math.Clamp(BitOperations.Log2((uint)(sorted.Length / NamesPerStart) | 1), 1, MostStartBits);
        _shift = 64 - bits;
        _starts = new int[(1 << bits) + 1];
        int at = 0;
        for (int start = 0; start < _starts.Length; start++)
        {
            while (at < sorted.Length && (int)(sorted[at] >> _shift) < start) at++;
            _starts[start] = at;
        }
    }

    /// <summary>Names in it.</summary>
    public int Count => _hashes.Length;

    /// <summary>Two sets of one process with the same names have the same digest, and others hardly ever.</summary>
    public ulong Digest
    {
        get
        {
            ulong digest = (ulong)_hashes.Length;
            foreach (ulong hash in _hashes) digest = BitOperations.RotateLeft(digest, 5) ^ hash;
            return digest;
        }
    }

    /// <summary>Octets that it takes.</summary>
    public long Octets => (long)_hashes.Length * sizeof(ulong) + (long)_starts.Length * sizeof(int);

    /// <summary>Whether a name or one that it lies beneath is in the set.</summary>
    /// <param name="endings">What <see cref="Endings"/> made of the name.</param>
    public bool Holds(ReadOnlySpan<ulong> endings)
    {
        foreach (ulong ending in endings)
        {
            if (Contains(ending)) return true;
        }
        return false;
    }

    /// <summary>Hashes all endings of a name, the shortest first: `net`, `example.net`, `www.example.net`.</summary>
    /// <param name="name">In the form of <see cref="Wire.Web.HostName"/>.</param>
    /// <param name="endings">Room for <see cref="MostLabels"/>.</param>
    /// <returns>How many there are.</returns>
    public static int Endings(ReadOnlySpan<byte> name, Span<ulong> endings)
    {
        Span<byte> padded = stackalloc byte[LongestLabel + 1];
        Span<ulong> words = stackalloc ulong[1 + (LongestLabel + 1) / sizeof(ulong)];
        ulong hash = 0;
        int count = 0;
        while (!name.IsEmpty && count < endings.Length)
        {
            int dot = name.LastIndexOf((byte)'.');
            ReadOnlySpan<byte> label = name[(dot + 1)..];
            // A label that is too long names nothing, and is cut the same way wherever it stands.
            if (label.Length > LongestLabel) label = label[..LongestLabel];
            int whole = label.Length / sizeof(ulong) + 1;
            padded[..(whole * sizeof(ulong))].Clear();
            label.CopyTo(padded);
            words[0] = hash;
            for (int i = 0; i < whole; i++) words[1 + i] = BinaryPrimitives.ReadUInt64LittleEndian(padded[(i * sizeof(ulong))..]);
            endings[count++] = hash = SipHash.Hash(s_key, words[..(1 + whole)]);
            name = dot < 0 ? default : name[..dot];
        }
        return count;
    }

    private bool Contains(ulong hash)
    {
        int start = (int)(hash >> _shift);
        return _hashes.AsSpan(_starts[start].._starts[start + 1]).BinarySearch(hash) >= 0;
    }
}
