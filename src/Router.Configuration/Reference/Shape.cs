using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Router.Configuration.Reference;

/// <summary>
/// What a value may look like, for editors (JSON Schema, draft 2020-12). A shape is as wide as the reader or wider: what the reader takes is never
/// underlined, and what only the whole file can tell (a name that is not defined, a quorum that is too high) is left to `check`. Words count the
/// same in capital and small letters, so each is offered in small ones and matched in any.
/// </summary>
internal sealed class Shape
{
    private readonly Func<JsonObject> _make;

    private Shape(Func<JsonObject> make) => _make = make;

    public static Shape Flag { get; } = new(() => new JsonObject { ["enum"] = new JsonArray(true, false, "true", "false") });
    public static Shape True { get; } = new(() => new JsonObject { ["enum"] = new JsonArray(true, "true") });
    public static Shape Duration { get; } = Matching("^[0-9]{1,9} *(ms|s|m|h|d)$");
    public static Shape Speed { get; } = Matching("^[0-9.]+ *(/ *[0-9.]+ *)?[kKmMgG]?[bB][iI][tT]/[sS]$");
    public static Shape Share { get; } = Matching("^[0-9.]+ *%$");
    public static Shape Volume { get; } = Matching("^[0-9.]+ *[MGT]i?B$");
    public static Shape Interface { get; } = new(() => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 15 });
    public static Shape Address { get; } = Matching("^[0-9A-Fa-f:.]+$");
    public static Shape Prefix { get; } = Matching("^[0-9A-Fa-f:]+/[0-9]+$");
    public static Shape Name { get; } = Matching("^[A-Za-z][A-Za-z0-9_-]*$");
    public static Shape End { get; } = Matching("^[^ ].*$");
    public static Shape Service { get; } = Matching("^[A-Za-z][A-Za-z0-9_-]*(/[0-9]+(-[0-9]+)?)?$");
    public static Shape Path { get; } = Matching("^/");
    public static Shape HostName { get; } = Matching("^[A-Za-z0-9.-]+$");
    public static Shape Mac { get; } = Matching("^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$");
    public static Shape Days { get; } = Matching("^[A-Za-z]+([-, ]+[A-Za-z]+)*$");
    public static Shape TimeOfDay { get; } = Matching("^[0-9]{1,2}:[0-5][0-9]$");
    public static Shape Target { get; } = Matching($"^({InAnyCase("gateway")}|{InAnyCase("icmp")}:.+|{InAnyCase("tcp")}:.+:[0-9]+|{InAnyCase("dns")}:.+/.+|{InAnyCase("http")}[sS]?://.+)$");
    public static Shape WebUrl { get; } = Matching($"^{InAnyCase("http")}[sS]?://.+$");
    public static Shape LdapUrl { get; } = Matching($"^{InAnyCase("ldap")}[sS]?://.+$");
    public static Shape ForwardTarget { get; } = Matching(@"^[0-9A-Fa-f:.\[\]]+$");
    public static Shape NatSource { get; } = Any(Word("auto", "off"), Address);
    public static Shape Dscp { get; } = Any(Number(0, 63), Matching("^[A-Za-z][A-Za-z0-9-]*$"));
    public static Shape Limit { get; } = Any(Word("unlimited"), Number(1, 16_777_216));
    public static Shape Plan { get; } = Word("keep", "move", "reset", "drain");
    public static Shape Plans { get; } = new(() => Any(Plan, Of(RuleParts.Plans)).ToJson());

    /// <summary>A new node each time, as a node has one place in a tree.</summary>
    public JsonObject ToJson() => _make();

    /// <summary>A whole number; in quotes it counts too.</summary>
    public static Shape Number(int least, int most) => new(() => new JsonObject
    {
        ["type"] = new JsonArray("integer", "string"), ["minimum"] = least, ["maximum"] = most, ["pattern"] = "^[+-]?[0-9]+$",
    });

    /// <summary>Text; what YAML reads as a number is text here too.</summary>
    public static Shape Text(int most) => new(() => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean"), ["maxLength"] = most });

    public static Shape Word(params string[] words) => Any(
        new Shape(() => new JsonObject { ["enum"] = new JsonArray([.. words.Select(word => JsonValue.Create(word))]) }),
        Matching($"^({string.Join('|', words.Select(InAnyCase))})$"));

    public static Shape Any(params Shape[] shapes) => new(() => new JsonObject { ["anyOf"] = new JsonArray([.. shapes.Select(shape => shape.ToJson())]) });

    /// <summary>A list.</summary>
    /// <param name="item">What is in it.</param>
    /// <param name="least">How many at least; of none, nothing needs to be written at all.</param>
    /// <param name="most">How many at most; 0: any number.</param>
    /// <param name="isBare">Whether one item may stand without brackets.</param>
    public static Shape List(Shape item, int least = 0, int most = 0, bool isBare = true) => new(() =>
    {
        var list = new JsonObject { ["type"] = least > 0 ? "array" : new JsonArray("array", "null"), ["items"] = item.ToJson() };
        if (least > 0) list["minItems"] = least;
        if (most > 0) list["maxItems"] = most;
        return isBare ? new JsonObject { ["anyOf"] = new JsonArray(list, item.ToJson()) } : list;
    });

    /// <summary>A mapping whose keys are names of the administrator's choice.</summary>
    public static Shape Map(Shape value, bool isNamed = true) => new(() =>
    {
        var map = new JsonObject { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = value.ToJson() };
        if (isNamed) map["propertyNames"] = new JsonObject { ["pattern"] = "^[A-Za-z][A-Za-z0-9_-]*$" };
        return map;
    });

    /// <summary>A mapping with these keys and no others.</summary>
    /// <param name="part">The keys.</param>
    /// <param name="isWhole">Whether what is needed must stand there; not where another file may add it.</param>
    public static Shape Of(Part part, bool isWhole = false) => new(() =>
    {
        var properties = new JsonObject();
        foreach (Key key in part.Keys) properties[key.Name] = key.ToJson();
        var mapping = new JsonObject { ["type"] = new JsonArray("object", "null"), ["properties"] = properties, ["additionalProperties"] = false };
        string[] needed = isWhole ? [.. part.Keys.Where(key => key.Default == "needed").Select(key => key.Name)] : [];
        if (needed.Length > 0) mapping["required"] = new JsonArray([.. needed.Select(name => JsonValue.Create(name))]);
        if (isWhole) mapping["type"] = "object";
        return mapping;
    });

    private static Shape Matching(string pattern) => new(() => new JsonObject { ["type"] = "string", ["pattern"] = pattern });

    // Regular expressions of JSON Schema (ECMA-262) have no switch for it.
    private static string InAnyCase(string word)
    {
        var pattern = new StringBuilder();
        foreach (char letter in word)
        {
            if (char.IsAsciiLetter(letter)) pattern.Append(CultureInfo.InvariantCulture, $"[{char.ToLowerInvariant(letter)}{char.ToUpperInvariant(letter)}]");
            else pattern.Append(letter);
        }
        return pattern.ToString();
    }
}
