using System.Runtime.InteropServices;

namespace Router.Ports.Linux.Crypt;

/// <summary>crypt.h of libxcrypt. The forms with `n` answer null where those without would answer a string that looks like a hash.</summary>
internal static unsafe partial class CryptH
{
    public const int CRYPT_OUTPUT_SIZE = 384;
    public const int CRYPT_MAX_PASSPHRASE_SIZE = 512;
    public const int CRYPT_GENSALT_OUTPUT_SIZE = 192;

    /// <summary>sizeof(struct crypt_data), of which nothing but the size is anybody else's business.</summary>
    public const int CryptDataSize = 32768;

    [LibraryImport("libcrypt.so.1", SetLastError = true)]
    public static partial byte* crypt_rn(byte* phrase, byte* setting, void* data, int size);

    [LibraryImport("libcrypt.so.1", SetLastError = true)]
    public static partial byte* crypt_gensalt_rn(byte* prefix, nuint count, byte* rbytes, int nrbytes, byte* output, int output_size);
}
