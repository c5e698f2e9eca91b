using System.Text;
using Router.Wire.Web;

namespace Router.Tests.Wire.Web;

public class HttpHeadTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: example.net\r\n\r\n", "example.net", "/")]
    [InlineData("\r\n\r\nGET /a?b=c HTTP/1.1\r\nHost:example.net \t\r\n\r\n", "example.net", "/a?b=c")]
    [InlineData("POST http://Example.NET:8080/a HTTP/1.1\r\nhOST: example.net:8080\r\nContent-Length: 0\r\n\r\n", "Example.NET:8080", "/a")]
    [InlineData("GET http://example.net HTTP/1.1\r\nHost: example.net:80\r\n\r\n", "example.net", "/")]
    [InlineData("GET http://example.net?q HTTP/1.1\r\nHost: example.net\r\n\r\n", "example.net", "?q")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n", "[2001:db8::1]", "*")]
    [InlineData("GET /old HTTP/1.0\r\n\r\n", "", "/old")]
    [InlineData("CONNECT example.net:443 HTTP/1.1\r\nHost: example.net:443\r\n\r\n", "example.net:443", "")]
    public void Targets_of_every_form_are_read(string text, string authority, string path)
    {
        Assert.Equal(WebReading.Whole, Read(text, out string host, out string target, out int length));
        Assert.Equal((authority, path, text.Length), (host, target, length));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET http://me@a/ HTTP/1.1\r\nHost: me@a\r\n\r\n")]
    [InlineData("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.2\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian\r\n")]
    [InlineData("\u0016\u0003\u0001")]
    [InlineData("{\"json\": 1}")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n: no name\r\n\r\n")]
    public void What_two_readers_may_take_differently_is_unreadable(string text) => Assert.Equal(WebReading.Unreadable, Read(text, out _, out _, out _));

    [Fact]
    public void Every_beginning_of_a_head_is_incomplete()
    {
        const string text = "\r\nGET http://example.net/ HTTP/1.1\r\nHost: example.net\r\nContent-Length: 3\r\n\r\n";
        for (int length = 0; length < text.Length; length++) Assert.Equal(WebReading.Incomplete, Read(text[..length], out _, out _, out _));
        Assert.Equal(WebReading.Whole, Read(text + "abcGET", out _, out _, out int whole));
        Assert.Equal(text.Length, whole);
    }

    [Fact]
    public void A_head_has_an_end_or_is_unreadable()
    {
        string endless = "GET / HTTP/1.1\r\nHost: a\r\nCookie: " + new string('x', HttpHead.MostOctets);
        Assert.Equal(WebReading.Unreadable, Read(endless, out _, out _, out _));
        Assert.Equal(WebReading.Unreadable, Read(endless + "\r\n\r\n", out _, out _, out _));
    }

    [Theory]
    [InlineData("Content-Length: 12", HttpBody.Length, 12UL, false)]
    [InlineData("Content-Length: 0", HttpBody.None, 0UL, false)]
    [InlineData("Transfer-Encoding: Chunked", HttpBody.Chunked, 0UL, false)]
    [InlineData("Upgrade: websocket", HttpBody.None, 0UL, true)]
    [InlineData("Accept: */*", HttpBody.None, 0UL, false)]
    public void How_it_goes_on_behind_the_head_is_told(string field, HttpBody body, ulong length, bool maySwitch)
    {
        Assert.Equal(WebReading.Whole, HttpHead.Read(Encoding.Latin1.GetBytes($"PUT / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n"), out HttpHead head));
        Assert.Equal((body, length, maySwitch), (head.Body, head.BodyLength, head.MaySwitch));
    }

    [Theory]
    [InlineData("5\r\nhello", true, 3, 5UL)]
    [InlineData("\r\nFf;x=\"y\"\r\n", false, 12, 255UL)]
    [InlineData("0\r\n\r\n", true, 3, 0UL)]
    public void Chunk_sizes_are_read(string text, bool isFirst, int length, ulong size)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        Assert.Equal(WebReading.Whole, HttpChunk.ReadSize(octets, isFirst, out int read, out ulong found));
        Assert.Equal((length, size), (read, found));
        for (int part = 0; part < length; part++) Assert.Equal(WebReading.Incomplete, HttpChunk.ReadSize(octets.AsSpan(0, part), isFirst, out _, out _));
    }

    [Theory]
    [InlineData("g\r\n", true)]
    [InlineData("\r\n", true)]
    [InlineData("5\n", true)]
    [InlineData("5\rX", true)]
    [InlineData("5;a\nb\r\n", true)]
    [InlineData("5x\r\n", true)]
    [InlineData("5\r\n", false)]
    [InlineData("\rX5\r\n", false)]
    [InlineData("1000000000000000\r\n", true)]
    public void Chunk_sizes_that_may_be_taken_differently_are_unreadable(string text, bool isFirst) =>
        Assert.Equal(WebReading.Unreadable, HttpChunk.ReadSize(Encoding.Latin1.GetBytes(text), isFirst, out _, out _));

    [Fact]
    public void Trailers_end_with_an_empty_line()
    {
        Assert.Equal(WebReading.Whole, HttpChunk.ReadTrailers("\r\nGET"u8, out int length));
        Assert.Equal(2, length);
        Assert.Equal(WebReading.Whole, HttpChunk.ReadTrailers("Sum: 1\r\n\r\nGET"u8, out length));
        Assert.Equal(10, length);
        Assert.Equal(WebReading.Incomplete, HttpChunk.ReadTrailers("Sum: 1\r\n"u8, out _));
        Assert.Equal(WebReading.Incomplete, HttpChunk.ReadTrailers("\r"u8, out _));
        Assert.Equal(WebReading.Unreadable, HttpChunk.ReadTrailers(Encoding.Latin1.GetBytes(new string('a', HttpHead.MostOctets + 1)), out _));
    }

    private static WebReading Read(string text, out string authority, out string path, out int length)
    {
        WebReading reading = HttpHead.Read(Encoding.Latin1.GetBytes(text), out HttpHead head);
        (authority, path, length) = (Encoding.Latin1.GetString(head.Authority), Encoding.Latin1.GetString(head.Path), head.Length);
        return reading;
    }
}
