using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Router.Web.Sessions;

/// <summary>
/// Marks what goes to a browser and is to come back unchanged, from the same device, in time: form tokens against requests that another
/// site makes in somebody's name (CSRF), and the address of the page that he wanted. Nothing needs to be remembered for those who only
/// look at a page, so nobody can fill a memory by looking.
///
///     token = expiry "." base64url(HMAC-SHA-256(key, purpose, expiry, every part))
///
/// The key is made at start: what an earlier process sealed is refused, and its page says so. Parts are joined with their lengths, so that
/// no two lists of parts make one text.
/// </summary>
internal sealed class Seal
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>For how long a page may be left open.</summary>
    public static TimeSpan Life { get; } = TimeSpan.FromHours(2);

    /// <summary>A token for some parts, which are not in it.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public string Mark(string purpose, long now, params ReadOnlySpan<string> parts)
    {
        long expiry = now + (long)Life.TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{expiry}.{Base64Url.EncodeToString(Code(purpose, expiry, parts))}");
    }

    /// <summary>Whether a token was made for these parts, and is not too old.</summary>
    public bool Holds(string? token, string purpose, long now, params ReadOnlySpan<string> parts)
    {
        if (token is null || token.Length > 100 || token.IndexOf('.') is not (> 0 and int dot)) return false;
        if (!long.TryParse(token.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out long expiry) || expiry < now) return false;
        Span<byte> code = stackalloc byte[96];
        if (!Base64Url.TryDecodeFromChars(token.AsSpan(dot + 1), code, out int length)) return false;
        return CryptographicOperations.FixedTimeEquals(code[..length], Code(purpose, expiry, parts));
    }

    /// <summary>256 random bits.</summary>
    public static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private byte[] Code(string purpose, long expiry, ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{purpose}\n{expiry}\n");
        foreach (string part in parts) text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}\n");
        return HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text.ToString()));
    }
}
