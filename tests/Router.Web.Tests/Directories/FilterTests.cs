using Router.Web.Directories;

namespace Router.Web.Tests.Directories;

public sealed class FilterTests
{
    [Theory]
    [InlineData("ada", "ada")]
    [InlineData("*", "\\2a")]
    [InlineData("a)(uid=*)\\", "a\\29\\28uid=\\2a\\29\\5c")]
    [InlineData("zoë\0", "zo\\c3\\ab\\00")]
    public void A_value_cannot_be_more_than_a_value(string text, string value) => Assert.Equal(value, Filter.Value(text));

    [Fact]
    public void Groups_that_contain_each_other_end()
    {
        var above = new Dictionary<string, (string, string)[]> { ["a"] = [("b", "B")], ["b"] = [("c", "C"), ("a", "A")], ["c"] = [("a", "A")] };
        Assert.Equal(["A", "B", "C"], GroupWalk.Collect([("a", "A")], dn => above[dn], () => true));
    }

    [Fact]
    public void A_directory_that_lies_ends_too()
    {
        int asked = 0;
        List<string> groups = GroupWalk.Collect([("0", "0")], dn => [.. Enumerable.Range(0, 50).Select(i => ($"{dn}/{i}", $"{dn}/{i}"))], () => ++asked < 100_000);
        Assert.Equal(GroupWalk.MostGroups, groups.Count);
    }
}
