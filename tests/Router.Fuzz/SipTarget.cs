using System.Text;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Gateways.Sip;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>
/// SIP as a translated phone and its server say it. Whatever comes, places lie within the text, what takes a message's place is bounded,
/// an inside address that was turned leaves no length that does not hold, and ways stay within their table.
/// </summary>
internal static class SipTarget
{
    private static readonly PortId s_zone = new(1), s_link = new(2);
    private static readonly Address s_phone = Address.Parse("192.168.7.1"), s_us = Address.Parse("203.0.113.2"), s_server = Address.Parse("192.0.2.80");
    private static readonly Plan s_plan = MakePlan();
    private static readonly ForwardingTables s_tables = ForwardingTables.Anonymous(new TableSizes(16, 4096, 16));
    private static readonly Mappings s_mappings = new(s_tables.Mappings);
    private static readonly Expectations s_expectations = new();
    private static readonly SipGateway s_gateway = new(s_mappings, s_expectations, new Announcements(new FlowTable(s_tables.Flows), s_mappings, s_expectations));
    private static long s_now = 1_000_000_000;

    /// <summary>A request, a response, and one with several parts, each with a description.</summary>
    public static byte[][] Samples()
    {
        const string Sdp = "v=0\no=- 1 1 IN IP4 192.168.7.1\ns=-\nc=IN IP4 192.168.7.1\nt=0 0\nm=audio 40000 RTP/AVP 0\na=rtcp:40003 IN IP4 192.168.7.1\nm=video 40010 RTP/AVP 31\n";
        string[] texts =
        [
            "INVITE sip:b@192.0.2.80 SIP/2.0\nVia: SIP/2.0/UDP 192.168.7.1;rport\nf: \"A\" <sip:a@192.168.7.1>\nm: <sip:a@192.168.7.1:5060;x>;expires=9\ni: 1\nc: application/sdp\nl: "
                + $"{Lines(Sdp).Length}\n\n{Sdp}",
            "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 203.0.113.2:5060;received=203.0.113.2;rport=5060\nCSeq: 1 INVITE\nContact: sip:192.0.2.80\nCall-ID: 1\nContent-Type: application/sdp\n\n"
                + "v=0\nc=IN IP4 192.0.2.81\nm=audio 30000 RTP/AVP 0\n",
            $"UPDATE sip:192.0.2.80 SIP/2.0\ni: 1\nc: multipart/mixed;boundary=x\n\n--x\nc: application/sdp\n\n{Sdp}\n--x--\n",
        ];
        return [.. texts.Select(text => Encoding.ASCII.GetBytes(Lines(text)))];
    }

    public static void Feed(Span<byte> octets, Random random)
    {
        s_now += 1000;
        for (int id = s_expectations.NextOverdue(s_now); id >= 0; id = s_expectations.NextOverdue(s_now)) s_expectations.Remove(id);
        bool isStream = random.Next(2) == 0;
        SipReading reading = SipMessage.Read(octets, isStream, out SipMessage message);
        Unless(isStream || reading != SipReading.Unfinished, "a datagram is whole");
        Unless(reading != SipReading.Unfinished || octets.Length < SipMessage.Most, "nobody waits for more than fits");
        if (reading != SipReading.Message) return;
        Unless(message.HeadersAt <= message.BodyAt && message.BodyAt <= message.Length && message.Length <= Math.Min(octets.Length, SipMessage.Most), "parts lie in order");
        bool byInside = random.Next(2) == 0;
        var flow = new Flow
        {
            InsideSource = s_phone, InsideSourcePort = 5060, InsideDestination = s_server, InsideDestinationPort = 5060,
            OutsideSource = random.Next(4) == 0 ? s_phone : s_us, OutsideSourcePort = (ushort)(5060 + random.Next(2)), OutsideDestination = s_server, OutsideDestinationPort = 5060,
            Protocol = isStream ? Protocol.Tcp : Protocol.Udp, Ingress = s_zone, Egress = s_link,
        };
        ReadOnlySpan<byte> text = s_gateway.Take(s_plan, new FlowId(1), flow, flow.ForwardKey, byInside, message, s_now);
        Unless(text.Length <= SipGateway.MostText, "what takes a message's place fits");
        Unless(s_expectations.Count <= Expectations.MostOfOne, "one host opens no more than its share");
        if (text.IsEmpty) return;
        Unless(SipMessage.Read(text, isStream, out SipMessage turned) == SipReading.Message && turned.Length == text.Length, "a message stays one");
        Unless(turned.IsRequest == message.IsRequest && turned.Method == message.Method && turned.Status == message.Status, "and of the same meaning");
    }

    private static string Lines(string text) => text.Replace("\n", "\r\n", StringComparison.Ordinal);

    private static Plan MakePlan()
    {
        var policy = new Policy { Generation = 1, Mode = InternetMode.Failover, Order = [s_link], Rules = [new Rule { Name = "out", Action = RuleAction.Allow }], Links = [], Zones = [] };
        var link = new LinkState { Id = s_link, Usable = true, Health = LinkHealth.Up, Mtu = 1500, Addresses = [s_us], Subnets = [new Prefix(s_us, 24)] };
        return new Plan(1, policy, [link], [new ZoneState { Id = s_zone, Networks = [new Prefix(s_phone, 24)] }]);
    }
}
