using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Router.Tables;

/// <summary>
/// The secret of a keyed hash, made anew by each process. Whoever does not know it cannot choose addresses and ports that fall
/// into one place of a table. Indexes are therefore rebuilt at start, and no secret is ever written to a file.
/// </summary>
public readonly record struct HashKey(ulong K0, ulong K1)
{
    /// <summary>A new secret from the kernel's random source.</summary>
    public static HashKey Create()
    {
        Span<ulong> words = stackalloc ulong[2];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(words));
        return new HashKey(words[0], words[1]);
    }

    /// <summary>Does not show the secret, as a record otherwise would in a log line.</summary>
    public override string ToString() => nameof(HashKey);
}
