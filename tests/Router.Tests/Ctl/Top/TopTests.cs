using System.Text;
using System.Text.RegularExpressions;
using Router.Api;
using Router.Ctl.Top;
using Router.Tests.Api;
using Spectre.Console;

namespace Router.Tests.Ctl.Top;

/// <summary>`top` without a terminal: what keys mean, what they do, and what the screen looks like.</summary>
public class TopTests
{
    private static readonly string[] s_links = ["fiber", "dsl"];

    private static TopReport Report(params string[] hosts) => Samples.Top with
    {
        Hosts = [.. hosts.Select(host => Samples.Top.Hosts[0] with { Host = host })],
    };

    private static TopState State(params string[] hosts)
    {
        var state = new TopState();
        state.Take(Report(hosts.Length > 0 ? hosts : ["10.0.0.5", "10.0.0.6", "10.0.0.7"]));
        return state;
    }

    private static Wish Type(TopState state, string text)
    {
        Wish last = Wish.None;
        foreach (Rune letter in text.EnumerateRunes()) last = state.Press(new Key(Named.None, letter));
        return last;
    }

    [Theory]
    [InlineData("\e[A", Named.Up)]
    [InlineData("\eOB", Named.Down)]
    [InlineData("\e[5~", Named.PageUp)]
    [InlineData("\e[6~", Named.PageDown)]
    [InlineData("\e[1;5A", Named.Up)]
    [InlineData("\e[H", Named.Home)]
    [InlineData("\e[4~", Named.End)]
    [InlineData("\e", Named.Escape)]
    [InlineData("\r", Named.Enter)]
    [InlineData("\t", Named.Tab)]
    [InlineData("\u007f", Named.Backspace)]
    [InlineData("\u0003", Named.Quit)]
    [InlineData("\u001a", Named.Suspend)]
    internal void Keys_have_names(string sent, Named expected) => Assert.Equal([expected], Keys.Read(Encoding.UTF8.GetBytes(sent)));

    [Fact]
    public void One_read_may_bring_many_keys_and_nonsense()
    {
        List<Key> keys = Keys.Read("a\e[99~\e[Bö\e[<0;1"u8);

        Assert.Equal([new Key(Named.None, new Rune('a')), Named.Down, new Key(Named.None, new Rune('ö'))], keys);
        Assert.Empty(Keys.Read([0xff, 0xfe, 0x1b, (byte)'[']));
    }

    [Fact]
    public void What_was_chosen_stays_chosen_when_the_order_changes()
    {
        TopState state = State();
        state.Press(Named.Down);
        state.Take(Report("10.0.0.9", "10.0.0.7", "10.0.0.6"));
        Assert.Equal(2, state.Chosen);
        state.Take(Report("10.0.0.9"));
        Assert.Equal(0, state.Chosen);
        state.Take(Report());
        Assert.Equal((0, Wish.Draw), (state.Chosen, state.Press(Named.End)));
    }

    [Fact]
    public void Keys_sort_switch_pause_and_end()
    {
        TopState state = State();
        Assert.Equal((Wish.Ask, "out"), (Type(state, "o"), state.Sort));
        Assert.Equal((Wish.Ask, "octets"), (Type(state, "s"), state.Sort));
        Assert.Equal((Wish.Draw, Pane.Flows), (state.Press(Named.Tab), state.Pane));
        Assert.Equal((Wish.Draw, Pane.Hosts), (Type(state, "1"), state.Pane));
        Assert.Equal((Wish.Draw, true), (Type(state, "p"), state.IsPaused));
        Assert.Equal((Wish.Ask, false), (Type(state, " "), state.IsPaused));
        Assert.Equal(Wish.None, Type(state, "ß"));
        Assert.Equal(Wish.Quit, Type(state, "q"));
        Assert.Equal(Wish.Quit, state.Press(Named.Quit));
        Assert.Equal(Wish.Suspend, state.Press(Named.Suspend));
    }

    [Fact]
    public void A_filter_is_typed_and_holds_once_it_is_entered()
    {
        TopState state = State();
        Type(state, "/");
        Assert.Equal(Wish.Draw, Type(state, "qdsl :44x"));
        state.Press(Named.Backspace);
        Assert.Equal(new FlowQuery(), state.Which);
        for (int i = 0; i < 8; i++) state.Press(Named.Backspace);
        Type(state, "dsl :44");
        Assert.Equal(Wish.Ask, state.Press(Named.Enter));
        Assert.Equal(new FlowQuery { Link = "dsl", Port = 44 }, state.Which);
        Type(state, "/x=y");
        state.Press(Named.Enter);
        Assert.Contains("narrows nothing", state.Message, StringComparison.Ordinal);
        Assert.Equal(new FlowQuery { Link = "dsl", Port = 44 }, state.Which);
        Type(state, "/zzz");
        state.Press(Named.Escape);
        Assert.Equal("dsl :44", state.Filter);
        Assert.Equal((Wish.Ask, new FlowQuery()), (state.Press(Named.Escape), state.Which));
    }

    [Fact]
    public void Enter_on_a_host_shows_its_flows()
    {
        TopState state = State();
        state.Press(Named.Down);
        Assert.Equal(Wish.Ask, state.Press(Named.Enter));
        Assert.Equal((Pane.Flows, "10.0.0.6"), (state.Pane, state.Which.Host));
    }

    [Theory]
    [InlineData("m1y", false)]
    [InlineData("m1f", true)]
    [InlineData("m1n", null)]
    [InlineData("m2y", null)]
    [InlineData("mxy", null)]
    public void A_host_is_moved_only_after_a_question(string keys, bool? flows)
    {
        TopState state = State();

        Wish wish = Type(state, keys);

        Assert.Equal(flows is not null, wish == Wish.Move);
        if (flows is { } along) Assert.Equal(new MoveQuery { Host = "10.0.0.5", Link = "dsl", Flows = along }, state.Moving);
        Assert.Equal(TopState.Asking.List, state.Mode);
    }

    [Theory]
    [InlineData("10.0.0.5 tcp", "host=10.0.0.5&protocol=tcp")]
    [InlineData("10.0.0.0/24 :443", "host=10.0.0.0%2F24&port=443")]
    [InlineData("2001:db8::5", "host=2001%3Adb8%3A%3A5")]
    [InlineData("443 established", "port=443&state=established")]
    [InlineData("fiber", "link=fiber")]
    [InlineData("tony link=dsl", "link=dsl&user=tony")]
    [InlineData("rule=Mail_by_DSL", "rule=Mail%20by%20DSL")]
    [InlineData("", "")]
    [InlineData(":99999", null)]
    [InlineData("state=odd", null)]
    [InlineData("tcp tcp", null)]
    [InlineData("=", null)]
    public void Words_narrow_the_lists(string text, string? expected)
    {
        FlowQuery? which = TopFilter.Read(text, s_links, out string? complaint);

        if (text == "=") Assert.NotNull(which); // a user of that name, who does not exist
        else if (expected is null) Assert.Equal((null, true), (which, complaint is not null));
        else Assert.StartsWith(expected.Length > 0 ? $"?{expected}&" : "?limit", which!.ToQuery(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(80, 10)]
    [InlineData(200, 50)]
    [InlineData(40, 8)]
    [InlineData(20, 3)]
    public void The_picture_fills_any_terminal_and_no_more(int columns, int rows)
    {
        TopState state = State([.. Enumerable.Range(1, 60).Select(i => $"2001:db8:aaaa:bbbb:cccc:dddd:eeee:{i}")]);
        foreach (string keys in (string[])["", "2", "?", "x/tcp", "\u0001"])
        {
            Type(state, keys);
            Frame frame = new TopPicture(state, new LastMinute(), colour: true, unicode: true).Draw(columns, rows, away: null);

            Assert.Equal(rows, frame.Lines.Count);
            Assert.All(frame.Lines, line => Assert.Equal(columns, Letters(line).GetCellWidth()));
        }
    }

    [Fact]
    public void The_screen_of_80_by_24_shows_what_matters()
    {
        TopState state = State();
        var last = new LastMinute();
        for (int i = 0; i < 3; i++) last.Add([Samples.Fiber with { Received = Samples.Fiber.Received with { OctetsPerSecond = i * 1000 }, Sent = Samples.Fiber.Sent with { OctetsPerSecond = 0 } }]);
        string[] lines = [.. new TopPicture(state, last, colour: false, unicode: true).Draw(80, 24, away: null).Lines.Select(Letters)];

        Assert.StartsWith("routerd 0.1.0  up 4m12s  balance  250 of 1000 flows  12 hosts", lines[0], StringComparison.Ordinal);
        Assert.Contains("fiber up", lines[2], StringComparison.Ordinal);
        Assert.Contains(" ▄█ ", lines[2], StringComparison.Ordinal);
        Assert.Contains("4.3 ms", lines[2], StringComparison.Ordinal);
        Assert.Contains("1 hosts", lines[5], StringComparison.Ordinal);
        Assert.Contains("10.0.0.5  tony", lines[7], StringComparison.Ordinal);
        Assert.Contains("10.0 Mbit/s", lines[7], StringComparison.Ordinal);
        Assert.Contains("q end", lines[23], StringComparison.Ordinal);
        string away = Letters(new TopPicture(state, last, colour: false, unicode: true).Draw(80, 24, "it is not running").Lines[0]);
        Assert.Contains("routerd is away since", away, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_lines_that_changed_are_written()
    {
        TopState state = State();
        var picture = new TopPicture(state, new LastMinute(), colour: false, unicode: true);
        Frame before = picture.Draw(80, 24, null), same = picture.Draw(80, 24, null);
        state.Press(Named.Down);
        Frame after = picture.Draw(80, 24, null), larger = picture.Draw(100, 24, null);

        Assert.Equal("", same.Changes(before));
        Assert.Equal(2, Regex.Count(after.Changes(before), "\e\\[[0-9]+;1H"));
        Assert.StartsWith("\e[?2026h", after.Changes(before), StringComparison.Ordinal);
        Assert.EndsWith("\e[?2026l", after.Changes(before), StringComparison.Ordinal);
        Assert.Contains("\e[2J", larger.Changes(after), StringComparison.Ordinal);
    }

    private static string Letters(string line) => AnswerTableTests.Letters(line);
}
