using System.Text;
using Router.Forwarding.Gateways.Sip;
using Router.Wire;
using static Router.Tests.Forwarding.Gateways.Sip.Talk;

namespace Router.Tests.Forwarding.Gateways.Sip;

/// <summary>What is a message and what is not, and where its parts stand.</summary>
public class SipMessageTests
{
    private const string Head = "OPTIONS sip:a@b SIP/2.0\nCall-ID: 1\n";

    [Theory]
    [InlineData(Head + "Content-Length: 3\n\nabc", "Message")]
    [InlineData(Head + "l:3\n\nabcdef", "Message")]
    [InlineData(Head + "\nabc", "Message")]
    [InlineData("SIP/2.0 200 OK\ni: 1\n\n", "Message")]
    [InlineData("SIP/2.0 200 \ni : 1\n\n", "Message")]
    [InlineData("!interesting-Method0123456789_*+`.%indeed'~ sip:1 SIP/2.0\ni: 1\n\n", "Foreign")] // longer than a method's 31
    [InlineData("nEw!%_*+`.'~ sip:1_unusual.URI~(x)!;p=1@a sip/2.0\ni: 1\n\n", "Message")]
    [InlineData(Head + "X: folded\n over\n\tlines\nl: 0\n\n", "Message")]
    [InlineData(Head + "no colon here\nl: 0\n\n", "Message")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\nl: 0\n\n", "Foreign")] // of no call
    [InlineData(Head + "Content-Length: 4\n\nabc", "Foreign")]
    [InlineData(Head + "Content-Length: -3\n\nabc", "Foreign")]
    [InlineData(Head + "Content-Length: 3x\n\nabc", "Foreign")]
    [InlineData(Head + "Content-Length: 99999999999\n\nabc", "Foreign")]
    [InlineData(Head + "Content-Length: 3\nl: 2\n\nabc", "Foreign")]
    [InlineData(Head + "Content-Length: 3\nl: 3\n\nabc", "Foreign")]
    [InlineData(Head + "Content-Length:\n\nabc", "Foreign")]
    [InlineData(Head + "endless", "Foreign")]
    [InlineData(Head, "Foreign")]
    [InlineData("SIP/2.0 2000 OK\ni: 1\n\n", "Message")] // the reason begins with a digit
    [InlineData("SIP/2.0 20 OK\ni: 1\n\n", "Foreign")]
    [InlineData("SIP/3.0 200 OK\ni: 1\n\n", "Foreign")]
    [InlineData("GET / HTTP/1.1\ni: 1\n\n", "Foreign")]
    [InlineData("OPTIONS SIP/2.0\ni: 1\n\n", "Foreign")]
    [InlineData("\n\n", "Foreign")] // somebody keeps the way open
    [InlineData("", "Foreign")]
    public void A_datagram_is_a_message_or_foreign(string text, string reading)
    {
        byte[] octets = Encoding.Latin1.GetBytes(Lines(text));
        Assert.Equal(reading, SipMessage.Read(octets, isStream: false, out _).ToString());
    }

    [Fact]
    public void Parts_stand_where_they_stand()
    {
        byte[] octets = Encoding.Latin1.GetBytes(Lines("SIP/2.0 486 Busy\ni: call\nCSEQ:  7\n INVITE\nc: application/sdp\ne: gzip\nexpires: 60\nl: 4\n\nbodyrest"));
        Assert.Equal(SipReading.Message, SipMessage.Read(octets, isStream: false, out SipMessage message));
        Assert.Equal((false, 486, SipMethod.Invite, 60, true), (message.IsRequest, message.Status, message.Method, message.Expires, message.IsOpaque));
        Assert.Equal("body", Encoding.Latin1.GetString(message.Body));
        Assert.Equal("call", Encoding.Latin1.GetString(octets.AsSpan(message.CallId.At, message.CallId.Length)));
        Assert.Equal(octets.Length - 4, message.Length);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", 9)]
    [InlineData("192.0.2.7:5060", "192.0.2.7", 9)]
    [InlineData("192.0.2.7;x", "192.0.2.7", 9)]
    [InlineData("[2001:db8::7]:5060", "2001:db8::7", 13)]
    [InlineData("[::1]", "::1", 5)]
    [InlineData("[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8", 17)]
    [InlineData("[1::]", "1::", 5)]
    [InlineData("192.0.2.7.example.com")]
    [InlineData("192.0.2.7-a")]
    [InlineData("192.0.2.777")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.0007")]
    [InlineData("[1:2:3:4:5:6:7]")]
    [InlineData("[1::2::3]")]
    [InlineData("[1:2:3:4:5:6:7:8:9]")]
    [InlineData("[12345::]")]
    [InlineData("[:1]")]
    [InlineData("[::ffff:192.0.2.1]")]
    [InlineData("[1::")]
    [InlineData("[]")]
    [InlineData("")]
    public void An_address_is_read_and_a_name_is_none(string text, string? address = null, int length = 0)
    {
        bool isRead = SipText.TryReadHost(Encoding.ASCII.GetBytes(text), out Address host, out int read);
        Assert.Equal(address is not null, isRead);
        if (isRead) Assert.Equal((Address.Parse(address!), length), (host, read));
    }

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("255.255.255.255")]
    [InlineData("2001:db8::7")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void What_is_written_is_read_again(string text)
    {
        byte[] room = new byte[SipText.MostHost];
        int length = SipText.WriteHost(room, Address.Parse(text), inBrackets: true);
        Assert.True(SipText.TryReadHost(room.AsSpan(0, length), out Address host, out int read));
        Assert.Equal((Address.Parse(text), length), (host, read));
    }
}
