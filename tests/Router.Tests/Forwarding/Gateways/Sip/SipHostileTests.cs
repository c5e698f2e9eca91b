using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Tests.Forwarding.Bed;
using Router.Wire;
using static Router.Tests.Forwarding.Gateways.Sip.Talk;

namespace Router.Tests.Forwarding.Gateways.Sip;

/// <summary>Those who say what they may not, or say it without end.</summary>
public class SipHostileTests
{
    private const string Pc = Phone + ":5060", Server = Proxy + ":5060", Outside = Us + ":5060";

    [Theory]
    [InlineData("192.168.10.6", 40000)] // another's
    [InlineData("192.168.10.1", 40000)] // the box's
    [InlineData("203.0.113.2", 40000)] // the box's by another link
    [InlineData("192.0.2.99", 40000)] // a stranger's
    [InlineData(Phone, 22)]
    [InlineData(Phone, 1023)]
    public void A_phone_inside_announces_nothing_but_itself(string host, int port)
    {
        using var bed = Raise();
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(host, port)));
        Assert.Equal(1, bed.Forwarder.Gateways.Open);
    }

    [Theory]
    [InlineData("192.168.10.6")] // behind a zone
    [InlineData(Us)]
    [InlineData("192.168.10.1")]
    [InlineData("127.0.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("255.255.255.255")]
    [InlineData("198.51.100.255")]
    [InlineData("0.0.0.0")]
    public void A_server_outside_announces_nobody_of_ours(string host)
    {
        using var bed = Raise();
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        int before = bed.Forwarder.Gateways.Open;
        bed.Say(PathBed.One, Server, Outside, Response(200, "INVITE", Us, Offer(host, 30000), call: "other"));
        bed.Say(PathBed.One, Server, Outside, Response(200, "INVITE", Us, Offer(host, 30000)));
        Assert.Equal(before + 1, bed.Forwarder.Gateways.Open); // its own Contact
    }

    [Fact]
    public void Ten_thousand_media_are_too_many_to_look_at()
    {
        using var bed = Raise();
        string body = Offer(Phone, 40000) + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"m=audio {1024 + i} RTP/AVP 0\n"));
        string said = Request("INVITE", Phone, body);
        Assert.Equal(41, bed.Send(PathBed.Trusted, Datagram(Pc, Server, said[..60_000])).Length);
        Assert.Equal(0, bed.Forwarder.Gateways.Open);
        body = Offer(Phone, 40000) + string.Concat(Enumerable.Range(0, 300).Select(i => $"m=a {50000 + 2 * i} RTP/AVP\n"));
        bed.Send(PathBed.Trusted, Datagram(Pc, Server, Request("INVITE", Phone, body)));
        Assert.Equal(1 + 2 * 8, bed.Forwarder.Gateways.Open);
    }

    [Fact]
    public void Contacts_without_end_open_four_ways()
    {
        using var bed = Raise();
        string contacts = string.Join(',', Enumerable.Range(0, 200).Select(i => $"<sip:{Phone}:{20000 + i}>"));
        int mappings = bed.Forwarder.Mappings.Count;
        bed.Send(PathBed.Trusted, Datagram(Pc, Server, Lines($"REGISTER sip:{Proxy} SIP/2.0\ni: 1\nm: {contacts}\nl: 0\n\n")));
        Assert.Equal(4, bed.Forwarder.Gateways.Open);
        Assert.Equal(mappings + 5, bed.Forwarder.Mappings.Count); // and that of the flow
    }

    [Fact]
    public void One_flow_and_one_host_have_their_share_and_no_mapping_beyond_it()
    {
        using var bed = Raise();
        for (int i = 0; i < 400; i++) bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 10000 + 2 * i), call: $"{i}"));
        Assert.InRange(bed.Forwarder.Gateways.Open, Expectations.MostOfFlow, Expectations.MostOfFlow + 1);
        Assert.InRange(bed.Forwarder.Mappings.Count, 1, Expectations.MostOfFlow + 2);
        for (int i = 0; i < 400; i++) bed.Say(PathBed.Trusted, $"{Phone}:{6000 + i}", Server, Request("INVITE", Phone, Offer(Phone, 10000 + 2 * i), call: $"{i}"));
        Assert.InRange(bed.Forwarder.Gateways.Open, Expectations.MostOfOne - 1, Expectations.MostOfOne);
        const string Other = "192.168.10.66";
        Assert.Contains(Us, bed.Say(PathBed.Trusted, Other + ":5062", Server, Request("INVITE", Other, Offer(Other, 40000))), StringComparison.Ordinal);
        Assert.Equal(Make.End(Other + ":40000"), bed.Pass(PathBed.One, Make.Udp(Proxy + ":30000", Us + ":40000")).To);
    }

    [Fact]
    public void Octets_of_any_kind_pass_as_they_are()
    {
        using var bed = Raise();
        bed.Say(PathBed.Trusted, Pc, Server, Request("OPTIONS", Phone));
        int open = bed.Forwarder.Gateways.Open;
        Prop.ForAll<byte[], bool>((octets, outward) =>
        {
            string text = Encoding.Latin1.GetString(octets ?? []);
            Sent sent = outward ? bed.Pass(PathBed.Trusted, Datagram(Pc, Server, text)) : bed.Pass(PathBed.One, Datagram(Server, Outside, text));
            Assert.Equal(text, Encoding.Latin1.GetString(Udp.Over(sent.Transport).Payload));
            Assert.Equal(open, bed.Forwarder.Gateways.Open);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Messages_that_were_cut_stretched_and_swapped_never_do_harm()
    {
        using var bed = Raise();
        var random = new Random(20261122);
        string[] sound =
        [
            Request("INVITE", Phone, Offer(Phone, 40000)), Response(200, "INVITE", Us, Offer(Media, 30000)), Request("REGISTER", Phone, more: "Expires: 60\n"),
            Request("BYE", Phone), Response(486, "INVITE", Us), Request("ACK", Phone, Offer(Phone, 40000, "a=rtcp:41000 IN IP4 " + Phone + "\n")),
        ];
        for (int round = 0; round < 4000; round++)
        {
            string text = Damage(sound[random.Next(sound.Length)], sound[random.Next(sound.Length)], random);
            bool outward = random.Next(2) == 0;
            Sent[] sent = outward ? bed.Send(PathBed.Trusted, Datagram(Pc, Server, text)) : bed.Send(PathBed.One, Datagram(Server, Outside, text));
            int length = sent.Sum(piece => piece.Octets.Length);
            Assert.InRange(length, text.Length - 2048, text.Length + 28 + 2048 + 20);
            Assert.InRange(bed.Forwarder.Gateways.Open, 0, Expectations.MostOfOne);
        }
    }

    private static string Damage(string text, string other, Random random)
    {
        for (int times = random.Next(1, 4); times > 0 && text.Length > 2; times--)
        {
            int at = random.Next(text.Length), length = random.Next(text.Length - at);
            text = random.Next(6) switch
            {
                0 => text[..at],
                1 => text.Remove(at, Math.Min(length, 3)),
                2 => text.Insert(at, ((char)random.Next(256)).ToString()),
                3 => text[..at] + other[Math.Min(at, other.Length)..],
                4 => text.Insert(at, text.Substring(at, length)),
                _ => text.Insert(at, "\r\n"),
            };
        }
        return text.Length > 20_000 ? text[..20_000] : text;
    }
}
