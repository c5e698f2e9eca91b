using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Forwarding.Checklist;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>Protocols beside TCP, UDP and ICMP: one flow for a pair of hosts, or by their ports, or a counted refusal.</summary>
public class ProtocolTests
{
    private const string Us = "198.51.100.2";

    private static readonly Address s_pc = Address.Parse("192.168.10.5"), s_other = Address.Parse("192.168.10.6"), s_far = Address.Parse("192.0.2.1");

    [Theory]
    [InlineData(Protocol.Sctp), InlineData(Protocol.Dccp), InlineData(Protocol.UdpLite)]
    public void R7_SCTP_DCCP_and_UDP_Lite_go_by_their_ports(byte protocol)
    {
        using var bed = new PathBed();
        foreach (ushort port in new ushort[] { 5000, 5001 })
        {
            Sent sent = bed.Pass(PathBed.Trusted, Make.Ip(protocol, s_pc, s_far, Body(protocol, port, 80, "192.168.10.5", "192.0.2.1")));
            Assert.Equal(Make.End($"{Us}:{port}"), sent.From);
            Sent back = bed.Pass(PathBed.One, Make.Ip(protocol, s_far, Address.Parse(Us), Body(protocol, 80, port, "192.0.2.1", Us)));
            Assert.Equal((PathBed.Trusted, Make.End($"192.168.10.5:{port}")), (back.Port, back.To));
        }
        Assert.Equal(2, bed.Forwarder.FlowCount);
        // Another host: by another port it works, by the same it is told that it cannot.
        bed.Pass(PathBed.Trusted, Make.Ip(protocol, s_other, s_far, Body(protocol, 5002, 80, "192.168.10.6", "192.0.2.1")));
        Assert.Single(bed.Refuse(PathBed.Trusted, Make.Ip(protocol, s_other, s_far, Body(protocol, 5000, 80, "192.168.10.6", "192.0.2.1")), DropReason.MappingCollision));
        // Nobody else comes in.
        bed.Refuse(PathBed.One, Make.Ip(protocol, Address.Parse("192.0.2.2"), Address.Parse(Us), Body(protocol, 80, 5000, "192.0.2.2", Us)), DropReason.RuleDropped);
        bed.Refuse(PathBed.One, Make.Ip(protocol, s_far, Address.Parse(Us), Body(protocol, 81, 5000, "192.0.2.1", Us)), DropReason.RuleDropped);
    }

    [Fact]
    public void R7_SCTP_is_untouched_behind_the_addresses_and_so_is_its_own_checksum()
    {
        using var bed = new PathBed();
        byte[] body = Body(Protocol.Sctp, 5000, 80, "192.168.10.5", "192.0.2.1");
        Assert.Equal(body, bed.Pass(PathBed.Trusted, Make.Ip(Protocol.Sctp, s_pc, s_far, body)).Transport);
    }

    [Fact]
    public void R7_DCCPs_checksum_follows_the_addresses()
    {
        using var bed = new PathBed();
        byte[] body = Body(Protocol.Dccp, 5000, 80, "192.168.10.5", "192.0.2.1");
        Sent sent = bed.Pass(PathBed.Trusted, Make.Ip(Protocol.Dccp, s_pc, s_far, body));
        Assert.Equal(0xffff, Checksum.Sum(sent.Transport, Checksum.PseudoHeader(sent.Read.Source, sent.Read.Destination, Protocol.Dccp, sent.Transport.Length)));
        Assert.NotEqual(body, sent.Transport);
    }

    [Theory]
    [InlineData(Protocol.Gre), InlineData(Protocol.Esp), InlineData(Protocol.IpInIp), InlineData(Protocol.Ipv6), InlineData(103), InlineData(253)]
    public void R7_Without_ports_a_pair_of_hosts_has_one_flow_that_lives_ten_minutes(byte protocol)
    {
        using var bed = new PathBed();
        byte[] body = [1, 2, 3, 4, 5, 6, 7];
        bed.Pass(PathBed.Trusted, Make.Ip(protocol, s_pc, s_far, body));
        Assert.Equal(body, bed.Pass(PathBed.Trusted, Make.Ip(protocol, s_pc, s_far, body)).Transport);
        Assert.Equal(1, bed.Forwarder.FlowCount);
        bed.Wait(590 * PathBed.Second);
        Sent back = bed.Pass(PathBed.One, Make.Ip(protocol, s_far, Address.Parse(Us), body));
        Assert.Equal((PathBed.Trusted, s_pc), (back.Port, back.Read.Destination));
        bed.Refuse(PathBed.One, Make.Ip(protocol, Address.Parse("192.0.2.2"), Address.Parse(Us), body), DropReason.RuleDropped);
        bed.Wait(605 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void R7_AH_passes_only_untranslated()
    {
        using var bed = new PathBed(draft => draft.First(new Rule
        {
            Name = "off", Action = RuleAction.Allow, Destination = Draft.From("192.0.2.2/32"), Nat = SourceNat.Off,
        }));
        byte[] body = new byte[24];
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Ip(Protocol.Ah, s_pc, s_far, body), DropReason.Untranslatable));
        Assert.Equal((s_pc, Icmp4.AdministrativelyProhibited), (told.Read.Destination, told.IcmpCode));
        byte[] routed = Make.Ip(Protocol.Ah, s_pc, Address.Parse("192.0.2.2"), body);
        Assert.Equal(routed, bed.Pass(PathBed.Trusted, routed).Octets);
    }

    // Twenty-four octets that begin with the ports, with the checksum that the protocol has there.
    private static byte[] Body(byte protocol, ushort from, ushort to, string source, string destination)
    {
        if (protocol == Protocol.UdpLite) return UdpChecklist.Lite(from, to, source, destination);
        byte[] body = [(byte)(from >> 8), (byte)from, (byte)(to >> 8), (byte)to, .. new byte[20]];
        if (protocol == Protocol.Sctp)
        {
            (body[8], body[9], body[10], body[11]) = (0xde, 0xad, 0xbe, 0xef);
            return body;
        }
        ushort sum = Checksum.Of(body, Checksum.PseudoHeader(Address.Parse(source), Address.Parse(destination), protocol, body.Length));
        (body[6], body[7]) = ((byte)(sum >> 8), (byte)sum);
        return body;
    }
}
