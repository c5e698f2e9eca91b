using System.Text;
using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways;

/// <summary>TFTP (RFC 1350 4) through the path: the answer comes from another port than was asked.</summary>
public class TftpTests
{
    private const string Pc = "192.168.10.5:5000", Server = "192.0.2.69:69", Us = "198.51.100.2";

    [Fact]
    public void The_answer_from_another_port_arrives_and_the_talk_goes_on()
    {
        using var bed = new PathBed();
        Sent request = bed.Pass(PathBed.Trusted, Datagram(Pc, Server, "\0\u0001boot\0octet\0"));
        Assert.Equal(Make.End(Us + ":5000"), request.From);
        Sent answer = bed.Pass(PathBed.One, Datagram("192.0.2.69:3333", Us + ":5000", "\0\u0003\0\u0001x"));
        Assert.Equal((PathBed.Trusted, Make.End(Pc)), (answer.Port, answer.To));
        Sent next = bed.Pass(PathBed.Trusted, Datagram(Pc, "192.0.2.69:3333", "\0\u0004\0\u0001"));
        Assert.Equal((PathBed.One, Make.End(Us + ":5000")), (next.Port, next.From));
        bed.Refuse(PathBed.One, Datagram("192.0.2.69:3334", Us + ":5000", "\0\u0003\0\u0001x"), DropReason.RuleDropped);
    }

    [Fact]
    public void Of_another_host_or_too_late_it_does_not()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Datagram(Pc, Server, "\0\u0002boot\0octet\0"));
        bed.Refuse(PathBed.One, Datagram("192.0.2.70:3333", Us + ":5000", "x"), DropReason.RuleDropped);
        bed.Wait(31 * PathBed.Second);
        bed.Refuse(PathBed.One, Datagram("192.0.2.69:3333", Us + ":5000", "x"), DropReason.RuleDropped);
    }

    [Fact]
    public void A_server_inside_may_answer_a_stranger_though_no_rule_lets_it_out()
    {
        using var bed = new PathBed(draft =>
        {
            draft.Rules.Clear();
            draft.First(new Rule
            {
                Name = "published", Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
                Services = [new(Protocol.Udp, 69, 69)], Action = RuleAction.Allow, ForwardTo = new(Address.Parse("192.168.10.80"), 0),
            });
        });
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.One, Datagram("192.0.2.7:6000", Us + ":69", "\0\u0001boot\0octet\0")).Port);
        Sent answer = bed.Pass(PathBed.Trusted, Datagram("192.168.10.80:2222", "192.0.2.7:6000", "\0\u0003\0\u0001x"));
        Assert.Equal((PathBed.One, Us), (answer.Port, answer.From.Address.ToString()));
        Assert.Equal(Make.End("192.168.10.80:2222"), bed.Pass(PathBed.One, Datagram("192.0.2.7:6000", $"{Us}:{answer.From.Port}", "\0\u0004\0\u0001")).To);
    }

    [Fact]
    public void A_rule_without_the_gateway_has_none()
    {
        using var bed = new PathBed(draft => draft.Rules[0] = new Rule
        {
            Name = "out", Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit), Action = RuleAction.Allow, Gateways = Gateway.Ftp,
        });
        bed.Pass(PathBed.Trusted, Datagram(Pc, Server, "\0\u0001boot\0octet\0"));
        bed.Refuse(PathBed.One, Datagram("192.0.2.69:3333", Us + ":5000", "x"), DropReason.RuleDropped);
    }

    [Theory]
    [InlineData("\0\u0001a\0o\0", true)]
    [InlineData("\0\u0002a\0o\0blksize\01428\0", true)]
    [InlineData("\0\u0003a\0o\0", false)]
    [InlineData("\u0001\u0001a\0o\0", false)]
    [InlineData("\0\u0001a\0oo", false)]
    [InlineData("\0\u0001\0\0o\0", false)]
    [InlineData("\0\u0001a\0o", false)]
    [InlineData("", false)]
    public void A_request_is_known_by_its_octets(string data, bool isRequest) =>
        Assert.Equal(isRequest, TftpGateway.IsRequest(Encoding.Latin1.GetBytes(data)));

    private static byte[] Datagram(string from, string to, string data)
    {
        byte[] octets = [.. new byte[Udp.HeaderLength], .. Encoding.Latin1.GetBytes(data)];
        Udp.Over(octets).Begin(Make.End(from).Port, Make.End(to).Port);
        return Make.Ip(Protocol.Udp, Make.End(from).Address, Make.End(to).Address, octets);
    }
}
