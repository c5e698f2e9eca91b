using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Router.Licensing.Files;

/// <summary>
/// A licence as text that may be sent by mail: lines of a name and a value, and a signature over them.
///
///     -----BEGIN ROUTER LICENCE-----
///     number: 2026-00017
///     holder: Example GmbH
///     users: 50
///     devices_per_user: 5
///     issued: 2026-11-22
///     expires: 2026-12-22
///     -----SIGNATURE-----
///     (ECDSA with P-256 and SHA-256, 64 octets r and s as in IEEE P1363, in base64 of at most 64 letters a line)
///     -----END ROUTER LICENCE-----
///
/// Signed are the lines between the first two marks, in UTF-8, each without white space at its ends and with a line feed after it; so
/// neither the line ends of a mail program nor its indentation harm it. What stands outside of the marks is not read. A name that this
/// release does not know is refused, since it may take something away. The file may be anybody's: parsing is bounded, and nothing of
/// it is believed before the signature is verified.
/// </summary>
public static class LicenceText
{
    /// <summary>A longer text is no licence.</summary>
    public const int MostLetters = 16 * 1024;

    public const int SignatureOctets = 64;

    private const string Begin = "-----BEGIN ROUTER LICENCE-----";
    private const string Middle = "-----SIGNATURE-----";
    private const string End = "-----END ROUTER LICENCE-----";
    private const string DateForm = "yyyy-MM-dd";
    private const int MostHolderLetters = 200;
    private const int SignatureLine = 64;

    /// <summary>Writes and signs a licence.</summary>
    /// <param name="licence">What is granted.</param>
    /// <param name="key">With its private half.</param>
    /// <exception cref="FormatException">It has what no licence can have: the sentence says what.</exception>
    public static string Issue(Licence licence, ECDsa key)
    {
        string body = Body(licence);
        if (Read(body, out _) is { } fault) throw new FormatException(fault);
        string signature = Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(body), HashAlgorithmName.SHA256));
        var text = new StringBuilder().Append(Begin).Append('\n').Append(body).Append(Middle).Append('\n');
        for (int at = 0; at < signature.Length; at += SignatureLine) text.Append(signature.AsSpan(at, Math.Min(SignatureLine, signature.Length - at))).Append('\n');
        return text.Append(End).Append('\n').ToString();
    }

    /// <summary>Reads a licence and verifies it.</summary>
    /// <param name="text">Of the file.</param>
    /// <param name="key">Whose signature is believed.</param>
    /// <param name="licence">The licence, if the answer is null.</param>
    /// <returns>What is wrong with it, as part of a sentence; null if nothing.</returns>
    public static string? Verify(string text, ECDsa key, out Licence? licence)
    {
        licence = null;
        if (text.Length > MostLetters) return $"it is longer than {MostLetters} letters";
        if (Split(text, out string body, out byte[] signature) is { } torn) return torn;
        if (!key.VerifyData(Encoding.UTF8.GetBytes(body), signature, HashAlgorithmName.SHA256)) return "its signature does not fit: it was changed, or another key has signed it";
        return Read(body, out licence);
    }

    private static string Body(Licence licence)
    {
        var body = new StringBuilder();
        void Line(string name, string value) => body.Append(name).Append(": ").Append(value.Trim()).Append('\n');
        void Day(string name, DateOnly? day)
        {
            if (day is { } known) Line(name, known.ToString(DateForm, CultureInfo.InvariantCulture));
        }
        Line("number", licence.Number);
        Line("holder", licence.Holder);
        Line("users", licence.Users.ToString(CultureInfo.InvariantCulture));
        Line("devices_per_user", licence.DevicesPerUser.ToString(CultureInfo.InvariantCulture));
        Day("issued", licence.Issued);
        Day("not_before", licence.NotBefore);
        Day("expires", licence.Expires);
        Day("maintenance_until", licence.MaintenanceUntil);
        return body.ToString();
    }

    // The lines between the marks, and the signature behind them.
    private static string? Split(string text, out string body, out byte[] signature)
    {
        var (lines, signed, part) = (new StringBuilder(), new StringBuilder(), 0);
        (body, signature) = ("", []);
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> line = raw.Trim();
            if (line.SequenceEqual(Begin) || line.SequenceEqual(Middle) || line.SequenceEqual(End))
            {
                int next = line.SequenceEqual(Begin) ? 1 : line.SequenceEqual(Middle) ? 2 : 3;
                if (next != part + 1) return "its marks are not in order: it is damaged";
                part = next;
            }
            else if (part == 1) lines.Append(line).Append('\n');
            else if (part == 2) signed.Append(line);
        }
        if (part == 0) return $"it has no line `{Begin}`: it is no licence";
        if (part != 3) return "its end is missing";
        body = lines.ToString();
        signature = new byte[SignatureOctets];
        return Convert.TryFromBase64String(signed.ToString(), signature, out int written) && written == SignatureOctets ? null : "its signature is damaged";
    }

    private static string? Read(string body, out Licence? licence)
    {
        licence = null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in body.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? line : line[..colon].Trim();
            if (colon < 0 || name is not ("number" or "holder" or "users" or "devices_per_user" or "issued" or "not_before" or "expires" or "maintenance_until"))
            {
                return $"it says `{name}`, which this release does not know";
            }
            if (!values.TryAdd(name, line[(colon + 1)..].Trim())) return $"it says `{name}` twice";
        }
        if (!IsName(values.GetValueOrDefault("number")) || !IsName(values.GetValueOrDefault("holder"))) return $"it needs a `number` and a `holder`, of at most {MostHolderLetters} letters each";
        if (!IsCount(values, "users", Licence.MostUsers, null, out int users)) return $"its `users` are not a number from 1 to {Licence.MostUsers}";
        if (!IsCount(values, "devices_per_user", Licence.MostDevicesPerUser, Licence.UsualDevicesPerUser, out int devices)) return $"its `devices_per_user` are not a number from 1 to {Licence.MostDevicesPerUser}";
        foreach (string day in (string[])["issued", "not_before", "expires", "maintenance_until"])
        {
            if (values.TryGetValue(day, out string? text) && Day(text) is null) return $"its `{day}` is not a day such as 2026-12-31";
        }
        if (Day(values.GetValueOrDefault("issued")) is not { } issued) return "it needs a day on which it was `issued`";
        DateOnly? first = Day(values.GetValueOrDefault("not_before")), last = Day(values.GetValueOrDefault("expires"));
        if (last < (first ?? issued)) return "it ends before it begins";
        licence = new Licence(values["number"], values["holder"], users, devices, issued, first, last, Day(values.GetValueOrDefault("maintenance_until")));
        return null;
    }

    private static bool IsName(string? text) => text is { Length: > 0 and <= MostHolderLetters } && !text.Any(char.IsControl);

    private static bool IsCount(Dictionary<string, string> values, string name, int most, int? otherwise, out int count)
    {
        count = otherwise ?? 0;
        if (!values.TryGetValue(name, out string? text)) return otherwise is not null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= 1 && count <= most;
    }

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, DateForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;
}
