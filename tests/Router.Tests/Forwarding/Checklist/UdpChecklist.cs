using System.Buffers.Binary;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Checklist;

/// <summary>What RFC 4787 and RFC 7857 ask of UDP, where no other test has it yet; docs/nat.md lists all.</summary>
public class UdpChecklist
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Us = "198.51.100.2";

    [Fact]
    public void U2_One_host_keeps_one_outside_address_of_a_link_that_has_several()
    {
        Address[] several = [.. new[] { "198.51.100.2", "198.51.100.3", "198.51.100.4" }.Select(Address.Parse)];
        using var bed = new PathBed(draft => draft.LinkOne = draft.LinkOne with { Addresses = several });
        for (int flow = 0; flow < 200; flow++)
        {
            Assert.Equal(several[0], bed.Pass(PathBed.Trusted, Make.Udp($"192.168.10.5:{3000 + flow}", $"192.0.2.{1 + flow % 50}:80")).From.Address);
            Assert.Equal(several[0], bed.Pass(PathBed.Trusted, Make.Tcp($"192.168.10.5:{3000 + flow}", Web, TcpFlags.Syn)).From.Address);
        }
    }

    [Fact]
    public void U11_UDP_Lite_is_untouched_where_its_checksum_does_not_look()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Ip(Protocol.UdpLite, Address.Parse("192.168.10.5"), Address.Parse("192.0.2.1"), Lite(5000, 80, "192.168.10.5", "192.0.2.1"));
        Sent sent = bed.Pass(PathBed.Trusted, packet);
        Assert.Equal(Make.End(Us + ":5000"), sent.From);
        Assert.Equal(packet[20..26], sent.Transport[..6]);
        Assert.Equal(packet[28..], sent.Transport[8..]);
        // Eight octets are covered, so the sum is right over the pseudo-header and those.
        Assert.Equal(0xffff, Checksum.Sum(sent.Transport.AsSpan(0, 8), Checksum.PseudoHeader(sent.From.Address, sent.To.Address, Protocol.UdpLite, sent.Transport.Length)));
        Sent back = bed.Pass(PathBed.One, Make.Ip(Protocol.UdpLite, sent.To.Address, sent.From.Address, Lite(80, 5000, "192.0.2.1", Us)));
        Assert.Equal(Make.End(Pc), back.To);
        Assert.Equal(0xffff, Checksum.Sum(back.Transport.AsSpan(0, 8), Checksum.PseudoHeader(back.From.Address, back.To.Address, Protocol.UdpLite, back.Transport.Length)));
    }

    [Fact]
    public void U12_X9_Mapping_and_filtering_are_the_same_beside_two_thousand_others()
    {
        using var quiet = new PathBed();
        using var busy = new PathBed();
        for (int i = 0; i < 2000; i++) busy.Pass(PathBed.Trusted, Make.Udp($"192.168.10.{20 + i / 100}:{20_000 + i}", $"192.0.2.{100 + i % 100}:80"));
        foreach (PathBed bed in new[] { quiet, busy })
        {
            for (int round = 0; round < 3; round++)
            {
                Assert.Equal(Make.End(Us + ":5000"), bed.Pass(PathBed.Trusted, Make.Udp(Pc, $"192.0.2.{1 + round}:80")).From);
                Assert.Equal(Make.End(Pc), bed.Pass(PathBed.One, Make.Udp($"192.0.2.{1 + round}:80", Us + ":5000")).To);
                bed.Refuse(PathBed.One, Make.Udp($"192.0.2.{1 + round}:81", Us + ":5000"), DropReason.RuleDropped);
                bed.Refuse(PathBed.One, Make.Udp($"192.0.2.{11 + round}:80", Us + ":5000"), DropReason.RuleDropped);
            }
            End other = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:5000", Web)).From;
            Assert.Equal((false, true, 0), (other.Port == 5000, other.Port >= 1024, other.Port & 1));
        }
    }

    [Fact]
    public void X9_Mapping_and_filtering_are_the_same_with_nine_tenths_of_the_ports_taken()
    {
        using var bed = new PathBed(sizes: new TableSizes(70_000, 70_000, 100));
        const int most = 60_000;
        for (int port = 1024; port < 1024 + most; port += 60)
        {
            bed.Send(PathBed.Trusted, [.. Enumerable.Range(port, 60).Select(from => Make.Udp($"192.168.10.9:{from}", "192.0.2.9:1000", 4))]);
            Assert.Equal(DropReason.None, bed.Refused);
        }
        var given = new HashSet<End>();
        for (int host = 20; host < 120; host++)
        {
            End first = bed.Pass(PathBed.Trusted, Make.Udp($"192.168.10.{host}:5000", Web)).From;
            Assert.Equal(first, bed.Pass(PathBed.Trusted, Make.Udp($"192.168.10.{host}:5000", "192.0.2.2:80")).From);
            Assert.True(given.Add(first) && (first.Port & 1) == 0 && first.Port >= 1024);
            bed.Refuse(PathBed.One, Make.Udp(Make.End("192.0.2.3:80"), first), DropReason.RuleDropped);
            Assert.Equal(Make.End($"192.168.10.{host}:5000"), bed.Pass(PathBed.One, Make.Udp(Make.End(Web), first)).To);
        }
    }

    [Fact]
    public void X16_What_STUN_pads_to_1500_octets_and_a_QUIC_Initial_pass_as_they_are_or_are_refused_whole()
    {
        using var bed = new PathBed();
        byte[] padded = Make.Udp(Pc, "192.0.2.1:3478", 1472).WithDontFragment();
        Sent sent = bed.Pass(PathBed.Trusted, padded);
        Assert.Equal(padded[28..], sent.Octets[28..]);
        Assert.Equal(1500, sent.Octets.Length);
        // QUIC sets DF (RFC 9000 14), and what has it is never broken by us.
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Mtu = 1200 });
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp(Pc, "192.0.2.1:443", 1200).WithDontFragment(), DropReason.TooBig));
        Assert.Equal((PathBed.Trusted, Icmp4.FragmentationNeeded, 1200u), (told.Port, told.IcmpCode, told.IcmpRest));
    }

    // A UDP-Lite datagram (RFC 3828) whose checksum covers its header only; the data behind may arrive damaged.
    internal static byte[] Lite(ushort from, ushort to, string source, string destination)
    {
        byte[] datagram = [0, 0, 0, 0, 0, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, from);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), to);
        uint seed = Checksum.PseudoHeader(Address.Parse(source), Address.Parse(destination), Protocol.UdpLite, datagram.Length);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), Checksum.Of(datagram.AsSpan(0, 8), seed));
        return datagram;
    }
}
