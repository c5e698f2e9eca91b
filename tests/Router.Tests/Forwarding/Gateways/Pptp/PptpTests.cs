using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Gateways.Streams;
using Router.Forwarding.Gateways.Pptp;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways.Pptp;

/// <summary>PPTP (RFC 2637) through the path: whose packets reach whom, by which call id, and until when.</summary>
public class PptpTests
{
    private const string One = "192.168.10.5", Two = "192.168.10.6", Server = "192.0.2.23", Us = "198.51.100.2";

    [Fact]
    public void Two_clients_with_one_call_id_speak_to_one_server_at_the_same_time()
    {
        using var bed = new PathBed();
        PptpTalk first = new PptpTalk(bed, One + ":4000", Server).Greet(), second = new PptpTalk(bed, Two + ":4000", Server).Greet();
        (ushort firsts, ushort serversFirst) = first.Call(77, 1000);
        (ushort seconds, ushort serversSecond) = second.Call(77, 1001);
        Assert.Equal((77, 1000, 1001), (firsts, serversFirst, serversSecond));
        Assert.NotEqual(firsts, seconds);
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre(One, Server, 1000), PathBed.One, Us, Server, 1000);
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre(Two, Server, 1001), PathBed.One, Us, Server, 1001);
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre(Server, Us, firsts), PathBed.Trusted, Server, One, 77);
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre(Server, Us, seconds), PathBed.Trusted, Server, Two, 77);
        Assert.Equal(6, bed.Forwarder.FlowCount);
        Assert.Equal(0, bed.Forwarder.Gateways.Open);
    }

    [Fact]
    public void The_server_may_send_first_though_no_rule_speaks_of_GRE()
    {
        using var bed = new PathBed(draft =>
        {
            draft.Rules.Clear();
            draft.First(Control());
        });
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        (ushort shown, ushort servers) = talk.Call(0, 0);
        Assert.Equal((0, 0), (shown, servers));
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre(Server, Us, 0), PathBed.Trusted, Server, One, 0);
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre(One, Server, 0), PathBed.One, Us, Server, 0);
        bed.Refuse(PathBed.One, PptpTalk.Gre("192.0.2.24", Us, 0), DropReason.RuleDropped);
        bed.Refuse(PathBed.One, PptpTalk.Gre(Server, Us, 1), DropReason.RuleDropped);
        bed.Refuse(PathBed.Trusted, PptpTalk.Gre(Two, Server, 0), DropReason.RuleDropped);
    }

    [Fact]
    public void Servers_inside_are_reached_by_ids_of_their_own()
    {
        using var bed = new PathBed(draft => draft.First(Published("192.168.10.80", 1723)).First(Published("192.168.10.81", 1724)));
        PptpTalk first = new PptpTalk(bed, "192.0.2.7:6000", Us + ":1723", PathBed.One).Greet();
        PptpTalk second = new PptpTalk(bed, "192.0.2.7:6001", Us + ":1724", PathBed.One).Greet();
        (ushort clients, ushort servers) = first.Call(5, 300);
        (ushort otherClients, ushort otherServers) = second.Call(6, 300);
        Assert.Equal((5, 6), (clients, otherClients));
        Assert.NotEqual(servers, otherServers);
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre("192.0.2.7", Us, servers), PathBed.Trusted, "192.0.2.7", "192.168.10.80", 300);
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre("192.0.2.7", Us, otherServers), PathBed.Trusted, "192.0.2.7", "192.168.10.81", 300);
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre("192.168.10.80", "192.0.2.7", 5), PathBed.One, Us, "192.0.2.7", 5);
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre("192.168.10.81", "192.0.2.7", 6), PathBed.One, Us, "192.0.2.7", 6);
    }

    [Fact]
    public void A_client_inside_calls_a_server_inside_by_the_links_address()
    {
        using var bed = new PathBed(draft => draft.First(Published("192.168.10.80", 1723, Draft.From(PortId.InternetBit | PathBed.Trusted.Bit))));
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Us + ":1723").Greet();
        (ushort clients, ushort servers) = talk.Call(9, 9);
        Assert.NotEqual(clients, servers);
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre(One, Us, servers), PathBed.Trusted, Us, "192.168.10.80", 9);
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre("192.168.10.80", Us, clients), PathBed.Trusted, Us, One, 9);
    }

    [Fact]
    public void A_server_that_calls_in_is_understood_too()
    {
        using var bed = new PathBed();
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        Assert.Equal(PptpTalk.Message(PptpType.IncomingCallRequest, 50, 1), talk.Line.ServerSays(PptpTalk.Message(PptpType.IncomingCallRequest, 50, 1)));
        bed.Pass(PathBed.Trusted, PptpTalk.PlainGre(Two, "192.0.2.99"));
        Assert.Equal(PptpTalk.Message(PptpType.IncomingCallReply, 60, 50), talk.Line.ClientSays(PptpTalk.Message(PptpType.IncomingCallReply, 60, 50)));
        Assert.Equal(PptpTalk.Message(PptpType.IncomingCallConnected, 60), talk.Line.ServerSays(PptpTalk.Message(PptpType.IncomingCallConnected, 60)));
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre(One, Server, 50), PathBed.One, Us, Server, 50);
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre(Server, Us, 60), PathBed.Trusted, Server, One, 60);
    }

    [Theory]
    [InlineData(PptpType.CallClearRequest, true)]
    [InlineData(PptpType.CallDisconnectNotify, true)]
    [InlineData(PptpType.WanErrorNotify, false)]
    [InlineData(PptpType.SetLinkInfo, false)]
    [InlineData(PptpType.IncomingCallConnected, false)]
    internal void Every_message_names_a_call_as_its_hearer_knows_it(PptpType type, bool byItsOwner)
    {
        using var bed = new PathBed();
        new PptpTalk(bed, Two + ":4000", Server).Greet().Call(77, 1001);
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        (ushort shown, _) = talk.Call(77, 1000);
        Assert.NotEqual(77, shown);
        if (byItsOwner) Assert.Equal(PptpTalk.Message(type, shown), talk.Line.ClientSays(PptpTalk.Message(type, 77)));
        else Assert.Equal(PptpTalk.Message(type, 77), talk.Line.ServerSays(PptpTalk.Message(type, shown)));
        Assert.Equal(PptpTalk.Message(type, 1000), talk.Line.ServerSays(PptpTalk.Message(type, 1000)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(19)]
    [InlineData(100)]
    public void Messages_are_read_however_they_are_cut(int size)
    {
        using var bed = new PathBed();
        new PptpTalk(bed, Two + ":4000", Server).Greet().Call(77, 1001);
        var talk = new PptpTalk(bed, One + ":4000", Server);
        string heard = "", said = PptpTalk.Message(PptpType.StartControlConnectionRequest) + PptpTalk.Message(PptpType.EchoRequest);
        for (int at = 0; at < said.Length; at += size) heard += talk.Line.ClientSays(said[at..Math.Min(said.Length, at + size)]);
        Assert.Equal(said, heard);
        talk.Line.ServerSays(PptpTalk.Message(PptpType.StartControlConnectionReply));
        said = PptpTalk.Message(PptpType.EchoReply) + PptpTalk.Message(PptpType.OutgoingCallRequest, 77) + PptpTalk.Message(PptpType.SetLinkInfo, 4);
        heard = "";
        for (int at = 0; at < said.Length; at += size) heard += talk.Line.ClientSays(said[at..Math.Min(said.Length, at + size)]);
        ushort shown = PptpTalk.First(heard[20..]);
        Assert.NotEqual(77, shown);
        Assert.Equal(PptpTalk.Message(PptpType.EchoReply) + PptpTalk.Message(PptpType.OutgoingCallRequest, shown) + PptpTalk.Message(PptpType.SetLinkInfo, 4), heard);
    }

    [Fact]
    public void A_request_that_was_lost_names_the_same_id_again()
    {
        using var bed = new PathBed();
        new PptpTalk(bed, Two + ":4000", Server).Greet().Call(77, 1001);
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        string request = PptpTalk.Message(PptpType.OutgoingCallRequest, 77);
        uint at = talk.Line.Client.Next;
        Sent lost = bed.Pass(PathBed.Trusted, talk.Line.Client.Segment(request));
        talk.Line.Deliver(bed.Send(PathBed.Trusted, talk.Line.Client.Again(request[..14], at)));
        talk.Line.Deliver(bed.Send(PathBed.Trusted, talk.Line.Client.Again(request, at)));
        string heard = talk.Line.Server.Hear();
        Assert.Equal(System.Text.Encoding.Latin1.GetString(Tcp.Over(lost.Transport).Payload), heard);
        Assert.NotEqual(77, PptpTalk.First(heard));
    }

    [Fact]
    public void More_ids_than_can_be_remembered_wait_until_some_are_acknowledged()
    {
        using var bed = new PathBed();
        PptpTalk other = new PptpTalk(bed, Two + ":4000", Server).Greet(), talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        for (ushort id = 0; id < 12; id++) other.Line.ClientSays(PptpTalk.Message(PptpType.OutgoingCallRequest, id));
        string said = "";
        uint at = talk.Line.Client.Next;
        for (ushort id = 0; id < 7; id++) said += PptpTalk.Message(PptpType.OutgoingCallRequest, id);
        byte[] segment = talk.Line.Client.Segment(said);
        talk.Line.Deliver(bed.Send(PathBed.Trusted, segment));
        string heard = talk.Line.Server.Hear();
        Assert.Equal(ControlStream.MostEdits * 168, heard.Length);
        talk.Line.Deliver(bed.Send(PathBed.One, talk.Line.Server.Segment("")));
        Assert.Equal(at + (uint)heard.Length, talk.Line.Client.Acknowledged);
        talk.Line.Deliver(bed.Send(PathBed.Trusted, talk.Line.Client.Again(said[heard.Length..], talk.Line.Client.Acknowledged)));
        heard += talk.Line.Server.Hear();
        Assert.Equal(said.Length, heard.Length);
        var shown = Enumerable.Range(0, 7).Select(i => PptpTalk.First(heard[(i * 168)..])).ToHashSet();
        Assert.Equal(7, shown.Count);
        Assert.DoesNotContain(shown, id => id < 12);
    }

    [Fact]
    public void An_error_about_a_packet_of_a_call_is_told_in_the_senders_words()
    {
        using var bed = new PathBed(draft => draft.First(Published("192.168.10.80", 1723, Draft.From(PortId.InternetBit | PathBed.Trusted.Bit))));
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        talk.Call(77, 1000);
        Sent sent = bed.Pass(PathBed.Trusted, PptpTalk.Gre(One, Server, 1000));
        Sent told = bed.Pass(PathBed.One, Make.Error("192.0.2.254", Us, Icmp4.DestinationUnreachable, Icmp4.FragmentationNeeded, sent.Octets.AsSpan(0, 28), 1400));
        Assert.Equal((PathBed.Trusted, One), (told.Port, told.To.Address.ToString()));
        Assert.Equal(PptpTalk.Gre(One, Server, 1000)[12..28], told.Quoted[12..28]);
        // And where both ids are translated.
        PptpTalk hairpin = new PptpTalk(bed, One + ":4001", Us + ":1723").Greet();
        (_, ushort servers) = hairpin.Call(9, 9);
        sent = bed.Pass(PathBed.Trusted, PptpTalk.Gre(One, Us, servers));
        told = bed.Pass(PathBed.Trusted, Make.Error("192.168.10.80", Us, Icmp4.DestinationUnreachable, 2, sent.Octets.AsSpan(0, 28)));
        Assert.Equal(One, told.To.Address.ToString());
        Assert.Equal(PptpTalk.Gre(One, Us, servers)[12..28], told.Quoted[12..28]);
        // What belongs to no call belongs to the pair of hosts.
        sent = bed.Pass(PathBed.Trusted, PptpTalk.Gre(Two, "192.0.2.99", 1));
        told = bed.Pass(PathBed.One, Make.Error("192.0.2.254", Us, Icmp4.DestinationUnreachable, Icmp4.FragmentationNeeded, sent.Octets.AsSpan(0, 28), 1400));
        Assert.Equal(Two, told.To.Address.ToString());
    }

    [Fact]
    public void Over_IPv6_ids_stay_and_calls_come_in()
    {
        using var bed = new PathBed();
        PptpTalk talk = new PptpTalk(bed, "[fd00:10::5]:4000", "[2001:db8:9::23]:1723").Greet();
        Assert.Equal(((ushort)77, (ushort)1000), talk.Call(77, 1000));
        Sent sent = bed.Pass(PathBed.One, PptpTalk.Gre("2001:db8:9::23", "fd00:10::5", 77));
        Assert.Equal((PathBed.Trusted, 77), (sent.Port, sent.To.Port));
    }

    internal static Rule Control(Gateway gateways = Gateway.Default) => new()
    {
        Name = "control", Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit),
        Services = [new(Protocol.Tcp, 1723, 1723)], Action = RuleAction.Allow, Gateways = gateways,
    };

    internal static Rule Published(string server, ushort port, Selector? from = null) => new()
    {
        Name = "published", Source = from ?? Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
        Services = [new(Protocol.Tcp, port, port)], Action = RuleAction.Allow, ForwardTo = new(Address.Parse(server), 1723),
    };
}
