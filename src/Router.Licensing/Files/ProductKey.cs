using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;

namespace Router.Licensing.Files;

/// <summary>
/// Whose signature this build believes, and when it was made. Both are put into it when it is built: `-p:LicencePublicKey=FILE` (PEM)
/// for a product, or else the development key, whose private half everybody may have; a build with that one says so wherever it shows a licence.
/// </summary>
public static class ProductKey
{
    private const string Resource = "licence-public-key";

    /// <summary>The first octets of the SHA-256 of the development key, as <see cref="Fingerprint"/> writes them.</summary>
    private const string DevelopmentFingerprint = "795acb400474f827";

    private static readonly Lazy<string> s_pem = new(Read);

    /// <summary>The key, to verify with. The caller disposes of it.</summary>
    public static ECDsa Open()
    {
        var key = ECDsa.Create();
        key.ImportFromPem(s_pem.Value);
        return key;
    }

    /// <summary>The private half of a pair, from PEM (PKCS 8 or SEC 1), to issue with.</summary>
    /// <exception cref="CryptographicException">It is no such key, or on another curve.</exception>
    public static ECDsa OpenPrivate(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: true).Curve.Oid.FriendlyName is not ("nistP256" or "ECDSA_P256")) throw new CryptographicException("it is not on the curve P-256");
            return key;
        }
        catch (ArgumentException fault)
        {
            key.Dispose();
            throw new CryptographicException("it is no key in PEM", fault);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Eight octets that name a key, in hexadecimal.</summary>
    public static string Fingerprint(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 8));

    /// <summary>Whether this build believes the development key.</summary>
    public static bool IsDevelopment
    {
        get
        {
            using ECDsa key = Open();
            return Fingerprint(key) == DevelopmentFingerprint;
        }
    }

    /// <summary>The day on which this release was made.</summary>
    public static DateOnly ReleaseDay { get; } = DateOnly.ParseExact(
        typeof(ProductKey).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(one => one.Key == "ReleaseDay").Value!, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Read()
    {
        using Stream stream = typeof(ProductKey).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
