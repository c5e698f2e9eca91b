using System.Text;
using Router.Forwarding.Web;
using Router.Wire;
using Router.Wire.Web;

namespace Router.Tests.Forwarding.Web;

public class WebPatternTests
{
    [Theory]
    [InlineData("example.net", "http://example.net/", true)]
    [InlineData("example.net", "https://EXAMPLE.net", true)]
    [InlineData("example.net", "http://www.example.net/", false)]
    [InlineData("*.example.net", "http://www.example.net/", true)]
    [InlineData("*.example.net", "http://example.net/", true)]
    [InlineData("*.example.net", "http://notexample.net/", false)]
    [InlineData("ads*.example.net", "http://ads.a.example.net/", true)]
    [InlineData("ads*.example.net", "http://www.example.net/", false)]
    [InlineData("*ads*", "http://my.ads.example/", true)]
    [InlineData("*", "https://anything.example", true)]
    [InlineData("*", "https://192.0.2.1", true)]
    [InlineData("http://example.net", "https://example.net", false)]
    [InlineData("https://example.net", "https://example.net", true)]
    [InlineData("https://example.net/", "https://example.net", true)]
    [InlineData("example.net/a/*", "http://example.net/a/b?c", true)]
    [InlineData("example.net/a/*", "http://example.net/x/../a/b", true)]
    [InlineData("example.net/a/*", "http://example.net/%61/b", true)]
    [InlineData("example.net/A/*", "http://example.net/a/B", true)]
    [InlineData("example.net/a/*", "http://example.net/b", false)]
    [InlineData("example.net/a/*", "https://example.net", false)]
    [InlineData("*/*.exe", "http://example.net/setup.exe", true)]
    [InlineData("example.net:8080", "http://example.net:8080/", true)]
    [InlineData("example.net:8080", "http://example.net/", false)]
    [InlineData("192.0.2.1", "http://192.0.2.1/", true)]
    [InlineData("[2001:db8::1]", "http://[2001:DB8:0::1]/", true)]
    [InlineData("b\u00fccher.example", "http://xn--bcher-kva.example/", true)]
    [InlineData("*.B\u00dcCHER.example", "https://www.xn--bcher-kva.example", true)]
    public void Patterns_match_what_they_say(string pattern, string url, bool matches) => Assert.Equal(matches, Client.Pattern(pattern).Matches(Ask(url)));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ftp://example.net")]
    [InlineData("example.net:0")]
    [InlineData("example..net")]
    [InlineData("*.192.0.2.1")]
    [InlineData("[2001:db8::1")]
    [InlineData("https://example.net/path")]
    public void What_is_no_host_and_no_url_is_refused(string text)
    {
        Assert.False(WebPattern.TryParse(text, out _, out string? fault));
        Assert.NotNull(fault);
    }

    [Theory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/A?B=/../C", "/a?b=/../c")]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("/a/..", "/")]
    [InlineData("/../..", "/")]
    [InlineData("/.", "/")]
    [InlineData("/a/%2e%2E/b", "/b")]
    [InlineData("/%2f%41", "/%2fa")]
    [InlineData("?q", "/?q")]
    [InlineData("/a#b", "/a")]
    [InlineData("/...", "/...")]
    public void A_path_has_one_form(string path, string form)
    {
        byte[] room = new byte[UrlPath.MostOctets];
        Assert.Equal(form, Encoding.ASCII.GetString(room, 0, UrlPath.Write(Encoding.ASCII.GetBytes(path), room)));
    }

    [Fact]
    public void Many_names_in_one_rule_match_as_few_do()
    {
        var rule = new WebRule { Name = "many", Action = WebAction.Deny, Patterns = [.. Enumerable.Range(0, 50).Select(i => Client.Pattern($"*.x{i}.example")), Client.Pattern("exact.example")] };
        var policy = new WebPolicy { Rules = [rule] };
        Assert.Equal(0, policy.Match(Ask("https://www.x49.example")));
        Assert.Equal(0, policy.Match(Ask("https://exact.example")));
        Assert.Equal(-1, policy.Match(Ask("https://www.x50.example")));
    }

    private static WebQuestion Ask(string url)
    {
        bool isPlain = url.StartsWith("http://", StringComparison.Ordinal);
        string rest = url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..];
        int slash = rest.IndexOf('/');
        byte[] room = new byte[HostName.MostOctets], path = new byte[UrlPath.MostOctets];
        Assert.True(HostName.TryRead(Encoding.ASCII.GetBytes(slash < 0 ? rest : rest[..slash]), room, out HostName host));
        int length = isPlain ? UrlPath.Write(Encoding.ASCII.GetBytes(slash < 0 ? "/" : rest[slash..]), path) : 0;
        return new WebQuestion
        {
            Scheme = isPlain ? WebScheme.Http : WebScheme.Tls, Name = room.AsSpan(0, host.Name.Length), Address = host.Address,
            Port = host.Port != 0 ? host.Port : isPlain ? (ushort)80 : (ushort)443, Path = path.AsSpan(0, length),
        };
    }
}
