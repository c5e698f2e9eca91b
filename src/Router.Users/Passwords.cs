using System.Security.Cryptography;
using System.Text;
using Router.Ports;
using Router.Ports.Linux.Crypt;

namespace Router.Users;

/// <summary>What comparing a password with a hash gave. <see cref="RightButOld"/>: it is right, and should be hashed anew.</summary>
public enum PasswordVerdict : byte { Wrong, Right, RightButOld }

/// <summary>
/// Hashes passwords, and compares them with hashes. New ones are yescrypt at <see cref="Cost"/>, which takes 32 MiB and some tens of
/// milliseconds; the method and the cost are written in front of each hash ("$y$jAT$..."), so those of another kind are read as long as
/// libcrypt knows them, and said to be old. Whoever holds the password then and may write the file hashes it again.
///
/// A comparison takes as long as hashing, whatever is wrong: an unknown name, an account without a hash and a password that cannot be one
/// are compared with a hash that nobody's password has. Hashes are compared in constant time. No password and no hash is in any message.
/// </summary>
public static class Passwords
{
    private const string Method = "$y$";

    /// <summary>yescrypt's own measure; each step doubles memory and time.</summary>
    private const int Cost = 6;

    /// <summary>Octets of the longest password, as UTF-8.</summary>
    public const int MostOctets = PasswordHashing.MostPhraseOctets;

    /// <summary>What good hashes begin with: crypt(5) without DES, MD5 and NT, which are broken by trying.</summary>
    private static readonly string[] s_known = ["$y$", "$gy$", "$7$", "$2b$", "$2y$", "$2a$", "$6$", "$5$"];

    private static readonly Lazy<string> s_setting = new(() => PasswordHashing.NewSetting(Method, Cost));
    private static readonly Lazy<string> s_nobodys = new(() => Hash(Convert.ToBase64String(RandomNumberGenerator.GetBytes(24))));

    /// <summary>Whether a password can be hashed: not empty, not too long, without a zero character.</summary>
    public static bool IsPossible(string password) =>
        password.Length > 0 && !password.Contains('\0') && Encoding.UTF8.GetByteCount(password) <= MostOctets;

    /// <summary>A new hash, with a salt of its own.</summary>
    /// <exception cref="ArgumentException">The password is not possible.</exception>
    /// <exception cref="PortException">libcrypt cannot do it.</exception>
    public static string Hash(string password)
    {
        if (!IsPossible(password)) throw new ArgumentException("a password that cannot be hashed", nameof(password));
        return HashAs(password, PasswordHashing.NewSetting(Method, Cost)) ?? throw new PortException("libcrypt cannot hash by yescrypt; it is part of libcrypt 4.3 and later");
    }

    /// <summary>Compares a password with a hash.</summary>
    /// <param name="password">As somebody typed it.</param>
    /// <param name="hash">What it should have; null for an account that has none, or that there is not.</param>
    public static PasswordVerdict Verify(string password, string? hash)
    {
        bool canBe = hash is not null && LooksLikeHash(hash) && IsPossible(password);
        string made = HashAs(canBe ? password : "-", canBe ? hash! : s_nobodys.Value) ?? "";
        bool isRight = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(made), Encoding.ASCII.GetBytes(canBe ? hash! : s_nobodys.Value));
        if (!canBe || !isRight) return PasswordVerdict.Wrong;
        return IsOld(hash!) ? PasswordVerdict.RightButOld : PasswordVerdict.Right;
    }

    /// <summary>Whether a hash is of another method or cost than new ones.</summary>
    public static bool IsOld(string hash) => !hash.StartsWith(s_setting.Value[..(s_setting.Value.IndexOf('$', Method.Length) + 1)], StringComparison.Ordinal);

    /// <summary>Whether a text can be a hash: of a method that is known, of its letters, and whole.</summary>
    public static bool LooksLikeHash(string text) =>
        Array.Exists(s_known, prefix => text.StartsWith(prefix, StringComparison.Ordinal)) && text.Length is >= 40 and < 384
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '$' or '.' or '/' or '=' or ',');

    private static string? HashAs(string password, string setting)
    {
        byte[] octets = Encoding.UTF8.GetBytes(password);
        string? made = PasswordHashing.Hash(octets, setting);
        CryptographicOperations.ZeroMemory(octets);
        return made;
    }
}
