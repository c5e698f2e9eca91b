using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Router.Api.Web;
using Router.Web.Certificates;
using Router.Web.Serving;

namespace Router.Web.Tests.Certificates;

public sealed class OwnCertificateTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly IPAddress[] s_addresses = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("2001:db8::1")];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("router-cert-");
    private readonly StringWriter _said = new();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void It_is_of_p256_for_the_name_and_the_addresses_and_no_longer_than_browsers_take()
    {
        using X509Certificate2 certificate = OwnCertificate.Make("router.example.lan", s_addresses, s_now);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        Assert.Equal("1.2.840.10045.3.1.7", key.ExportParameters(false).Curve.Oid.Value);
        Assert.True(certificate.MatchesHostname("router.example.lan") && certificate.MatchesHostname("10.0.0.1"));
        Assert.True(certificate.NotAfter - certificate.NotBefore <= TimeSpan.FromDays(398));
    }

    [Theory]
    [InlineData(0, "router.example.lan", "10.0.0.1", true)]
    [InlineData(360, "router.example.lan", "10.0.0.1", true)]
    [InlineData(368, "router.example.lan", "10.0.0.1", false)]
    [InlineData(0, "other.example.lan", "10.0.0.1", false)]
    [InlineData(0, null, "10.0.0.2", false)]
    public void It_is_made_anew_before_its_end_and_for_other_names(int days, string? name, string address, bool serves)
    {
        using X509Certificate2 certificate = OwnCertificate.Make("router.example.lan", s_addresses, s_now);
        Assert.Equal(serves, OwnCertificate.Serves(certificate, name, [IPAddress.Parse(address)], s_now.AddDays(days)));
    }

    [Fact]
    public void It_outlives_the_program_in_a_file_that_only_we_can_read()
    {
        var settings = new WebSettings { Zones = [new WebZone { Name = "trusted", Addresses = ["10.0.0.1"] }] };
        string first = Renew(settings), file = Path.Combine(_directory.FullName, "portal.pem");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(first, Renew(settings));
        File.WriteAllText(file, "half a certificate");
        Assert.NotEqual(first, Renew(settings));
    }

    [Fact]
    public void A_given_certificate_that_does_not_fit_its_key_is_told_and_ours_serves()
    {
        using X509Certificate2 one = OwnCertificate.Make("a", [], DateTimeOffset.UtcNow), other = OwnCertificate.Make("b", [], DateTimeOffset.UtcNow);
        string certificate = Path.Combine(_directory.FullName, "c.pem"), key = Path.Combine(_directory.FullName, "k.pem");
        File.WriteAllText(certificate, one.ExportCertificatePem());
        File.WriteAllText(key, other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var settings = new WebSettings { Certificate = certificate, Key = key };
        var keeper = new CertificateKeeper(_directory.FullName, new Log(_said));
        keeper.Renew(settings, DateTimeOffset.UtcNow);
        Assert.NotNull(keeper.Current);
        Assert.Contains("cannot be used", _said.ToString(), StringComparison.Ordinal);
        File.WriteAllText(key, one.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        keeper.Renew(settings, DateTimeOffset.UtcNow);
        Assert.Equal(one.Thumbprint, keeper.Current!.TargetCertificate.Thumbprint);
    }

    private string Renew(WebSettings settings)
    {
        var keeper = new CertificateKeeper(_directory.FullName, new Log(_said));
        keeper.Renew(settings, DateTimeOffset.UtcNow);
        return keeper.Current!.TargetCertificate.Thumbprint;
    }
}
