using Router.Configuration;

namespace Router.Tests.Configuration;

/// <summary>How the main file, its fragments and variables meet, and that an error names the one that said it.</summary>
public sealed class LayerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("router-layers").FullName;

    private string Main => Path.Combine(_directory, "router.yaml");

    private string Fragment(string name) => Path.Combine(_directory, "router.d", name);

    private LoadResult Load(string main, (string Name, string Text)[] fragments, params (string Name, string Value)[] environment)
    {
        File.WriteAllText(Main, main);
        Directory.CreateDirectory(Path.Combine(_directory, "router.d"));
        foreach ((string name, string text) in fragments) File.WriteAllText(Fragment(name), text);
        return ConfigurationLoader.Load(Main, environment.Select(v => new KeyValuePair<string, string?>(v.Name, v.Value)));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Fragments_join_mappings_replace_lists_and_append_rules_in_the_order_of_their_names()
    {
        Settings settings = Load(
            Loading.Base + "internet: { mode: single, order: [fiber, dsl, lte] }\nrules:\n  - { name: one, action: allow }\n",
            [
                ("20-b.yaml", "internet: { order: [lte] }\nrules:\n  - { name: three, action: drop }\nlinks: { fiber: { weight: 1 }, sat: { interface: wan9 } }\n"),
                ("10-a.yaml", "zones: { trusted: { interfaces: [lan1, lan2] } }\nrules:\n  - { name: two, action: deny }\n"),
                ("30-c.yaml.disabled", "nonsense"),
            ]).Settings!;

        Assert.Equal(["one", "two", "three"], settings.Rules.Select(r => r.Name));
        Assert.Equal(["lan1", "lan2"], settings.Zones[0].Interfaces);
        Assert.Equal(["lte"], settings.Internet.Order);
        Assert.Equal(Router.Forwarding.Rules.InternetMode.Single, settings.Internet.Mode);
        Assert.Equal(["fiber", "dsl", "lte", "sat"], settings.Links.Select(l => l.Name));
        Assert.Equal(1, settings.Links[0].Weight);
        Assert.Equal("wan0", settings.Links[0].Interface);
    }

    [Fact]
    public void A_shorter_list_leaves_nothing_of_a_longer_one_and_a_word_replaces_a_list()
    {
        string main = Loading.Base + "health: { targets: [gateway, \"icmp:1.1.1.1\", \"icmp:9.9.9.9\"] }\nservices: { x: [tcp/1, tcp/2] }\n";
        Settings settings = Load(main + "rules: [{ name: r, action: drop, service: x }]\n",
            [("a.yaml", "health: { targets: gateway }\nservices: { x: tcp/9 }\n")]).Settings!;
        Assert.Equal([ProbeTarget.Gateway], settings.Links[0].Health.Targets);
        Assert.Equal([9], settings.Rules[0].Services.Select(s => (int)s.First));
    }

    [Fact]
    public void An_error_names_the_fragment_that_made_it()
    {
        LoadResult result = Load(Loading.Base + "rules:\n  - { name: one, action: allow }\n",
            [("a.yaml", "# a\nrules:\n  - { name: one, action: deny }\n  - { name: two, acton: deny }\nlinks: { fiber: { weight: x } }\n")]);
        Assert.Equal(
            [
                $"{Fragment("a.yaml")}:3:13: a rule named `one` stands at {Main}:10:13 already; give each rule a name of its own; counters and logs go by it",
                $"{Fragment("a.yaml")}:4:5: rule `two` has no action; write `action: allow`, `deny` or `drop`",
                $"{Fragment("a.yaml")}:4:18: unknown key `acton`; write `action`",
                $"{Fragment("a.yaml")}:5:27: `x` is not a number from 0 to 1000; write a whole number in that range",
            ],
            result.Errors.Select(e => e.ToString()));
    }

    [Fact]
    public void Variables_override_files_key_by_key_also_inside_lists()
    {
        LoadResult result = Load(Loading.Base + "internet: { order: [fiber, dsl] }\nrules: [{ name: r, action: drop }]\n", [("a.yaml", "internet: { mode: single }")],
            ("ROUTERD__INTERNET__MODE", "failover"), ("routerd__internet__order__1", "lte"), ("ROUTERD__links__fiber__weight", "3"),
            ("ROUTERD__rules__0__action", "deny"), ("ROUTERD__zones__lab__interfaces__0", "lab0"), ("HOME", "/root"));
        Assert.Empty(result.Errors);
        Settings settings = result.Settings!;
        Assert.Equal(Router.Forwarding.Rules.InternetMode.Failover, settings.Internet.Mode);
        Assert.Equal(["fiber", "lte"], settings.Internet.Order);
        Assert.Equal([3, 4, 1], settings.Links.Select(l => l.Weight));
        Assert.Equal(Router.Forwarding.Rules.RuleAction.Deny, settings.Rules[0].Action);
        Assert.Equal(["trusted", "guest", "vpn", "lab"], settings.Zones.Select(z => z.Name));
    }

    [Theory]
    [InlineData("ROUTERD__internet__mode", "fast", "ROUTERD__internet__mode: `fast` is not possible for `mode`; write one of single, failover, balance")]
    [InlineData("ROUTERD__internet__mod", "single", "ROUTERD__internet__mod: unknown key `mod`; write `mode`")]
    [InlineData("ROUTERD__", "single", "ROUTERD__: the name is not a path of keys; write it like ROUTERD__internet__mode")]
    [InlineData("ROUTERD__internet__order__x", "dsl", "ROUTERD__internet__order__x: `order` must be a list; write `[one, two]`, or each item on a line that begins with `-`")]
    public void A_variable_is_named_in_its_error(string name, string value, string told) =>
        Assert.Equal(told, Loading.Fault(Loading.Base, (name, value)));

    /// <summary>Read only: setting one of ours would show in every test that loads a file at the same time.</summary>
    [Fact]
    public void The_variables_of_the_process_are_found() =>
        Assert.Contains(Router.Configuration.Layers.EnvironmentLayer.OfProcess(), v => v.Key == "PATH" && v.Value == Environment.GetEnvironmentVariable("PATH"));

    [Fact]
    public void Two_variables_that_contradict_are_told() =>
        Assert.Equal("ROUTERD__internet__mode: it contradicts ROUTERD__internet; keep one of the two",
            Loading.Text(Loading.Base, ("ROUTERD__internet", "x"), ("ROUTERD__internet__mode", "single")).Errors[0].ToString());
}
