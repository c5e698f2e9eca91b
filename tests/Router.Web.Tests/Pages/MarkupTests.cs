using Router.Web.Pages;

namespace Router.Web.Tests.Pages;

public sealed class MarkupTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\" onmouseover=\"x")]
    [InlineData("a & b < c > d ' e")]
    public void A_hole_is_escaped_in_text_and_in_attributes(string text)
    {
        string page = Markup.Of($"<p title=\"{text}\">{text}</p>").ToString();
        Assert.Equal(2, page.Count(c => c == '<'));
        Assert.Equal(2, page.Count(c => c == '"'));
        Assert.Equal($"<p title=\"{text}\">{text}</p>", System.Net.WebUtility.HtmlDecode(page));
    }

    [Fact]
    public void Markup_in_a_hole_stays_markup() => Assert.Equal("<b><i>1</i></b>", Markup.Of($"<b>{Markup.Of($"<i>{1}</i>")}</b>").ToString());

    [Fact]
    public void Empty_lines_part_paragraphs() => Assert.Equal("<p>a&#xA;b</p>\n<p>&lt;c&gt;</p>\n", Markup.Paragraphs("a\r\nb\n\n\n<c>\n").ToString());
}
