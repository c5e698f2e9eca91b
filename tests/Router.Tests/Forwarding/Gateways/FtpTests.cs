using System.Text;
using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Gateways.Streams;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways;

/// <summary>FTP through the path: who may connect to whom after what was said, and what both ends hear of it.</summary>
public class FtpTests
{
    private const string Pc = "192.168.10.55:5000", Ftp = "192.0.2.80:21", Data = "192.0.2.80:20", Us = "198.51.100.2";

    // 40001 = 156 * 256 + 65; a free port is kept by its mapping.
    private const string Announced = "PORT 192,168,10,55,156,65\r\n", Shown = "PORT 198,51,100,2,156,65\r\n";

    [Fact]
    public void A_client_inside_is_reached_at_the_port_that_it_announced()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        Assert.Equal(Shown, talk.ClientSays(Announced));
        Sent syn = bed.Pass(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn));
        Assert.Equal((PathBed.Trusted, Make.End(Data), Make.End("192.168.10.55:40001")), (syn.Port, syn.From, syn.To));
        Sent answer = bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.55:40001", Data, TcpFlags.Syn | TcpFlags.Ack, 7, 1001));
        Assert.Equal((PathBed.One, Make.End(Us + ":40001"), Make.End(Data)), (answer.Port, answer.From, answer.To));
        Assert.Equal("200 ok\r\n", talk.ServerSays("200 ok\r\n"));
        Assert.Equal("LIST\r\n", talk.ClientSays("LIST\r\n"));
    }

    [Fact]
    public void By_the_extended_command_too()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        Assert.Equal("EPRT |1|198.51.100.2|40001|\r\n", talk.ClientSays("EPRT |1|192.168.10.55|40001|\r\n"));
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn)).Port);
    }

    [Fact]
    public void One_connection_only_from_the_server_only_and_in_time_only()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        talk.ClientSays(Announced);
        bed.Refuse(PathBed.One, Make.Tcp("192.0.2.81:20", Us + ":40001", TcpFlags.Syn), DropReason.RuleDropped);
        bed.Refuse(PathBed.One, Make.Tcp(Data, Us + ":40002", TcpFlags.Syn), DropReason.RuleDropped);
        bed.Pass(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn));
        bed.Refuse(PathBed.One, Make.Tcp("192.0.2.80:22", Us + ":40001", TcpFlags.Syn), DropReason.RuleDropped);
        talk.ClientSays(Announced);
        bed.Wait(61 * PathBed.Second);
        bed.Refuse(PathBed.One, Make.Tcp("192.0.2.80:23", Us + ":40001", TcpFlags.Syn), DropReason.RuleDropped);
    }

    [Theory]
    [InlineData("PORT 192,168,10,6,156,65\r\n")] // another's address
    [InlineData("PORT 192,168,10,55,0,22\r\n")] // a privileged port
    [InlineData("PORT 192,168,10,1,156,65\r\n")] // the box
    [InlineData("PORT 192,168,10,55,156,65,1,1\r\n", true)] // more than six: the first six are taken, the rest stays
    [InlineData("PORTAL 192,168,10,55,156,65\r\n")]
    [InlineData("PORT 192,168,10,55,156\r\n")]
    [InlineData("STOR PORT 192,168,10,55,156,65\r\n")]
    [InlineData("\u00ff\u00f4\u00f2ABOR\r\n")]
    public void What_may_not_be_announced_passes_as_it_is(string line, bool opens = false)
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        string heard = talk.ClientSays(line);
        if (!opens) Assert.Equal(line, heard);
        Sent[] sent = bed.Send(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn));
        Assert.Equal(opens ? 1 : 0, sent.Length);
    }

    [Fact]
    public void Announcements_that_nobody_meets_use_up_no_ports()
    {
        using var bed = new PathBed(sizes: new TableSizes(4096, 64, 2048));
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        for (int port = 2000; port < 2100; port++) Assert.Equal($"PORT 198,51,100,2,{port >> 8},{port & 255}\r\n", talk.ClientSays($"PORT 192,168,10,55,{port >> 8},{port & 255}\r\n"));
        Assert.Equal("192.168.10.55:2099", Text(bed.Pass(PathBed.One, Make.Tcp(Data, $"{Us}:2099", TcpFlags.Syn))));
        bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.9:2098", "192.0.2.99:80", TcpFlags.Syn));
    }

    [Fact]
    public void A_port_that_is_taken_becomes_another_and_the_numbers_fit_ever_after()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.9:1025", "192.0.2.99:80", TcpFlags.Syn));
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        string heard = talk.ClientSays("PORT 192,168,10,55,4,1\r\n");
        Assert.NotEqual("PORT 198,51,100,2,4,1\r\n", heard);
        string[] numbers = heard[5..^2].Split(',');
        int port = int.Parse(numbers[4]) << 8 | int.Parse(numbers[5]);
        Assert.Equal("192.168.10.55:1025", Text(bed.Pass(PathBed.One, Make.Tcp(Data, $"{Us}:{port}", TcpFlags.Syn))));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal($"200 ok {i}\r\n", talk.ServerSays($"200 ok {i}\r\n"));
            talk.ClientSays($"PORT 192,168,10,55,156,{i + 70}\r\n");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(25)]
    public void A_command_in_pieces_is_one_command(int size)
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        string said = "NOOP\r\n" + Announced + "LIST\r\n", heard = "";
        for (int at = 0; at < said.Length; at += size) heard += talk.ClientSays(said[at..Math.Min(said.Length, at + size)]);
        Assert.Equal("NOOP\r\n" + Shown + "LIST\r\n", heard);
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn)).Port);
    }

    [Fact]
    public void A_command_that_was_lost_is_changed_again_however_it_is_cut()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        uint first = talk.Client.Next;
        bed.Send(PathBed.Trusted, talk.Client.Segment("NOOP\r\n" + Announced)); // lost
        bed.Send(PathBed.Trusted, talk.Client.Segment("LIST\r\n")); // lost
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Again("NOOP\r\n" + Announced[..9], first)));
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Again(Announced[9..] + "LIST\r\n", first + 15)));
        Assert.Equal("NOOP\r\n" + Shown + "LIST\r\n", talk.Server.Hear());
        Assert.Equal("200 ok\r\n", talk.ServerSays("200 ok\r\n"));
        Assert.Equal(talk.Client.Next, talk.Client.Acknowledged);
    }

    [Fact]
    public void Pieces_that_were_lost_and_acknowledged_by_us_arrive_with_the_last()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        Sent held = Assert.Single(bed.Send(PathBed.Trusted, talk.Client.Segment(Announced[..7])));
        Assert.Equal(PathBed.Trusted, held.Port); // the acknowledgment
        talk.Deliver([held]);
        Assert.Equal(talk.Client.Next, talk.Client.Acknowledged);
        uint rest = talk.Client.Next;
        bed.Send(PathBed.Trusted, talk.Client.Segment(Announced[7..])); // lost
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Again(Announced[7..], rest)));
        Assert.Equal(Shown, talk.Server.Hear());
    }

    [Fact]
    public void What_is_held_is_not_acknowledged_before_what_came_with_it_has_arrived()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        uint at = talk.Client.Next, before = talk.Client.Acknowledged;
        Sent passed = Assert.Single(bed.Send(PathBed.Trusted, talk.Client.Segment("NOOP\r\n" + Announced[..9])));
        Assert.Equal(PathBed.One, passed.Port); // and is lost
        Assert.Equal(before, talk.Client.Acknowledged);
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Again("NOOP\r\n" + Announced[..9], at)));
        talk.Deliver(bed.Send(PathBed.One, talk.Server.Segment("")));
        Assert.Equal(talk.Client.Next, talk.Client.Acknowledged);
        Assert.Equal("NOOP\r\n" + Shown, talk.Server.Hear() + talk.ClientSays(Announced[9..]));
    }

    [Fact]
    public void More_commands_than_can_be_remembered_come_in_two_segments()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        string said = string.Concat(Enumerable.Range(0, 6).Select(i => $"PORT 192,168,10,55,156,{i}\r\n"));
        string shown = string.Concat(Enumerable.Range(0, 6).Select(i => $"PORT 198,51,100,2,156,{i}\r\n"));
        uint at = talk.Client.Next;
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Segment(said)));
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Again(said, at))); // changed again as it was
        talk.Deliver(bed.Send(PathBed.One, talk.Server.Segment("")));
        int heard = (int)(talk.Client.Acknowledged - at);
        Assert.Equal(ControlStream.MostEdits * said.Length / 6, heard);
        talk.Deliver(bed.Send(PathBed.Trusted, talk.Client.Again(said[heard..], talk.Client.Acknowledged)));
        Assert.Equal(shown, talk.Server.Hear());
    }

    [Fact]
    public void What_comes_too_early_waits_until_it_is_sent_again()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        byte[] first = talk.Client.Segment("NOOP\r\n"), second = talk.Client.Segment(Announced);
        bed.Refuse(PathBed.Trusted, second, DropReason.OutOfOrder);
        talk.Deliver(bed.Send(PathBed.Trusted, first, second));
        Assert.Equal("NOOP\r\n" + Shown, talk.Server.Hear());
    }

    [Fact]
    public void Selective_acknowledgments_are_shifted_with_the_rest()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        uint seen = talk.Server.Expected, said = talk.Client.Next;
        talk.ClientSays(Announced);
        uint after = talk.Server.Expected;
        talk.Server.Options = $"0101050a{after + 10:x8}{after + 30:x8}";
        Sent ack = bed.Pass(PathBed.One, talk.Server.Segment(""));
        Assert.Equal($"0101050a{talk.Client.Next + 10:x8}{talk.Client.Next + 30:x8}", Convert.ToHexStringLower(ack.Transport[20..32]));
        Assert.NotEqual(after - seen, talk.Client.Next - said);
        // The same at an odd place in the header.
        talk.Server.Options = $"01050a{after + 10:x8}{after + 30:x8}00";
        ack = bed.Pass(PathBed.One, talk.Server.Segment(""));
        Assert.Equal($"01050a{talk.Client.Next + 10:x8}{talk.Client.Next + 30:x8}00", Convert.ToHexStringLower(ack.Transport[20..32]));
    }

    [Fact]
    public void Unfinished_checksums_stay_unfinished_and_right()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        byte[] packet = talk.Client.Segment(Announced);
        Offload offload = Make.Unfinish(packet);
        Sent sent = bed.Pass(PathBed.Trusted, packet, offload);
        talk.Deliver([sent]);
        Assert.Equal(Shown, talk.Server.Hear());
        Assert.True(sent.Meta.Offload.ChecksumUnfinished);
    }

    [Fact]
    public void A_wrong_checksum_is_not_healed_and_nothing_is_learned_from_it()
    {
        using var bed = new PathBed { LooksAtChecksums = false };
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        byte[] packet = talk.Client.Again(Announced, talk.Client.Next);
        packet[^3] ^= 1;
        Sent sent = bed.Pass(PathBed.Trusted, packet);
        Assert.NotEqual(0xffff, Checksum.Sum(sent.Transport, Checksum.PseudoHeader(sent.From.Address, sent.To.Address, Protocol.Tcp, sent.Transport.Length)));
        bed.Refuse(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn), DropReason.RuleDropped);
        Assert.Equal(Shown, talk.ClientSays(Announced));
    }

    [Fact]
    public void A_client_that_speaks_first_does_not_speak_ftp()
    {
        using var bed = new PathBed();
        var talk = new Dialogue(bed, PathBed.Trusted, Pc, Ftp);
        string page = "POST / HTTP/1.1\r\n\r\n" + Announced;
        Assert.Equal(page, talk.ClientSays(page));
        talk.ServerSays("220 oh\r\n");
        Assert.Equal(Announced, talk.ClientSays(Announced));
        bed.Refuse(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn), DropReason.RuleDropped);
    }

    [Fact]
    public void A_line_begins_where_the_last_one_ended_and_not_where_a_segment_does()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        Assert.Equal("STOR ", talk.ClientSays("STOR "));
        Assert.Equal(Announced, talk.ClientSays(Announced));
        Assert.Equal(Shown, talk.ClientSays(Announced));
    }

    [Fact]
    public void A_line_without_end_passes()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        string heard = "";
        for (int i = 0; i < 200; i++) heard += talk.ClientSays(i == 0 ? "PORT " : "1,2,3,4,5,6");
        Assert.Equal(5 + 199 * 11, heard.Length);
        Assert.Equal("\r\n" + Shown, talk.ClientSays("\r\n" + Announced));
    }

    [Fact]
    public void A_server_inside_is_reached_at_the_port_that_it_announced()
    {
        using var bed = new PathBed(draft => draft.First(Published()));
        Dialogue talk = Dialogue.Ftp(bed, PathBed.One, "192.0.2.7:6000", Us + ":21");
        Assert.Equal("PASV\r\n", talk.ClientSays("PASV\r\n"));
        Assert.Equal("227 Mode (198,51,100,2,156,65).\r\n", talk.ServerSays("227 Mode (192,168,10,80,156,65).\r\n"));
        Assert.Equal("192.168.10.80:40001", Text(bed.Pass(PathBed.One, Make.Tcp("192.0.2.7:6001", Us + ":40001", TcpFlags.Syn))));
        bed.Refuse(PathBed.One, Make.Tcp("192.0.2.8:6001", Us + ":40001", TcpFlags.Syn), DropReason.RuleDropped);
    }

    [Fact]
    public void And_connects_to_a_client_that_waits_though_no_rule_lets_it_out()
    {
        using var bed = new PathBed(draft =>
        {
            draft.Rules.Clear();
            draft.First(Published());
        });
        Dialogue talk = Dialogue.Ftp(bed, PathBed.One, "192.0.2.7:6000", Us + ":21");
        Assert.Equal("PORT 192,0,2,7,156,65\r\n", talk.ClientSays("PORT 192,0,2,7,156,65\r\n"));
        Sent syn = bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.80:2020", "192.0.2.7:40001", TcpFlags.Syn));
        Assert.Equal((PathBed.One, Us, "192.0.2.7:40001"), (syn.Port, syn.From.Address.ToString(), Text(syn)));
        bed.Refuse(PathBed.Trusted, Make.Tcp("192.168.10.80:2021", "192.0.2.7:40001", TcpFlags.Syn), DropReason.RuleDropped);
    }

    [Theory]
    [InlineData("PASV\r\n", "227 ok (192,0,2,80,156,65)\r\n")]
    [InlineData("EPSV\r\n", "229 ok (|||40001|)\r\n")]
    [InlineData("epsv 1\r\n", "229 ok (|||40001|)\r\n")]
    public void A_client_inside_may_connect_where_the_server_said_though_no_rule_lets_it(string asked, string answer)
    {
        using var bed = new PathBed(draft =>
        {
            draft.Rules.Clear();
            draft.First(Control());
        });
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        talk.ServerSays(answer); // unasked
        bed.Refuse(PathBed.Trusted, Make.Tcp("192.168.10.55:5001", "192.0.2.80:40001", TcpFlags.Syn), DropReason.RuleDropped);
        talk.ClientSays(asked);
        Assert.Equal(answer, talk.ServerSays(answer));
        Sent syn = bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.55:5001", "192.0.2.80:40001", TcpFlags.Syn));
        Assert.Equal((PathBed.One, Us), (syn.Port, syn.From.Address.ToString()));
    }

    [Fact]
    public void Ipv6_is_not_changed_and_let_in()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, "[fd00:10::5]:5000", "[2001:db8:9::80]:21");
        Assert.Equal("EPRT |2|fd00:10::5|40001|\r\n", talk.ClientSays("EPRT |2|fd00:10::5|40001|\r\n"));
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.One, Make.Tcp("[2001:db8:9::80]:20", "[fd00:10::5]:40001", TcpFlags.Syn)).Port);
    }

    [Fact]
    public void A_rule_without_the_gateway_has_none()
    {
        using var bed = new PathBed(draft => draft.First(Control(Gateway.Tftp)));
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        Assert.Equal(Announced, talk.ClientSays(Announced));
        bed.Refuse(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn), DropReason.RuleDropped);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reload_ends_what_was_opened_once_it_forbids_what_opened_it(bool forbids)
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        talk.ClientSays(Announced);
        bed.Pass(PathBed.One, Make.Tcp(Data, Us + ":40001", TcpFlags.Syn));
        bed.Change(draft => draft.First(Control(forbids ? Gateway.None : Gateway.Default)), newPolicy: true);
        bed.Review();
        Assert.Equal(forbids ? 1 : 0, bed.Forwarder.FlowsClosedByRules);
        Assert.Equal(forbids ? 1 : 2, bed.Forwarder.FlowCount);
        Assert.Equal("200 ok\r\n", talk.ServerSays("200 ok\r\n"));
        Assert.Equal(forbids ? Announced : Shown, talk.ClientSays(Announced));
    }

    [Fact]
    public void A_reset_of_ours_has_the_number_that_each_side_expects()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        talk.ClientSays(Announced);
        bed.Change(draft => draft.Rules.Clear(), newPolicy: true);
        Sent[] resets = bed.Review();
        Assert.Equal(talk.Server.Expected, resets.Single(r => r.Port == PathBed.One).Sequence);
        Assert.Equal(talk.Client.Expected, resets.Single(r => r.Port == PathBed.Trusted).Sequence);
    }

    [Fact]
    public void One_host_may_have_a_quarter_of_all_ways()
    {
        using var bed = new PathBed(sizes: new TableSizes(4096, 4096, 64));
        int opened = 0;
        for (int i = 0; i < Expectations.MostOfOne + 10; i++)
        {
            Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, $"192.168.10.55:{2000 + i}", Ftp);
            if (talk.ClientSays($"PORT 192,168,10,55,{100 + i / 256},{i % 256}\r\n") is { } heard && heard.Contains("198,51", StringComparison.Ordinal)) opened++;
        }
        Assert.Equal(Expectations.MostOfOne, opened);
        Dialogue other = Dialogue.Ftp(bed, PathBed.Trusted, "192.168.10.6:5000", Ftp);
        Assert.StartsWith("PORT 198,51", other.ClientSays("PORT 192,168,10,6,156,65\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_passes_as_it_is()
    {
        var random = new Random(20260102);
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, Ftp);
        for (int round = 0; round < 3000; round++)
        {
            byte[] noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            string text = Encoding.Latin1.GetString(noise);
            string heard = round % 2 == 0 ? talk.ClientSays(text) : talk.ServerSays(text);
            Assert.Equal(text, heard);
        }
    }

    private static Rule Published() => new()
    {
        Name = "published", Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
        Services = [new(Protocol.Tcp, 21, 21)], Action = RuleAction.Allow, ForwardTo = new(Address.Parse("192.168.10.80"), 21),
    };

    private static Rule Control(Gateway gateways = Gateway.Default) => new()
    {
        Name = "control", Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit),
        Services = [new(Protocol.Tcp, 21, 21)], Action = RuleAction.Allow, Gateways = gateways,
    };

    private static string Text(Sent sent) => $"{sent.To.Address}:{sent.To.Port}";
}
