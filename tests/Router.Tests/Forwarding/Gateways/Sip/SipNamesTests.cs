using Router.Forwarding;
using Router.Tests.Forwarding.Bed;
using Router.Wire;
using static Router.Tests.Forwarding.Gateways.Sip.Talk;

namespace Router.Tests.Forwarding.Gateways.Sip;

/// <summary>Which names in a message are given others, and which are left, in the manner of RFC 4475.</summary>
public class SipNamesTests
{
    private const string Pc = Phone + ":5060", Server = Proxy + ":5060";

    [Theory]
    // What is the speaker's.
    [InlineData("v: SIP / 2.0 / UDP  192.168.10.55", "v: SIP / 2.0 / UDP  198.51.100.2")]
    [InlineData("Via: SIP/2.0/UDP 192.168.10.55;branch=1, SIP/2.0/TCP 192.168.10.55:5060", "Via: SIP/2.0/UDP 198.51.100.2;branch=1, SIP/2.0/TCP 198.51.100.2:5060")]
    [InlineData("m: \"sip:x@192.168.10.55\" <sips:a@192.168.10.55>", "m: \"sip:x@192.168.10.55\" <sips:a@198.51.100.2>")]
    [InlineData("Contact: sip:192.168.10.55;expires=9,<sip:b@192.168.10.55:5060;lr>;q=1", "Contact: sip:198.51.100.2;expires=9,<sip:b@198.51.100.2:5060;lr>;q=1")]
    [InlineData("Contact:\n <SIP:a;x=1?y@192.168.10.55?h=1>", "Contact:\n <SIP:a;x=1?y@198.51.100.2?h=1>")]
    [InlineData("f: \"a \\\" <sip:192.168.10.55>\" <sip:192.168.10.55>;tag=1", "f: \"a \\\" <sip:192.168.10.55>\" <sip:198.51.100.2>;tag=1")]
    [InlineData("RECORD-ROUTE: <sip:192.168.10.55:5060;lr>", "RECORD-ROUTE: <sip:198.51.100.2:5060;lr>")]
    [InlineData("Refer-To: <sip:a@192.168.10.55?Replaces=1>", "Refer-To: <sip:a@198.51.100.2?Replaces=1>")]
    // What is not, or what means nothing here.
    [InlineData("Via: SIP/2.0/UDP 192.168.10.6:5060")]
    [InlineData("Via: SIP/2.0/UDP 192.168.10.55.example.com")]
    [InlineData("Via: 192.168.10.55")]
    [InlineData("Contact: *")]
    [InlineData("Contact: <tel:192.168.10.55>")]
    [InlineData("Contact: <sip:a@192.168.10.55:99999>")]
    [InlineData("Contact: <sip:192.168.10.55@example.com>")]
    [InlineData("Contact: \"never closed <sip:a@192.168.10.55>")]
    [InlineData("Contact: <xsip:a@192.168.10.55>")]
    [InlineData("Authorization: Digest uri=\"sip:192.168.10.55\"")]
    [InlineData("Subject: sip:192.168.10.55")]
    [InlineData("Warning: 399 192.168.10.55 \"what\"")]
    [InlineData("Call-ID: 1@192.168.10.55")]
    [InlineData("\u00e9\u00ff: sip:192.168.10.55")]
    [InlineData(": sip:192.168.10.55")]
    public void In_a_header(string header, string? turned = null)
    {
        using var bed = Raise();
        string text = Lines($"OPTIONS sip:{Proxy} SIP/2.0\ni: 1\n{header}\nl: 0\n\n");
        string expected = Lines($"OPTIONS sip:{Proxy} SIP/2.0\ni: 1\n{turned ?? header}\nl: 0\n\n");
        Assert.Equal(expected, bed.Say(PathBed.Trusted, Pc, Server, text));
    }

    [Theory]
    [InlineData("c=IN IP4 192.168.10.55\nm=audio 40000 RTP/AVP 0\n", 2)]
    [InlineData("m=audio 40000 RTP/AVP 0\nc=IN IP4 192.168.10.55\nm=video 40002 RTP/SAVP 1\nc=IN IP4 192.168.10.55\n", 4)]
    [InlineData("c=IN IP4 192.168.10.55\nm=audio 40000 RTP/AVP 0\na=rtcp:40009 IN IP4 192.168.10.55\n", 2)]
    [InlineData("c=IN IP4 192.168.10.55\nm=audio 40000 RTP/AVP 0\na=rtcp:40000\na=rtcp-mux\n", 1)]
    [InlineData("c=IN IP4 192.168.10.55\nm=image 40000 udptl t38\n", 1)]
    [InlineData("c=IN IP4 192.168.10.55\nm=audio 40000/2 RTP/AVP 0\n", 0)]
    [InlineData("c=IN IP4 192.168.10.55\nm=message 40000 TCP/MSRP *\n", 0)]
    [InlineData("c=IN IP4 192.168.10.55\nm=audio 1000 RTP/AVP 0\n", 0)]
    [InlineData("c=IN IP4 192.168.10.55\nm=audio 65535 RTP/AVP 0\n", 1)]
    [InlineData("c=IN IP4 192.168.10.6\nm=audio 40000 RTP/AVP 0\n", 0)]
    [InlineData("c=IN IP4 192.168.10.1\nm=audio 40000 RTP/AVP 0\n", 0)]
    [InlineData("c=IN IP4 phone.example.com\nm=audio 40000 RTP/AVP 0\n", 0)]
    [InlineData("c=IN IP4 224.2.1.1/127\nm=audio 40000 RTP/AVP 0\n", 0)]
    [InlineData("m=audio 40000 RTP/AVP 0\n", 0)]
    [InlineData("m=\nm=audio\nm= \nc=\nc=IN IP4\no=\na=rtcp:\n=\n\n", 0)]
    public void In_a_description(string lines, int ways)
    {
        using var bed = Raise();
        string Speak(string host) => Request("INVITE", host, "v=0\no=- 1 1 IN IP4 " + host + "\n" + lines.Replace(Phone, host, StringComparison.Ordinal));
        string heard = bed.Say(PathBed.Trusted, Pc, Server, Speak(Phone));
        Assert.Equal(Speak(Us), heard);
        Assert.Equal(1 + ways, bed.Forwarder.Gateways.Open);
    }

    [Fact]
    public void A_description_with_candidates_stays_for_ice_to_deal_with()
    {
        using var bed = Raise();
        string body = Offer(Phone, 40000, "a=ice-ufrag:8hhY\na=candidate:1 1 UDP 1 192.168.10.55 40000 typ host\n");
        Assert.Equal(Request("INVITE", Us, body), bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, body)));
        Assert.Equal(1, bed.Forwarder.Gateways.Open);
    }

    [Fact]
    public void One_part_of_several_is_a_description()
    {
        using var bed = Raise();
        string Speak(string host, string sdp) => Lines($"INVITE sip:{Proxy} SIP/2.0\ni: 1\nContent-Type: multipart/mixed; boundary=\"--b-\"\nContent-Length: "
            + $"{Lines(Body(sdp)).Length}\n\n{Body(sdp)}");
        static string Body(string sdp) => $"c=IN IP4 {Phone}\n----b-\nContent-Type: text/plain\n\n{Offer(Phone, 40000)}\n----b-\nc: application/sdp;x\n\n{sdp}\n----b---\n";
        Assert.Equal(Speak(Us, Offer(Us, 40000)), bed.Say(PathBed.Trusted, Pc, Server, Speak(Phone, Offer(Phone, 40000))));
    }

    [Fact]
    public void What_stands_behind_a_message_in_its_datagram_stays()
    {
        using var bed = Raise();
        string said = Request("INVITE", Phone, Offer(Phone, 40000)) + "rest " + Phone, heard = Request("INVITE", Us, Offer(Us, 40000)) + "rest " + Phone;
        Sent sent = bed.Pass(PathBed.Trusted, Datagram(Pc, Server, said));
        Assert.Equal(heard, System.Text.Encoding.Latin1.GetString(Udp.Over(sent.Transport).Payload));
    }

    [Fact]
    public void A_port_that_became_another_is_named_and_the_answer_has_the_old()
    {
        using var bed = Raise();
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.9:5060", "192.0.2.99:9"));
        string said = Lines($"REGISTER sip:{Proxy} SIP/2.0\nVia: SIP/2.0/UDP {Phone};rport\nFrom: <sip:a@{Phone}>\nCall-ID: 1\nContact: <sip:a@{Phone}>\n\n");
        Sent sent = bed.Pass(PathBed.Trusted, Datagram(Pc, Server, said));
        int port = sent.From.Port;
        Assert.NotEqual(5060, port);
        Assert.Equal(Lines($"REGISTER sip:{Proxy} SIP/2.0\nVia: SIP/2.0/UDP {Us}:{port};rport\nFrom: <sip:a@{Us}>\nCall-ID: 1\nContact: <sip:a@{Us}:{port}>\n\n"), Heard(sent));
        string Answer(string host, string named, int rport) => Lines($"SIP/2.0 200 OK\nVia: SIP/2.0/UDP {host}{named};rport={rport};received={host}\nCall-ID: 1\n\n");
        Assert.Equal(Answer(Phone, ":5060", 5060), bed.Say(PathBed.One, Server, $"{Us}:{port}", Answer(Us, $":{port}", port)));
    }
}
