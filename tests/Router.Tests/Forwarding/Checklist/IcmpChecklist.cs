using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Checklist;

/// <summary>What RFC 5508, RFC 1812 and RFC 4443 ask of ICMP, where no other test has it yet.</summary>
public class IcmpChecklist
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Us = "198.51.100.2";

    [Fact]
    public void I1_An_echo_session_lives_a_minute_after_its_last_query_and_answers_do_not_lengthen_it()
    {
        using var bed = new PathBed();
        byte[] query = Make.Echo("192.168.10.5", "192.0.2.1", 77), answer = Make.Echo("192.0.2.1", Us, 77, isReply: true);
        bed.Pass(PathBed.Trusted, query);
        bed.Wait(57 * PathBed.Second);
        bed.Pass(PathBed.Trusted, query);
        bed.Wait(57 * PathBed.Second);
        bed.Pass(PathBed.One, answer);
        bed.Wait(5 * PathBed.Second);
        bed.Refuse(PathBed.One, answer, DropReason.RuleDropped);
    }

    [Fact]
    public void I5_Two_hosts_that_met_by_their_outside_endpoints_hear_errors_by_them()
    {
        using var bed = new PathBed();
        Sent first = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:3478"));
        Sent second = bed.Pass(PathBed.Guest, Make.Udp("192.168.20.6:6000", "192.0.2.1:3478"));
        byte[] packet = Make.Udp(Make.End("192.168.10.5:5000"), second.From);
        Sent there = bed.Pass(PathBed.Trusted, packet);
        Sent told = bed.Pass(PathBed.Guest, Make.Error("192.168.20.6", Us, Icmp4.DestinationUnreachable, Icmp4.PortUnreachable, there.Octets));
        Assert.Equal((PathBed.Trusted, second.From.Address, Address.Parse("192.168.10.5")), (told.Port, told.Read.Source, told.Read.Destination));
        Assert.Equal(packet[20..], told.Quoted[20..]);
        Assert.Equal(first.From.Address, there.From.Address);
    }

    [Fact]
    public void I6_A_policy_speaks_with_code_13_and_never_about_errors_later_pieces_multicast_or_broadcast()
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "deny", Action = RuleAction.Deny }));
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp(Pc, Web), DropReason.RuleDenied));
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.AdministrativelyProhibited), (told.IcmpType, told.IcmpCode));
        foreach (byte[] packet in new[]
        {
            Make.Error("192.168.10.5", "192.0.2.1", Icmp4.DestinationUnreachable, 1, Make.Udp(Web, Pc)), Make.Udp(Pc, "224.0.0.251:5353"),
            Make.Udp(Pc, "192.168.20.255:137"), Make.Udp(Pc, "255.255.255.255:67"), Pieces.Break(Make.Udp(Pc, Web, 2000), 1000, 1)[1],
        })
        {
            Assert.Empty(bed.Send(PathBed.Trusted, packet));
        }
    }

    [Fact]
    public void X17_X12_One_sender_gets_no_more_than_its_share_of_answers_and_others_get_theirs()
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "deny", Action = RuleAction.Deny }));
        int loud = 0, quiet = 0;
        for (int i = 0; i < 3000; i++)
        {
            loud += bed.Send(PathBed.Trusted, Make.Udp("[fd00:10::66]:5000", "[2001:db8:9::1]:80")).Length;
            if (i % 300 == 0) quiet += bed.Send(PathBed.Trusted, Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80")).Length;
            bed.Now += 333;
        }
        // A second has gone by: a hundred for one destination, and the burst.
        Assert.InRange(loud, 100, 250);
        Assert.Equal(10, quiet);
    }

    [Fact]
    public void I8_X13_Echoes_of_IPv6_pass_for_who_asked()
    {
        using var bed = new PathBed();
        byte[] query = Make.Echo("fd00:10::5", "2001:db8:9::1", 77), answer = Make.Echo("2001:db8:9::1", "fd00:10::5", 77, isReply: true);
        bed.Refuse(PathBed.One, Make.Echo("2001:db8:9::1", "fd00:10::5", 5), DropReason.RuleDropped);
        Assert.Equal(query, bed.Pass(PathBed.Trusted, query).Octets);
        Assert.Equal(answer, bed.Pass(PathBed.One, answer).Octets);
        bed.Refuse(PathBed.One, Make.Echo("2001:db8:9::2", "fd00:10::5", 77, isReply: true), DropReason.RuleDropped);
    }

    [Fact]
    public void X12_Own_errors_of_IPv6_fit_1280_octets_and_come_from_a_router_address()
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "deny", Action = RuleAction.Deny, Source = Draft.From("fd00:10::66/128") }));
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp("[fd00:10::66]:5000", "[2001:db8:9::1]:80", 1440), DropReason.RuleDenied));
        Assert.Equal((1280, Address.Parse("fd00:10::1")), (told.Octets.Length, told.Read.Source));
        byte[] answer = Make.Udp("[2001:db8:9::1]:80", "[fd00:10::5]:5000", 1300);
        bed.Pass(PathBed.Trusted, Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80"));
        Sent late = Assert.Single(bed.Refuse(PathBed.One, answer.WithTtl(1), DropReason.TtlExpired));
        Assert.Equal((1280, Address.Parse("2001:db8:1::2"), Icmp6.TimeExceeded), (late.Octets.Length, late.Read.Source, late.IcmpType));
        Assert.Empty(bed.Send(PathBed.Trusted, Make.Udp("[fd00:10::66]:5000", "[ff05::1]:80")));
        Assert.Empty(bed.Send(PathBed.Trusted, Make.Error("fd00:10::66", "2001:db8:9::1", Icmp6.TimeExceeded, 0, Make.Udp("[2001:db8:9::1]:80", "[fd00:10::66]:5000"))));
    }

    [Fact]
    public void X2_Whoever_could_be_told_from_nobody_is_told_so()
    {
        using var bed = new PathBed();
        foreach (byte protocol in new[] { Protocol.Gre, Protocol.Esp })
        {
            bed.Pass(PathBed.Trusted, Make.Ip(protocol, Address.Parse("192.168.10.5"), Address.Parse("192.0.2.1"), new byte[30]));
            byte[] second = Make.Ip(protocol, Address.Parse("192.168.10.6"), Address.Parse("192.0.2.1"), new byte[30]);
            Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, second, DropReason.MappingCollision));
            Assert.Equal((Address.Parse("192.168.10.6"), Icmp4.AdministrativelyProhibited), (told.Read.Destination, told.IcmpCode));
        }
    }
}
