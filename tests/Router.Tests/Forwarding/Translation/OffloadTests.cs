using Router.Forwarding;
using Router.Ports;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>What the kernel has left undone stays to be done right: unfinished checksums, super-packets, wrong and absent checksums.</summary>
public class OffloadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_unfinished_checksum_finished_behind_us_is_the_one_computed_anew(bool isUdp)
    {
        using var bed = new PathBed();
        Random random = Dice.Roll();
        for (int i = 0; i < 200; i++)
        {
            string from = $"192.168.10.{random.Next(2, 250)}:{random.Next(1, 65536)}", to = $"192.0.2.{random.Next(1, 250)}:{random.Next(1, 65536)}";
            int data = random.Next(1400);
            byte[] packet = isUdp ? Make.Udp(from, to, data) : Make.Tcp(from, to, TcpFlags.Syn, (uint)random.Next(), 0, data);
            Sent sent = bed.Pass(PathBed.Trusted, packet, Make.Unfinish(packet));
            Assert.True(sent.Meta.Offload.ChecksumUnfinished);
            Assert.True(Checksum.Finish(sent.Octets, sent.Meta.Offload.ChecksumStart, sent.Meta.Offload.ChecksumOffset));
            (sent with { Meta = default }).CheckSums();
        }
    }

    [Fact]
    public void A_super_packet_is_one_packet_and_its_offload_travels_on()
    {
        using var bed = new PathBed();
        var connection = new Connection(bed, PathBed.Trusted, "192.168.10.5:5000", "192.0.2.1:80");
        foreach (bool outward in new[] { true, false })
        {
            byte[] large = outward ? connection.FromNear(60_000) : connection.FromFar(60_000);
            Offload offload = Make.Unfinish(large, segmentation: 1, segmentSize: 1448);
            Sent sent = bed.Pass(outward ? PathBed.Trusted : PathBed.One, large, offload);
            Assert.Equal(large.Length, sent.Octets.Length);
            Assert.Equal((1, 1448, 40), (sent.Meta.Offload.Segmentation, sent.Meta.Offload.SegmentSize, sent.Meta.Offload.HeaderLength));
            Assert.Equal(large[40..], sent.Octets[40..]);
        }
    }

    [Fact]
    public void U11_An_absent_UDP_checksum_stays_absent()
    {
        using var bed = new PathBed();
        byte[] packet = Make.Udp("192.168.10.5:5000", "192.0.2.1:1000").With(26, 0).With(27, 0);
        Sent sent = bed.Pass(PathBed.Trusted, packet);
        Assert.Equal([0, 0], sent.Transport[6..8]);
    }

    [Fact]
    public void X7_A_checksum_never_comes_out_as_absent()
    {
        using var bed = new PathBed();
        // One word of data goes through all its values, so that every checksum is met.
        bool met = false;
        byte[] packet = Make.Udp("192.168.10.5:5000", "192.0.2.1:1000", 2);
        for (int word = 0; word < 65536 && !met; word++)
        {
            byte[] next = Make.Ip(Protocol.Udp, Address.Parse("192.168.10.5"), Address.Parse("192.0.2.1"), [.. packet[20..28], (byte)(word >> 8), (byte)word]);
            if (next[26] == 0 && next[27] == 0) next[26] = next[27] = 0xff;
            Sent sent = bed.Pass(PathBed.Trusted, next);
            Assert.False(sent.Transport[6] == 0 && sent.Transport[7] == 0);
            met = sent.Transport[6] == 0xff && sent.Transport[7] == 0xff;
        }
        Assert.True(met);
    }

    [Theory]
    [InlineData(Protocol.Tcp)]
    [InlineData(Protocol.Udp)]
    [InlineData(Protocol.Icmp)]
    public void X7_A_wrong_checksum_is_as_wrong_behind_us(byte protocol)
    {
        using var bed = new PathBed { LooksAtChecksums = false };
        byte[] packet = protocol switch
        {
            Protocol.Tcp => Make.Tcp("192.168.10.5:5000", "192.0.2.1:80", TcpFlags.Syn, data: 9),
            Protocol.Udp => Make.Udp("192.168.10.5:5000", "192.0.2.1:80", 9),
            _ => Make.Echo("192.168.10.5", "192.0.2.1", 5000, data: 9),
        };
        int at = 20 + Make.ChecksumAt(protocol);
        packet[at] ^= 0x5a;
        Sent sent = bed.Pass(PathBed.Trusted, packet);
        // Right again once the same octet is put right.
        Assert.Throws<Xunit.Sdk.EqualException>(sent.CheckSums);
        ushort wrong = Checksum.Sum(packet.AsSpan(20), Seed(packet, protocol)), after = Checksum.Sum(sent.Transport, Seed(sent.Octets, protocol));
        Assert.Equal(wrong, after);
    }

    [Fact]
    public void A_TCP_super_packet_is_cut_smaller_where_the_link_takes_less()
    {
        using var bed = new PathBed(draft => draft.LinkOne = draft.LinkOne with { Mtu = 1400 });
        var connection = new Connection(bed, PathBed.Trusted, "192.168.10.5:5000", "192.0.2.1:80");
        byte[] large = connection.FromNear(20_000);
        Sent sent = bed.Pass(PathBed.Trusted, large, Make.Unfinish(large, 1, 1460));
        Assert.Equal(1360, sent.Meta.Offload.SegmentSize);

        byte[] rigid = connection.FromNear(20_000).WithDontFragment();
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, rigid, DropReason.TooBig, Make.Unfinish(rigid, 1, 1460)));
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.FragmentationNeeded, 1400u), (told.IcmpType, told.IcmpCode, told.IcmpRest));
    }

    [Fact]
    public void Datagrams_in_a_super_packet_keep_their_size_or_do_not_go()
    {
        using var bed = new PathBed(draft => draft.LinkOne = draft.LinkOne with { Mtu = 1400 });
        byte[] large = Make.Udp("192.168.10.5:5000", "192.0.2.1:80", 14_000);
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, large, DropReason.TooBig, Make.Unfinish(large, 5, 1400)));
        Assert.Equal((Icmp4.FragmentationNeeded, 1400u), (told.IcmpCode, told.IcmpRest));
        byte[] fits = Make.Udp("192.168.10.5:5000", "192.0.2.1:80", 13_000);
        Assert.Equal(1300, bed.Pass(PathBed.Trusted, fits, Make.Unfinish(fits, 5, 1300)).Meta.Offload.SegmentSize);
    }

    private static uint Seed(byte[] packet, byte protocol) => protocol == Protocol.Icmp ? 0
        : Checksum.PseudoHeader(Address.ReadV4(packet.AsSpan(12)), Address.ReadV4(packet.AsSpan(16)), protocol, packet.Length - 20);
}
