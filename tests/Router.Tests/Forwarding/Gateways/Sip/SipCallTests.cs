using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;
using static Router.Tests.Forwarding.Gateways.Sip.Talk;

namespace Router.Tests.Forwarding.Gateways.Sip;

/// <summary>Calls through the path, by datagrams: what both ends hear, and who may send media to whom after it.</summary>
public class SipCallTests
{
    private const string Pc = Phone + ":5060", Server = Proxy + ":5060", Outside = Us + ":5060";

    [Fact]
    public void A_register_and_its_answer_name_to_each_side_what_that_side_knows()
    {
        using PathBed bed = Raise();
        string request = Request("REGISTER", Phone);
        Assert.Equal(Request("REGISTER", Us), bed.Say(PathBed.Trusted, Pc, Server, request));
        string answer = Response(200, "REGISTER", Us, contact: Us);
        Assert.Equal(Response(200, "REGISTER", Phone, contact: Phone), bed.Say(PathBed.One, Server, Outside, answer));
    }

    [Fact]
    public void A_call_out_has_media_both_ways_by_the_ports_that_were_announced()
    {
        using PathBed bed = Raise(draft => draft.Rules[0] = OnlySip());
        Assert.Equal(Request("INVITE", Us, Offer(Us, 40000)), bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000))));
        string answer = Response(200, "INVITE", Us, Offer(Proxy, 30000));
        Assert.Equal(Response(200, "INVITE", Phone, Offer(Proxy, 30000)), bed.Say(PathBed.One, Server, Outside, answer));
        Sent rtp = bed.Pass(PathBed.One, Make.Udp(Proxy + ":30000", Us + ":40000"));
        Assert.Equal((PathBed.Trusted, Make.End(Phone + ":40000")), (rtp.Port, rtp.To));
        Sent back = bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40000", Proxy + ":30000"));
        Assert.Equal((PathBed.One, Make.End(Us + ":40000")), (back.Port, back.From));
        Sent rtcp = bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40001", Proxy + ":30001"));
        Assert.Equal((PathBed.One, Make.End(Us + ":40001")), (rtcp.Port, rtcp.From));
        Assert.Equal(Make.End(Phone + ":40001"), bed.Pass(PathBed.One, Make.Udp(Proxy + ":30001", Us + ":40001")).To);
    }

    [Fact]
    public void Media_that_the_inside_begins_leaves_by_the_port_that_was_announced()
    {
        using PathBed bed = Raise(draft => draft.Rules[0] = OnlySip());
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        bed.Say(PathBed.One, Server, Outside, Response(183, "INVITE", Us, Offer(Media, 30000)));
        Sent first = bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40000", Media + ":30000"));
        Assert.Equal((PathBed.One, Make.End(Us + ":40000"), Make.End(Media + ":30000")), (first.Port, first.From, first.To));
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.One, Make.Udp(Media + ":30000", Us + ":40000")).To);
    }

    [Fact]
    public void Media_is_let_in_from_the_server_that_was_announced_and_from_nobody_else()
    {
        using PathBed bed = Raise(draft => draft.Rules[0] = OnlySip());
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        bed.Refuse(PathBed.One, Make.Udp(Media + ":30000", Us + ":40000"), DropReason.RuleDropped);
        bed.Say(PathBed.One, Server, Outside, Response(200, "INVITE", Us, Offer(Media, 30000)));
        bed.Refuse(PathBed.One, Make.Udp("192.0.2.61:30000", Us + ":40000"), DropReason.RuleDropped);
        bed.Refuse(PathBed.One, Make.Udp(Media + ":30000", Us + ":40002"), DropReason.RuleDropped);
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.One, Make.Udp(Media + ":31000", Us + ":40000")).To);
        bed.Refuse(PathBed.One, Make.Udp(Media + ":31002", Us + ":40000"), DropReason.RuleDropped);
    }

    [Fact]
    public void A_call_in_reaches_a_phone_that_registered_an_hour_ago()
    {
        using PathBed bed = Raise(draft => draft.Rules[0] = OnlySip());
        bed.Say(PathBed.Trusted, Pc, Server, Request("REGISTER", Phone, more: "Expires: 3600\n"));
        bed.Wait(3500 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
        string invite = Request("INVITE", Proxy, Offer(Media, 30000)).Replace($"sip:bob@{Proxy} ", $"sip:alice@{Outside} ", StringComparison.Ordinal);
        Sent rings = bed.Pass(PathBed.One, Datagram(Server, Outside, invite));
        Assert.Equal((PathBed.Trusted, Make.End(Pc)), (rings.Port, rings.To));
        Assert.Equal(invite.Replace(Outside, Pc, StringComparison.Ordinal), Heard(rings));
        string answer = Response(200, "INVITE", Proxy, Offer(Phone, 40000), contact: Phone);
        Assert.Equal(Response(200, "INVITE", Proxy, Offer(Us, 40000), contact: Us), bed.Say(PathBed.Trusted, Pc, Server, answer));
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.One, Make.Udp(Media + ":30000", Us + ":40000")).To);
        Assert.Equal(Make.End(Us + ":40001"), bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40001", Media + ":30001")).From);
    }

    [Fact]
    public void A_registration_ends_with_its_time_and_is_for_the_registrar_only()
    {
        using PathBed bed = Raise();
        bed.Say(PathBed.Trusted, Pc, Server, Request("REGISTER", Phone, more: "Expires: 400\n"));
        bed.Wait(350 * PathBed.Second);
        bed.Refuse(PathBed.One, Datagram("192.0.2.51:5060", Outside, Request("INVITE", Proxy)), DropReason.RuleDropped);
        bed.Wait(60 * PathBed.Second);
        bed.Refuse(PathBed.One, Datagram(Server, Outside, Request("INVITE", Proxy)), DropReason.RuleDropped);
    }

    [Fact]
    public void Media_stays_on_the_link_of_its_signalling_whatever_the_mode_prefers()
    {
        using PathBed bed = Raise(draft => draft.First(OnlySip([Draft.Two])));
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        bed.Say(PathBed.Two, Server, "203.0.113.2:5060", Response(200, "INVITE", "203.0.113.2", Offer(Media, 30000)));
        Sent media = bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40000", Media + ":30000"));
        Assert.Equal((PathBed.Two, Make.End("203.0.113.2:40000")), (media.Port, media.From));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Mtu = 1400 }, newPolicy: true);
        bed.Review();
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40000", Media + ":30000")).Port);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Media_leaves_a_link_that_is_lost_and_stays_a_part_of_its_call(bool isBegunInside)
    {
        using PathBed bed = Raise(draft => draft.Rules[0] = OnlySip());
        byte[] spoken = Make.Udp(Phone + ":40000", Media + ":30000");
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        bed.Say(PathBed.One, Server, Outside, Response(200, "INVITE", Us, Offer(Media, 30000)));
        if (isBegunInside) bed.Pass(PathBed.Trusted, spoken);
        else bed.Pass(PathBed.One, Make.Udp(Media + ":30000", Us + ":40000"));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        Sent moved = bed.Pass(PathBed.Trusted, spoken);
        Assert.Equal((PathBed.Two, Make.End("203.0.113.2:40000"), Make.End(Media + ":30000")), (moved.Port, moved.From, moved.To));
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.Two, Make.Udp(Media + ":30000", "203.0.113.2:40000")).To);

        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = true }, newPolicy: true);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, spoken).Port);
        bed.Change(draft => draft.Rules.Clear(), newPolicy: true);
        bed.Refuse(PathBed.Trusted, spoken, DropReason.FlowClosed);
    }

    [Fact]
    public void Ports_that_are_taken_become_a_pair_of_others()
    {
        using PathBed bed = Raise();
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.9:40001", "192.0.2.99:9"));
        string heard = bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        int port = PortIn(heard);
        Assert.Equal((0, true), (port % 2, port != 40000));
        Assert.DoesNotContain("a=rtcp", heard, StringComparison.Ordinal);
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.One, Make.Udp($"{Proxy}:30000", $"{Us}:{port}")).To);
        Assert.Equal(Make.End(Phone + ":40001"), bed.Pass(PathBed.One, Make.Udp($"{Proxy}:30001", $"{Us}:{port + 1}")).To);
    }

    [Fact]
    public void Where_rtcp_is_not_next_to_rtp_its_port_is_said()
    {
        using PathBed bed = Raise();
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.9:40001", "192.0.2.99:9"));
        bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40000", "192.0.2.99:9"));
        string heard = bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000, "a=x\nm=audio 0 RTP/AVP 0\n")));
        int at = heard.IndexOf("a=x\r\na=rtcp:", StringComparison.Ordinal);
        Assert.True(at > 0, heard);
        int rtcp = int.Parse(heard[(at + 12)..heard.IndexOf('\r', at + 12)], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(40000, PortIn(heard));
        Assert.Equal(Make.End(Phone + ":40001"), bed.Pass(PathBed.One, Make.Udp($"{Proxy}:30001", $"{Us}:{rtcp}")).To);
    }

    [Fact]
    public void A_server_inside_is_called_from_outside()
    {
        using PathBed bed = Raise(draft =>
        {
            draft.Rules.Clear();
            draft.First(Published());
        });
        const string Caller = "192.0.2.7";
        string invite = Request("INVITE", Caller, Offer(Caller, 30000)).Replace($"bob@{Proxy}", $"bob@{Us}", StringComparison.Ordinal);
        Assert.Equal(invite.Replace(Us, "192.168.10.80", StringComparison.Ordinal), bed.Say(PathBed.One, Caller + ":5060", Outside, invite));
        string answer = Response(200, "INVITE", Caller, Offer("192.168.10.80", 40000), contact: "192.168.10.80");
        Assert.Equal(Response(200, "INVITE", Caller, Offer(Us, 40000), contact: Us), bed.Say(PathBed.Trusted, "192.168.10.80:5060", Caller + ":5060", answer));
        Assert.Equal(Make.End("192.168.10.80:40000"), bed.Pass(PathBed.One, Make.Udp(Caller + ":30000", Us + ":40000")).To);
        Sent rtcp = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.80:40001", Caller + ":30001"));
        Assert.Equal((PathBed.One, Make.End(Us + ":40001")), (rtcp.Port, rtcp.From));
    }

    [Fact]
    public void Two_phones_inside_by_one_server_outside_hear_each_other()
    {
        using PathBed bed = Raise();
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000), call: "a"));
        const string Other = "192.168.10.66";
        bed.Say(PathBed.Trusted, Other + ":5062", Server, Request("INVITE", Other, Offer(Other, 41000), call: "b"));
        Sent there = bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40000", Us + ":41000"));
        Assert.Equal((PathBed.Trusted, Make.End(Us + ":40000"), Make.End(Other + ":41000")), (there.Port, there.From, there.To));
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.Trusted, Make.Udp(Other + ":41000", Us + ":40000")).To);
    }

    [Fact]
    public void Without_translation_nothing_is_changed_and_the_ways_are_open()
    {
        using PathBed bed = Raise();
        const string Host = "[fd00:10::5]", Far = "[2001:db8:9::80]";
        string Speak(string host, int port) => Request("INVITE", host, $"v=0\no=- 1 1 IN IP6 {host[1..^1]}\ns=-\nc=IN IP6 {host[1..^1]}\nt=0 0\nm=audio {port} RTP/AVP 0\n");
        Assert.Equal(Speak(Host, 40000), bed.Say(PathBed.Trusted, Host + ":5060", Far + ":5060", Speak(Host, 40000)));
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.One, Make.Udp(Far + ":30000", Host + ":40000")).Port);
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.One, Make.Udp(Far + ":30001", Host + ":40001")).Port);
        bed.Refuse(PathBed.One, Make.Udp("[2001:db8:9::81]:30001", Host + ":40000"), DropReason.RuleDropped);
    }

    [Fact]
    public void A_phone_that_knows_how_it_is_seen_may_say_so()
    {
        using PathBed bed = Raise();
        bed.Pass(PathBed.Trusted, Make.Udp(Phone + ":40000", "192.0.2.99:3478"));
        string said = Request("INVITE", Us, Offer(Us, 40000));
        Assert.Equal(said, bed.Say(PathBed.Trusted, Pc, Server, said));
        Assert.Equal(Make.End(Phone + ":40000"), bed.Pass(PathBed.One, Make.Udp(Proxy + ":30000", Us + ":40000")).To);
    }

    [Theory]
    [InlineData("BYE")]
    [InlineData("CANCEL")]
    public void A_call_that_ends_closes_what_nobody_has_used(string method)
    {
        using PathBed bed = Raise();
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        int before = bed.Forwarder.Gateways.Open;
        bed.Say(PathBed.Trusted, "192.168.10.66:5062", Server, Request(method, "192.168.10.66")); // another's
        bed.Wait(40 * PathBed.Second);
        Assert.True(bed.Forwarder.Gateways.Open >= before);
        bed.Say(PathBed.Trusted, Pc, Server, Request(method, Phone));
        bed.Wait(40 * PathBed.Second);
        bed.Refuse(PathBed.One, Make.Udp(Proxy + ":30000", Us + ":40000"), DropReason.RuleDropped);
    }

    [Fact]
    public void A_held_call_and_a_refused_medium_open_nothing()
    {
        using PathBed bed = Raise();
        string hold = Offer("0.0.0.0", 40000) + "m=video 0 RTP/AVP 31\nc=IN IP4 " + Phone + "\n";
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, hold));
        Assert.Equal(1, bed.Forwarder.Gateways.Open); // of its Contact
    }

    [Fact]
    public void A_message_that_grows_beyond_the_link_is_broken_and_arrives_whole()
    {
        using PathBed bed = Raise(draft => draft.LinkOne = draft.LinkOne with { Addresses = [Address.Parse("198.51.100.222")] });
        const string Short = "192.168.10.5";
        string pad = "X-Pad: " + new string('p', 1472 - Request("INVITE", Short, Offer(Short, 40000), "X-Pad: \n").Length) + "\n";
        string said = Request("INVITE", Short, Offer(Short, 40000), pad);
        byte[] packet = Datagram(Short + ":5060", Server, said).WithDontFragment();
        Assert.Equal(1500, packet.Length);
        Sent[] pieces = bed.Send(PathBed.Trusted, packet);
        Assert.Equal(2, pieces.Length);
        Assert.All(pieces, piece => Assert.False(piece.Read.DontFragment));
        string heard = System.Text.Encoding.Latin1.GetString([.. pieces.SelectMany(piece => piece.Transport)]);
        Assert.Equal(Request("INVITE", "198.51.100.222", Offer("198.51.100.222", 40000), pad), heard[8..]);
    }

    [Fact]
    public void A_rule_that_does_not_ask_for_it_has_none_and_by_default_none_does()
    {
        Assert.Equal(Gateway.None, Gateway.Default & Gateway.Sip);
        using PathBed bed = Raise(draft => draft.Rules[0] = Out(Gateway.Default));
        string said = Request("INVITE", Phone, Offer(Phone, 40000));
        Assert.Equal(said, bed.Say(PathBed.Trusted, Pc, Server, said));
        Assert.Equal(0, bed.Forwarder.Gateways.Open);
    }

    [Fact]
    public void A_reload_that_forbids_the_signalling_ends_the_media()
    {
        using PathBed bed = Raise();
        bed.Say(PathBed.Trusted, Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        bed.Pass(PathBed.One, Make.Udp(Proxy + ":30000", Us + ":40000"));
        bed.Change(draft => draft.Rules[0] = Out(Gateway.None), newPolicy: true);
        bed.Review();
        Assert.Equal(1, bed.Forwarder.FlowCount);
        bed.Refuse(PathBed.One, Make.Udp(Proxy + ":30002", Us + ":40001"), DropReason.RuleDropped);
    }

    [Fact]
    public void Unfinished_checksums_stay_unfinished_and_wrong_ones_wrong()
    {
        using var bed = Raise();
        byte[] packet = Datagram(Pc, Server, Request("INVITE", Phone, Offer(Phone, 40000)));
        Sent sent = bed.Pass(PathBed.Trusted, packet, Make.Unfinish(packet));
        Assert.Equal(Request("INVITE", Us, Offer(Us, 40000)), Heard(sent));
        Assert.True(sent.Meta.Offload.ChecksumUnfinished);
        bed.LooksAtChecksums = false;
        byte[] wrong = Datagram(Pc, Server, Request("INVITE", Phone, Offer(Phone, 44000)));
        wrong[^3] ^= 1;
        Assert.Contains(Phone, Heard(bed.Pass(PathBed.Trusted, wrong)), StringComparison.Ordinal);
        bed.Refuse(PathBed.One, Make.Udp(Proxy + ":30000", Us + ":44000"), DropReason.RuleDropped);
    }

    private static int PortIn(string text)
    {
        int at = text.IndexOf("m=audio ", StringComparison.Ordinal) + 8;
        return int.Parse(text[at..text.IndexOf(' ', at)], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Rule Published() => new()
    {
        Name = "published", Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit), Gateways = Gateway.Sip,
        Services = [new(Protocol.Udp, 5060, 5060)], Action = RuleAction.Allow, ForwardTo = new(Address.Parse("192.168.10.80"), 5060),
    };
}
