using Router.Configuration;
using Router.Configuration.Layers.Yaml;
using Router.Configuration.Web;
using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Forwarding.Web;

namespace Router.Tests.Configuration;

public sealed class WebTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("router-web");

    [Fact]
    public void Web_rules_are_read_and_compiled()
    {
        Settings settings = Loading.Sound(Loading.Base + """
            times:
              lunch: { from: "12:00", to: "13:00" }
            web:
              unreadable: deny
              ports: [80, 443]
            web_rules:
              - { name: Tony may, url: ["*.example.net"], users: [tony, "group:staff"], action: allow }
              - { name: Nobody else, url: "*.example.net", action: deny, text: "This site is blocked here." }
              - { name: Games, url: [games.example, "*/play/*"], zones: [guest], time: lunch, action: redirect, to: "http://work.example/" }
            """);
        Assert.True(settings.Web.DeniesUnreadable);
        Assert.Equal([80, 443], settings.Web.Ports);
        Policy policy = PolicyCompiler.Compile(settings, new PortRegistry(), new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero), zone: TimeZoneInfo.Utc).Policy;
        WebRule[] rules = policy.Web.Rules;
        Assert.Equal(["Tony may", "Nobody else", "Games"], rules.Select(rule => rule.Name));
        Assert.Equal("user:tony, group:staff", rules[0].Users!.ToString());
        Assert.Equal(("This site is blocked here.", WebAction.Deny), (rules[1].Text, rules[1].Action));
        Assert.Equal((false, "http://work.example/"), (rules[2].Active, rules[2].Target));
        Assert.True(policy.AsksWho);
        rules[1].Counters.Hits = 7;
        Assert.Equal(7, PolicyCompiler.Compile(settings, new PortRegistry(), DateTimeOffset.Now, previous: policy).Policy.Web.Rules[1].Counters.Hits);
    }

    [Theory]
    [InlineData("- { url: a.example, action: deny }", "f.yaml:10:5: a web rule has no name; write `name: ...`; counters and logs go by it")]
    [InlineData("- { name: a, url: a.example }", "f.yaml:10:5: web rule `a` has no action; write `action: allow`, `deny`, `drop` or `redirect`")]
    [InlineData("- { name: a, url: \"a b\", action: deny }", "f.yaml:10:21: `a b`: it is no host and no URL; write `example.net`, `*.example.net`, `example.net/path/*`, an address, or `*`")]
    [InlineData("- { name: a, url: \"https://a.example/x\", action: deny }", "f.yaml:10:21: `https://a.example/x`: the path of an https URL cannot be seen; write `example.net`, `*.example.net`, `example.net/path/*`, an address, or `*`")]
    [InlineData("- { name: a, action: redirect }", "f.yaml:10:5: web rule `a` does not say where to; write `action: redirect` and `to: http://...` together")]
    [InlineData("- { name: a, action: deny, to: \"http://x/\" }", "f.yaml:10:5: web rule `a` does not redirect, and `to` means nothing; write `action: redirect` and `to: http://...` together")]
    [InlineData("- { name: a, action: redirect, to: \"javascript:alert(1)\" }", "f.yaml:10:38: `javascript:alert(1)` is not a URL to lead to; write `http://host/path` or `https://host/path`, in at most 800 ASCII characters")]
    [InlineData("- { name: a, action: deny, zones: [fiber] }", "f.yaml:10:38: there is no zone `fiber`; use one of trusted, guest, vpn")]
    [InlineData("- { name: a, action: deny, zones: [] }", "f.yaml:10:37: an empty `zones` would be for nobody; remove it, or name zones")]
    [InlineData("- { name: a, action: deny, users: [\"group:\"] }", "f.yaml:10:38: `group:` names nobody; write a user's name, `group:NAME` or `authenticated`")]
    [InlineData("- { name: a, action: deny, time: never }", "f.yaml:10:36: there is no time `never`")]
    [InlineData("- { name: a, action: deny, uri: x }", "f.yaml:10:30: unknown key `uri`; write `url`")]
    public void Faults_are_told_with_their_place(string rule, string fault)
    {
        LoadResult result = Loading.Text(Loading.Base + "web_rules:\n  " + rule + "\n");
        Assert.Null(result.Settings);
        Assert.Contains(result.Errors, error => error.ToString().StartsWith(fault[..Math.Min(fault.Length, 60)], StringComparison.Ordinal));
        Assert.Contains(fault.TrimEnd(), string.Join('\n', result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_file_is_read_with_comments_and_in_several_forms()
    {
        string path = Write("list.txt", "# ads\nads.example\r\n*.Track.example # with all beneath\n\n0.0.0.0 bad.example\n127.0.0.1 localhost\n::1 ip6.example\nb\u00fccher.example\nxn--mnchen-3ya.example");
        LoadResult result = Load($"web_rules:\n  - {{ name: a, list: {path}, action: deny }}\n");
        Assert.Empty(result.Errors);
        NameSet names = Assert.Single(Assert.Single(result.Settings!.Web.Rules).Lists);
        Assert.Equal(6, names.Count);
        foreach (string name in (string[])["ads.example", "x.track.example", "bad.example", "ip6.example", "xn--bcher-kva.example", "xn--mnchen-3ya.example"]) Assert.True(Holds(names, name), name);
        Assert.False(Holds(names, "localhost"));
    }

    [Fact]
    public void Faults_of_a_list_file_are_told_by_line_and_column_and_not_quoted()
    {
        Write("list.txt", "good.example\n  root:x:0:0\nok.example\n0.0.0.0 not/a.name\n");
        LoadResult result = Load("web_rules:\n  - { name: a, list: list.txt, action: deny }\n");
        Assert.Null(result.Settings);
        string list = Path.Combine(_directory.FullName, "list.txt");
        Assert.Equal([$"{list}:2:3: not a host name; write one name on each line, such as `example.net`", $"{list}:4:9: not a host name; write one name on each line, such as `example.net`"],
            result.Errors.Select(error => error.ToString()));
        Assert.Contains("cannot be read", Assert.Single(Load("web_rules:\n  - { name: a, list: missing.txt, action: deny }\n").Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reload_reads_a_list_again_only_if_it_has_changed()
    {
        Write("list.txt", "one.example\n");
        var before = new ReadBefore();
        NameSet first = Lists(before);
        Assert.Same(first, Lists(before));
        Write("list.txt", "one.example\ntwo.example\n");
        Assert.Equal(2, Lists(before).Count);

        NameSet Lists(ReadBefore read) => Assert.Single(Assert.Single(Load("web_rules:\n  - { name: a, list: list.txt, action: deny }\n", read).Settings!.Web.Rules).Lists);
    }

    [Fact]
    public void Lines_may_lie_anywhere_across_the_pieces_in_which_a_file_is_read()
    {
        string[] names = [.. Enumerable.Range(0, 20_000).Select(i => $"name-{i}{new string('x', i % 50)}.example")];
        Write("list.txt", string.Join('\n', names));
        NameSet set = Assert.Single(Assert.Single(Load("web_rules:\n  - { name: a, list: list.txt, action: deny }\n").Settings!.Web.Rules).Lists);
        Assert.Equal(names.Length, set.Count);
        Assert.All(names, name => Assert.True(Holds(set, name)));
        Write("list.txt", "a.example\n" + new string('x', 10_000));
        Assert.Contains(":2:1: a line of more than", Assert.Single(Load("web_rules:\n  - { name: a, list: list.txt, action: deny }\n").Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_only_sends_a_text_cannot_have_files_read()
    {
        Assert.Empty(Loading.Sound(Loading.Base + "web_rules:\n  - { name: a, list: /etc/shadow, action: deny }\n").Web.Rules[0].Lists);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private LoadResult Load(string text, ReadBefore? before = null) =>
        ConfigurationLoader.Load(Write("router.yaml", Loading.Base + text), [], before);

    private static bool Holds(NameSet set, string name)
    {
        ulong[] endings = new ulong[NameSet.MostLabels];
        return set.Holds(endings.AsSpan(0, NameSet.Endings(System.Text.Encoding.ASCII.GetBytes(name), endings)));
    }
}
