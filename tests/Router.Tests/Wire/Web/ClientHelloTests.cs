using System.Text;
using Router.Wire.Web;

namespace Router.Tests.Wire.Web;

public class ClientHelloTests
{
    private readonly byte[] _room = new byte[ClientHello.HeaderLength + ClientHello.MostOctets];

    [Theory]
    [InlineData(16384)]
    [InlineData(500)]
    [InlineData(7)]
    [InlineData(1)]
    public void The_name_is_found_whatever_the_records(int fragment)
    {
        byte[] octets = Hellos.Records(Hellos.Handshake("www.Example.net", padding: 1500), fragment);
        Assert.Equal(WebReading.Whole, Read(octets, out string name, out bool encrypted));
        Assert.Equal(("www.Example.net", false), (name, encrypted));
    }

    [Fact]
    public void Every_beginning_is_incomplete()
    {
        byte[] octets = Hellos.Records(Hellos.Handshake("example.net", padding: 300), 100);
        for (int length = 0; length < octets.Length; length++) Assert.Equal(WebReading.Incomplete, Read(octets[..length], out _, out _));
    }

    [Fact]
    public void A_hello_of_sixteen_kibioctets_is_read_and_a_longer_one_is_not()
    {
        int padding = ClientHello.MostOctets - (Hellos.Handshake("a.example").Length - ClientHello.HeaderLength) - 4;
        Assert.Equal(WebReading.Whole, Read(Hellos.Records(Hellos.Handshake("a.example", padding), 16384), out string name, out _));
        Assert.Equal("a.example", name);
        Assert.Equal(WebReading.Whole, Read(Hellos.Records(Hellos.Handshake("a.example", padding), 30), out _, out _));
        Assert.Equal(WebReading.Unreadable, Read(Hellos.Records(Hellos.Handshake("a.example", padding + 1), 16384), out _, out _));
    }

    [Fact]
    public void Without_a_name_it_is_a_hello_too_and_an_encrypted_one_is_noticed()
    {
        Assert.Equal(WebReading.Whole, Read(Hellos.Records(Hellos.Handshake(null)), out string name, out bool encrypted));
        Assert.Equal(("", false), (name, encrypted));
        Assert.Equal(WebReading.Whole, Read(Hellos.Records(Hellos.Handshake("outer.example", encrypted: true)), out name, out encrypted));
        Assert.Equal(("outer.example", true), (name, encrypted));
    }

    [Fact]
    public void Anything_else_is_unreadable()
    {
        byte[] sound = Hellos.Records(Hellos.Handshake("example.net"));
        foreach ((int at, byte value) in ((int, byte)[])[(0, 23), (1, 2), (2, 9), (3, 0x60), (5, 2), (6, 1), (5 + 4 + 34, 33)])
        {
            byte[] bad = [.. sound];
            bad[at] = value;
            Assert.Equal(WebReading.Unreadable, Read(bad, out _, out _));
        }
        Assert.Equal(WebReading.Unreadable, Read("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), out _, out _));
        Assert.Equal(WebReading.Unreadable, Read([22, 3, 1, 0, 0, 22, 3, 1, 0, 4], out _, out _));
        // A length inside that is longer than what it lies in.
        byte[] hello = Hellos.Handshake("example.net");
        for (int at = 4 + 34; at < hello.Length - 11; at++)
        {
            byte[] bad = [.. hello];
            if ((bad[at] += 1) == 0) continue;
            ClientHello.Read(bad, out _);
        }
        hello[^12]++;
        Assert.Equal(WebReading.Unreadable, ClientHello.Read(hello, out _));
    }

    private WebReading Read(byte[] octets, out string name, out bool encrypted)
    {
        WebReading reading = TlsRecords.ReadHello(octets, _room, out ClientHello hello);
        (name, encrypted) = (Encoding.ASCII.GetString(hello.ServerName), hello.HasEncryptedHello);
        return reading;
    }
}
