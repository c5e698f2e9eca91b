using Router.Configuration;
using Router.Configuration.Comparing;

namespace Router.Tests.Configuration.Comparing;

/// <summary>What one configuration changes of another, by what they mean.</summary>
public sealed class ComparisonTests
{
    private static string[] Of(string before, string after) =>
        [.. Comparison.Of(Loading.Sound(before), Loading.Sound(after)).Select(c => $"{c.Kind} {c.Part} {c.Name}{(c.Key is null ? "" : $" {c.Key}")}: {c.From ?? "-"} > {c.To ?? "-"}")];

    [Theory]
    [InlineData("weight: 8", "weight: 9", "Changed link fiber weight: 8 > 9")]
    [InlineData("wan1", "wan7", "Changed link dsl interface: wan1 > wan7")]
    [InlineData("[guest0]", "[guest0, guest1], licensed: false", "Changed zone guest interfaces: guest0 > guest0, guest1|Changed zone guest licensed: true > false")]
    [InlineData("  vpn: { interfaces: [wg0] }\n", "", "Removed zone vpn: wg0 > -")]
    [InlineData("  lte:", "  umts:", "Added link umts: - > wan2|Removed link lte: wan2 > -")]
    [InlineData("weight: 4", "weight: 4, cap: 50 GB", "Changed link dsl cap: - > 50000000000 octets from day 1, steer")]
    [InlineData("weight: 4", "weight: 4, enabled: true, metered: false", "")]
    [InlineData("weight: 4", "weight: 4, health: { targets: [\"icmp:1.1.1.1\"] }", "Changed link dsl health.targets: gateway > icmp:1.1.1.1")]
    [InlineData("links:", "internet: { mode: failover, pin_idle: 20m }\nlinks:", "Changed internet  mode: balance > failover|Changed internet  pin_idle: 10m > 20m")]
    [InlineData("links:", "timeouts: { udp: 3m }\nlinks:", "Changed timeouts  udp: 5m > 3m")]
    [InlineData("links:", "limits: { flows: 100 }\nlinks:", "Changed limits  flows: 600 > 100")]
    [InlineData("links:", "license: { mode: per-host }\nusers: { login_idle: 1h }\nlinks:", "Changed license  mode: per-user > per-host|Changed users  login_idle: 2h > 1h")]
    [InlineData("links:", "portal: { http: 8080 }\ndefault_rule: { action: deny }\nlinks:", "Changed default_rule  action: drop > deny|Changed portal  http: 4080 > 8080")]
    public void A_part_that_changes(string from, string to, string told) =>
        Assert.Equal(told.Length == 0 ? [] : told.Split('|'), Of(Loading.Base, Loading.Base.Replace(from, to, StringComparison.Ordinal)));

    [Theory]
    [InlineData("a b c", "a b c", "")]
    [InlineData("a b c", "a x b c", "Added rule x: - > allow any from any to any")]
    [InlineData("a b c", "a c", "Removed rule b: allow any from any to any > -")]
    [InlineData("a b c d e", "b c d e a", "Moved rule a: the top > behind e")]
    [InlineData("a b c d e", "e a b c d", "Moved rule e: behind d > the top")]
    [InlineData("a b c d", "a c b d", "Moved rule c: behind b > behind a")]
    [InlineData("a b c", "A b c", "")]
    public void Rules_in_another_order(string before, string after, string told) =>
        Assert.Equal(told.Length == 0 ? [] : told.Split('|'), Of(Rules(before), Rules(after)));

    [Theory]
    [InlineData("source: [trusted]", "source: [trusted, guest]", "source: trusted > trusted, guest")]
    [InlineData("service: [https]", "service: [tcp/443, udp/443]", "")]
    [InlineData("link: dsl, fallback: true", "link: [fiber, dsl], fallback: true", "link: dsl > fiber, dsl")]
    [InlineData("on_link_down: drain", "on_link_down: { tcp: keep }", "on_link_down: drain > tcp keep, udp move, icmp move, other move")]
    [InlineData("log: connections", "log: [packets, connections], dscp: ef", "log: connections > connections, packets|dscp: - > 46")]
    [InlineData("nat: off", "nat: 203.0.113.9", "nat: off > 203.0.113.9")]
    [InlineData("helpers: none", "helpers: [ftp, sip]", "helpers: none > ftp, sip")]
    [InlineData("family: ipv4", "enabled: false", "enabled: true > false|family: ipv4 > any")]
    public void A_key_of_a_rule(string before, string after, string told) =>
        Assert.Equal(told.Length == 0 ? [] : told.Split('|').Select(one => $"Changed rule r {one}"), Of(Rule(before), Rule(after)));

    [Fact]
    public void A_secret_changes_and_is_not_shown()
    {
        string told = Assert.Single(Of(Guests("coffee"), Guests("tea")));
        Assert.StartsWith("Changed zone guest welcome.password: (hidden, ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("coffee", told, StringComparison.Ordinal);
        Assert.Empty(Of(Guests("coffee"), Guests("coffee")));
    }

    [Fact]
    public void As_few_rules_as_possible_have_moved()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
        {
            int[] numbers = [.. Enumerable.Range(0, random.Next(1, 9))];
            random.Shuffle(numbers);
            List<int> run = Comparison.LongestRising(numbers);
            Assert.True(run.Zip(run.Skip(1)).All(pair => pair.First < pair.Second && numbers[pair.First] < numbers[pair.Second]), $"seed {seed}");
            int longest = Enumerable.Range(0, 1 << numbers.Length).Where(set => IsRising(numbers, set)).Max(set => int.PopCount(set));
            Assert.True(longest == run.Count, $"seed {seed}");
        }
    }

    private static bool IsRising(int[] numbers, int set)
    {
        int last = -1;
        for (int i = 0; i < numbers.Length; i++)
        {
            if ((set >> i & 1) == 0) continue;
            if (numbers[i] < last) return false;
            last = numbers[i];
        }
        return true;
    }

    private static string Rules(string names) => Loading.Base + "rules:\n" + string.Concat(names.Split(' ').Select(name => $"  - {{ name: {name}, action: allow }}\n"));

    private static string Rule(string fields) => Loading.Base + $"rules: [{{ name: r, action: allow, {fields} }}]\n";

    private static string Guests(string password) => Loading.Base.Replace("[guest0]", $"[guest0], welcome: {{ text: Hello, password: {password} }}", StringComparison.Ordinal);
}
