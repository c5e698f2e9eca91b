using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Router.Ports.Linux.Crypt;

/// <summary>
/// The system's password hashing (crypt(5)) without its pointers. Each call has a scratch of its own, so any number may run at once; a
/// phrase leaves no copy behind. A hash takes as long as its method and cost say, tens of milliseconds, so none is made on a thread that
/// forwards or steers.
/// </summary>
public static unsafe class PasswordHashing
{
    /// <summary>Octets of the longest phrase.</summary>
    public const int MostPhraseOctets = CryptH.CRYPT_MAX_PASSPHRASE_SIZE - 1;

    /// <summary>The hash of a phrase.</summary>
    /// <param name="phrase">UTF-8, without a zero octet, at most <see cref="MostPhraseOctets"/>.</param>
    /// <param name="setting">A setting from <see cref="NewSetting"/>, or a hash made before, whose method, cost and salt are used again.</param>
    /// <returns>The hash; null if the library does not know the setting, or will not take the phrase.</returns>
    public static string? Hash(ReadOnlySpan<byte> phrase, string setting)
    {
        if (phrase.Length > MostPhraseOctets || phrase.Contains((byte)0)) return null;
        byte[] ended = new byte[phrase.Length + 1], scratch = new byte[CryptH.CryptDataSize], how = Encoding.ASCII.GetBytes(setting + '\0');
        phrase.CopyTo(ended);
        try
        {
            fixed (byte* first = ended, data = scratch, chosen = how)
            {
                return Marshal.PtrToStringUTF8((nint)CryptH.crypt_rn(first, chosen, data, scratch.Length));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(ended);
            CryptographicOperations.ZeroMemory(scratch);
        }
    }

    /// <summary>Method, cost and a new salt for a hash.</summary>
    /// <param name="method">As crypt(5) names it, such as "$y$".</param>
    /// <param name="cost">In the method's own measure.</param>
    /// <exception cref="PortException">The library does not know the method, or not with that cost.</exception>
    public static string NewSetting(string method, int cost)
    {
        Span<byte> random = stackalloc byte[16], output = stackalloc byte[CryptH.CRYPT_GENSALT_OUTPUT_SIZE];
        RandomNumberGenerator.Fill(random);
        byte[] prefix = Encoding.ASCII.GetBytes(method + '\0');
        fixed (byte* salt = random, made = output, chosen = prefix)
        {
            string? setting = Marshal.PtrToStringUTF8((nint)CryptH.crypt_gensalt_rn(chosen, (nuint)cost, salt, random.Length, made, output.Length));
            return setting ?? throw new PortException($"libcrypt makes no salt for {method} of cost {cost}");
        }
    }
}
