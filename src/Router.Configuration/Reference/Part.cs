using System.Globalization;
using System.Text.Json.Nodes;

namespace Router.Configuration.Reference;

/// <summary>
/// One key of the configuration: the source of what the reader takes for a known key, of the JSON schema, and of the tables in
/// docs/configuration.md.
/// </summary>
/// <param name="Name">As it is written.</param>
/// <param name="Shape">What its value may look like.</param>
/// <param name="Type">The same in words, in Markdown; empty for a key that the tables do not show by itself.</param>
/// <param name="Default">What holds where it is not written; `needed` where it must be.</param>
/// <param name="Meaning">In Markdown.</param>
/// <param name="Example">A value, in Markdown.</param>
internal sealed record Key(string Name, Shape Shape, string Type, string Default, string Meaning, string Example)
{
    /// <summary>The keys beneath it that the tables show as `name.key`.</summary>
    public Part? Below { get; init; }

    /// <summary>Its schema.</summary>
    public JsonObject ToJson()
    {
        JsonObject schema = Shape.ToJson();
        string meaning = Meaning.Length == 0 ? "" : char.ToUpperInvariant(Meaning[0]) + Meaning[1..] + ".";
        string otherwise = Default is "" or "needed" ? "" : $" Default: {Default}.";
        string example = Example.Length == 0 ? "" : $" Example: {Example}.";
        if ((meaning + otherwise + example).Trim() is { Length: > 0 } text) schema["description"] = text;
        string plain = Example.Trim('`').Trim('"');
        if (plain.Length > 0 && plain[0] is not ('[' or '{') && !plain.Contains('`')) schema["examples"] = new JsonArray(Typed(plain));
        return schema;
    }

    private static JsonValue Typed(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? JsonValue.Create(number)
        : bool.TryParse(text, out bool flag) ? JsonValue.Create(flag) : JsonValue.Create(text);
}

/// <summary>The keys that a mapping may have, in the order in which they are documented.</summary>
internal sealed class Part(Key[] keys)
{
    public IReadOnlyList<Key> Keys => keys;

    /// <summary>Their names.</summary>
    public string[] Names => Array.ConvertAll(keys, key => key.Name);

    /// <summary>The rows of its table: cells as they stand in Markdown.</summary>
    /// <param name="prefix">What stands before each key.</param>
    public IEnumerable<string> Rows(string prefix = "")
    {
        foreach (Key key in keys)
        {
            if (key.Type.Length > 0) yield return $"| `{prefix}{key.Name}` | {key.Type} | {key.Default} | {key.Meaning} | {key.Example} |".Replace("|  |", "| |", StringComparison.Ordinal);
            foreach (string row in key.Below?.Rows($"{prefix}{key.Name}.") ?? []) yield return row;
        }
    }
}
