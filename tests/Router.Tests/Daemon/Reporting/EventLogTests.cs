using System.Text;
using Router.Daemon.Reporting;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Daemon.Reporting;

/// <summary>What the path tells is a line each; what it held back is one line with the count.</summary>
public sealed class EventLogTests
{
    [Fact]
    public void Packets_of_a_rule_that_asks_for_them_are_lines_and_the_rest_of_a_storm_is_a_number()
    {
        using var written = new MemoryStream();
        using var journal = new Journal(null, written, TimeProvider.System);
        var draft = new Draft();
        Plan plan = draft.Make(newPolicy: true);
        using var worker = new Worker(ForwardingTables.Anonymous(new TableSizes(64, 64, 64)), plan);
        var ports = new PortRegistry();
        foreach (string name in (string[])["trusted", "guest", "one", "two"]) ports.Claim(name);
        var log = new EventLog(worker, ports, journal);
        Datagram packet = Datagram.First(Address.Parse("192.168.10.5"), Protocol.Tcp, Address.Parse("192.0.2.1"), 80);
        packet.Length = 60;
        var flow = new Flow { Rule = 0, PolicyGeneration = plan.Policy.Generation };
        for (int i = 0; i < PathEvents.MostPackets + 7; i++) worker.Forwarder.Events.WritePacket(packet, flow, Draft.Trusted, Draft.One, now: 1_000_000);

        Assert.Empty(log.Drain(plan.Policy));

        string[] lines = Encoding.UTF8.GetString(written.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(PathEvents.MostPackets + 1, lines.Length);
        Assert.EndsWith(" pass tcp 192.168.10.5 > 192.0.2.1:80 from trusted to one, 60 octets", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(" packet: 7 more suppressed", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_run_out_is_a_line_with_an_example_and_a_number()
    {
        using var written = new MemoryStream();
        using var journal = new Journal(null, written, TimeProvider.System);
        Plan plan = new Draft().Make(newPolicy: true);
        using var worker = new Worker(ForwardingTables.Anonymous(new TableSizes(64, 64, 64)), plan);
        var log = new EventLog(worker, new PortRegistry(), journal);
        worker.Forwarder.Events.Write(new PathEvent
        {
            Kind = PathEventKind.NoRoom, Reason = DropReason.PortsExhausted, Protocol = Protocol.Udp, Refused = 12,
            Source = Address.Parse("192.168.10.5"), SourcePort = 5000, Destination = Address.Parse("192.0.2.1"), DestinationPort = 53,
        });

        Assert.Empty(log.Drain(plan.Policy));

        Assert.EndsWith(
            " warning: no room: udp 192.168.10.5:5000 > 192.0.2.1:53 is refused: the outside address has no free port; 12 refused since it was last told of\n",
            Encoding.UTF8.GetString(written.ToArray()), StringComparison.Ordinal);
    }
}
