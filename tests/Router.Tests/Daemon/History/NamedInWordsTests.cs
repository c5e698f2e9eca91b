using Router.Daemon.History;

namespace Router.Tests.Daemon.History;

/// <summary>`routerctl events --user` and `--device`: whose words name somebody.</summary>
public class NamedInWordsTests
{
    [Theory]
    [InlineData("Tony logged in on 10.0.0.5 (02:00:00:00:00:05), by password", "tony", true)]
    [InlineData("Tony logged in on 10.0.0.5 (02:00:00:00:00:05), by password", "10.0.0.5", true)]
    [InlineData("Tony logged in on 10.0.0.5 (02:00:00:00:00:05), by password", "02:00:00:00:00:05", true)]
    [InlineData("Tony logged in on 10.0.0.5.", "10.0.0.5", true)]
    [InlineData("Tony logged in on 10.0.0.55", "10.0.0.5", false)]
    [InlineData("Tony logged in on 110.0.0.5", "10.0.0.5", false)]
    [InlineData("Tony logged in on 2001:db8::5:1", "2001:db8::5", false)]
    [InlineData("tony-guest logged in", "tony", false)]
    [InlineData("antony went, tony came", "tony", true)]
    [InlineData("tony", "tony", true)]
    [InlineData("", "tony", false)]
    public void A_name_is_a_whole_word(string text, string name, bool expected) => Assert.Equal(expected, PastReports.Names(text, name));
}
