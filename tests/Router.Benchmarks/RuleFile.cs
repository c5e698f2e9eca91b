using System.Globalization;
using System.Text;
using Router.Configuration;

namespace Router.Benchmarks;

/// <summary>
/// A configuration with so many rules as an administrator might have them, of four kinds in turn: from a network inside, to a
/// network outside, for one service, from another zone. None of them speaks of TCP from 192.168.10.5 in zone trusted to port 443 of
/// 192.0.2.1 but the last, so that all are looked at for it, each as far as its kind lets it.
/// </summary>
internal static class RuleFile
{
    private const string Head =
        """
        zones:
          trusted: { interfaces: [lan0] }
          guest: { interfaces: [guest0] }
        links:
          one: { interface: wan0, weight: 2 }
          two: { interface: wan1, weight: 1 }
        rules:

        """;

    /// <summary>The file's octets.</summary>
    /// <param name="rules">How many, the last one included; up to 16,000.</param>
    public static byte[] Of(int rules)
    {
        var text = new StringBuilder(Head);
        for (int number = 0; number < rules - 1; number++) text.Append("  - { ").Append(Rule(number)).AppendLine(", action: allow }");
        text.AppendLine("  - { name: last, source: [trusted, guest], destination: [internet], action: allow }");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The settings that the file means. It has no errors.</summary>
    public static Settings Read(byte[] octets)
    {
        LoadResult result = ConfigurationLoader.LoadText("router.yaml", octets);
        Assert.Empty(result.Errors);
        return result.Settings!;
    }

    private static string Rule(int number)
    {
        int high = number / 4 / 256, low = number / 4 % 256;
        return (number % 4) switch
        {
            0 => Invariant($"name: from {number}, source: [10.{high}.{low}.0/24], destination: [internet], service: [tcp/443]"),
            1 => Invariant($"name: to {number}, source: [trusted], destination: [100.{64 + high}.{low}.0/24]"),
            2 => Invariant($"name: service {number}, source: [trusted], destination: [internet], service: [udp/{number + 1}]"),
            _ => Invariant($"name: guests {number}, source: [guest], destination: [internet], service: [tcp/443-{500 + number}]"),
        };
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
