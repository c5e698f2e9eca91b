using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Reading;

/// <summary>What a capture has of packets that pass and of packets that are refused.</summary>
public class CaptureTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80";

    private static List<(CapturedPacket Packet, byte[] Octets)> Read(Capture capture)
    {
        var read = new List<(CapturedPacket, byte[])>();
        byte[] octets = new byte[Batch.MaxPacket];
        while (capture.TryRead(out CapturedPacket packet, octets)) read.Add((packet, octets[..packet.Length]));
        return read;
    }

    private static Capture Begin(PathBed bed, CaptureFilter filter, long most = 1000)
    {
        var capture = new Capture(filter, most);
        bed.Forwarder.Outbox.Capture = capture;
        return capture;
    }

    [Fact]
    public void A_packet_is_seen_where_it_comes_in_and_where_it_goes_out()
    {
        using var bed = new PathBed();
        Capture capture = Begin(bed, new CaptureFilter());
        byte[] packet = Make.Udp(Pc, Web);
        Sent sent = bed.Pass(PathBed.Trusted, packet);

        List<(CapturedPacket Packet, byte[] Octets)> read = Read(capture);

        Assert.Equal([(PathBed.Trusted, true), (PathBed.One, false)], read.Select(one => (one.Packet.Port, one.Packet.Inbound)));
        Assert.Equal(packet, read[0].Octets);
        Assert.Equal(sent.Octets, read[1].Octets);
        Assert.InRange(DateTime.UnixEpoch.AddMicroseconds(read[0].Packet.Microseconds), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow);
        bed.Forwarder.Outbox.Capture = null;
        bed.Pass(PathBed.Trusted, packet);
        Assert.Empty(Read(capture));
    }

    [Fact]
    public void Refused_packets_are_seen_by_the_name_of_their_reason_and_no_others()
    {
        using var bed = new PathBed(draft => draft.First(new Rule { Name = "no", Action = RuleAction.Drop, Source = Draft.From("192.168.10.66/32") }));
        Capture capture = Begin(bed, new CaptureFilter { Drop = DropReason.RuleDropped });
        byte[] refused = Make.Udp("192.168.10.66:1", Web);
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Refuse(PathBed.Trusted, refused, DropReason.RuleDropped);
        bed.Refuse(PathBed.Trusted, Make.Udp("127.0.0.1:1", Web), DropReason.MartianSource);

        (CapturedPacket packet, byte[] octets) = Assert.Single(Read(capture));

        Assert.Equal((PathBed.Trusted, true, DropReason.RuleDropped), (packet.Port, packet.Inbound, packet.Reason));
        Assert.Equal(refused, octets);
    }

    [Fact]
    public void A_filter_lets_nothing_else_in()
    {
        using var bed = new PathBed();
        Capture capture = Begin(bed, new CaptureFilter { Port = PathBed.Trusted, Host = Address.Parse("192.168.10.5"), Protocol = Protocol.Udp, Service = 80 });
        byte[] wanted = Make.Udp(Pc, Web);
        bed.Pass(PathBed.Trusted, wanted);
        bed.Pass(PathBed.One, Make.Udp(Web, "198.51.100.2:5000"));
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, "192.0.2.1:81"));
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:5000", Web));
        bed.Pass(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Syn));

        // The question, and the answer that goes back to the host by the same port.
        Assert.Equal([true, false], Read(capture).Select(one => one.Packet.Inbound));
    }

    [Fact]
    public void It_ends_with_its_count_and_a_reader_that_is_late_loses_and_is_told()
    {
        using var bed = new PathBed();
        Capture few = Begin(bed, new CaptureFilter { Port = PathBed.Trusted }, most: 3);
        for (int i = 0; i < 5; i++) bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.True(few.IsFull);
        Assert.Equal((3, 0L), (Read(few).Count, few.Lost));

        Capture many = Begin(bed, new CaptureFilter { Port = PathBed.Trusted }, most: 100_000);
        int sent = 0;
        for (; many.Lost == 0; sent++) bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web, 1400));
        byte[] last = Make.Udp(Pc, Web, 999);
        List<(CapturedPacket Packet, byte[] Octets)> read = Read(many);
        Assert.Equal(sent - 1, read.Count);
        Assert.All(read, one => Assert.Equal(1428, one.Packet.Length));
        // The ring goes round: what comes after is as whole as what came before.
        for (int i = 0; i < 100; i++) bed.Pass(PathBed.Trusted, last);
        Assert.All(Read(many), one => Assert.Equal(last, one.Octets));
    }
}
