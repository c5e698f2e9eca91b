using Router.Forwarding;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>One outside address used to its end (product.md 4, RFC 4787 11, RFC 6888).</summary>
public class ExhaustionTests
{
    [Fact]
    public void X2_X9_One_host_opens_64512_ports_and_then_others_are_refused_and_told()
    {
        using var bed = new PathBed(sizes: new TableSizes(70_000, 70_000, 100));
        byte[] packet = Make.Udp("192.168.10.5:1024", "192.0.2.1:1000");
        for (int port = 1024; port < 65536; port += 64)
        {
            byte[][] batch = [.. Enumerable.Range(port, 64).Select(from => Make.Udp($"192.168.10.5:{from}", "192.0.2.1:1000", 4))];
            Sent[] sent = bed.Send(PathBed.Trusted, batch);
            Assert.Equal(DropReason.None, bed.Refused);
            for (int i = 0; i < 64; i++) Assert.Equal(port + i, sent[i].From.Port);
        }
        Assert.Equal(64_512, bed.Forwarder.FlowCount);

        // X2: the sender is told, by a filter's code, from our address on its side.
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.6:5000", "192.0.2.1:1000"), DropReason.PortsExhausted));
        Assert.Equal((PathBed.Trusted, Address.Parse("192.168.10.1"), Icmp4.DestinationUnreachable, Icmp4.AdministrativelyProhibited),
            (told.Port, told.Read.Source, told.IcmpType, told.IcmpCode));

        // X9: others behave as before: low ports, another protocol, and what exists.
        Assert.Equal(99, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:99", "192.0.2.1:1000")).From.Port);
        Assert.Equal(5000, bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.6:5000", "192.0.2.1:1000", TcpFlags.Syn)).From.Port);
        Assert.Equal(1024, bed.Pass(PathBed.Trusted, packet).From.Port);
        Assert.Equal(1024, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:1024", "192.0.2.2:1000")).From.Port);
    }
}
