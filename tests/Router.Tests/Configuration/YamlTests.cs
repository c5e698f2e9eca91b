using System.Diagnostics;
using System.Text;
using Router.Configuration;

namespace Router.Tests.Configuration;

/// <summary>YAML as we take it: what is refused and why, where the places are, and that no file whatever throws.</summary>
public sealed class YamlTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("a: &x 1", "1:4: an anchor (`&name`) is not supported")]
    [InlineData("&x a: 1", "1:1: an anchor (`&name`) is not supported")]
    [InlineData("a: *x", "1:4: an alias (`*name`) is not supported")]
    [InlineData("<<: { a: 1 }", "1:1: a merge key (`<<`) is not supported")]
    [InlineData("a: !!int 1", "1:4: a tag (`!name`) is not supported")]
    [InlineData("[a, b]", "1:1: the file is not a mapping")]
    [InlineData("word", "1:1: the file is not a mapping")]
    [InlineData("a: 1\n---\nb: 2", "2:1: a second document begins here")]
    [InlineData("a: { b: { ? [c] : d } }", "1:13: a key must be a plain word")]
    [InlineData("zones:\n\ttrusted: {}", "2:1: a tab cannot indent YAML")]
    public void What_is_not_taken(string text, string told)
    {
        ConfigurationError error = Loading.Text(text).Errors[0];
        Assert.Equal(told, $"{error.Line}:{error.Column}: {error.Message}");
        Assert.NotEmpty(error.Remedy);
    }

    [Fact]
    public void A_key_written_twice_is_told_with_both_places()
    {
        Assert.Contains("f.yaml:9:1: `zones` is written twice, first at f.yaml:1:1; keep one of the two (capital letters make no difference)",
            Loading.Text(Loading.Base + "zones: {}\n").Errors.Select(e => e.ToString()));
        Assert.Contains("f.yaml:9:1: `ZONES` is written twice", Loading.Fault(Loading.Base + "ZONES: {}\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_has_an_end()
    {
        Assert.Contains("deeper than 32", Loading.Fault("a: " + new string('[', 100_000)), StringComparison.Ordinal);
        Assert.Contains("deeper than 32", Loading.Fault(string.Concat(Enumerable.Range(0, 200).Select(i => new string(' ', i) + "a:\n"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Size_has_an_end()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, new string('#', 4 * 1024 * 1024 + 1));
            Assert.Contains("larger than 4 MiB", Assert.Single(ConfigurationLoader.Load(path).Errors).Message, StringComparison.Ordinal);
            File.WriteAllText(path, Loading.Base + new string('#', 4 * 1024 * 1024 - Loading.Base.Length));
            Assert.Empty(ConfigurationLoader.Load(path).Errors);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'b', 0xff }, "2:2: not UTF-8 text")]
    [InlineData(new byte[] { 0xfe, 0xff, 0, (byte)'a' }, "1:1: not UTF-8 text")]
    [InlineData(new byte[] { (byte)'a', (byte)':', 0 }, "1:3: a control character (U+0000)")]
    [InlineData(new byte[] { (byte)'a', (byte)':', (byte)'\n', 0x1b }, "2:1: a control character (U+001B)")]
    public void Octets_that_are_not_text(byte[] octets, string told)
    {
        ConfigurationError error = Assert.Single(ConfigurationLoader.LoadText("f.yaml", octets).Errors);
        Assert.Equal(told, $"{error.Line}:{error.Column}: {error.Message}");
    }

    [Fact]
    public void A_byte_order_mark_and_carriage_returns_are_harmless()
    {
        byte[] octets = [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Loading.Base.ReplaceLineEndings("\r\n") + "zone: 1\r\n")];
        Assert.Equal("f.yaml:9:1: unknown key `zone`; write `zones`", Assert.Single(ConfigurationLoader.LoadText("f.yaml", octets).Errors).ToString());
    }

    [Fact]
    public void Values_hold_no_traps_of_type()
    {
        RuleSettings rule = Loading.Rule("action: allow\nservice: tcp/08\nlog: none\nnat: off");
        Assert.Equal(8, rule.Services[0].First);
        Assert.Equal("no", Loading.Sound(Loading.Base + "rules:\n  - { name: no, action: drop }\n").Rules[0].Name);
    }

    /// <summary>Random octets, random pieces of the language, and the example with random damage: an answer, never an exception, and soon.</summary>
    [Fact]
    public void No_file_throws()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[] example = File.ReadAllBytes(Loading.ExamplePath);
        string[] pieces =
        [
            "zones", "links", "rules", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "&a", "*a", "!t", "|\n", ">\n", "\"", "'", "#", "? ", "---\n",
            "...\n", "%YAML 1.2\n", "\t", "name", "action", "allow", "10.0.0.0/8", "interface", "\ufeff", "\u2028", "\\x", "<<", "@", "`", "~", "\r",
        ];
        for (int i = 0; i < 2000; i++)
        {
            byte[] octets = (i % 3) switch
            {
                0 => RandomOctets(random),
                1 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => pieces[random.Next(pieces.Length)]))),
                _ => Damaged(example, random),
            };
            var watch = Stopwatch.StartNew();
            Exception? thrown = Record.Exception(() =>
            {
                LoadResult result = ConfigurationLoader.LoadText("f.yaml", octets);
                Assert.Equal(result.Settings is null, result.Errors.Count > 0);
                Assert.All(result.Errors, e => Assert.NotEmpty(e.ToString()));
            });
            Assert.True(thrown is null, $"seed {seed}, round {i}: {thrown}\n{Convert.ToBase64String(octets)}");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"seed {seed}, round {i} took {watch.Elapsed}");
        }
    }

    private static byte[] RandomOctets(Random random)
    {
        byte[] octets = new byte[random.Next(400)];
        random.NextBytes(octets);
        if (random.Next(2) == 0) return octets;
        for (int i = 0; i < octets.Length; i++) octets[i] = (byte)(octets[i] % 95 + 32);
        return octets;
    }

    private static byte[] Damaged(byte[] example, Random random)
    {
        var octets = new List<byte>(example);
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            int at = random.Next(octets.Count);
            switch (random.Next(4))
            {
                case 0: octets[at] = (byte)random.Next(128); break;
                case 1: octets.RemoveRange(at, Math.Min(random.Next(40), octets.Count - at)); break;
                case 2: octets.Insert(at, (byte)" \n:-{}[],\"'#&*!|>%@`\t"[random.Next(21)]); break;
                default: octets.InsertRange(at, octets.GetRange(random.Next(octets.Count / 2), random.Next(octets.Count / 3))); break;
            }
        }
        return [.. octets];
    }
}
