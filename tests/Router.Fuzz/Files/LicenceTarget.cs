using System.Security.Cryptography;
using System.Text;
using Router.Licensing.Files;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>
/// The reader of licence files, in two ways. What comes is read as a file: only what was issued is believed, whatever was done to it. And
/// it is read as the lines of a licence that somebody has signed rightly: whatever they say, what is taken from them can be issued again,
/// and is read as the same.
/// </summary>
internal static class LicenceTarget
{
    private static readonly ECDsa s_key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static readonly Licence[] s_issued =
    [
        new("2026-17", "Example GmbH", 50, 5, new DateOnly(2026, 11, 22)),
        new("18", "Größer & Söhne", 200, 3, new DateOnly(2026, 1, 1), new DateOnly(2026, 2, 1), new DateOnly(2027, 1, 31), new DateOnly(2027, 12, 31)),
    ];

    public static byte[][] Samples() => [.. s_issued.Select(licence => Encoding.UTF8.GetBytes(LicenceText.Issue(licence, s_key)))];

    public static void Feed(Span<byte> octets, Random random)
    {
        string text = Encoding.UTF8.GetString(octets);
        if (LicenceText.Verify(text, s_key, out Licence? read) is null) Unless(s_issued.Contains(read), "only what was issued is believed");
        else Unless(read is null, "what is refused grants nothing");

        string[] lines = [.. text.Split('\n').Select(line => line.Trim()).TakeWhile(line => line != "-----SIGNATURE-----").Where(line => !line.StartsWith("-----", StringComparison.Ordinal))];
        string body = string.Concat(Lines(lines).Select(line => line + "\n"));
        string signature = Convert.ToBase64String(s_key.SignData(Encoding.UTF8.GetBytes(body), HashAlgorithmName.SHA256));
        string signed = $"-----BEGIN ROUTER LICENCE-----\n{body}-----SIGNATURE-----\n{signature}\n-----END ROUTER LICENCE-----\n";
        string? fault = LicenceText.Verify(signed, s_key, out Licence? granted);
        Unless((fault is null) == (granted is not null), "a licence is granted or a fault is told");
        Unless(fault is null || !fault.Contains("signature", StringComparison.Ordinal), $"what was signed is not forged: {fault}");
        if (granted is null) return;
        Unless(LicenceText.Verify(LicenceText.Issue(granted, s_key), s_key, out Licence? again) is null && again == granted, "what was read is issued and read again as itself");
    }

    // As the reader sees them: it knows more ends of a line than the line feed.
    private static IEnumerable<string> Lines(string[] lines)
    {
        foreach (string some in lines)
        {
            foreach (string line in some.ReplaceLineEndings("\n").Split('\n')) yield return line.Trim();
        }
    }
}
