using Router.Configuration;
using Router.Forwarding;
using Router.Configuration.Checks;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Tests.Configuration;

/// <summary>Warnings: said where something is odd, and not said where it is not.</summary>
public sealed class CheckTests
{
    [Theory]
    [InlineData("link: dsl", "11:11: warning: while dsl is down, what rule `r` matches is refused")]
    [InlineData("link: [dsl, lte]", "11:11: warning: while dsl and lte are down, what rule `r` matches is refused")]
    [InlineData("on_link_return: move", "11:21: warning: `on_link_return` has no effect here: by `mode: balance` no link is better than another")]
    [InlineData("fallback: true", "11:15: warning: `fallback` without `link` has no effect")]
    [InlineData("source: [trusted]\nservice: udp/1\nnat: { full_cone: true }", "13:10: warning: `full_cone` for more than one inside host")]
    [InlineData("source: [10.0.0.1]\nnat: { full_cone: true }", "12:10: warning: `full_cone` for so many ports")]
    [InlineData("source: [10.0.0.1]\nfamily: ipv6", "12:13: warning: rule `r` can never match")]
    [InlineData("source: [10.0.0.1/24]", "11:14: warning: `10.0.0.1/24` has bits set beyond its length and means 10.0.0.0/24; write `10.0.0.0/24`, or `10.0.0.1` for the host")]
    public void Said(string fields, string told) =>
        Assert.StartsWith("f.yaml:" + told, Assert.Single(Loading.Warnings(Loading.WithRule(fields + "\naction: allow"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("link: dsl\nfallback: false")]
    [InlineData("link: dsl\nfallback: true")]
    [InlineData("source: [10.0.0.1]\nservice: udp/3074\nnat: { full_cone: true }")]
    [InlineData("source: [10.0.0.0/24, \"2001:db8::/64\"]\nfamily: ipv6")]
    public void Not_said(string fields) => Assert.Empty(Loading.Warnings(Loading.WithRule(fields + "\naction: allow")));

    [Theory]
    [InlineData("", "source: trusted", true)]
    [InlineData("source: trusted", "source: [trusted, guest]", false)]
    [InlineData("source: [guest, trusted]", "source: trusted", true)]
    [InlineData("source: trusted", "source: trusted\nenabled: false", false)]
    [InlineData("enabled: false", "source: trusted", false)]
    [InlineData("time: t", "source: trusted", false)]
    [InlineData("source: trusted", "source: trusted\ntime: t", true)]
    [InlineData("source: 10.0.0.0/8", "source: [10.1.0.0/16, 10.2.0.1]", true)]
    [InlineData("source: 10.0.0.0/24", "source: 10.0.0.7", true)]
    [InlineData("source: 10.0.0.0/24", "source: 10.0.0.0/23", false)]
    [InlineData("source: trusted", "source: 10.0.0.7", false)]
    [InlineData("destination: internet", "destination: fiber", false)]
    [InlineData("service: tcp/1-1024", "service: [http, tcp/443]", true)]
    [InlineData("service: tcp/1-1024", "service: [http, udp/443]", false)]
    [InlineData("service: tcp/80", "", false)]
    [InlineData("family: ipv4", "family: ipv4", true)]
    [InlineData("family: ipv4", "", false)]
    [InlineData("destination: a.example.com", "destination: A.example.com", true)]
    public void A_rule_that_an_earlier_one_hides(string first, string second, bool hidden)
    {
        static string Fields(string fields) => string.Concat(fields.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(f => $"    {f}\n"));
        string[] warnings = Loading.Warnings(Loading.Base + "times: { t: { from: \"08:00\" } }\nrules:\n  - name: first\n    action: allow\n" + Fields(first)
            + "  - name: second\n    action: drop\n" + Fields(second));
        Assert.Equal(hidden ? ["rule `second` can never match: `first` above it takes all of it"] : [],
            warnings.Select(w => w.Split("warning: ")[1].Split(';')[0]));
    }

    /// <summary>The index finds what comparing every pair finds.</summary>
    [Fact]
    public void The_index_leaves_nothing_out()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        EndTerm[] ends =
        [
            RuleSettings.AnyEnd[0], new(EndKind.Port, "trusted", default), new(EndKind.Port, "guest", default), new(EndKind.Internet, "internet", default),
            new(EndKind.Host, "a.b", default), Range("10.0.0.0/8"), Range("10.0.0.0/24"), Range("10.0.0.4"), Range("10.0.1.0/30"), Range("2001:db8::/32"), Range("2001:db8::1"),
        ];
        ServiceMatch[] services = [new(6, 80, 80), new(6, 1, 1024), new(17, 53, 53), new(1, 0, 65535)];
        for (int round = 0; round < 100; round++)
        {
            RuleSettings[] rules = [.. Enumerable.Range(0, 60).Select(_ => new RuleSettings
            {
                Source = random.GetItems(ends, random.Next(1, 3)),
                Destination = random.GetItems(ends, random.Next(1, 3)),
                Services = random.GetItems(services, random.Next(0, 3)),
                Family = (RuleFamily)random.Next(3),
                Enabled = random.Next(5) > 0,
            })];
            var slow = new List<int>();
            for (int i = 0; i < rules.Length; i++)
            {
                if (rules[i].Enabled && Parts(rules[i]).All(part => Enumerable.Range(0, i).Any(j => rules[j].Enabled && Cover.Covers(rules[j], part)))) slow.Add(i);
            }
            List<(int Rule, int[] By)> fast = Cover.Find(rules);
            Assert.True(slow.SequenceEqual(fast.Select(f => f.Rule)), $"seed {seed}");
            Assert.All(fast, f => Assert.All(Parts(rules[f.Rule]), part => Assert.Contains(f.By, by => by < f.Rule && Cover.Covers(rules[by], part))));
        }
    }

    /// <summary>All alike but for the port: no list of the index is short, and each pair would be looked at.</summary>
    [Fact]
    public void Ten_thousand_rules_load_with_a_bounded_comparison()
    {
        string text = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"  - {{ name: r{i}, source: trusted, destination: internet, service: udp/{i + 1}, action: allow }}\n"));
        RuleSettings[] rules = [.. Loading.Sound(Loading.Base + "rules:\n" + text).Rules];
        Assert.Equal(10_000, rules.Length);
        Assert.Empty(Cover.Find(rules, out int pairs));
        Assert.InRange(pairs, Cover.MostPairs, Cover.MostPairs + rules.Length);
    }

    [Theory]
    [InlineData(1, 61, null), InlineData(61, 1, null), InlineData(31, 31, null)]
    [InlineData(1, 62, "link61"), InlineData(62, 1, "link0"), InlineData(63, 1, "zone62"), InlineData(70, 2, "zone62"), InlineData(1, 100, "link61")]
    public void Sixty_two_zones_and_links_and_no_more(int zones, int links, string? refused)
    {
        string text = "zones:\n" + string.Concat(Enumerable.Range(0, zones).Select(i => $"  zone{i}: {{ interfaces: [lan{i}] }}\n"))
            + "links:\n" + string.Concat(Enumerable.Range(0, links).Select(i => $"  link{i}: {{ interface: wan{i} }}\n"));
        LoadResult result = Loading.Text(text);
        if (refused is null)
        {
            Assert.Empty(result.Errors);
            var registry = new PortRegistry();
            PolicyCompiler.Compile(result.Settings!, registry, DateTimeOffset.UnixEpoch);
            return;
        }
        ConfigurationError error = Assert.Single(result.Errors);
        int line = Array.FindIndex(text.Split('\n'), l => l.StartsWith($"  {refused}:", StringComparison.Ordinal)) + 1;
        Assert.Equal($"f.yaml:{line}:3: `{refused}` is one too many: there may be 62 zones and links in all; put interfaces that are treated alike into one zone", error.ToString());
    }

    [Fact]
    public void As_many_rules_as_a_flow_can_number_and_no_more()
    {
        string[] rules = [.. Enumerable.Range(0, 65_535).Select(i => $"  - {{ name: r{i}, action: drop, source: 10.{i >> 8}.{i & 255}.0/24 }}\n")];
        ConfigurationError error = Assert.Single(Loading.Text(Loading.Base + "rules:\n" + string.Concat(rules)).Errors);
        Assert.Equal((9 + 65_535, "more than 65534 rules"), (error.Line, error.Message));
        Assert.Equal(65_534, Loading.Sound(Loading.Base + "rules:\n" + string.Concat(rules[..^1])).Rules.Count);
    }

    [Fact]
    public void A_warning_says_so_once()
    {
        var warning = new ConfigurationError("f.yaml", 3, 5, "doubtful", "look at it", Severity.Warning);
        Assert.Equal("f.yaml:3:5: doubtful; look at it", warning.Sentence);
        Assert.Equal("f.yaml:3:5: warning: doubtful; look at it", warning.ToString());
        Assert.Equal("ROUTERD__X: doubtful", (warning with { File = "ROUTERD__X", Line = 0, Column = 0, Remedy = "" }).Sentence);
    }

    private static IEnumerable<RuleSettings> Parts(RuleSettings rule) =>
        from source in rule.Source
        from destination in rule.Destination
        from service in rule.Services.Length == 0 ? [[]] : rule.Services.Select(one => new[] { one })
        select rule with { Source = [source], Destination = [destination], Services = service };

    private static EndTerm Range(string text) =>
        Prefix.TryParse(text, out Prefix prefix) ? new EndTerm(EndKind.Range, text, new AddressRange(prefix.First, prefix.Last)) : throw new FormatException(text);
}
