using Router.Api;
using Router.Ctl;
using Router.Ctl.Pages;
using Router.Tests.Api;

namespace Router.Tests.Ctl;

public class PagesTests
{
    [Fact]
    public void StatusIsReadFromTopToBottom()
    {
        string[] lines = Plain(screen => StatusPage.Write(Samples.Status, screen));

        Assert.Equal("routerd:       0.1.0, process 4711, up 4m12s", lines[0]);
        Assert.StartsWith("configuration: /etc/routerd/router.yaml, policy 3 since 20", lines[1], StringComparison.Ordinal);
        Assert.Equal(
            [
                "mode:          balance",
                "flows:         250 of 1000 (25 %)",
                "pins:          3 of 4096 (0.1 %)",
                "taken in:      12.3 M packets, 9.9 GB",
                "dropped:       12 packets",
                "          7  bad-checksum",
                "          5  no-usable-link",
                "warning: rule 'Old' can never match",
            ],
            lines[2..]);
    }

    [Fact]
    public void LinksHaveTheirStateAgeAndCause()
    {
        string[] lines = Plain(screen => LinksPage.Write([Samples.Fiber, Samples.Dsl], screen));

        Assert.Equal(
            "fiber up 3h05m yes wan0 8 66.7 % 203.0.113.7 +1 203.0.113.1 02:00:00:00:00:01 1500 0 % 4.3 ms 1.2 Mbit/s 96 bit/s 3.4 GB 46.0 GB of 50.0 GB 12.3 MB 999 B 200 2",
            Squeeze(lines[1]));
        Assert.Equal("dsl down 12s no wan1 4 0 % - - - 1492 - - 0 bit/s 0 bit/s - - 0 B 0 B 0 0", Squeeze(lines[2]));
        Assert.Equal(["fiber is short of volume, 46.0 GB of 50.0 GB: other links go first until 2026-03-15", "dsl is down: no carrier"], lines[3..]);
    }

    [Fact]
    public void ALinkThatQueuesSaysSoAndWhatItIsWeighedBy()
    {
        string[] lines = Plain(screen => LinksPage.Write([Samples.Queueing], screen));

        Assert.Contains(" 47.9 Mbit/s ", lines[1], StringComparison.Ordinal);
        Assert.Contains("fiber queues, 181.2 ms where 11.9 ms is idle: new hosts avoid it until it has drained", lines);
    }

    [Fact]
    public void AReservedLinkIsCalledSo()
    {
        LinkReport lte = Samples.Fiber with { Name = "lte", InUse = false, Weight = 0 };

        Assert.Contains(" reserve ", Plain(screen => LinksPage.Write([lte], screen))[1], StringComparison.Ordinal);
        Assert.Contains(" spare ", Plain(screen => LinksPage.Write([lte with { Weight = 1 }], screen))[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(100)]
    [InlineData(60)]
    [InlineData(40)]
    public void EveryTableFitsItsTerminal(int width)
    {
        var text = new StringWriter();
        Screen screen = At(Screen.Of(text, width, colour: false));
        LinksPage.Write([Samples.Fiber, Samples.Dsl], screen);
        FlowsPage.Write([Samples.Flow], 1000, screen);
        HostsPage.Write([Samples.Host], new HostQuery(), screen);
        RulesPage.Write([Samples.Rule], screen);

        string[] lines = text.ToString().Split('\n');
        Assert.All(lines, line => Assert.True(AnswerTableTests.Letters(line).Length <= width, line));
        Assert.Contains("fiber", text.ToString(), StringComparison.Ordinal);
        if (width >= 100) Assert.Contains("[2001:db8::9]:443", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void FlowsSayWhoTalksToWhom()
    {
        string[] lines = Plain(screen => FlowsPage.Write([Samples.Flow], 1000, screen));

        Assert.Equal(
            "17 tcp 10.0.0.5:40000 203.0.113.7:40000 [2001:db8::9]:443 fiber trusted Everything [else] established 1m02s 250ms 1.5 kB 2.5 MB - pinned host",
            Squeeze(lines[1]));
    }

    [Fact]
    public void HostsSayWhyTheyAreWhereTheyAreAndWhichSitesTheyHave()
    {
        string[] lines = Plain(screen => HostsPage.Write([Samples.Host, Samples.Host with { Link = null, PinAgeSeconds = null, Reason = null, Sites = [] }], new HostQuery(), screen));

        Assert.Equal("10.0.0.5 trusted any fiber 1h01m 4 placed by weight", Squeeze(lines[1]));
        Assert.Equal("10.0.0.5 trusted 203.0.113.0/24 dsl 12s 1 fiber went down", Squeeze(lines[2]));
        Assert.Equal("10.0.0.5 trusted - - - 4 -", Squeeze(lines[3]));
        Assert.Contains("fiber became slow or lossy", Plain(screen => HostsPage.Write([Samples.Host with { Link = "dsl", Reason = "Degraded", MovedFrom = "fiber" }], new HostQuery(), screen))[1], StringComparison.Ordinal);
    }

    [Fact]
    public void AMoveSaysWhatBecomesOfLiveFlows()
    {
        Assert.Equal(
            ["10.0.0.5 was moved from fiber to dsl (2 pins): what it begins from now on leaves there.",
                "3 live flows elsewhere: they stay until they end. With --flows, flows go along as on_link_down of their rule says."],
            Plain(screen => HostsPage.Write(Samples.Move, screen)));
        Assert.Equal(
            ["10.0.0.5 is pinned to dsl already.", "1 live flow went along, 2 ended by a reset, to be opened anew.", "1 live flow elsewhere: it stays until it ends."],
            Plain(screen => HostsPage.Write(Samples.Move with { Pins = 0, From = [], FlowsKept = 1, FlowsMoved = 1, FlowsReset = 2 }, screen)));
    }

    [Fact]
    public void TheLicenceShowsItsHoldersAndWhoWasRefused()
    {
        string[] lines = Plain(screen => LicensePage.Write(Samples.License, screen));
        Assert.Equal("licence 2026-17 of Example GmbH: 2 users, 5 devices each, a trial until 2026-12-01", lines[0]);
        Assert.Equal("users   [##############################] 2 of 2", lines[2]);
        Assert.Equal("10.0.0.5 2001:db8::5 02:00:00:00:00:05 trusted tony 1h02m 3 - tcp with 198.18.0.10:443", Squeeze(lines[6]));
        Assert.Equal("printer 02:00:00:00:00:10 - - - 0 - kept for it, not there", Squeeze(lines[7]));
        Assert.Equal("tony 2 6 1m00s 10.0.0.5 10.0.0.6", Squeeze(lines[10]));
        Assert.Equal("10.0.0.26 - trusted no place tcp with 198.18.0.10:80 14 2.0s", Squeeze(lines[13]));
    }

    [Fact]
    public void RulesThatNeverMatchedSaySo()
    {
        string[] lines = Plain(screen => RulesPage.Write(
            [
                Samples.Rule with { Overlaps = ["No mail", "Meter"] }, Samples.Rule with { Index = 2, LastMatch = null, Active = false },
                Samples.Rule with { Index = 3, ShadowedBy = "All" },
            ], screen));

        Assert.Equal("1 Mail by DSL allow yes 2 10 2.0 kB 5.0s partly: No mail, Meter", Squeeze(lines[1]));
        Assert.Equal("2 Mail by DSL allow no 2 10 2.0 kB never -", Squeeze(lines[2]));
        Assert.EndsWith("never matches: All", Squeeze(lines[3]), StringComparison.Ordinal);
    }

    [Fact]
    public void AnExplanationEndsWithItsVerdict()
    {
        string[] lines = Plain(screen => RulesPage.Write(Samples.Explain, screen));

        Assert.Equal(
            [
                "- Mail by DSL: the port is 443, the rule wants 25",
                "* Everything else: trusted to internet",
                "pin:    10.0.0.5 is pinned to fiber for 1h01m",
                "link:   fiber",
                "source: 203.0.113.7",
                "Allowed by 'Everything else', leaves by fiber as 203.0.113.7.",
            ],
            lines);
    }

    [Theory]
    [InlineData(0, 0, "f.yaml: bad; do this")]
    [InlineData(3, 0, "f.yaml:3: bad; do this")]
    [InlineData(3, 9, "f.yaml:3:9: bad; do this")]
    public void NotesNameThePlaceAsFarAsItIsKnown(int line, int column, string expected)
    {
        var note = new ConfigurationNote { File = "f.yaml", Line = line, Column = column, Message = "bad", Remedy = "do this" };
        var check = new CheckReport { File = "f.yaml", Errors = [note], Warnings = [note with { Remedy = null }] };

        string[] lines = Plain(screen => CheckPage.Write(check, screen));

        Assert.Equal(expected, lines[0]);
        Assert.Equal(expected.Replace("bad; do this", "warning: bad", StringComparison.Ordinal), lines[1]);
        Assert.Equal("f.yaml cannot be loaded: 1 error, 1 warning.", lines[2]);
    }

    private static string[] Plain(Action<Screen> page)
    {
        var text = new StringWriter();
        page(At(Screen.Plain(text)));
        return text.ToString().Split('\n')[..^1];
    }

    private static Screen At(Screen screen)
    {
        screen.Now = Samples.Now;
        return screen;
    }

    private static string Squeeze(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
