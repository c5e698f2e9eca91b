using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>Mapped ports: `forward_to`, from outside and, by the same address, from inside (hairpin).</summary>
public class ForwardingRuleTests
{
    private const string Us = "198.51.100.2:443", Server = "192.168.10.80:8443";

    private static readonly Address s_us = Address.Parse("198.51.100.2");

    private static void Web(Draft draft) => draft.First(new Rule
    {
        Name = "web", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 8443),
        Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit), Services = [new ServiceMatch(Protocol.Tcp, 443, 443)],
    });

    [Fact]
    public void A_stranger_reaches_the_server_by_either_link_and_the_answer_leaves_by_the_same()
    {
        using var bed = new PathBed(Web);
        foreach ((PortId link, string us, string stranger) in new[] { (PathBed.One, Us, "192.0.2.9:7000"), (PathBed.Two, "203.0.113.2:443", "192.0.2.9:7001") })
        {
            var connection = new Connection(bed, link, stranger, us);
            Assert.Equal((PathBed.Trusted, Make.End(stranger), Make.End(Server)), (connection.Egress, connection.Outside, connection.Server));
            connection.Talk();
        }
    }

    [Fact]
    public void X4_UDP_to_the_same_port_is_not_forwarded()
    {
        using var bed = new PathBed(Web);
        bed.Refuse(PathBed.One, Make.Udp("192.0.2.9:7000", Us), DropReason.RuleDropped);
    }

    [Fact]
    public void Nobody_is_forwarded_to_a_server_of_the_other_family()
    {
        using var bed = new PathBed(Web);
        bed.Refuse(PathBed.One, Make.Tcp("[2001:db8:9::1]:7000", "[2001:db8:1::2]:443", TcpFlags.Syn), DropReason.RuleDropped);
        Assert.Contains(bed.Forwarder.Explain(PathBed.One, Address.Parse("2001:db8:9::1"), Protocol.Tcp, Address.Parse("2001:db8:1::2"), 443).Steps,
            step => step.Subject == "web" && step.Why.Contains("it speaks of IPv4 only", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("192.168.10.5:5000", true)]
    [InlineData("192.168.20.5:5000", false)]
    public void T6_Hosts_of_every_zone_reach_the_server_by_the_links_address(string from, bool isTrusted)
    {
        using var bed = new PathBed(Web);
        PortId zone = isTrusted ? PathBed.Trusted : PathBed.Guest;
        var connection = new Connection(bed, zone, from, Us);
        // The server sees the link's address, so that its answers come back through us.
        Assert.Equal((PathBed.Trusted, s_us, Make.End(Server)), (connection.Egress, connection.Outside.Address, connection.Server));
        connection.Talk();
        Assert.Empty(bed.Refuse(PathBed.One, Make.Tcp("192.0.2.1:80", $"198.51.100.2:{connection.Outside.Port}", TcpFlags.Syn), DropReason.RuleDropped));
    }

    [Fact]
    public void U8_T6_Two_inside_hosts_reach_each_other_by_their_outside_endpoints()
    {
        using var bed = new PathBed();
        Sent first = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:3478"));
        Sent second = bed.Pass(PathBed.Guest, Make.Udp("192.168.20.6:6001", "192.0.2.1:3478"));
        Sent there = bed.Pass(PathBed.Trusted, Make.Udp(Make.End("192.168.10.5:5000"), second.From));
        Assert.Equal((PathBed.Guest, first.From, Make.End("192.168.20.6:6001")), (there.Port, there.From, there.To));
        Sent back = bed.Pass(PathBed.Guest, Make.Udp(Make.End("192.168.20.6:6001"), first.From));
        Assert.Equal((PathBed.Trusted, second.From, Make.End("192.168.10.5:5000")), (back.Port, back.From, back.To));
    }

    [Fact]
    public void R1_A_hairpin_takes_one_from_the_TTL_where_the_kernel_takes_two()
    {
        using var bed = new PathBed(Web);
        Sent inside = bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.5:5000", Us, TcpFlags.Syn).WithTtl(40));
        Assert.Equal(41, inside.TimeToLive);
        Sent outward = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:9").WithTtl(40));
        Assert.Equal(40, outward.TimeToLive);
    }

    [Fact]
    public void A_links_address_without_a_server_is_the_box_itself()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Tcp("192.168.10.5:5000", "198.51.100.2:22", TcpFlags.Syn);
        Sent back = bed.Pass(PathBed.Trusted, packet);
        Assert.Equal((PathBed.Trusted, 0), (back.Port, bed.Forwarder.FlowCount));
        Assert.Equal(packet, back.Octets);
        // Guests only where a rule says so.
        bed.Refuse(PathBed.Guest, Make.Tcp("192.168.20.5:5000", "198.51.100.2:22", TcpFlags.Syn), DropReason.RuleDropped);
    }

    [Fact]
    public void A_server_of_the_box_itself_is_reached_by_a_rule_and_answers_by_the_same_link()
    {
        using var bed = new PathBed(draft => draft.First(new Rule
        {
            Name = "ssh", Action = RuleAction.Allow, Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
            Services = [new ServiceMatch(Protocol.Tcp, 22, 22)],
        }));
        var connection = new Connection(bed, PathBed.Two, "192.0.2.9:7000", "203.0.113.2:22");
        Assert.Equal((PathBed.Host, Make.End("203.0.113.2:22")), (connection.Egress, connection.Server));
        connection.Talk();
        bed.Refuse(PathBed.One, Make.Tcp("192.0.2.9:7000", "198.51.100.2:23", TcpFlags.Syn), DropReason.RuleDropped);
    }

    [Theory]
    [InlineData(443, true)]
    [InlineData(22, true)]
    [InlineData(444, false)]
    public void A_port_that_is_served_is_given_to_nobody_inside(int port, bool isServed)
    {
        using var bed = new PathBed(draft =>
        {
            Web(draft);
            draft.First(new Rule
            {
                Name = "ssh", Action = RuleAction.Allow, Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
                Services = [new ServiceMatch(Protocol.Tcp, 22, 22)],
            });
        });
        Sent shadow = bed.Pass(PathBed.Trusted, Make.Tcp($"192.168.10.66:{port}", "192.0.2.9:7000", TcpFlags.Syn));
        Assert.Equal(isServed, shadow.From.Port != port);
        // The stranger that the shadow hoped to catch reaches what is served.
        if (isServed) Assert.NotEqual("192.168.10.66", bed.Pass(PathBed.One, Make.Tcp("192.0.2.9:7000", $"198.51.100.2:{port}", TcpFlags.Syn)).To.Address.ToString());
    }

    [Fact]
    public void A_rule_for_everything_forwards_echoes_and_protocols_without_ports_as_they_are()
    {
        using var bed = new PathBed(draft => draft.First(new Rule
        {
            Name = "exposed", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 8443),
            Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
        }));
        Sent echo = bed.Pass(PathBed.One, Make.Echo("192.0.2.9", "198.51.100.2", 0x1200));
        Assert.Equal((Address.Parse("192.168.10.80"), 0x1200), (echo.Read.Destination, echo.Read.SourcePort));
        Sent answer = bed.Pass(PathBed.Trusted, Make.Echo("192.168.10.80", "192.0.2.9", 0x1200, isReply: true));
        Assert.Equal((PathBed.One, s_us, 0x1200), (answer.Port, answer.Read.Source, answer.Read.DestinationPort));
        Sent gre = bed.Pass(PathBed.One, Make.Ip(Protocol.Gre, Address.Parse("192.0.2.9"), s_us, new byte[8]));
        Sent back = bed.Pass(PathBed.Trusted, Make.Ip(Protocol.Gre, gre.Read.Destination, gre.Read.Source, new byte[8]));
        Assert.Equal((PathBed.One, s_us), (back.Port, back.Read.Source));
    }
}
