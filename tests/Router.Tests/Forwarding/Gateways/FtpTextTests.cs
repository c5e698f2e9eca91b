using System.Text;
using Router.Forwarding.Gateways.Ftp;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways;

/// <summary>Endpoints in lines of FTP: RFC 959 4.1.2 and 4.2, RFC 2428, and what only looks like them.</summary>
public class FtpTextTests
{
    [Theory]
    [InlineData("PORT 10,0,0,11,4,1\r\n", "10.0.0.11", 1025, "10,0,0,11,4,1")]
    [InlineData("port 255,255,255,255,255,255\n", "255.255.255.255", 65535, "255,255,255,255,255,255")]
    [InlineData("Port 010,000,000,011,004,001\r\n", "10.0.0.11", 1025, "010,000,000,011,004,001")]
    public void A_port_command_is_read(string line, string host, int port, string place) =>
        Check(FtpText.TryReadPort(Octets(line), out FtpEndpoint endpoint), endpoint, line, host, port, place);

    [Theory]
    [InlineData("PORT 10,0,0,11,4\r\n")]
    [InlineData("PORT 10,0,0,256,4,1\r\n")]
    [InlineData("PORT 10,0,0,0011,4,1\r\n")]
    [InlineData("PORT 10,0,0,11,0,0\r\n")]
    [InlineData("PORT 10,,0,11,4,1\r\n")]
    [InlineData("PORT  10,0,0,11,4,1\r\n")]
    [InlineData("PORT -10,0,0,11,4,1\r\n")]
    [InlineData("PORT 4294967306,0,0,11,4,1\r\n")]
    [InlineData("PORT\r\n")]
    [InlineData("PORT ")]
    [InlineData("")]
    [InlineData("XPORT 10,0,0,11,4,1\r\n")]
    public void What_only_looks_like_one_is_not(string line) => Assert.False(FtpText.TryReadPort(Octets(line), out _));

    [Theory]
    [InlineData("EPRT |1|132.235.1.2|6275|\r\n", "132.235.1.2", 6275, "|1|132.235.1.2|6275|")]
    [InlineData("eprt |2|1080::8:800:200C:417A|5282|\r\n", "1080::8:800:200c:417a", 5282, "|2|1080::8:800:200C:417A|5282|")]
    [InlineData("EPRT !1!10.0.0.11!1025!\r\n", "10.0.0.11", 1025, "!1!10.0.0.11!1025!")]
    public void An_extended_port_command_is_read(string line, string host, int port, string place) =>
        Check(FtpText.TryReadEprt(Octets(line), out FtpEndpoint endpoint), endpoint, line, host, port, place);

    [Theory]
    [InlineData("EPRT |3|10.0.0.11|1025|\r\n")]
    [InlineData("EPRT |1|10.0.0.11|65536|\r\n")]
    [InlineData("EPRT |1|10.0.0.11|0|\r\n")]
    [InlineData("EPRT |1|10.0.0.11|1025\r\n")]
    [InlineData("EPRT |1|10.0.0|1025|\r\n")]
    [InlineData("EPRT |1|::1|1025|\r\n")]
    [InlineData("EPRT |2|10.0.0.11|1025|\r\n")]
    [InlineData("EPRT |2|::ffff:10.0.0.11|1025|\r\n")]
    [InlineData("EPRT |2|fe80::1%eth0|1025|\r\n")]
    [InlineData("EPRT |2|1111111111111111111111111111111111111111111111111111|1|\r\n")]
    [InlineData("EPRT ||||")]
    [InlineData("EPRT |1|")]
    public void What_only_looks_like_an_extended_one_is_not(string line) => Assert.False(FtpText.TryReadEprt(Octets(line), out _));

    [Theory]
    [InlineData("227 Entering Passive Mode (10,0,0,80,195,149).\r\n", "10.0.0.80", 50069, "10,0,0,80,195,149")]
    [InlineData("227 Entering Passive Mode 10,0,0,80,195,149\r\n", "10.0.0.80", 50069, "10,0,0,80,195,149")]
    [InlineData("227 Mode 2 it is =10,0,0,80,195,149\r\n", "10.0.0.80", 50069, "10,0,0,80,195,149")]
    public void A_passive_answer_is_read(string line, string host, int port, string place) =>
        Check(FtpText.TryReadPassive(Octets(line), out FtpEndpoint endpoint), endpoint, line, host, port, place);

    [Theory]
    [InlineData("226 Entering Passive Mode (10,0,0,80,195,149).\r\n")]
    [InlineData("227-Entering Passive Mode (10,0,0,80,195,149).\r\n")]
    [InlineData("227 Entering Passive Mode (10,0,0,80,195).\r\n")]
    [InlineData("227 Entering Passive Mode (1111,0,0,80,195,1).\r\n")]
    [InlineData("227 ")]
    public void What_only_looks_like_a_passive_answer_is_not(string line) => Assert.False(FtpText.TryReadPassive(Octets(line), out _));

    [Theory]
    [InlineData("229 Entering Extended Passive Mode (|||50069|)\r\n", 50069, "50069")]
    [InlineData("229 ok (!!!6446!)", 6446, "6446")]
    public void An_extended_passive_answer_is_read(string line, int port, string place) =>
        Check(FtpText.TryReadExtendedPassive(Octets(line), out FtpEndpoint endpoint), endpoint, line, null, port, place);

    [Theory]
    [InlineData("229 (|||65536|)\r\n")]
    [InlineData("229 (||50069|)\r\n")]
    [InlineData("229 (|||50069)\r\n")]
    [InlineData("229 (|||50069|")]
    [InlineData("229 (|||")]
    [InlineData("229 (")]
    public void What_only_looks_like_an_extended_passive_answer_is_not(string line) =>
        Assert.False(FtpText.TryReadExtendedPassive(Octets(line), out _));

    [Fact]
    public void What_is_written_is_read_again()
    {
        Span<byte> text = stackalloc byte[64];
        var host = Address.Parse("203.0.113.10");
        foreach (int port in new[] { 1024, 1025, 40000, 65535 })
        {
            int length = FtpText.WriteSix(text, host, (ushort)port);
            Assert.True(FtpText.TryReadPort([.. "PORT "u8, .. text[..length], .. "\r\n"u8], out FtpEndpoint six));
            Assert.Equal((host, (ushort)port, length), (six.Host, six.Port, six.Length));
            length = FtpText.WriteExtended(text, host, (ushort)port);
            Assert.True(FtpText.TryReadEprt([.. "EPRT "u8, .. text[..length], .. "\r\n"u8], out FtpEndpoint extended));
            Assert.Equal((host, (ushort)port, length), (extended.Host, extended.Port, extended.Length));
        }
    }

    [Fact]
    public void Any_octets_are_read_without_harm()
    {
        var random = new Random(20260101);
        byte[][] seeds = [Octets("PORT 10,0,0,11,4,1\r\n"), Octets("EPRT |2|1080::8|5282|\r\n"), Octets("227 (10,0,0,80,195,149)\r\n"), Octets("229 (|||50069|)\r\n")];
        for (int round = 0; round < 200_000; round++)
        {
            byte[] line = [.. seeds[round % seeds.Length]];
            for (int change = random.Next(4); change >= 0; change--) line[random.Next(line.Length)] = (byte)random.Next(256);
            line = line[..random.Next(line.Length + 1)];
            foreach (FtpEndpoint endpoint in All(line))
            {
                Assert.InRange(endpoint.At, 1, line.Length);
                Assert.InRange(endpoint.At + endpoint.Length, endpoint.At + 1, line.Length);
                Assert.NotEqual(0, endpoint.Port);
            }
        }
    }

    private static List<FtpEndpoint> All(byte[] line)
    {
        var found = new List<FtpEndpoint>();
        if (FtpText.TryReadPort(line, out FtpEndpoint endpoint)) found.Add(endpoint);
        if (FtpText.TryReadEprt(line, out endpoint)) found.Add(endpoint);
        if (FtpText.TryReadPassive(line, out endpoint)) found.Add(endpoint);
        if (FtpText.TryReadExtendedPassive(line, out endpoint)) found.Add(endpoint);
        return found;
    }

    private static void Check(bool isRead, FtpEndpoint endpoint, string line, string? host, int port, string place)
    {
        Assert.True(isRead);
        Assert.Equal(host is null ? default : Address.Parse(host), endpoint.Host);
        Assert.Equal(port, endpoint.Port);
        Assert.Equal(place, line.Substring(endpoint.At, endpoint.Length));
    }

    private static byte[] Octets(string line) => Encoding.ASCII.GetBytes(line);
}
