using System.Text;
using Router.Configuration;

namespace Router.Tests.Configuration;

/// <summary>What the tests of the loader share: loading text, and a small valid file to add to.</summary>
internal static class Loading
{
    /// <summary>A valid start. Line 1 is `zones:`; text added after it begins on line 9.</summary>
    public const string Base =
        """
        zones:
          trusted: { interfaces: [lan0] }
          guest: { interfaces: [guest0] }
          vpn: { interfaces: [wg0] }
        links:
          fiber: { interface: wan0, weight: 8 }
          dsl: { interface: wan1, weight: 4 }
          lte: { interface: wan2, weight: 1 }

        """;

    public static LoadResult Text(string text, params (string Name, string Value)[] environment) =>
        ConfigurationLoader.LoadText("f.yaml", Encoding.UTF8.GetBytes(text),
            environment.Select(v => new KeyValuePair<string, string?>(v.Name, v.Value)));

    public static Settings Sound(string text, params (string Name, string Value)[] environment)
    {
        LoadResult result = Text(text, environment);
        Assert.Empty(result.Errors);
        return result.Settings!;
    }

    /// <summary>The settings of <see cref="Base"/> with one rule of these lines.</summary>
    public static RuleSettings Rule(string fields) => Assert.Single(Sound(WithRule(fields)).Rules);

    /// <summary><see cref="Base"/> with one rule; the first of its fields stands on line 11, from column 5.</summary>
    public static string WithRule(string fields, string before = "") =>
        Base + before + "rules:\n  - name: r\n    " + fields.ReplaceLineEndings("\n").Replace("\n", "\n    ") + "\n";

    /// <summary>The only error, as it is printed.</summary>
    public static string Fault(string text, params (string Name, string Value)[] environment)
    {
        LoadResult result = Text(text, environment);
        Assert.Null(result.Settings);
        return Assert.Single(result.Errors).ToString();
    }

    public static string[] Warnings(string text)
    {
        LoadResult result = Text(text);
        Assert.Empty(result.Errors);
        return [.. result.Warnings.Select(w => w.ToString())];
    }

    public static string ExamplePath => Path.Combine(AppContext.BaseDirectory, "Configuration", "Files", "router.example.yaml");
}
