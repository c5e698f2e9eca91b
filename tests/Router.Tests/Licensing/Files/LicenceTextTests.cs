using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Router.Licensing.Files;

namespace Router.Tests.Licensing.Files;

/// <summary>Licence files: what is believed, and what is not.</summary>
public sealed class LicenceTextTests : IDisposable
{
    private static readonly Licence s_trial = new("2026-17", "Büro & Söhne GmbH", 50, 4, new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 10), new DateOnly(2026, 12, 10), new DateOnly(2027, 11, 1));

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    private string? Fault(string text) => LicenceText.Verify(text, _key, out _);

    [Fact]
    public void A_licence_comes_back_as_it_was_issued()
    {
        Assert.Null(LicenceText.Verify(LicenceText.Issue(s_trial, _key), _key, out Licence? read));
        Assert.Equal(s_trial, read);
        var bare = new Licence("1", "x", 1, 1, new DateOnly(2026, 1, 1));
        Assert.Null(LicenceText.Verify(LicenceText.Issue(bare, _key), _key, out read));
        Assert.Equal(bare, read);
    }

    [Fact]
    public void A_mail_program_does_it_no_harm()
    {
        string mailed = "Dear customer,\r\n\r\n" + string.Join("\r\n", LicenceText.Issue(s_trial, _key).Split('\n').Select(line => "  " + line + " \t")) + "\r\nYours\r\n";
        Assert.Null(LicenceText.Verify(mailed, _key, out Licence? read));
        Assert.Equal(s_trial, read);
    }

    [Fact]
    public void Whatever_letter_is_changed_it_is_not_the_licence_that_was_signed()
    {
        string text = LicenceText.Issue(s_trial, _key);
        for (int at = 0; at < text.Length; at++)
        {
            string changed = string.Concat(text.AsSpan(0, at), text[at] == '7' ? "8" : "7", text.AsSpan(at + 1));
            Assert.True(LicenceText.Verify(changed, _key, out Licence? read) is not null || read == s_trial, changed);
            Assert.True(LicenceText.Verify(text.Remove(at, 1), _key, out read) is not null || read == s_trial, text.Remove(at, 1));
        }
    }

    [Fact]
    public void Any_text_is_answered_and_none_is_believed() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text =>
        {
            string all = text ?? "";
            return Fault(all) is not null && Fault($"-----BEGIN ROUTER LICENCE-----\n{all}\n-----SIGNATURE-----\n{all}\n-----END ROUTER LICENCE-----\n") is not null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_signature_by_another_key_or_over_other_lines_is_not_believed()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.StartsWith("its signature does not fit", Fault(LicenceText.Issue(s_trial, other)), StringComparison.Ordinal);
        string[] mine = LicenceText.Issue(s_trial, _key).Split("-----SIGNATURE-----"), more = LicenceText.Issue(s_trial with { Users = 5000 }, _key).Split("-----SIGNATURE-----");
        Assert.StartsWith("its signature does not fit", Fault(more[0] + "-----SIGNATURE-----" + mine[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_torn_or_longer_than_a_licence_says_so()
    {
        string text = LicenceText.Issue(s_trial, _key);
        Assert.StartsWith("it has no line", Fault(""), StringComparison.Ordinal);
        Assert.Equal("its end is missing", Fault(text[..(text.Length / 2)]));
        Assert.Equal("its marks are not in order: it is damaged", Fault(text + text));
        Assert.Equal($"it is longer than {LicenceText.MostLetters} letters", Fault(new string('x', LicenceText.MostLetters + 1)));
    }

    // Rightly signed, and still not a licence.
    [Theory]
    [InlineData("feature: unlimited", "it says `feature`, which this release does not know")]
    [InlineData("users: 6", "it says `users` twice")]
    [InlineData("expires: 2026-02-30", "its `expires` is not a day such as 2026-12-31")]
    [InlineData("expires: 2026-10-31", "it ends before it begins")]
    [InlineData("devices_per_user: 0", "its `devices_per_user` are not a number from 1 to 1000")]
    [InlineData("nonsense", "it says `nonsense`, which this release does not know")]
    public void A_line_that_makes_no_sense_is_refused(string line, string fault)
    {
        string body = $"number: 1\nholder: x\nusers: 5\nissued: 2026-11-01\n{line}\n";
        string signature = Convert.ToBase64String(_key.SignData(System.Text.Encoding.UTF8.GetBytes(body), HashAlgorithmName.SHA256));
        Assert.Equal(fault, Fault($"-----BEGIN ROUTER LICENCE-----\n{body}-----SIGNATURE-----\n{signature}\n-----END ROUTER LICENCE-----\n"));
    }

    [Fact]
    public void What_can_be_no_licence_is_not_issued()
    {
        Assert.Throws<FormatException>(() => LicenceText.Issue(s_trial with { Users = 0 }, _key));
        Assert.Throws<FormatException>(() => LicenceText.Issue(s_trial with { Holder = "a\nusers: 500" }, _key));
        Assert.Throws<FormatException>(() => LicenceText.Issue(s_trial with { Holder = " " }, _key));
        Assert.Throws<FormatException>(() => LicenceText.Issue(s_trial with { Expires = new DateOnly(2026, 11, 9) }, _key));
    }

    [Fact]
    public void Only_a_private_key_on_the_right_curve_issues()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<CryptographicException>(() => ProductKey.OpenPrivate(other.ExportPkcs8PrivateKeyPem()));
        Assert.Throws<CryptographicException>(() => ProductKey.OpenPrivate(_key.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<CryptographicException>(() => ProductKey.OpenPrivate("no key"));
        using ECDsa same = ProductKey.OpenPrivate(_key.ExportPkcs8PrivateKeyPem());
        Assert.Equal(ProductKey.Fingerprint(_key), ProductKey.Fingerprint(same));
    }
}
