using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Router.Daemon.History;
using Router.Daemon.Systemd;

namespace Router.Tests.Daemon.History;

public sealed class HistoryLineTests
{
    private static readonly LinkSample s_sample = new(1_763_813_469_123, "fiber", "up", 1_400_000, 96_000, "198.51.100.10", "198.51.100.1",
        [new TargetSample("gateway", 10, 10, 900), new TargetSample("https://example.com/ok?a=b", 10, 6, 23_400)]);

    private static string Written(string text)
    {
        var line = new ArrayBufferWriter<byte>();
        CheckedLine.Write(line, text);
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    // The check value that RFC 3720's CRC is known by.
    [Fact]
    public void A_line_is_its_sum_and_its_text() => Assert.Equal("e3069283 123456789\n", Written("123456789"));

    [Fact]
    public void Any_text_comes_back_as_one_line() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text =>
        {
            string line = Written(text ?? "");
            return line.IndexOf('\n') == line.Length - 1 && CheckedLine.TryRead(Encoding.UTF8.GetBytes(line[..^1]), out string read)
                && read.Length <= (text ?? "").Length && !read.Any(char.IsControl) | (text ?? "").Any(letter => letter is >= '\x80' and < '\xA0');
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_without_end_is_cut()
    {
        string line = Written(new string('x', 100_000));
        Assert.InRange(line.Length, CheckedLine.MostOctets, CheckedLine.MostOctets + 10);
        Assert.True(CheckedLine.TryRead(Encoding.UTF8.GetBytes(line[..^1]), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("e3069283")]
    [InlineData("e3069283 ")]
    [InlineData("e3069283 123456788")]
    [InlineData("e306928  123456789")]
    [InlineData("zzzzzzzz 123456789")]
    [InlineData("e3069283_123456789")]
    public void A_line_that_is_not_as_it_was_written_is_not_read(string line) => Assert.False(CheckedLine.TryRead(Encoding.UTF8.GetBytes(line), out _));

    [Fact]
    public void An_event_comes_back_as_it_was()
    {
        var happened = new HistoryEvent(1_763_813_469_123, Priority.Warning, "state", "fiber", "down", "gateway 198.51.100.1 does not answer: 3 rounds failed");
        Assert.True(HistoryEvent.TryParse(happened.ToString(), out HistoryEvent read));
        Assert.Equal(happened, read);
        var bare = new HistoryEvent(0, Priority.Critical, "start", "", "", "");
        Assert.True(HistoryEvent.TryParse(bare.ToString(), out read));
        Assert.Equal(bare, read);
    }

    [Fact]
    public void A_sample_comes_back_as_it_was()
    {
        LinkSample read = LinkSample.Parse(s_sample.ToString())!;
        Assert.Equal(s_sample with { Targets = read.Targets }, read);
        Assert.Equal(s_sample.Targets, read.Targets);
        LinkSample bare = s_sample with { Address = "", Gateway = "", Targets = [] };
        Assert.Equal(bare.ToString(), LinkSample.Parse(bare.ToString())!.ToString());
    }

    /// <summary>Words of chance in the place of any other, with a right sum: refused or read, never a fault, and never a number out of bounds.</summary>
    [Fact]
    public void Words_of_chance_are_refused_or_read() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(int At, string? Word, long Number)>(), damage =>
        {
            foreach (string line in (string[])[s_sample.ToString(), new HistoryEvent(5, Priority.Notice, "flows", "", "", "one").ToString()])
            {
                foreach (string chance in (string[])[damage.Word ?? "", $"{damage.Number}", $"gateway={damage.Number}/{damage.At}/{damage.Number}"])
                {
                    string[] words = line.Split(' ');
                    words[(int)((uint)damage.At % words.Length)] = chance;
                    string text = string.Join(' ', words);
                    if (LinkSample.Parse(text) is { } sample && (sample.When.Year < 1970 || sample.Targets.Any(t => t.Answered > t.Asked))) return false;
                    if (HistoryEvent.TryParse(text, out HistoryEvent happened) && happened.When.Year < 1970) return false;
                }
            }
            return true;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(4, "link-state", "LINK=fiber STATE=down CAUSE=no.carrier", "state fiber down no.carrier")]
    [InlineData(5, "flows-changed", "", "flows   said")]
    [InlineData(4, "stuck-sender", "HOST=10.0.0.5", "stuck-sender   said")]
    [InlineData(4, "volume", "LINK=dsl", "volume dsl  said")]
    [InlineData(3, "link-unopened", "LINK=dsl", "link dsl  said")]
    [InlineData(4, "login-refused", "HOST=10.0.0.5 CAUSE=wrong-password", "people   said")]
    [InlineData(6, "link-load", "LINK=dsl", null)]
    public void A_journal_line_becomes_an_event_of_a_kind(int priority, string kind, string fields, string? expected)
    {
        (string, string)[] all = [.. fields.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=')).Select(f => (f[0], f[1]))];
        HistoryEvent? happened = HistoryEvent.Of(5, (Priority)priority, Catalog.All.Single(known => known.Name == kind), "said", all);
        Assert.Equal(expected, happened is { } e ? $"{e.Kind} {e.Link} {e.State} {e.Text}" : null);
    }
}
