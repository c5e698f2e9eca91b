using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Router.Configuration;
using Router.Configuration.Layers;
using Router.Configuration.Layers.Yaml;
using Router.Configuration.Reference;

namespace Router.Tests.Configuration;

/// <summary>
/// The schema for editors and the tables of docs/configuration.md are what the reference says, and the schema takes what the reader takes. The
/// keys themselves cannot differ: the readers have them from the same parts. With ROUTER_RENEW=1 the two files are written anew.
/// </summary>
public sealed partial class ReferenceTests
{
    private const string HowTo = "run the tests of Router.Tests.Configuration.ReferenceTests with ROUTER_RENEW=1 to renew it";

    /// <summary>Complaints of the reader about form, which a schema can see too.</summary>
    private static readonly string[] s_formal =
        ["unknown key", "must be a mapping", "must be a single value", "is not possible for", "is not a duration", "is not a share", "neither true nor false", "is not a number from", "has no name", "has no action"];

    private static readonly bool s_renews = Environment.GetEnvironmentVariable("ROUTER_RENEW") == "1";

    private static string Root { get; } = FindRoot();

    [Fact]
    public void The_schema_that_is_installed_is_that_of_the_reference()
    {
        string file = Path.Combine(Root, "packaging", "router.schema.json");
        if (s_renews) File.WriteAllText(file, ConfigurationReference.Schema);
        Assert.True(File.ReadAllText(file) == ConfigurationReference.Schema, $"{file} is not what the reference says: {HowTo}");
    }

    [Fact]
    public void The_tables_of_the_manual_are_those_of_the_reference()
    {
        string file = Path.Combine(Root, "docs", "configuration.md"), text = File.ReadAllText(file), renewed = text;
        foreach ((string heading, IReadOnlyList<string> rows) in ConfigurationReference.Tables) renewed = WithTable(renewed, heading, rows);
        if (s_renews) File.WriteAllText(file, renewed);
        Assert.True((s_renews ? renewed : text) == renewed, $"{file} has other tables than the reference: {HowTo}");
    }

    [Fact]
    public void The_schema_takes_what_the_reader_takes_and_refuses_what_is_wrong_in_form()
    {
        string[] lines = [.. InlineData(typeof(FaultTests)).Select(line => Loading.Base + line + "\n"), .. InlineData(typeof(FaultTests)).Select(line => Loading.WithRule(line + "\naction: allow"))];
        string[] documents =
        [
            .. lines, Loading.Base, File.ReadAllText(Path.Combine(Root, "packaging", "router.yaml")),
            .. InlineData(typeof(TrapTests)).Select(line => Loading.Base + line + "\n"), .. InlineData(typeof(CheckTests)).Select(line => Loading.WithRule(line + "\naction: allow")),
            .. InlineData(typeof(CapTests)).Concat(InlineData(typeof(HealthTests))).Concat(InlineData(typeof(LimitTests))).Concat(InlineData(typeof(WebTests))).Concat(InlineData(typeof(UsersTests))).Concat(InlineData(typeof(LicenseTests))).Select(line => Loading.Base + line + "\n"),
            .. YamlBlocks().Matches(File.ReadAllText(Path.Combine(Root, "docs", "configuration.md"))).Select(match => match.Groups[1].Value),
        ];
        var asked = documents.Distinct().Select(text => (Text: text, Result: Loading.Text(text), Json: ToJson(text))).Where(one => one.Json is not null).ToList();
        bool[] valid = Validate([.. asked.Select(one => one.Json)]);
        int taken = 0, refused = 0;
        for (int i = 0; i < asked.Count; i++)
        {
            (string text, LoadResult result, _) = asked[i];
            if (result.Settings is not null)
            {
                taken++;
                Assert.True(valid[i], $"the reader takes it and the schema does not:\n{text}");
            }
            else if (result.Errors.Any(error => Array.Exists(s_formal, error.Message.Contains)))
            {
                refused++;
                Assert.False(valid[i], $"the schema takes it and the reader says {result.Errors[0]}:\n{text}");
            }
        }
        Assert.True(taken > 30 && refused > 50, $"{taken} documents were taken and {refused} refused: too few to mean anything");
    }

    [Fact]
    public void Every_key_of_the_reference_is_in_the_schema_once_with_a_description()
    {
        JsonNode schema = JsonNode.Parse(ConfigurationReference.Schema)!;
        foreach (Key key in ConfigurationReference.Root.Keys)
        {
            JsonNode part = schema["properties"]![key.Name]!;
            Assert.NotEqual("", (string?)part["description"]);
        }
        Assert.Equal(ConfigurationReference.Root.Keys.Count, schema["properties"]!.AsObject().Count);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)schema["$schema"]);
    }

    private static string WithTable(string text, string heading, IReadOnlyList<string> rows)
    {
        const string Head = "| key | type | default | meaning | example |\n|---|---|---|---|---|\n";
        int at = text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        Assert.True(at >= 0, $"docs/configuration.md has no part {heading}");
        int begin = text.IndexOf(Head, at, StringComparison.Ordinal) + Head.Length, end = text.IndexOf("\n\n", begin, StringComparison.Ordinal) + 1;
        return string.Concat(text.AsSpan(0, begin), string.Concat(rows.Select(row => row + "\n")), text.AsSpan(end));
    }

    /// <summary>The first text of each InlineData of a class.</summary>
    private static IEnumerable<string> InlineData(Type tests) => tests.GetMethods()
        .SelectMany(method => method.GetCustomAttributes<InlineDataAttribute>()).Select(data => data.Data.FirstOrDefault() as string).OfType<string>();

    /// <summary>What an editor's YAML parser would make of it; null if it is no YAML of ours.</summary>
    private static JsonNode? ToJson(string text)
    {
        var errors = new ErrorList();
        return YamlReader.Read("f.yaml", text, errors) is { } root && !errors.Any ? ToJson(root) : null;
    }

    private static JsonNode? ToJson(Node node)
    {
        if (node.Kind == NodeKind.List) return new JsonArray([.. Enumerable.Range(0, node.Count).Select(i => ToJson(node.Child(i)))]);
        if (node.Kind == NodeKind.Scalar)
        {
            return node.Value is not { } text ? null : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : text is "true" or "false" ? text == "true" : text;
        }
        var mapping = new JsonObject();
        for (int i = 0; i < node.Count; i++) mapping[node.Child(i).Key] = ToJson(node.Child(i));
        return mapping;
    }

    // A validator that is none of ours: python3-jsonschema.
    private static bool[] Validate(JsonNode?[] documents)
    {
        const string Program = """
            import json, sys
            try:
                from jsonschema import Draft202012Validator as V
            except ImportError:
                print("absent"); sys.exit(0)
            asked = json.load(sys.stdin)
            V.check_schema(asked["schema"])
            validator = V(asked["schema"])
            print(json.dumps([validator.is_valid(one) for one in asked["documents"]]))
            """;
        string? answer = null;
        try
        {
            using Process python = Process.Start(new ProcessStartInfo("python3", ["-c", Program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            var asked = new JsonObject { ["schema"] = JsonNode.Parse(ConfigurationReference.Schema), ["documents"] = new JsonArray(documents) };
            python.StandardInput.Write(asked.ToJsonString());
            python.StandardInput.Close();
            answer = python.StandardOutput.ReadToEnd().Trim();
            python.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            answer = "absent";
        }
        if (answer == "absent") Assert.Skip("python3-jsonschema is not installed, so the schema is not tried by a validator");
        return [.. JsonNode.Parse(answer)!.AsArray().Select(one => (bool)one!)];
    }

    private static string FindRoot()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Router.sln"))) directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("no Router.sln above the tests");
        return directory;
    }

    [GeneratedRegex("```yaml\n(zones:.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlocks();
}
