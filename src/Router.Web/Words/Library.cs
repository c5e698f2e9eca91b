using System.Collections.Frozen;
using System.Text;

namespace Router.Web.Words;

/// <summary>
/// The languages there are, and the logo: what is built in, with what the administrator's directory puts over it.
///
///     en.txt, de.txt       lines that take the place of ours
///     fr.txt               another language, whose missing lines are English
///     logo.svg, logo.png   shown above every page
///
/// Read when the portal's settings change or the directory does. A file that cannot be read, or says something odd, is told once in the
/// journal, and what is built in holds.
/// </summary>
internal sealed class Library
{
    private const int MostLanguages = 32;
    private const int MostFileOctets = 64 * 1024;

    /// <summary>So that a page with its logo stays quick.</summary>
    public const int MostLogoOctets = 64 * 1024;

    private readonly Dictionary<string, Lexicon> _languages = new(StringComparer.OrdinalIgnoreCase);

    private Library(Lexicon english) => English = english;

    public Lexicon English { get; }

    /// <summary>The picture and its media type; null for none.</summary>
    public (byte[] Octets, string Type)? Logo { get; private init; }

    public IReadOnlyCollection<string> Languages => _languages.Keys;

    /// <param name="directory">The administrator's, or null.</param>
    /// <param name="complain">Told in a sentence what is wrong with its files.</param>
    public static Library Load(string? directory, Action<string> complain)
    {
        Dictionary<string, Dictionary<Say, string>> texts = new(StringComparer.OrdinalIgnoreCase) { ["en"] = BuiltIn("en"), ["de"] = BuiltIn("de") };
        foreach (string file in Written(directory, complain)) ReadOver(texts, file, complain);
        var english = new Lexicon("en", texts["en"].ToFrozenDictionary(), null);
        var library = new Library(english) { Logo = FindLogo(directory, complain) };
        foreach ((string tag, Dictionary<Say, string> lines) in texts)
        {
            library._languages[tag] = tag == "en" ? english : new Lexicon(tag, lines.ToFrozenDictionary(), english);
        }
        return library;
    }

    /// <summary>The language that a visitor likes best of those there are (RFC 9110 12.5.4); English if none.</summary>
    public Lexicon Choose(string? acceptLanguage)
    {
        (Lexicon Language, double Weight) best = (English, 0);
        foreach (string item in (acceptLanguage ?? "").Split(',', 32, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = item.Split(';', 2, StringSplitOptions.TrimEntries);
            double weight = parts.Length == 1 ? 1 : Weight(parts[1]);
            string tag = parts[0].Split('-')[0];
            if (weight > best.Weight && (_languages.GetValueOrDefault(parts[0]) ?? _languages.GetValueOrDefault(tag)) is { } found) best = (found, weight);
        }
        return best.Language;
    }

    internal static Dictionary<Say, string> BuiltIn(string tag)
    {
        using Stream stream = typeof(Library).Assembly.GetManifestResourceStream($"{tag}.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Lexicon.Read(reader.ReadToEnd(), (line, what) => throw new InvalidDataException($"{tag}.txt:{line}: {what}"));
    }

    private static double Weight(string parameter) =>
        parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(parameter.AsSpan(2), System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out double weight)
            ? Math.Min(weight, 1) : 0;

    private static string[] Written(string? directory, Action<string> complain)
    {
        if (directory is null) return [];
        try
        {
            string[] files = Directory.GetFiles(directory, "*.txt");
            Array.Sort(files, StringComparer.Ordinal);
            return files[..Math.Min(files.Length, MostLanguages)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            complain($"the portal's own texts hold, as {directory} cannot be read: {fault.Message}");
            return [];
        }
    }

    private static void ReadOver(Dictionary<string, Dictionary<Say, string>> texts, string file, Action<string> complain)
    {
        string tag = Path.GetFileNameWithoutExtension(file).ToLowerInvariant();
        if (tag.Length is < 2 or > 12 || !tag.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            complain($"{file} is named after no language: name it as `en.txt` or `pt-br.txt`");
            return;
        }
        if (ReadSmall(file, MostFileOctets, complain) is not { } octets) return;
        if (!texts.TryGetValue(tag, out Dictionary<Say, string>? lines)) texts[tag] = lines = [];
        foreach ((Say say, string text) in Lexicon.Read(Encoding.UTF8.GetString(octets), (line, what) => complain($"{file}:{line}: {what}"))) lines[say] = text;
    }

    private static (byte[] Octets, string Type)? FindLogo(string? directory, Action<string> complain)
    {
        foreach ((string name, string type) in (ReadOnlySpan<(string, string)>)[("logo.svg", "image/svg+xml"), ("logo.png", "image/png")])
        {
            string file = Path.Combine(directory ?? "", name);
            if (directory is not null && File.Exists(file) && ReadSmall(file, MostLogoOctets, complain) is { } octets) return (octets, type);
        }
        return null;
    }

    private static byte[]? ReadSmall(string file, int most, Action<string> complain)
    {
        try
        {
            if (new FileInfo(file).Length <= most) return File.ReadAllBytes(file);
            complain($"{file} is left out, as it is longer than {most} octets");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            complain($"{file} is left out, as it cannot be read: {fault.Message}");
        }
        return null;
    }
}
