using System.Text;
using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Gateways.Pptp;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways.Pptp;

/// <summary>What is no PPTP passes as it is; what is, and means harm, opens nothing and fills nothing.</summary>
public class PptpHostileTests
{
    private const string One = "192.168.10.5", Two = "192.168.10.6", Server = "192.0.2.23", Us = "198.51.100.2";

    [Fact]
    public void A_call_of_another_connection_cannot_be_answered()
    {
        using var bed = new PathBed();
        PptpTalk victim = new PptpTalk(bed, Two + ":4000", Server).Greet(), talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        victim.Line.ClientSays(PptpTalk.Message(PptpType.OutgoingCallRequest, 77));
        string reply = PptpTalk.Message(PptpType.OutgoingCallReply, 1000, 77);
        Assert.Equal(reply, talk.Line.ServerSays(reply));
        Assert.Equal(1, bed.Forwarder.Gateways.Open);
        // Nor ended, nor by one who has the same ids.
        victim.Call(77, 1000);
        bed.Pass(PathBed.One, PptpTalk.Gre(Server, Us, 77));
        string notice = PptpTalk.Message(PptpType.CallDisconnectNotify, 77);
        talk.Line.ClientSays(notice);
        talk.Line.ServerSays(PptpTalk.Message(PptpType.CallDisconnectNotify, 1000));
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre(Server, Us, 77), PathBed.Trusted, Server, Two, 77);
    }

    [Fact]
    public void An_id_that_nobody_announced_is_nobodys()
    {
        using var bed = new PathBed();
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        foreach (PptpType type in new[] { PptpType.OutgoingCallReply, PptpType.IncomingCallReply, PptpType.SetLinkInfo, PptpType.WanErrorNotify, PptpType.CallClearRequest })
        {
            string message = PptpTalk.Message(type, 500, 501);
            Assert.Equal(message, talk.Line.ServerSays(message));
            Assert.Equal(message, talk.Line.ClientSays(message));
        }
        Assert.Equal(0, bed.Forwarder.Gateways.Open);
        bed.Refuse(PathBed.One, PptpTalk.Gre(Server, Us, 501), DropReason.RuleDropped);
    }

    [Fact]
    public void Calls_before_control_is_granted_are_not_heard()
    {
        using var bed = new PathBed();
        var talk = new PptpTalk(bed, One + ":4000", Server);
        string request = PptpTalk.Message(PptpType.OutgoingCallRequest, 77);
        Assert.Equal(request, talk.Line.ClientSays(request));
        talk.Line.ServerSays(PptpTalk.Message(PptpType.StartControlConnectionReply));
        Assert.Equal(request, talk.Line.ClientSays(request));
        Assert.Equal(0, bed.Forwarder.Gateways.Open);
    }

    [Fact]
    public void A_client_cannot_grant_itself_control()
    {
        using var bed = new PathBed();
        var talk = new PptpTalk(bed, One + ":4000", Server);
        talk.Line.ClientSays(PptpTalk.Message(PptpType.StartControlConnectionReply));
        talk.Line.ClientSays(PptpTalk.Message(PptpType.OutgoingCallRequest, 77));
        Assert.Equal(0, bed.Forwarder.Gateways.Open);
    }

    [Theory]
    [InlineData(0, 0)] // Length 0 and a bit
    [InlineData(1, 169)] // one octet more than a request has
    [InlineData(1, 16)]
    [InlineData(3, 2)] // a management message
    [InlineData(4, 0x1B)] // the cookie
    [InlineData(7, 0)]
    [InlineData(8, 1)] // type 256 and some
    [InlineData(9, 0)]
    [InlineData(9, 16)]
    [InlineData(9, 8)] // a reply as long as a request
    public void From_a_message_that_is_none_on_nothing_is_read(int at, byte value)
    {
        using var bed = new PathBed();
        new PptpTalk(bed, Two + ":4000", Server).Greet().Call(77, 1001);
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        char[] broken = PptpTalk.Message(PptpType.OutgoingCallRequest, 77).ToCharArray();
        broken[at] = at == 0 ? (char)1 : (char)value;
        string said = new string(broken) + PptpTalk.Message(PptpType.OutgoingCallRequest, 77);
        Assert.Equal(said, talk.Line.ClientSays(said));
        string request = PptpTalk.Message(PptpType.OutgoingCallRequest, 78);
        Assert.Equal(request, talk.Line.ClientSays(request));
        Assert.Equal(1 + 1, bed.Forwarder.Gateways.Open); // the other client's
    }

    [Fact]
    public void More_talk_of_calls_than_anybody_means_is_not_heard()
    {
        using var bed = new PathBed();
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        string said = PptpTalk.Message(PptpType.OutgoingCallRequest, 1);
        for (ushort i = 0; i < PptpGateway.MostHeard; i++) said += PptpTalk.Message(PptpType.SetLinkInfo, i);
        said += PptpTalk.Message(PptpType.OutgoingCallRequest, 2);
        Assert.Equal(said, talk.Line.ClientSays(said));
        Assert.Equal(1, bed.Forwarder.Gateways.Open);
        talk.Line.ClientSays(PptpTalk.Message(PptpType.OutgoingCallRequest, 3));
        Assert.Equal(1, bed.Forwarder.Gateways.Open);
    }

    [Fact]
    public void Of_65536_calls_a_control_connection_gets_its_share()
    {
        using var bed = new PathBed();
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        for (int id = 0; id < 65536; id++)
        {
            string request = PptpTalk.Message(PptpType.OutgoingCallRequest, (ushort)id);
            Assert.Equal(request, talk.Line.ClientSays(request));
            if (id == 40) Assert.Equal(2 * Calls.Most, bed.Forwarder.Gateways.Open + 2 * Calls.Most - 41);
        }
        Assert.Equal(2 * Calls.Most, bed.Forwarder.Gateways.Open);
        Assert.Equal(1 + 2 * Calls.Most, bed.Forwarder.Mappings.Count);
        // Others have theirs, whatever the first one holds.
        Assert.Equal((ushort)5, new PptpTalk(bed, Two + ":4000", "192.0.2.24").Greet().Call(40000, 5).Servers);
        bed.Wait(61 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.Gateways.Open);
        Assert.Equal(((ushort)77, (ushort)1000), talk.Call(77, 1000));
    }

    [Fact]
    public void One_host_has_a_quarter_of_all_ways_however_many_connections_it_has()
    {
        using var bed = new PathBed(sizes: new TableSizes(4096, 4096, 64));
        for (int client = 0; client < 20; client++)
        {
            PptpTalk talk = new PptpTalk(bed, $"{One}:{4000 + client}", Server).Greet();
            for (int call = 0; call < 40; call++) talk.Line.ClientSays(PptpTalk.Message(PptpType.OutgoingCallRequest, (ushort)(client * 100 + call)));
        }
        Assert.Equal(Expectations.MostOfOne, bed.Forwarder.Gateways.Open);
    }

    [Fact]
    public void Without_the_helper_there_is_one_flow_for_a_pair_of_hosts()
    {
        using var bed = new PathBed(draft => draft.Rules[0] = new Rule
        {
            Name = "out", Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit), Action = RuleAction.Allow, Gateways = Gateway.None,
        });
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        Assert.Equal(((ushort)77, (ushort)1000), talk.Call(77, 1000));
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre(One, Server, 1000), PathBed.One, Us, Server, 1000);
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre(Server, Us, 77), PathBed.Trusted, Server, One, 77);
        bed.Pass(PathBed.Trusted, PptpTalk.PlainGre(One, Server));
        Assert.Equal(2, bed.Forwarder.FlowCount);
        bed.Refuse(PathBed.Trusted, PptpTalk.Gre(Two, Server, 1001), DropReason.MappingCollision);
    }

    [Fact]
    public void A_call_and_what_is_none_go_beside_each_other()
    {
        using var bed = new PathBed();
        PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
        talk.Call(0, 0);
        PptpTalk.Passes(bed, PathBed.Trusted, PptpTalk.Gre(One, Server, 0), PathBed.One, Us, Server, 0);
        // Another host has plain GRE to the same server, and gets back all that is nobody's call.
        bed.Pass(PathBed.Trusted, PptpTalk.PlainGre(Two, Server));
        Sent back = bed.Pass(PathBed.One, PptpTalk.PlainGre(Server, Us));
        Assert.Equal(Two, back.To.Address.ToString());
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre(Server, Us, 0), PathBed.Trusted, Server, One, 0);
        PptpTalk.Passes(bed, PathBed.One, PptpTalk.Gre(Server, Us, 3), PathBed.Trusted, Server, Two, 3);
    }

    [Fact]
    public void Noise_passes_as_it_is()
    {
        var random = new Random(20260311);
        using var bed = new PathBed();
        for (int connection = 0; connection < 60; connection++)
        {
            var talk = new PptpTalk(bed, $"{One}:{4000 + connection}", Server);
            if (connection % 2 == 0) talk.Greet();
            for (int round = 0; round < 50; round++)
            {
                byte[] noise = new byte[random.Next(1, 300)];
                random.NextBytes(noise);
                string text = Encoding.Latin1.GetString(noise);
                if (random.Next(3) == 0) text = PptpTalk.Message(PptpType.EchoRequest)[..random.Next(1, 16)] + text;
                Assert.Equal(text, round % 2 == 0 ? talk.Line.ClientSays(text) : talk.Line.ServerSays(text));
            }
        }
        Assert.Equal(0, bed.Forwarder.Gateways.Open);
    }

    // What both sides hear is what was said but for the ids, whatever the cuts and the losses.
    [Fact]
    public void Any_talk_however_cut_is_heard_as_it_was_meant()
    {
        var random = new Random(20260312);
        for (int round = 0; round < 40; round++)
        {
            using var bed = new PathBed();
            new PptpTalk(bed, Two + ":4000", Server).Greet().Call(77, 1001);
            PptpTalk talk = new PptpTalk(bed, One + ":4000", Server).Greet();
            (ushort shown, _) = talk.Call(77, 1000);
            for (int turn = 0; turn < 10; turn++)
            {
                bool byClient = random.Next(2) == 0;
                string said = "", meant = "";
                for (int messages = random.Next(1, PptpGateway.MostHeard); messages > 0; messages--)
                {
                    PptpType[] types = byClient ? [PptpType.CallClearRequest, PptpType.EchoRequest] : [PptpType.WanErrorNotify, PptpType.SetLinkInfo, PptpType.EchoReply];
                    PptpType type = types[random.Next(types.Length)];
                    bool namesIt = type is not (PptpType.EchoRequest or PptpType.EchoReply);
                    said += PptpTalk.Message(type, byClient ? (ushort)77 : shown);
                    meant += PptpTalk.Message(type, namesIt == byClient ? shown : (ushort)77);
                }
                Assert.Equal(meant, InPieces(random, bed, talk.Line, byClient, said));
            }
        }
    }

    // Says it in pieces of any size, of which some get lost behind us, and goes on where the other side's acknowledgments are.
    private static string InPieces(Random random, PathBed bed, Dialogue line, bool byClient, string said)
    {
        (Dialogue.Side from, Dialogue.Side to) = byClient ? (line.Client, line.Server) : (line.Server, line.Client);
        uint first = from.Next;
        from.Segment(said);
        for (int pieces = 0; from.Acknowledged != from.Next; pieces++)
        {
            Assert.True(pieces < 5000, $"it never arrives: {from.Acknowledged - first} of {said.Length} octets, {to.Expected} heard, refused: {bed.Refused}");
            int at = (int)(from.Acknowledged - first), length = random.Next(1, said.Length - at + 1);
            Sent[] packets = bed.Send(from.Port, from.Again(said.Substring(at, length), first + (uint)at));
            line.Deliver(random.Next(4) > 0 ? packets : packets.Where(packet => packet.Port == from.Port));
            if (random.Next(3) > 0) line.Deliver(bed.Send(to.Port, to.Segment("")));
        }
        return to.Hear();
    }
}
