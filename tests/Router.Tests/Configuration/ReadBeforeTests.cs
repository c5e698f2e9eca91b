using System.Text;
using Router.Configuration;
using Router.Configuration.Layers;
using Router.Configuration.Layers.Yaml;

namespace Router.Tests.Configuration;

/// <summary>What is taken from the load before must be, to the letter and the column, what reading the whole file would give.</summary>
public sealed class ReadBeforeTests
{
    private const string Sound = """
        # a file as people write it
        zones: { trusted: { interfaces: [lan0] } }
        links:
          dsl: { interface: wan0 }
        rules:   # top down
          - { name: "one", source: [trusted], action: allow }
          # a comment between
          - name: two
            source:
              - trusted
              - 10.0.0.0/8
            action: deny

          - { name: three,
              action: drop }
          - name: "four
              goes on"
            action: drop
          - name: |
              five
            action: drop
        internet: { mode: single }

        """;

    [Fact]
    public void Nothing_is_read_twice()
    {
        var before = new ReadBefore();
        Load(Sound, before);
        Assert.Equal(5, before.Count);
        Assert.Equal(Whole(Sound), Load(Sound, before));
        string changed = Sound.Replace("deny", "allow", StringComparison.Ordinal).Insert(0, "\n\n");
        Assert.Equal(Whole(changed), Load(changed, before));
        Assert.Equal(5, before.Count);
    }

    [Theory]
    [InlineData("rules:\n- {name: a}\n- {name: b}\nzones: {}\n", 2)]
    [InlineData("rules:\n- name: a\n  source: any\n-\n  name: b\n", 2)]
    [InlineData("rules:\n    - a\n    - b\n    - [c, d]", 3)]
    [InlineData("rules:\n  - a\n\n\n# last\n", 1)]
    [InlineData("rules: [a, b]\n", 0)]
    [InlineData("rules:\n", 0)]
    [InlineData("{ rules:\n- a\n}\n", 0)]
    [InlineData("rules:\r\n- a\r\n", 0)]
    [InlineData("zones:\n  rules:\n  - a\n", 0)]
    public void Files_of_any_style(string text, int remembered)
    {
        var before = new ReadBefore();
        Assert.Equal(Whole(text), Load(text, before));
        Assert.Equal(remembered, before.Count);
        Assert.Equal(Whole(text), Load(text, before));
    }

    /// <summary>The second item is known when the first opens a quote that runs over it.</summary>
    [Fact]
    public void Open_quote_before_a_known_item_hides_it()
    {
        var before = new ReadBefore();
        Load("rules:\n  - { name: x }\n  - { name: known }\n  - { name: y }\n", before);
        const string Swallowing = "rules:\n  - { name: \"x\n  - { name: known }\n  - \", action: deny }\n  - { name: y }\n";
        Assert.Equal(Whole(Swallowing), Load(Swallowing, before));
        const string ToTheEnd = "rules:\n  - { name: \"x\n  - { name: known }\n\n\", action: allow }\n";
        Assert.Equal(Whole(ToTheEnd), Load(ToTheEnd, before));
    }

    [Fact]
    public void Any_edit_reads_as_the_whole_file_does()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] scraps = ["\"", "'", "- ", "  ", "\n", "{", "}", "[", "]", ":", "#", "rules:\n", "  - { name: new }\n", "|", "\n\n", ",", "&a ", "zones:"];
        var before = new ReadBefore();
        string text = Sound;
        Load(text, before);
        for (int round = 0; round < 3000; round++)
        {
            if (round % 7 == 0) text = Sound;
            int at = random.Next(text.Length);
            text = random.Next(3) switch
            {
                0 => text.Insert(at, scraps[random.Next(scraps.Length)]),
                1 => text.Remove(at, Math.Min(random.Next(1, 40), text.Length - at)),
                _ => Swap(text, random),
            };
            if (text.Length < 20) text = Sound;
            string whole = Whole(text), part = Load(text, before);
            Assert.True(whole == part, $"seed {seed}, round {round}:\n{text}\n--- whole\n{whole}\n--- in parts\n{part}");
        }
    }

    /// <summary>Exchanges two lines.</summary>
    private static string Swap(string text, Random random)
    {
        string[] lines = text.Split('\n');
        int one = random.Next(lines.Length), other = random.Next(lines.Length);
        (lines[one], lines[other]) = (lines[other], lines[one]);
        return string.Join('\n', lines);
    }

    private static string Whole(string text) => Dump(text, null);

    private static string Load(string text, ReadBefore before)
    {
        string dump = Dump(text, before);
        before.End(sound: !dump.StartsWith("f.yaml", StringComparison.Ordinal));
        return dump;
    }

    /// <summary>All that was read with its places, or the errors.</summary>
    private static string Dump(string text, ReadBefore? before)
    {
        var errors = new ErrorList();
        Node? root = YamlReader.Read("f.yaml", text, errors, before);
        if (errors.Any) return string.Join('\n', errors.Errors);
        var dump = new StringBuilder();
        Dump(root!.Value, 0, dump);
        return dump.ToString();
    }

    private static void Dump(Node node, int depth, StringBuilder to)
    {
        to.Append(' ', depth).Append($"{node.Kind} {node.Key} {node.KeyPlace} = {node.Value ?? "null"} {node.Place}\n");
        for (int i = 0; i < node.Count; i++) Dump(node.Child(i), depth + 1, to);
    }
}
