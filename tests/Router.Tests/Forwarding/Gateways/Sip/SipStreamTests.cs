using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Gateways.Sip;
using Router.Forwarding.Gateways.Streams;
using Router.Tests.Forwarding.Bed;
using Router.Wire;
using static Router.Tests.Forwarding.Gateways.Sip.Talk;

namespace Router.Tests.Forwarding.Gateways.Sip;

/// <summary>SIP by TCP through the path: messages in any pieces, lost, repeated and in crowds.</summary>
public class SipStreamTests
{
    private const string Pc = Phone + ":5071", Server = Proxy + ":5060";

    private static readonly string s_said = Request("INVITE", Phone, Offer(Phone, 40000)), s_heard = Request("INVITE", Us, Offer(Us, 40000));

    private static Dialogue Open(PathBed bed) => new(bed, PathBed.Trusted, Pc, Server);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void Messages_in_pieces_are_messages(int size)
    {
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        string said = "\r\n\r\n" + s_said + s_said + "\r\n" + Request("ACK", Phone), heard = "";
        for (int at = 0; at < said.Length; at += size) heard += talk.ClientSays(said[at..Math.Min(said.Length, at + size)]);
        Assert.Equal("\r\n\r\n" + s_heard + s_heard + "\r\n" + Request("ACK", Us), heard);
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.One, Make.Udp(Proxy + ":30000", Us + ":40000")).To);
    }

    [Fact]
    public void Both_sides_are_read_and_the_numbers_fit_ever_after()
    {
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(s_heard, talk.ClientSays(s_said));
            Assert.Equal(Response(200, "INVITE", Phone, Offer(Media, 30000)), talk.ServerSays(Response(200, "INVITE", Us, Offer(Media, 30000))));
        }
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.One, Make.Udp(Media + ":30000", Us + ":40000")).To);
    }

    [Fact]
    public void The_server_calls_back_where_the_contact_said_on_a_connection_of_its_own()
    {
        using PathBed bed = Raise(draft => draft.Rules[0] = OnlySip());
        Dialogue talk = Open(bed);
        talk.ClientSays(Request("REGISTER", Phone, more: "Expires: 600\n"));
        var back = new Dialogue(bed, PathBed.One, Proxy + ":33333", Us + ":5060");
        Assert.Equal((PathBed.Trusted, Make.End(Phone + ":5060")), (back.Server.Port, back.Server.Own));
        string invite = Request("INVITE", Proxy, Offer(Media, 30000)).Replace($"bob@{Proxy} ", $"alice@{Us}:5060 ", StringComparison.Ordinal);
        Assert.Equal(invite.Replace(Us, Phone, StringComparison.Ordinal), back.ClientSays(invite));
        Assert.Equal(Response(200, "INVITE", Proxy, Offer(Us, 40000), contact: Us), back.ServerSays(Response(200, "INVITE", Proxy, Offer(Phone, 40000), contact: Phone)));
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.One, Make.Udp(Media + ":30000", Us + ":40000")).To);
    }

    [Fact]
    public void What_was_held_and_lost_comes_again_with_its_rest()
    {
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Segment(s_said[..50])));
        Assert.Equal(talk.Client.Next, talk.Client.Acknowledged);
        uint rest = talk.Client.Next;
        bed.Send(PathBed.Trusted, talk.Client.Segment(s_said[50..])); // lost
        bed.Send(PathBed.Trusted, talk.Client.Segment(s_said)); // lost
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Again(s_said[50..] + s_said[..9], rest)));
        Assert.StartsWith(s_heard, talk.Server.Hear(), StringComparison.Ordinal);
        Assert.Equal("ok\r\n", talk.ServerSays("ok\r\n"));
    }

    [Fact]
    public void More_messages_than_there_is_room_for_wait_until_the_first_are_acknowledged()
    {
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        uint first = talk.Client.Next;
        string all = string.Concat(Enumerable.Repeat(s_said, 7));
        byte[] packet = talk.Client.Segment(all);
        talk.Deliver(bed.Send(PathBed.Trusted, packet, Make.Unfinish(packet, segmentation: 1, segmentSize: 1460)));
        Assert.Equal(string.Concat(Enumerable.Repeat(s_heard, ControlStream.MostEdits)), talk.Server.Hear());
        talk.Deliver(bed.Send(PathBed.One, talk.Server.Segment("")));
        Assert.Equal(first + (uint)(ControlStream.MostEdits * s_said.Length), talk.Client.Acknowledged);
        packet = talk.Client.Again(all[(int)(talk.Client.Acknowledged - first)..], talk.Client.Acknowledged);
        talk.Deliver(bed.Send(PathBed.Trusted, packet, Make.Unfinish(packet, segmentation: 1, segmentSize: 1460)));
        Assert.Equal(string.Concat(Enumerable.Repeat(s_heard, 3)), talk.Server.Hear());
    }

    [Fact]
    public void A_long_message_goes_on_as_a_super_packet()
    {
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        string more = "X-Pad: " + new string('p', 4000) + "\n", said = Request("INVITE", Phone, Offer(Phone, 40000), more);
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Segment(said[..1400])));
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Segment(said[1400..2800])));
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Segment(said[2800..4200])));
        Sent sent = bed.Pass(PathBed.Trusted, talk.Client.Segment(said[4200..]));
        Assert.True(sent.Meta.Offload is { IsSuper: true, ChecksumUnfinished: true, SegmentSize: <= 1460 });
        talk.Deliver([sent]);
        Assert.Equal(Request("INVITE", Us, Offer(Us, 40000), more), talk.Server.Hear());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("INVITE sip:a SIP/2.0\r\ni: 1\r\n\r\n")] // no length
    [InlineData("INVITE sip:a SIP/2.0\r\ni: 1\r\nl: -1\r\n\r\n")]
    [InlineData("INVITE sip:a SIP/2.0\r\ni: 1\r\nl: 9000\r\n\r\n")]
    public void What_is_no_message_ends_the_reading(string foreign)
    {
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        Assert.Equal(foreign, talk.ClientSays(foreign));
        Assert.Equal(s_said, talk.ClientSays(s_said));
        Assert.Equal(Response(200, "INVITE", Phone), talk.ServerSays(Response(200, "INVITE", Us)));
    }

    [Fact]
    public void A_header_without_end_is_held_to_a_limit_and_passes()
    {
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        string said = "INVITE sip:a SIP/2.0\r\nX: ", heard = talk.ClientSays(said);
        for (int i = 0; i < 40; i++)
        {
            string part = new('x', 400);
            said += part;
            heard += talk.ClientSays(part);
            Assert.InRange(said.Length - heard.Length, 0, SipMessage.Most);
        }
        Assert.Equal(said, heard);
    }

    [Fact]
    public void An_end_in_the_middle_of_a_message_passes()
    {
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Segment(s_said[..100])));
        Sent last = bed.Pass(PathBed.Trusted, talk.Client.Segment(s_said[100..150], TcpFlags.Fin));
        Assert.True((last.Flags & TcpFlags.Fin) != 0);
        talk.Deliver([last]);
        Assert.Equal(s_said[..150], talk.Server.Hear());
    }

    [Fact]
    public void Losses_of_any_kind_end_in_the_same_text()
    {
        var random = new Random(20261122);
        using PathBed bed = Raise();
        Dialogue talk = Open(bed);
        string said = string.Concat(Enumerable.Range(0, 40).Select(i => Request("INVITE", Phone, Offer(Phone, 30000 + 2 * (i % 9)), call: $"{i % 5}") + (i % 3 == 0 ? "\r\n" : "")));
        string expected = said.Replace(Phone, Us, StringComparison.Ordinal);
        uint first = talk.Client.Next;
        string heard = "";
        for (int round = 0; round < 20_000 && talk.Client.Acknowledged != first + (uint)said.Length; round++)
        {
            // From what is acknowledged on, as senders do, and sometimes from behind it.
            int from = (int)(Math.Max(talk.Client.Acknowledged, first) - first), at = Math.Min(said.Length, from + (random.Next(3) == 0 ? random.Next(3000) : 0));
            string part = said[at..Math.Min(said.Length, at + random.Next(1, 1400))];
            talk.Client.Next = Math.Max(talk.Client.Next, first + (uint)(at + part.Length));
            Sent[] sent = bed.Send(PathBed.Trusted, talk.Client.Again(part, first + (uint)at));
            if (random.Next(4) > 0) talk.Deliver(sent);
            heard += talk.Server.Hear();
            if (random.Next(4) > 0) talk.Deliver(bed.Send(PathBed.One, talk.Server.Segment("")));
        }
        Assert.Equal(Unsized(expected), Unsized(heard));
    }

    // The length that was said with the old address is another with the new one.
    private static string Unsized(string text) => System.Text.RegularExpressions.Regex.Replace(text, "Content-Length: [0-9]+", "");
}
