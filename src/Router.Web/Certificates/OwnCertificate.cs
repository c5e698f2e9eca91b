using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Router.Web.Certificates;

/// <summary>
/// The certificate that the box makes for itself: ECDSA over P-256, for its host name and its addresses in the local zones, signed by itself.
/// Browsers warn of it until it is trusted; an administrator who wants no warning gives one of his own. It lasts 397 days, as browsers
/// take no longer ones, and is made anew a month before its end.
/// </summary>
internal static class OwnCertificate
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(397);
    private static readonly TimeSpan Renewal = TimeSpan.FromDays(30);
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Makes one, with its key.</summary>
    public static X509Certificate2 Make(string? hostname, IReadOnlyCollection<IPAddress> addresses, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={hostname ?? "router"}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var names = new SubjectAlternativeNameBuilder();
        if (hostname is not null) names.AddDnsName(hostname);
        foreach (IPAddress address in addresses) names.AddIpAddress(address);
        if (hostname is not null || addresses.Count > 0) request.CertificateExtensions.Add(names.Build());
        // A clock that is a little behind ours takes it too.
        return request.CreateSelfSigned(now.AddDays(-1), now + Life);
    }

    /// <summary>Whether one serves these names now, and for a while yet.</summary>
    public static bool Serves(X509Certificate2 certificate, string? hostname, IReadOnlyCollection<IPAddress> addresses, DateTimeOffset now)
    {
        if (now < certificate.NotBefore || now + Renewal > certificate.NotAfter) return false;
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] hosts = [.. names?.EnumerateDnsNames() ?? []];
        IPAddress[] known = [.. names?.EnumerateIPAddresses() ?? []];
        return (hostname is null || hosts.Contains(hostname)) && addresses.All(known.Contains);
    }
}
