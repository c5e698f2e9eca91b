using System.Text.RegularExpressions;
using Router.Ctl;
using Spectre.Console;

namespace Router.Tests.Ctl;

public class AnswerTableTests
{
    private static AnswerTable Sample()
    {
        var table = new AnswerTable(new Column("NAME"), new Column("N", 1, Right: true), new Column("REMARK", 2));
        table.Add("a", "1", "first");
        table.Add("bcd", "100", null!);
        return table;
    }

    [Fact]
    public void PlainLinesAreAlignedAndHaveNoTrailingSpace()
    {
        var text = new StringWriter();
        Sample().WriteTo(Screen.Plain(text), "nothing");

        Assert.Equal(["NAME    N  REMARK", "a       1  first", "bcd   100  -"], Lines(text));
    }

    [Fact]
    public void PlainLinesAreNeverCut()
    {
        var text = new StringWriter();
        var table = new AnswerTable(new Column("A", 5), new Column("B"));
        table.Add(new string('x', 500), "end");
        table.WriteTo(Screen.Plain(text), "nothing");

        Assert.EndsWith("end", Lines(text)[1], StringComparison.Ordinal);
        Assert.Equal(2, Lines(text).Length);
    }

    [Theory]
    [InlineData(80, "NAME N REMARK")]
    [InlineData(23, "NAME N REMARK")]
    [InlineData(22, "NAME N")]
    [InlineData(14, "NAME N")]
    [InlineData(13, "NAME")]
    [InlineData(8, "NAME")]
    public void ANarrowTerminalLosesTheLeastImportantColumnsFirst(int width, string expected)
    {
        string[] lines = Draw(Sample(), width);

        Assert.Equal(expected, string.Join(' ', Letters(lines[1]).Split(['│', ' '], StringSplitOptions.RemoveEmptyEntries)));
        Assert.All(lines, line => Assert.True(Letters(line).Length <= width, line));
    }

    [Fact]
    public void ColoursAreOnlyOnTerminalsThatHaveThem()
    {
        var table = new AnswerTable(new Column("STATE"));
        table.Add(new Cell("down", Color.Red));

        Assert.Contains("\e[91mdown", string.Concat(Draw(table, 80, colour: true)), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[91m", string.Concat(Draw(table, 80, colour: false)), StringComparison.Ordinal);
        var plain = new StringWriter();
        table.WriteTo(Screen.Plain(plain), "nothing");
        Assert.DoesNotContain('\e', plain.ToString());
    }

    [Fact]
    public void NamesCannotSteerTheTerminalNorPassForMarkup()
    {
        var table = new AnswerTable(new Column("NAME"));
        table.Add("[red]evil[/]\e[2J\nline");

        string drawn = string.Concat(Draw(table, 80));

        Assert.Contains("[red]evil[/]\ufffd[2J\ufffdline", drawn, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEmptyTableIsASentence()
    {
        var text = new StringWriter();
        new AnswerTable(new Column("NAME")).WriteTo(Screen.Plain(text), "No links are configured.");

        Assert.Equal(["No links are configured."], Lines(text));
    }

    [Fact]
    public void ARowOfTheWrongLengthIsABug() => Assert.Throws<ArgumentException>(() => Sample().Add("only one"));

    /// <summary>What is seen of a line: without the marks for bold and colour (ECMA-48: SGR).</summary>
    internal static string Letters(string line) => Regex.Replace(line, "\e\\[[0-9;]*m", "");

    private static string[] Draw(AnswerTable table, int width, bool colour = false)
    {
        var text = new StringWriter();
        table.WriteTo(Screen.Of(text, width, colour), "nothing");
        return Lines(text);
    }

    private static string[] Lines(StringWriter text) => text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
