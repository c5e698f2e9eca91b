using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Router.Api.Web;
using Router.Web.Serving;

namespace Router.Web.Certificates;

/// <summary>
/// Has the certificate that connections are answered with: the administrator's, read again when its file changes, or our own, which is kept
/// in the state directory (a file that only we can read), and made anew before its end and when the box has another name or address.
///
/// The administrator's that cannot be read, or does not fit its key, is told in the journal; the one before goes on, or at
/// start our own: a login page with a warning is better than none. [C] the keeper; <see cref="Current"/> from any thread.
/// </summary>
internal sealed class CertificateKeeper(string directory, Log log)
{
    private const UnixFileMode OnlyOurs = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private SslStreamCertificateContext? _current;
    private string _given = "", _told = "";
    private X509Certificate2? _own;

    /// <summary>What new connections are answered with; null before the first <see cref="Renew"/>.</summary>
    public SslStreamCertificateContext? Current => Volatile.Read(ref _current);

    /// <summary>Sees to it that there is one, and the right one. Called when settings change, and every minute.</summary>
    public void Renew(WebSettings settings, DateTimeOffset now)
    {
        if (settings is { Certificate: { } certificate, Key: { } key } && TakeGiven(certificate, key, now)) return;
        if (settings.Certificate is not null && _current is not null) return;
        IPAddress[] addresses = [.. settings.Zones.SelectMany(zone => zone.Addresses).Select(IPAddress.Parse).Distinct()];
        string file = Path.Combine(directory, "portal.pem");
        _own ??= Load(file);
        if (_own is null || !OwnCertificate.Serves(_own, settings.Hostname, addresses, now))
        {
            _own = OwnCertificate.Make(settings.Hostname, addresses, now);
            Save(file, _own);
            _given = "";
            log.Notice($"a certificate was made for {string.Join(", ", addresses.Select(a => a.ToString()).Prepend(settings.Hostname ?? "router"))}; SHA-256 {Fingerprint(_own)}");
        }
        if (_given == "own") return;
        _given = "own";
        Volatile.Write(ref _current, SslStreamCertificateContext.Create(_own, null, offline: true));
    }

    /// <summary>As `openssl x509 -fingerprint -sha256` writes it.</summary>
    private static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256));

    // True if connections are answered with it.
    private bool TakeGiven(string certificate, string key, DateTimeOffset now)
    {
        try
        {
            string version = $"{certificate} {File.GetLastWriteTimeUtc(certificate).Ticks} {key} {File.GetLastWriteTimeUtc(key).Ticks}";
            if (version == _given) return true;
            using X509Certificate2 leaf = X509Certificate2.CreateFromPemFile(certificate, key);
            if (leaf.NotAfter < now) throw new CryptographicException($"it ended on {leaf.NotAfter:yyyy-MM-dd}");
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            Volatile.Write(ref _current, SslStreamCertificateContext.Create(new X509Certificate2(leaf), chain, offline: true));
            (_given, _told) = (version, "");
            log.Notice($"the certificate {certificate} is in use, until {leaf.NotAfter:yyyy-MM-dd}");
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            string what = $"the certificate {certificate} with the key {key} cannot be used: {fault.Message}; {(_current is null ? "one of the box's own is used instead" : "the one before goes on")}";
            if (what != _told) log.Error(what);
            _told = what;
            return false;
        }
    }

    private X509Certificate2? Load(string file)
    {
        try
        {
            return File.Exists(file) ? X509Certificate2.CreateFromPem(File.ReadAllText(file), File.ReadAllText(file)) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            log.Error($"{file} cannot be read, so a new certificate is made: {fault.Message}");
            return null;
        }
    }

    private void Save(string file, X509Certificate2 certificate)
    {
        try
        {
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            string next = file + ".new";
            File.Delete(next);
            using (var stream = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OnlyOurs }))
            using (var writer = new StreamWriter(stream))
            {
                writer.Write($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
            }
            File.Move(next, file, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Error($"{file} cannot be written, so each start makes a certificate that browsers do not know: {fault.Message}");
        }
    }
}
