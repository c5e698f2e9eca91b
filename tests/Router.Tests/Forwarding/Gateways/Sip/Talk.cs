using System.Text;
using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways.Sip;

/// <summary>Messages and the datagrams that carry them. Lines are written with LF and sent with CR LF.</summary>
internal static class Talk
{
    public const string Phone = "192.168.10.55", Proxy = "192.0.2.50", Us = "198.51.100.2", Media = "192.0.2.60";

    /// <summary>A description with one medium.</summary>
    public static string Offer(string host, int port, string more = "") =>
        $"v=0\no=alice 1 1 IN IP4 {host}\ns=-\nc=IN IP4 {host}\nt=0 0\nm=audio {port} RTP/AVP 0\n{more}";

    /// <summary>A request of a phone, with a body.</summary>
    public static string Request(string method, string host, string body = "", string more = "", string call = "call-1") => Message(
        $"{method} sip:bob@{Proxy} SIP/2.0\nVia: SIP/2.0/UDP {host}:5060;branch=z9hG4bK1;rport\nFrom: <sip:alice@{host}>;tag=1\n"
        + $"To: <sip:bob@example.com>\nCall-ID: {call}\nCSeq: 1 {method}\nContact: <sip:alice@{host}:5060>\n{more}", body);

    /// <summary>An answer to it, as the proxy gives it to who is seen by a host.</summary>
    public static string Response(int status, string method, string host, string body = "", string contact = Proxy, string call = "call-1") => Message(
        $"SIP/2.0 {status} What\nVia: SIP/2.0/UDP {host}:5060;branch=z9hG4bK1;received={host};rport=5060\nFrom: <sip:alice@{host}>;tag=1\n"
        + $"To: <sip:bob@example.com>;tag=2\nCall-ID: {call}\nCSeq: 1 {method}\nContact: <sip:bob@{contact}:5060>\n", body);

    /// <summary>Headers and a body, with what says how long that is.</summary>
    public static string Message(string head, string body) =>
        Lines(head + (body.Length == 0 ? "" : "Content-Type: application/sdp\n") + $"Content-Length: {Lines(body).Length}\n\n" + body);

    public static string Lines(string text) => text.Replace("\n", "\r\n", StringComparison.Ordinal);

    public static byte[] Datagram(string from, string to, string data)
    {
        byte[] octets = [.. new byte[Udp.HeaderLength], .. Encoding.Latin1.GetBytes(data)];
        Udp.Over(octets).Begin(Make.End(from).Port, Make.End(to).Port);
        return Make.Ip(Protocol.Udp, Make.End(from).Address, Make.End(to).Address, octets);
    }

    /// <summary>The text that came out. The length that it states has to be that of its body.</summary>
    public static string Heard(Sent sent)
    {
        Udp udp = Udp.Over(sent.Transport);
        Assert.Equal(sent.Transport.Length, udp.Length);
        return Sound(Encoding.Latin1.GetString(udp.Payload));
    }

    public static string Sound(string text)
    {
        int body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        int at = text.IndexOf("Content-Length: ", StringComparison.Ordinal) + 16;
        if (at >= 16) Assert.Equal(text.Length - body, int.Parse(text[at..text.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture));
        return text;
    }

    /// <summary>A bed whose rule for everything to the Internet reads SIP.</summary>
    public static PathBed Raise(Action<Draft>? edit = null) => new(draft =>
    {
        draft.Rules[0] = Out();
        edit?.Invoke(draft);
    });

    public static Rule Out(Gateway gateways = Gateway.Sip) => new()
    {
        Name = "out", Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit), Action = RuleAction.Allow, Gateways = gateways,
    };

    /// <summary>Lets out nothing but SIP.</summary>
    public static Rule OnlySip(PortId[]? links = null) => new()
    {
        Name = "sip", Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit), Action = RuleAction.Allow, Gateways = Gateway.Sip,
        Services = [new(Protocol.Udp, 5060, 5060), new(Protocol.Tcp, 5060, 5060)], Links = links ?? [],
    };

    /// <summary>Says something and answers what is heard of it.</summary>
    public static string Say(this PathBed bed, PortId ingress, string from, string to, string text) =>
        Heard(bed.Pass(ingress, Datagram(from, to, text)));
}
