using System.Net;
using System.Text;
using Router.Wire;
using Router.Wire.Web;

namespace Router.Tests.Wire.Web;

public class HostNameTests
{
    [Theory]
    [InlineData("Example.NET", "example.net", 0)]
    [InlineData("example.net.", "example.net", 0)]
    [InlineData("example.net:8080", "example.net", 8080)]
    [InlineData("example.net:", "example.net", 0)]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example", 0)]
    [InlineData("_dmarc.a-b.example", "_dmarc.a-b.example", 0)]
    [InlineData("localhost", "localhost", 0)]
    [InlineData("1.2.3.4.example", "1.2.3.4.example", 0)]
    [InlineData("example.7z", "example.7z", 0)]
    [InlineData("192.0.2.1", "192.0.2.1", 0)]
    [InlineData("192.0.2.1:81", "192.0.2.1", 81)]
    [InlineData("[2001:DB8::1]", "2001:db8::1", 0)]
    [InlineData("[2001:db8:0:0:0:0:0:1]:443", "2001:db8::1", 443)]
    [InlineData("[::]", "::", 0)]
    [InlineData("[::ffff:192.0.2.1]", "192.0.2.1", 0)]
    [InlineData("[1::]", "1::", 0)]
    [InlineData("[1:2:3:4:5:6:7::]", "1:2:3:4:5:6:7:0", 0)]
    public void Names_and_addresses_are_read_in_one_form(string text, string read, ushort port) => Assert.Equal((read, port), Read(text));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a b")]
    [InlineData("a%2eb")]
    [InlineData("b\u00fccher.example")]
    [InlineData("a:b")]
    [InlineData("a:99999")]
    [InlineData("a:1:2")]
    [InlineData("127.1")]
    [InlineData("0x7f.1")]
    [InlineData("0x7f000001")]
    [InlineData("2130706433")]
    [InlineData("010.0.0.1")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.4.5")]
    [InlineData("[2001:db8::1")]
    [InlineData("[2001:db8::1]x")]
    [InlineData("2001:db8::1")]
    [InlineData("[1::2::3]")]
    [InlineData("[1:2:3]")]
    [InlineData("[1:2:3:4:5:6:7:8:9]")]
    [InlineData("[1:2:3:4:5:6:7:8::]")]
    [InlineData("[12345::]")]
    [InlineData("[fe80::1%25eth0]")]
    [InlineData("[:1]")]
    [InlineData("[1:]")]
    [InlineData("[]")]
    public void What_some_would_take_for_another_host_is_refused(string text) => Assert.Null(Read(text));

    [Fact]
    public void Longer_than_a_name_may_be_is_refused()
    {
        Assert.NotNull(Read(string.Join('.', Enumerable.Repeat("abcdefg", 31)) + ".abcd"));
        Assert.Null(Read(string.Join('.', Enumerable.Repeat("abcdefg", 32))));
    }

    [Fact]
    public void IPv6_is_read_as_the_platform_reads_it()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            byte[] octets = new byte[16];
            for (int i = 0; i < 16; i += 2)
            {
                if (random.Next(2) == 0) random.NextBytes(octets.AsSpan(i, 2));
            }
            var address = new IPAddress(octets);
            Assert.Equal((Address.From(address).ToString(), (ushort)0), Read($"[{address}]"));
        }
    }

    private static (string, ushort)? Read(string text) =>
        !HostName.TryRead(Encoding.UTF8.GetBytes(text), new byte[HostName.MostOctets], out HostName host) ? null
            : (host.IsAddress ? host.Address.ToString() : Encoding.ASCII.GetString(host.Name), host.Port);
}
